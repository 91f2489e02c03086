/**
 * Octets to command lines (RFC 5321 §2.3.8): only CRLF ends a line; a bare CR or LF stays in it, for `command.ts` to refuse.
 *
 * A line over the limit is skipped to its CRLF without being kept, and reported once, so the session stays in step
 * (RFC 5321 §4.5.3.1.9) in bounded memory. Every octet is looked at once, whether it comes alone or with a thousand
 * pipelined commands. What follows a line stays here, untouched, until the next call or until it is drained for content.
 */
import { joined, Octets } from './octets.ts'

export type Line =
  | { readonly kind: 'line'; /** Without its CRLF. */ readonly bytes: Uint8Array }
  | { readonly kind: 'too-long'; /** CRLF included. */ readonly octets: number }

const lf = 0x0a
const cr = 0x0d

export class LineReader {
  #maximum: number
  /** Pieces not looked at yet: from `#head` on, that one from its octet `#at` on. */
  #pieces: Uint8Array[] = []
  #head = 0
  #at = 0
  #waiting = 0
  /** The begun line: kept while it may still fit, only counted once it is too long. */
  readonly #begun = new Octets()
  #skipped = 0
  #skippedCr = false

  /** `maximum`: octets of a line, CRLF included (RFC 5321 §4.5.3.1.4 asks for 512 at least). */
  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** The reader keeps a reference to `bytes`: do not write into them afterwards. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#pieces.push(bytes)
    this.#waiting += bytes.length
  }

  /** The next whole line, in order; `undefined` when more octets are needed. */
  next(): Line | undefined {
    for (;;) {
      const piece = this.#pieces[this.#head]
      if (piece === undefined) {
        this.#forget()
        return undefined
      }
      const end = this.#lineEnd(piece)
      const part = piece.subarray(this.#at, end)
      this.#waiting -= part.length
      this.#advance(piece, part.length)
      if (end !== undefined) return this.#finish(part)
      this.#keep(part)
    }
  }

  /** All octets that no line was made of, a begun line included; the reader is empty afterwards. */
  drain(): Uint8Array {
    const rest = this.#pieces.slice(this.#head)
    if (rest[0] !== undefined) rest[0] = rest[0].subarray(this.#at)
    if (this.#begun.length > 0) rest.unshift(this.#begun.take())
    this.#forget()
    this.#waiting = 0
    this.#skipped = 0
    return joined(rest)
  }

  /** Counts from the next line that is not finished yet. */
  setMaximum(maximum: number): void {
    this.#maximum = maximum
  }

  /** Octets held. */
  get buffered(): number {
    return this.#waiting + this.#begun.length
  }

  #forget(): void {
    this.#pieces = []
    this.#head = 0
    this.#at = 0
  }

  #advance(piece: Uint8Array, octets: number): void {
    this.#at += octets
    if (this.#at < piece.length) return
    this.#at = 0
    this.#head++
    // Lets go of what was read, seldom enough to cost nothing.
    if (this.#head >= 256 && this.#head * 2 >= this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#head)
      this.#head = 0
    }
  }

  /** Where the line that goes on at `#at` ends in this piece (after its CRLF). */
  #lineEnd(piece: Uint8Array): number | undefined {
    for (let found = piece.indexOf(lf, this.#at); found !== -1; found = piece.indexOf(lf, found + 1)) {
      const before = found > this.#at ? piece[found - 1] === cr : this.#endsInCr()
      if (before) return found + 1
    }
    return undefined
  }

  #endsInCr(): boolean {
    return this.#skipped > 0 ? this.#skippedCr : this.#begun.last() === cr
  }

  /** Takes a part of a line that does not end in it. */
  #keep(part: Uint8Array): void {
    if (this.#skipped === 0 && this.#begun.length + part.length < this.#maximum) {
      this.#begun.append(part)
      return
    }
    this.#skipped += this.#begun.length + part.length
    this.#skippedCr = part.at(-1) === cr
    this.#begun.clear()
  }

  /** Takes the part that ends a line. */
  #finish(part: Uint8Array): Line {
    const octets = this.#skipped + this.#begun.length + part.length
    const skipped = this.#skipped > 0
    this.#skipped = 0
    if (skipped || octets > this.#maximum) {
      this.#begun.clear()
      return { kind: 'too-long', octets }
    }
    if (this.#begun.length === 0) return { kind: 'line', bytes: part.subarray(0, -2) }
    this.#begun.append(part)
    return { kind: 'line', bytes: this.#begun.take().subarray(0, -2) }
  }
}
