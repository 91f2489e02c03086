/**
 * Octets to replies, for the client's side (RFC 5321 §4.2, §4.2.1): patient with what servers really send, and bounded.
 *
 * Tolerated: a bare code, a last line without its space (rfc5321-4.2-02, rfc5321-4.2.1-06), LF alone as a line end (no
 * reply can be smuggled by it, a reply has no content), lines beyond 512 octets, octets that are not ASCII, and lines of
 * one reply whose codes differ within a class (the last one counts). Codes of different classes in one reply, codes
 * outside 200–599 (rfc5321-4.2-13) and lines without a code make the reply broken: nobody can tell what it says.
 */
import { Octets } from './octets.ts'
import type { Reply } from './reply.ts'
import { decodeOctets, decodeUtf8, printableUnicode } from './text.ts'

export type ReplyRead =
  | {
      readonly kind: 'reply'
      readonly reply: Reply
      /** The lines as they came, codes included, made printable. */
      readonly raw: readonly string[]
    }
  | {
      readonly kind: 'broken'
      readonly reason: string
      /** The offending line, cut to 512 octets. */
      readonly bytes: Uint8Array
      /** The reply's end was found, so that QUIT can still be exchanged; otherwise nothing more can be read. */
      readonly inStep: boolean
    }

/** Room for the longest SASL challenge (12,288 octets, RFC 4954 §4). rfc5321-4.5.3.1.5-02 */
const longestLine = 16_384
const longestReply = 131_072
const shownOctets = 512
const lf = 0x0a
const cr = 0x0d

interface ReplyLine {
  readonly code: number
  readonly text: string
  readonly last: boolean
}

function parseLine(octets: Uint8Array): ReplyLine | undefined {
  const line = decodeUtf8(octets) ?? decodeOctets(octets)
  const [, digits, separator, text] = /^(\d{3})(?:([ -])(.*))?$/s.exec(line) ?? []
  if (digits === undefined) return undefined
  return { code: Number(digits), text: text ?? '', last: separator !== '-' }
}

/** An enhanced code at the head of a text, when it is well formed and of the code's class. rfc3463-2-01, rfc2034-4-04 */
function splitEnhanced(code: number, text: string): { readonly enhanced?: string; readonly text: string } {
  const [head, enhanced] = /^([245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2}))(?: +|$)/.exec(text) ?? []
  if (head === undefined || enhanced === undefined || Number(enhanced[0]) !== Math.trunc(code / 100)) return { text }
  return { enhanced, text: text.slice(head.length) }
}

function classOf(code: number): number {
  return Math.trunc(code / 100)
}

export class ReplyReader {
  #pieces: Uint8Array[] = []
  readonly #line = new Octets()
  /** Lines of the reply that is under way, and their octets. */
  #lines: ReplyLine[] = []
  #raw: string[] = []
  #octets = 0
  #dead = false

  /** The reader keeps a reference to `bytes`: do not write into them afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#dead) this.#pieces.push(bytes)
  }

  /** The next whole reply, in order; `undefined` when more octets are needed, and for ever after one out of step. */
  next(): ReplyRead | undefined {
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece === undefined) return undefined
      const end = piece.indexOf(lf) + 1
      const part = end === 0 ? piece : piece.subarray(0, end)
      if (end > 0 && end < piece.length) this.#pieces.unshift(piece.subarray(end))
      this.#octets += part.length
      this.#line.append(part)
      if (this.#line.length > longestLine) return this.#giveUp('a reply line is too long')
      if (this.#octets > longestReply) return this.#giveUp('the reply is too long')
      const read = end === 0 ? undefined : this.#endLine()
      if (read !== undefined) return read
    }
  }

  /** Octets held; anything but 0 right after the reply to STARTTLS was not sent by who will speak TLS (RFC 3207 §4.2). */
  get buffered(): number {
    return this.#line.length + this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  /** Forgets every octet that no reply was made of. */
  discard(): void {
    this.#pieces = []
    this.#line.clear()
    this.#startOver()
  }

  #startOver(): void {
    this.#lines = []
    this.#raw = []
    this.#octets = 0
  }

  #giveUp(reason: string): ReplyRead {
    const bytes = this.#line.take().subarray(0, shownOctets)
    this.#dead = true
    this.discard()
    return { kind: 'broken', reason, bytes, inStep: false }
  }

  #endLine(): ReplyRead | undefined {
    const octets = this.#line.take()
    let length = octets.length - 1
    while (length > 0 && octets[length - 1] === cr) length--
    const bytes = octets.subarray(0, length)
    const line = parseLine(bytes)
    if (line === undefined) {
      this.#line.append(bytes)
      return this.#giveUp('a reply line does not begin with a code')
    }
    this.#lines.push(line)
    this.#raw.push(printableUnicode(decodeUtf8(bytes) ?? decodeOctets(bytes)))
    if (!line.last) return undefined
    const read = this.#finish(line.code, bytes.slice(0, shownOctets))
    this.#startOver()
    return read
  }

  #finish(code: number, bytes: Uint8Array): ReplyRead {
    if (code < 200 || code > 599) {
      return { kind: 'broken', reason: `the reply code ${code} has no meaning`, bytes, inStep: true }
    }
    if (this.#lines.some((line) => classOf(line.code) !== classOf(code))) {
      return { kind: 'broken', reason: 'the lines of the reply carry codes of different classes', bytes, inStep: true }
    }
    const parts = this.#lines.map((line) => splitEnhanced(code, line.text))
    const enhanced = parts.find((part) => part.enhanced !== undefined)?.enhanced
    const lines = parts.map((part) => printableUnicode(part.text))
    return { kind: 'reply', reply: { code, ...(enhanced === undefined ? {} : { enhanced }), lines }, raw: this.#raw }
  }
}
