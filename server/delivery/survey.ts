/**
 * Reads a message's content once before it is sent, to know what it asks of the next hop: octets, 8-bit octets, UTF-8 in
 * header fields, line ends. Small contents are kept, so that reading twice costs nothing where it matters.
 */
export interface Survey {
  readonly octets: number
  readonly has8bit: boolean
  /** An octet above 127 in a header field, of the message or of a part of it. */
  readonly has8bitHeader: boolean
  /** A CR or LF that is not part of a CRLF. */
  readonly bareLineEnds: boolean
  /** The whole content, when it is at most `kept` octets long. */
  readonly content?: Uint8Array
}

/** Octets up to which the content is kept. */
const kept = 262_144
const cr = 0x0d
const lf = 0x0a
/** Octets of a line that are looked at: enough to know a boundary, or a nested message's type. */
const lineStart = 64

/**
 * Follows header and body line by line, roughly but on the safe side: a line that begins with `--` and is followed by a
 * field opens the header of a part, and a part that is a message brings a header of its own after it.
 */
class HeaderTracker {
  #line = ''
  #place: 'header' | 'after-boundary' | 'body' = 'header'
  #holdsMessage = false
  #line8bit = false
  found = false

  octet(octet: number): void {
    if (octet > 0x7f) this.#line8bit = true
    if (octet === lf) this.#endLine()
    else if (octet !== cr && this.#line.length < lineStart) this.#line += String.fromCharCode(octet)
  }

  end(): void {
    if (this.#line !== '') this.#endLine()
  }

  #endLine(): void {
    const line = this.#line
    const is8bit = this.#line8bit
    this.#line = ''
    this.#line8bit = false
    if (this.#place === 'after-boundary') {
      const isField = /^[!-9;-~\u0080-\u00ff]+[ \t]*:/.test(line)
      this.#place = isField ? 'header' : 'body'
      this.#holdsMessage = false
    }
    if (this.#place === 'body') {
      if (line.startsWith('--') && line.trimEnd().length > 2) this.#place = 'after-boundary'
      return
    }
    if (line === '') {
      this.#place = this.#holdsMessage ? 'header' : 'body'
      this.#holdsMessage = false
      return
    }
    if (is8bit) this.found = true
    if (/^content-type[ \t]*:[ \t]*message\/(?:rfc822|global)\b/i.test(line)) this.#holdsMessage = true
  }
}

/** Reads all of `content`; where `headers` is false the header question is not looked into. */
export const survey = async (content: AsyncIterable<Uint8Array>, headers: boolean): Promise<Survey> => {
  const tracker = new HeaderTracker()
  let pieces: Uint8Array[] | undefined = []
  let octets = 0
  let has8bit = false
  let bareLineEnds = false
  let before = 0
  for await (const piece of content) {
    octets += piece.length
    if (octets > kept) pieces = undefined
    pieces?.push(piece)
    for (const octet of piece) {
      if (octet > 0x7f) has8bit = true
      if ((octet === lf) !== (before === cr)) bareLineEnds = true
      before = octet
      if (headers) tracker.octet(octet)
    }
  }
  if (before === cr) bareLineEnds = true
  tracker.end()
  return {
    octets,
    has8bit,
    has8bitHeader: tracker.found,
    bareLineEnds,
    ...(pieces !== undefined && { content: joined(pieces, octets) }),
  }
}

const joined = (pieces: readonly Uint8Array[], octets: number): Uint8Array => {
  const whole = new Uint8Array(octets)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Octets of a piece as `inPieces` gives it; no BDAT chunk is longer. */
const longestPiece = 262_144

/** The content in pieces of at most 256 KiB, small ones joined, none empty. */
export async function* inPieces(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let octets = 0
  for await (const whole of content) {
    for (let at = 0; at < whole.length; at += longestPiece) {
      const piece = whole.subarray(at, at + longestPiece)
      if (octets + piece.length > longestPiece) {
        yield joined(waiting, octets)
        waiting = []
        octets = 0
      }
      waiting.push(piece)
      octets += piece.length
    }
  }
  if (octets > 0) yield joined(waiting, octets)
}
