/**
 * The content of DATA (RFC 5321 §4.1.1.4, §4.5.2): finds its end, takes the transparency dots out and notes what it is like.
 *
 * The end is CRLF.CRLF and nothing else, or .CRLF as the very first line. A bare CR or LF is an octet of its line: it
 * neither ends the data nor begins a line in which a dot would be removed, so whatever a client smuggles stays content and
 * the session stays in step. Content streams: what comes out are views of what came in, each octet looked at once, and
 * at most two octets (a dot and a CR) are held back between feeds. Judging the facts is left to the session.
 */
import type { ContentFacts } from './exchange.ts'

export interface ContentRead {
  /** Content octets, in order; empty pieces are left out. */
  readonly content: readonly Uint8Array[]
  readonly done: boolean
  /** What came after the end; empty while not done. */
  readonly rest: Uint8Array
}

const cr = 0x0d
const lf = 0x0a
const dot = 0x2e
const nothing = new Uint8Array()
const onlyCr = Uint8Array.of(cr)

/** Where in a line the next octet stands. In `dot` and `dot-cr` these octets are held back: they may be the end of data. */
type Place = 'line-start' | 'dot' | 'dot-cr' | 'text' | 'after-cr' | 'done'

export class DataReader {
  #place: Place = 'line-start'
  #octets = 0
  #has8bit = false
  #hasNul = false
  #bareLineEnds = false
  /** Octets of the line that is under way. */
  #line = 0
  #longestLine = 0

  /** The next octets after the 354. The views in the answer share memory with `bytes`. */
  feed(bytes: Uint8Array): ContentRead {
    const content: Uint8Array[] = []
    /** First octet of `bytes` that was neither handed out nor removed. */
    let from = 0
    let at = 0
    while (at < bytes.length && this.#place !== 'done') {
      if (this.#place === 'text') {
        at = this.#skipText(bytes, at)
        continue
      }
      const octet = bytes[at]
      switch (this.#place) {
        case 'line-start':
          if (octet === dot) {
            this.#hand(content, bytes.subarray(from, at))
            at++
            from = at
            this.#place = 'dot'
          } else {
            this.#place = 'text'
          }
          break
        case 'dot':
          // With more on the line the dot was only transparency; it is gone already. rfc5321-4.5.2-02
          if (octet === cr) {
            at++
            this.#place = 'dot-cr'
          } else {
            this.#place = 'text'
          }
          break
        case 'dot-cr':
          if (octet === lf) {
            // rfc5321-4.1.1.4-03, rfc5321-4.1.1.4-04
            at++
            from = at
            this.#place = 'done'
          } else {
            // A bare CR after all, perhaps from an earlier feed.
            if (at === 0) this.#hand(content, onlyCr)
            else from = at - 1
            this.#line++
            this.#place = 'after-cr'
          }
          break
        case 'after-cr':
          if (octet === lf) {
            at++
            this.#endLine()
          } else {
            this.#bareLineEnds = true
            this.#place = 'text'
          }
          break
      }
    }
    if (this.#place === 'done') return { content, done: true, rest: bytes.subarray(from) }
    const held = this.#place === 'dot-cr' ? Math.min(1, bytes.length) : 0
    this.#hand(content, bytes.subarray(from, bytes.length - held))
    return { content, done: false, rest: nothing }
  }

  /** Of the content so far; final once `done`. */
  facts(): ContentFacts {
    return {
      by: 'DATA',
      octets: this.#octets,
      has8bit: this.#has8bit,
      hasNul: this.#hasNul,
      bareLineEnds: this.#bareLineEnds,
      longestLine: Math.max(this.#longestLine, this.#line),
    }
  }

  #hand(content: Uint8Array[], piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#octets += piece.length
    content.push(piece)
  }

  #endLine(): void {
    this.#line++
    if (this.#line > this.#longestLine) this.#longestLine = this.#line
    this.#line = 0
    this.#place = 'line-start'
  }

  /** Goes over the inside of a line up to and including its next CR; gives where that ends. */
  #skipText(bytes: Uint8Array, from: number): number {
    let at = from
    let seen = 0
    for (; at < bytes.length; at++) {
      const octet = bytes[at] ?? 0
      seen |= octet
      if (octet > cr) continue
      if (octet === cr) {
        this.#place = 'after-cr'
        at++
        break
      }
      // rfc5321-2.3.8-04, rfc5321-4.1.1.4-08: a bare LF is an octet like any other.
      if (octet === lf) this.#bareLineEnds = true
      else if (octet === 0) this.#hasNul = true
    }
    if (seen > 0x7f) this.#has8bit = true
    this.#line += at - from
    return at
  }
}
