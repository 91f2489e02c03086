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

const hexadecimalDigits = text.encode('0123456789ABCDEF')
const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const equals = 0x3d
/** Characters of a line before its soft line break. */
const quotedLine = 75

/** Quoted-printable of text whose lines end with CRLF; a CR or LF that stands alone is encoded. */
export class QuotedPrintable {
  #column = 0
  /** A white space or CR that waits for what follows it. */
  #waiting: number | undefined
  #out: Uint8Array = new Uint8Array(0)
  #length = 0

  encode(bytes: Uint8Array): Uint8Array {
    // Three for each octet and the one that waits, and three more for each soft line break.
    this.#out = new Uint8Array(3 * (bytes.length + 2) + 3 * Math.ceil((3 * (bytes.length + 2)) / (quotedLine - 2)))
    this.#length = 0
    for (const octet of bytes) this.#next(octet)
    return this.#out.subarray(0, this.#length)
  }

  /** The stream is over: white space at its very end is encoded. */
  end(): Uint8Array {
    this.#out = new Uint8Array(6)
    this.#length = 0
    if (this.#waiting !== undefined) this.#escape(this.#waiting)
    this.#waiting = undefined
    return this.#out.subarray(0, this.#length)
  }

  #next(octet: number): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === carriageReturn && octet === lineFeed) {
      this.#write(carriageReturn)
      this.#write(lineFeed)
      this.#column = 0
      return
    }
    if (waiting === carriageReturn) this.#escape(carriageReturn)
    // White space must not stand bare before a line end; before a CR that stands alone encoding it does no harm.
    else if (waiting !== undefined && octet === carriageReturn) this.#escape(waiting)
    else if (waiting !== undefined) this.#plain(waiting)
    if (octet === carriageReturn || octet === space || octet === tab) this.#waiting = octet
    else if (octet > space && octet < 0x7f && octet !== equals) this.#plain(octet)
    else this.#escape(octet)
  }

  #plain(octet: number): void {
    this.#makeRoom(1)
    this.#write(octet)
  }

  #escape(octet: number): void {
    this.#makeRoom(3)
    this.#write(equals)
    this.#write(hexadecimalDigits[octet >> 4] ?? 0)
    this.#write(hexadecimalDigits[octet & 15] ?? 0)
  }

  /** A soft line break where the line is full. */
  #makeRoom(characters: number): void {
    this.#column += characters
    if (this.#column <= quotedLine) return
    this.#column = characters
    this.#write(equals)
    this.#write(carriageReturn)
    this.#write(lineFeed)
  }

  #write(octet: number): void {
    this.#out[this.#length] = octet
    this.#length += 1
  }
}

/** Quoted-printable of a whole text. */
export const quotedPrintable = (whole: string): string => {
  const encoder = new QuotedPrintable()
  const decoder = new TextDecoder()
  return decoder.decode(encoder.encode(text.encode(whole))) + decoder.decode(encoder.end())
}
