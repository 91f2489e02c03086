/**
 * Splits content that streams by into the fields of its header section and the rest (RFC 5322 §2.2).
 *
 * Octets are neither changed nor lost: the pieces, joined, are what was fed. Memory is bounded: beyond the bytes just fed
 * it holds at most the longest field name. Only CRLF ends a line. The header section ends at the empty line, or at the
 * first line that is neither a field nor a continuation of one; that line belongs to the rest.
 */

export type HeaderPiece =
  /** Octets of a field, line ends included; `name` in lower case, `starts` on the field's first piece. */
  | { readonly kind: 'field'; readonly name: string; readonly starts: boolean; readonly bytes: Uint8Array }
  /** Everything from the end of the header section on, the empty line included. */
  | { readonly kind: 'rest'; readonly bytes: Uint8Array }

/** Octets of a field name and the white space before its colon; a longer one is no field (RFC 5322 §2.1.1). */
const longestName = 998

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const colon = 0x3a

const isNameOctet = (octet: number): boolean => octet > space && octet < 0x7f && octet !== colon
const isWhite = (octet: number): boolean => octet === space || octet === tab

/** Where a line stands: before its first octet is understood, within a field, or past the header section. */
type State = 'line-start' | 'in-field' | 'rest'

const join = (head: Uint8Array, tail: Uint8Array): Uint8Array => {
  if (head.length === 0) return tail
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

/** What the beginning of a line is; `unclear` until more octets come. */
type LineStart =
  | { readonly is: 'unclear' | 'no-field' | 'continuation' }
  | { readonly is: 'field'; readonly name: string }

const lineStart = (bytes: Uint8Array, from: number, inField: boolean): LineStart => {
  const first = bytes[from]
  if (first === undefined) return { is: 'unclear' }
  if (isWhite(first)) return { is: inField ? 'continuation' : 'no-field' }
  if (!isNameOctet(first)) return { is: 'no-field' }
  let end = from
  let at = from
  for (; at < bytes.length && at - from <= longestName; at += 1) {
    const octet = bytes[at] ?? 0
    if (octet === colon) {
      return { is: 'field', name: String.fromCharCode(...bytes.subarray(from, end)).toLowerCase() }
    }
    // rfc5322-4-02: white space between name and colon is obsolete, and understood.
    if (isNameOctet(octet) && end === at) end = at + 1
    else if (!isWhite(octet)) return { is: 'no-field' }
  }
  return { is: at - from > longestName ? 'no-field' : 'unclear' }
}

export class HeaderSplitter {
  #state: State = 'line-start'
  #held: Uint8Array = new Uint8Array(0)
  #name: string | undefined
  #lastOctet = 0

  /** The header section is over. */
  get ended(): boolean {
    return this.#state === 'rest'
  }

  /** The pieces that these bytes complete; the beginning of an unfinished field name is held back. */
  split(bytes: Uint8Array): readonly HeaderPiece[] {
    if (this.#state === 'rest') return bytes.length === 0 ? [] : [{ kind: 'rest', bytes }]
    const whole = join(this.#held, bytes)
    this.#held = new Uint8Array(0)
    const pieces: HeaderPiece[] = []
    let at = 0
    while (at < whole.length) {
      let starts = false
      if (this.#state === 'line-start') {
        const start = lineStart(whole, at, this.#name !== undefined)
        if (start.is === 'unclear') {
          this.#held = whole.slice(at)
          break
        }
        if (start.is === 'no-field') {
          this.#state = 'rest'
          pieces.push({ kind: 'rest', bytes: whole.subarray(at) })
          break
        }
        this.#state = 'in-field'
        this.#lastOctet = 0
        if (start.is === 'field') {
          this.#name = start.name
          starts = true
        }
      }
      const end = this.#lineEnd(whole, at)
      pieces.push({ kind: 'field', name: this.#name ?? '', starts, bytes: whole.subarray(at, end) })
      at = end
    }
    return pieces
  }

  /** The content is over: what was held back, which was no field. */
  end(): readonly HeaderPiece[] {
    this.#state = 'rest'
    const bytes = this.#held
    this.#held = new Uint8Array(0)
    return bytes.length === 0 ? [] : [{ kind: 'rest', bytes }]
  }

  /** Where the line goes on to within these bytes; past a CRLF the next line starts. */
  #lineEnd(bytes: Uint8Array, from: number): number {
    for (let at = bytes.indexOf(lineFeed, from); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
      const before = at === from ? this.#lastOctet : bytes[at - 1]
      if (before === carriageReturn) {
        this.#state = 'line-start'
        return at + 1
      }
    }
    this.#lastOctet = bytes[bytes.length - 1] ?? 0
    return bytes.length
  }
}
