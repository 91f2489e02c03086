/**
 * Writes a notification: multipart/report with words for people, fields for programs and the message it is about
 * (RFC 6522, RFC 3464, RFC 6533).
 *
 * The result is a stream that may be walked more than once; the original message flows through it and is never held. Who
 * is told what was decided before (`decide.ts`); this file only lays it out.
 */
import { isAscii } from '../protocol/text.ts'
import { dateField, messageIdField } from '../message/headers.ts'
import { shownDomain } from '../message/domain.ts'
import { quotedPrintable } from '../message/transfer-encoding.ts'
import { chooseReturned, examine, returnedContent, wantsWhole } from './returned.ts'
import type { Returned } from './returned.ts'
import { deliveryStatus } from './status.ts'
import { printable } from './text.ts'
import { subjects, words } from './words.ts'
import type { WordsFacts } from './words.ts'

export interface ReportFacts extends Omit<WordsFacts, 'utf8' | 'whole'> {
  /** A unique Atom, the left side of the Message-ID. */
  readonly id: string
  /** Unpredictable to whoever wrote the original, so that its text cannot hold it; `[A-Za-z0-9_=]`, at most 60 characters. */
  readonly boundary: string
}

export interface Report {
  /** Where it goes: the reverse-path, its domain in A-labels where that makes it ASCII. */
  readonly to: string
  /** The local-part of the sender is beyond ASCII: only SMTPUTF8 and 8BITMIME lead there. All else is 7-bit. */
  readonly smtputf8: boolean
  readonly content: AsyncIterable<Uint8Array>
}

/** The sender's address in ASCII if there is such a form, so that the way back needs no SMTPUTF8 (rfc6531-3.7-01). */
const returnAddress = (reversePath: string): string => {
  const at = reversePath.lastIndexOf('@')
  const localPart = reversePath.slice(0, at)
  const domain = shownDomain(reversePath.slice(at + 1), false)
  return isAscii(reversePath) || !isAscii(localPart) || domain === undefined ? reversePath : `${localPart}@${domain}`
}

/** The fields of the notification itself, the empty line included. */
const header = (facts: ReportFacts, to: string, utf8: boolean, messageId: string | undefined): string => {
  const host = shownDomain(facts.hostName, utf8) ?? printable(facts.hostName, utf8)
  return [
    // rfc3464-2-03: a person answers there.
    `From: Mail Delivery <postmaster@${host}>\r\n`,
    // rfc3464-2-02 rfc5321-4.4-16
    `To: <${printable(to, utf8)}>\r\n`,
    `Subject: ${subjects[facts.kind]}\r\n`,
    dateField(facts.at),
    messageIdField(facts.id, facts.hostName),
    messageId === undefined ? '' : `In-Reply-To: ${messageId}\r\nReferences: ${messageId}\r\n`,
    // rfc3834-5.2-01 rfc3834-3.1.7-01
    'Auto-Submitted: auto-replied\r\n',
    'MIME-Version: 1.0\r\n',
    // rfc6522-3-01 rfc3461-6.2-01
    `Content-Type: multipart/report; report-type=${utf8 ? 'global-' : ''}delivery-status;\r\n\tboundary="${facts.boundary}"\r\n`,
    `Content-Transfer-Encoding: ${utf8 ? '8bit' : '7bit'}\r\n`,
    '\r\n',
  ].join('')
}

const part = (boundary: string, type: string, encoding: string, content: string): string =>
  `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}\r\n`

/** The part for people: ASCII where it is, else UTF-8, encoded unless UTF-8 may travel. */
const wordsPart = (boundary: string, text: string, utf8: boolean): string => {
  if (isAscii(text)) return part(boundary, 'text/plain; charset=us-ascii', '7bit', text)
  return utf8
    ? part(boundary, 'text/plain; charset=utf-8', '8bit', text)
    : part(boundary, 'text/plain; charset=utf-8', 'quoted-printable', quotedPrintable(text))
}

async function* stream(
  before: string,
  returned: Returned,
  original: () => AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const text = new TextEncoder()
  yield text.encode(before)
  yield* returnedContent(returned, original)
  yield text.encode(`\r\n--${boundary}--\r\n`)
}

/** Lays a notice out; reads the original here, and again whenever the result is walked. */
export const report = async (facts: ReportFacts, original: () => AsyncIterable<Uint8Array>): Promise<Report> => {
  const { envelope, boundary } = facts
  const to = returnAddress(envelope.reversePath)
  const utf8 = !isAscii(to)
  const examined = await examine(original, wantsWhole(envelope, facts.kind))
  const returned = chooseReturned(envelope, examined, utf8)
  const told: WordsFacts = { ...facts, utf8, whole: returned.whole }
  // rfc3464-2.1-01 rfc6533-4.4-01 rfc6533-6.4-01: ASCII in the old type, UTF-8 only in the new one.
  const [statusType, statusEncoding] = utf8
    ? ['message/global-delivery-status', '8bit']
    : ['message/delivery-status', '7bit']
  const before = [
    header(facts, to, utf8, examined.messageId),
    // rfc6522-3-02: words, fields, message, in this order.
    wordsPart(boundary, words(told), utf8),
    part(boundary, statusType, statusEncoding, deliveryStatus(told)),
    `--${boundary}\r\nContent-Type: ${returned.type}\r\nContent-Transfer-Encoding: ${returned.encoding}\r\n\r\n`,
  ].join('')
  return {
    to,
    smtputf8: utf8,
    content: { [Symbol.asyncIterator]: () => stream(before, returned, original, boundary) },
  }
}
