/**
 * A reply (RFC 5321 §4.2) as a value, and as octets: rendered by the server's side, read by the client's.
 *
 * What is rendered is always well formed: CRLF, one code on all lines, at most 512 octets a line, printable text whatever
 * went in. What is read comes from servers good and bad: `reply-reader.ts`.
 */
import { encodeUtf8, printable, printableUnicode, unitsWithin } from './text.ts'

export interface Reply {
  /** 200–599. */
  readonly code: number
  /** Enhanced status code (RFC 3463), for example `5.7.1`; rendered at the head of every line. */
  readonly enhanced?: string
  /** At least one line of printable text, without codes. */
  readonly lines: readonly string[]
  /** The text may hold UTF-8: only in answer to VRFY or EXPN with SMTPUTF8. rfc6531-3.7.4.2-01, rfc6531-3.7.4.2-04 */
  readonly utf8?: true
}

/** RFC 5321 §4.5.3.1.5, CRLF included. */
const longestReplyLine = 512

/** `text` in rows of at most so many octets, broken at a space where there is one. */
function wrapped(text: string, octets: number): readonly string[] {
  const rows: string[] = []
  let rest = text
  for (;;) {
    const fits = unitsWithin(rest, octets)
    if (fits >= rest.length) return [...rows, rest]
    const space = rest.lastIndexOf(' ', fits)
    rows.push(rest.slice(0, space > 0 ? space : fits))
    rest = rest.slice(space > 0 ? space + 1 : fits)
  }
}

/** The octets of a reply. A 334 is never wrapped: its line is as long as the challenge (RFC 4954 §4). */
export function renderReply(reply: Reply): Uint8Array {
  const status = reply.enhanced === undefined ? '' : `${reply.enhanced} `
  const room = longestReplyLine - `${reply.code} ${status}\r\n`.length
  const clean = reply.utf8 === true ? printableUnicode : printable
  // rfc5321-2.4-08, rfc5321-4.2-05, rfc5321-4.5.3.1.5-01
  const rows = reply.lines.flatMap((line) => (reply.code === 334 ? [clean(line)] : wrapped(clean(line), room)))
  const last = rows.pop() ?? ''
  // rfc5321-4.2.1-04, rfc5321-4.2.1-05, rfc5321-4.2.1-07, rfc2034-4-05
  const text = [...rows.map((row) => `${reply.code}-${status}${row}\r\n`), `${reply.code} ${status}${last}\r\n`]
  return encodeUtf8(text.join(''))
}
