/**
 * Bytes of a server become replies: one complete reply after another, each with its bytes as they came.
 *
 * It reads what RFC 5321 §4.2 describes and is lenient only so that broken replies can be shown: a line without a code
 * becomes a reply with code 0. Lines may end with a bare LF; `raw` tells.
 */
import type { WireReply } from '../contract.ts'

/** The first complete reply in the bytes, and how many octets it took; undefined while it is not complete. */
export function readReply(bytes: Buffer): { readonly reply: WireReply; readonly octets: number } | undefined {
  const lines: string[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    const text = bytes.toString('utf8', start, end).replace(/\r$/, '')
    start = end + 1
    const match = /^(\d{3})(?:([ -])(.*))?$/s.exec(text)
    lines.push(match === null ? text : (match[3] ?? ''))
    if (match?.[2] === '-') continue
    const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(lines[0] ?? '')?.[1]
    const reply: WireReply = {
      code: match === null ? 0 : Number(match[1]),
      ...(enhanced === undefined ? {} : { enhanced }),
      lines,
      raw: Uint8Array.from(bytes.subarray(0, start)),
    }
    return { reply, octets: start }
  }
  return undefined
}
