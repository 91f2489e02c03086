/**
 * Content as DATA sends it: a leading dot doubled on every line, and the line with the lone dot at the end.
 *
 * Works on pieces cut anywhere. Nothing else is changed or added (rfc5321-2.3.10-01, rfc5321-4.1.1.4-05). The content is
 * expected to hold no bare CR or LF: lines begin after CRLF only, and delivery refuses what could be read otherwise.
 */
const dot = 0x2e
const cr = 0x0d
const lf = 0x0a

export class TransparencyEncoder {
  /** The last two octets that went out; content begins as if after a CRLF. */
  #before = cr
  #last = lf

  /** The piece with dots doubled (rfc5321-4.5.2-01); the same array when there is nothing to double. */
  push(piece: Uint8Array): Uint8Array {
    const leading: number[] = []
    for (let at = piece.indexOf(dot); at !== -1; at = piece.indexOf(dot, at + 1)) {
      const last = at >= 1 ? piece[at - 1] : this.#last
      const before = at >= 2 ? piece[at - 2] : at === 1 ? this.#last : this.#before
      if (last === lf && before === cr) leading.push(at)
    }
    if (piece.length >= 2) this.#before = piece[piece.length - 2] ?? 0
    else if (piece.length === 1) this.#before = this.#last
    this.#last = piece[piece.length - 1] ?? this.#last
    if (leading.length === 0) return piece

    const encoded = new Uint8Array(piece.length + leading.length)
    let from = 0
    let to = 0
    for (const at of leading) {
      encoded.set(piece.subarray(from, at), to)
      to += at - from
      encoded[to] = dot
      to += 1
      from = at
    }
    encoded.set(piece.subarray(from), to)
    return encoded
  }

  /** What ends the content: a CRLF only where the last line lacks it, then the dot. */
  end(): string {
    return this.#before === cr && this.#last === lf ? '.\r\n' : '\r\n.\r\n'
  }
}
