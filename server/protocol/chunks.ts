/**
 * The content of BDAT (RFC 3030 §2): so many octets, whatever they are, and what they are like over all chunks.
 *
 * No octet has a meaning here, neither dots nor line ends. Nothing is copied or held back.
 */
import type { ContentRead } from './data.ts'
import type { ContentFacts } from './exchange.ts'

const cr = 0x0d
const lf = 0x0a
const nothing = new Uint8Array()

/** Counts one chunk off. rfc3030-2-05, rfc3030-2-18, rfc3030-2-19 */
export class ChunkReader {
  #missing: number

  /** `size`: octets, as the BDAT command said; 0 is done with the first feed, be it empty. */
  constructor(size: number) {
    this.#missing = size
  }

  feed(bytes: Uint8Array): ContentRead {
    const piece = bytes.subarray(0, this.#missing)
    this.#missing -= piece.length
    const done = this.#missing === 0
    return {
      content: piece.length === 0 ? [] : [piece],
      done,
      rest: done ? bytes.subarray(piece.length) : nothing,
    }
  }
}

/** Gathers the facts of a message that comes in chunks; a line may go on from one to the next. */
export class ChunkFacts {
  #octets = 0
  #has8bit = false
  #hasNul = false
  #line = 0
  #longestLine = 0
  #afterCr = false

  add(bytes: Uint8Array): void {
    let seen = 0
    let lineStart = -this.#line
    for (let at = 0; at < bytes.length; at++) {
      const octet = bytes[at] ?? 0
      seen |= octet
      if (octet > cr) continue
      if (octet === 0) this.#hasNul = true
      else if (octet === lf && (at === 0 ? this.#afterCr : bytes[at - 1] === cr)) {
        this.#longestLine = Math.max(this.#longestLine, at + 1 - lineStart)
        lineStart = at + 1
      }
    }
    if (seen > 0x7f) this.#has8bit = true
    if (bytes.length > 0) this.#afterCr = bytes.at(-1) === cr
    this.#line = bytes.length - lineStart
    this.#octets += bytes.length
  }

  /** Of the chunks so far. `bareLineEnds` is false by definition: a chunk may hold any octets (RFC 3030 §2). */
  facts(): ContentFacts {
    return {
      by: 'BDAT',
      octets: this.#octets,
      has8bit: this.#has8bit,
      hasNul: this.#hasNul,
      bareLineEnds: false,
      longestLine: Math.max(this.#longestLine, this.#line),
    }
  }
}
