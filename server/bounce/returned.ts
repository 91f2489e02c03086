/**
 * The third part of a notification: the message that it is about, or its header section (RFC 3461 §6.2, RFC 6522 §3, §4).
 *
 * The message is read as a stream, never held: first to learn what it is made of, so that the part is labelled rightly,
 * then to copy it. Nobody knows yet what the hosts on the way back can do, and a notification that meets a host without
 * 8BITMIME would be lost. So it is 7-bit throughout, unless the sender's own address needs SMTPUTF8 anyway. Content that no
 * encoding makes presentable (NUL, bare CR or LF, too long lines) is reduced to its header section.
 */
import type { Envelope } from '../message/envelope.ts'
import { HeaderScanner } from '../message/headers.ts'
import { HeaderSplitter } from '../message/header-splitter.ts'
import { planSevenBit, sevenBit } from '../message/seven-bit.ts'
import type { SevenBitPlan } from '../message/seven-bit.ts'
import { base64, QuotedPrintable } from '../message/transfer-encoding.ts'
import type { NoticeKind } from './decide.ts'

/** Octets up to which a message comes back whole although nobody asked for it with RET. */
const wholeByDefault = 50_000
/** Octets of a line, CRLF included, that any SMTP server takes (RFC 5321 §4.5.3.1.6). */
const longestLine = 1000

/** What a stretch of octets is made of. */
export class Makeup {
  has8bit = false
  /** NUL, a CR or LF that stands alone, or a line that is too long: no mail text. */
  broken = false
  validUtf8 = true
  #line = 0
  #last = 0
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })

  see(bytes: Uint8Array): void {
    for (const octet of bytes) {
      this.#line += 1
      if (octet > 0x7f) this.has8bit = true
      else if (octet === 0) this.broken = true
      if ((octet === 0x0a) !== (this.#last === 0x0d)) this.broken = true
      if (this.#line > longestLine) this.broken = true
      if (octet === 0x0a) this.#line = 0
      this.#last = octet
    }
    this.#decode(bytes, true)
  }

  end(): void {
    if (this.#last === 0x0d) this.broken = true
    this.#decode(new Uint8Array(0), false)
  }

  #decode(bytes: Uint8Array, stream: boolean): void {
    if (!this.validUtf8) return
    try {
      this.#decoder.decode(bytes, { stream })
    } catch {
      this.validUtf8 = false
    }
  }
}

export interface Examined {
  readonly header: Makeup
  /** Of the whole message; undefined when only the header section was looked at. */
  readonly whole?: Makeup
  /** How an 8-bit message becomes a 7-bit one; undefined when that is not needed, or not possible. */
  readonly plan?: SevenBitPlan
  /** The message's own Message-ID, when it is one that may be cited. */
  readonly messageId?: string
}

/** Yields the header section alone; stops reading where it ends. */
async function* headerSection(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const splitter = new HeaderSplitter()
  for await (const bytes of content) {
    for (const piece of splitter.split(bytes)) {
      if (piece.kind === 'rest') return
      yield piece.bytes
    }
  }
}

/** Reads the message once; only as far as its header section goes unless the whole is wanted. */
export const examine = async (content: () => AsyncIterable<Uint8Array>, whole: boolean): Promise<Examined> => {
  const header = new Makeup()
  const scanner = new HeaderScanner(['message-id'])
  for await (const bytes of headerSection(content())) {
    header.see(bytes)
    scanner.feed(bytes)
  }
  header.end()
  const messageId = /^<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>$/.exec(scanner.first('message-id') ?? '')?.[0]
  const all = whole ? new Makeup() : undefined
  if (all !== undefined) {
    for await (const bytes of content()) all.see(bytes)
    all.end()
  }
  const plan = all?.has8bit === true && !all.broken ? await planSevenBit(content()) : undefined
  return {
    header,
    ...(all === undefined ? {} : { whole: all }),
    ...(plan === undefined ? {} : { plan }),
    ...(messageId === undefined ? {} : { messageId }),
  }
}

/** Whether the sender gets the whole message back, going by what was asked for. */
export const wantsWhole = (envelope: Envelope, kind: NoticeKind): boolean => {
  // rfc3461-4.3-04: RET speaks of failures only.
  if (kind !== 'failure') return false
  // rfc3461-4.3-02 rfc3461-4.3-03
  if (envelope.return !== undefined) return envelope.return === 'FULL'
  // rfc6522-3-03, within reason.
  return envelope.size <= wholeByDefault
}

type TransferEncoding = '7bit' | '8bit' | 'base64' | 'quoted-printable'

/** How the third part is labelled and encoded. */
export interface Returned {
  readonly whole: boolean
  readonly type: 'message/rfc822' | 'message/global' | 'text/rfc822-headers' | 'message/global-headers'
  readonly encoding: TransferEncoding
  /** The message is re-encoded within itself by this plan. */
  readonly plan?: SevenBitPlan
}

/** The whole message, in a form that gets through; undefined when there is none. */
const chooseWhole = (envelope: Envelope, examined: Examined, utf8: boolean): Returned | undefined => {
  const { header, whole, plan } = examined
  if (whole === undefined) return undefined
  const international = header.has8bit && header.validUtf8 && envelope.smtputf8
  const type = international ? 'message/global' : 'message/rfc822'
  if (!whole.broken && !whole.has8bit) return { whole: true, type, encoding: '7bit' }
  if (!whole.broken && utf8) return { whole: true, type, encoding: '8bit' }
  // RFC 6532 §3.7: message/global may be encoded, message/rfc822 never. rfc6533-4.5-01
  if (envelope.smtputf8) return { whole: true, type: 'message/global', encoding: 'base64' }
  // rfc6522-3-04
  return plan === undefined ? undefined : { whole: true, type: 'message/rfc822', encoding: '7bit', plan }
}

/** Chooses the third part; `utf8` says that the notification itself goes out with SMTPUTF8. */
export const chooseReturned = (envelope: Envelope, examined: Examined, utf8: boolean): Returned => {
  const whole = chooseWhole(envelope, examined, utf8)
  if (whole !== undefined) return whole
  const { header } = examined
  const international = header.has8bit && header.validUtf8 && envelope.smtputf8
  // rfc6522-4-01 rfc6533-6.3-01
  const type = international ? 'message/global-headers' : 'text/rfc822-headers'
  if (!header.broken && !header.has8bit) return { whole: false, type, encoding: '7bit' }
  if (!header.broken && utf8 && international) return { whole: false, type, encoding: '8bit' }
  // rfc6522-4-03
  return { whole: false, type, encoding: 'quoted-printable' }
}

async function* quoted(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new QuotedPrintable()
  for await (const bytes of content) yield encoder.encode(bytes)
  yield encoder.end()
}

/** The octets of the third part. */
export const returnedContent = (
  returned: Returned,
  content: () => AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> => {
  if (returned.plan !== undefined) return sevenBit(returned.plan, content())
  const original = returned.whole ? content() : headerSection(content())
  if (returned.encoding === 'base64') return base64(original)
  return returned.encoding === 'quoted-printable' ? quoted(original) : original
}
