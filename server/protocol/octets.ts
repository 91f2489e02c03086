/**
 * A growing row of octets, for the readers: what has come of a line that is not whole yet.
 *
 * Appending costs what is appended, however small the pieces. It keeps no reference to what it was given. The bound is
 * its user's to keep.
 */
export class Octets {
  #room = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#room.length) {
      const room = new Uint8Array(Math.max(length, 2 * this.#room.length))
      room.set(this.#room.subarray(0, this.#length))
      this.#room = room
    }
    this.#room.set(bytes, this.#length)
    this.#length = length
  }

  /** The last octet, if there is one. */
  last(): number | undefined {
    return this.#length === 0 ? undefined : this.#room[this.#length - 1]
  }

  /** A copy of all octets; the row is empty afterwards. */
  take(): Uint8Array {
    const bytes = this.#room.slice(0, this.#length)
    this.#length = 0
    return bytes
  }

  clear(): void {
    this.#length = 0
  }
}

/** One row of all of them; the piece itself when there is only one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
