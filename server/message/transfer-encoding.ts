/**
 * Content transfer encodings for content that streams by (RFC 2045 §6.7, §6.8): octets in, lines of 7-bit text out.
 *
 * Memory is bounded by the pieces fed. Lines end with CRLF and have at most 76 characters. Decoding is nobody's need here.
 */

const text = new TextEncoder()

/** Octets that make a full line of base64. */
const base64Line = 57

const base64Lines = (bytes: Uint8Array): Uint8Array => {
  let out = ''
  for (let at = 0; at < bytes.length; at += base64Line) {
    out += `${Buffer.from(bytes.subarray(at, at + base64Line)).toString('base64')}\r\n`
  }
  return text.encode(out)
}

/** base64 of the whole stream, the last line ended too. */
export async function* base64(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const bytes of content) {
    const whole = Buffer.concat([rest, bytes])
    const full = whole.length - (whole.length % base64Line)
    if (full > 0) yield base64Lines(whole.subarray(0, full))
    rest = whole.subarray(full)
  }
  if (rest.length > 0) yield base64Lines(rest)
}

const hexadecimal = (octet: number): string => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`

/** Quoted-printable of text whose lines end with CRLF; a CR or LF that stands alone is encoded. */
export class QuotedPrintable {
  #column = 0
  /** A white space or CR that waits for what follows it. */
  #waiting: number | undefined

  encode(bytes: Uint8Array): Uint8Array {
    let out = ''
    for (const octet of bytes) out += this.#next(octet)
    return text.encode(out)
  }

  /** The stream is over: white space at its very end is encoded. */
  end(): Uint8Array {
    const waiting = this.#waiting
    this.#waiting = undefined
    return text.encode(waiting === undefined ? '' : this.#put(hexadecimal(waiting)))
  }

  #next(octet: number): string {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === 0x0d) {
      if (octet === 0x0a) {
        this.#column = 0
        return '\r\n'
      }
      return this.#put('=0D') + this.#next(octet)
    }
    if (octet === 0x0d) {
      // White space before a line end must not stand bare; before a lone CR encoding it does no harm.
      const before = waiting === undefined ? '' : this.#put(hexadecimal(waiting))
      this.#waiting = octet
      return before
    }
    const before = waiting === undefined ? '' : this.#put(String.fromCharCode(waiting))
    if (octet === 0x20 || octet === 0x09) {
      this.#waiting = octet
      return before
    }
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x3d
    return before + this.#put(plain ? String.fromCharCode(octet) : hexadecimal(octet))
  }

  /** One encoded character, after a soft line break where the line is full. */
  #put(character: string): string {
    if (this.#column + character.length > 75) {
      this.#column = character.length
      return `=\r\n${character}`
    }
    this.#column += character.length
    return character
  }
}

/** Quoted-printable of a whole text. */
export const quotedPrintable = (whole: string): string => {
  const encoder = new QuotedPrintable()
  const decoder = new TextDecoder()
  return decoder.decode(encoder.encode(text.encode(whole))) + decoder.decode(encoder.end())
}
