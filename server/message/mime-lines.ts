/**
 * Walks the MIME structure of a message that streams by, line for line (RFC 2045, RFC 2046 §5.1).
 *
 * Each line comes out once, named for what it is: the header section of an entity, the body of a leaf, or the frame around
 * them (delimiters, preambles, epilogues, empty lines after headers). Memory is bounded by the largest header section
 * allowed. Content must be mail text: CRLF lines of at most 1000 octets (`bounce/returned.ts` sees to that). What this file
 * cannot follow it calls hopeless and stops.
 */

/** What the header section of an entity says. */
export interface Entity {
  /** Lower case; `text/plain` where nothing is said, `message/rfc822` in a digest. */
  readonly type: string
  /** Lower case; `7bit` where nothing is said. */
  readonly encoding: string
  /** The entity's fields, each with its folded lines. */
  readonly fields: readonly { readonly name: string; readonly lines: readonly Uint8Array[] }[]
  /** `leaf`: the body that follows is content; the others hold further entities. */
  readonly kind: 'leaf' | 'multipart' | 'message'
  /** The whole message, not a part of it. */
  readonly outermost: boolean
}

export type MimeLine =
  | { readonly is: 'header'; readonly entity: Entity }
  | { readonly is: 'body'; readonly line: Uint8Array }
  | { readonly is: 'frame'; readonly line: Uint8Array }
  | { readonly is: 'hopeless' }

/** Octets of one entity's header section. */
const largestHeader = 262_144
/** How deep parts may lie within parts. */
const deepest = 50

interface Frame {
  readonly boundary: string
  readonly digest: boolean
}

const octetsAsText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Lines with their CRLF; the last one may lack it. */
async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const bytes of content) {
    const whole = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let from = 0
    for (let at = whole.indexOf(0x0a); at !== -1; at = whole.indexOf(0x0a, from)) {
      yield whole.subarray(from, at + 1)
      from = at + 1
    }
    rest = whole.slice(from)
  }
  if (rest.length > 0) yield rest
}

const boundaryOf = (contentType: string): string | undefined => {
  const [, quoted, token] =
    /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;()<>@,:\\"/[\]?=]+))/i.exec(contentType) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? token
}

/** Reads a header section; undefined when its structure cannot be followed. */
const readEntity = (
  lines: readonly Uint8Array[],
  inDigest: boolean,
  outermost: boolean,
): { readonly entity: Entity; readonly frame?: Frame } | undefined => {
  const fields: { name: string; lines: Uint8Array[] }[] = []
  for (const line of lines) {
    const text = octetsAsText(line)
    const name = /^([!-9;-~]+)[ \t]*:/.exec(text)?.[1]?.toLowerCase()
    if (name !== undefined) fields.push({ name, lines: [line] })
    else if (/^[ \t]/.test(text) && fields.length > 0) fields.at(-1)?.lines.push(line)
    else return undefined
  }
  const value = (name: string): string | undefined => {
    const field = fields.find((each) => each.name === name)
    if (field === undefined) return undefined
    const text = field.lines.map(octetsAsText).join('').replaceAll('\r\n', '')
    return text.slice(text.indexOf(':') + 1).trim()
  }
  const contentType = value('content-type') ?? (inDigest ? 'message/rfc822' : 'text/plain')
  const type = /^[^\s;]+/.exec(contentType)?.[0].toLowerCase() ?? 'text/plain'
  const encoding = /^[^\s;(]+/.exec(value('content-transfer-encoding') ?? '7bit')?.[0].toLowerCase() ?? '7bit'
  const identity = ['7bit', '8bit', 'binary'].includes(encoding)
  if (type.startsWith('multipart/')) {
    const boundary = boundaryOf(contentType)
    if (boundary === undefined || boundary === '' || !identity) return undefined
    const entity: Entity = { type, encoding, fields, kind: 'multipart', outermost }
    return { entity, frame: { boundary, digest: type === 'multipart/digest' } }
  }
  const holdsMessage = identity && (type === 'message/rfc822' || type === 'message/global')
  return { entity: { type, encoding, fields, kind: holdsMessage ? 'message' : 'leaf', outermost } }
}

/** The frame whose delimiter this line is, and whether it closes it; innermost first. */
const delimiter = (line: Uint8Array, frames: readonly Frame[]): { depth: number; closes: boolean } | undefined => {
  if (line[0] !== 0x2d || line[1] !== 0x2d) return undefined
  const text = octetsAsText(line).trimEnd()
  const depth = frames.findLastIndex(({ boundary }) => text === `--${boundary}` || text === `--${boundary}--`)
  return depth === -1 ? undefined : { depth, closes: text === `--${frames[depth]?.boundary ?? ''}--` }
}

/** Every line of the message, in order. */
export async function* mimeLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<MimeLine, void, undefined> {
  const frames: Frame[] = []
  /** The header section that is being gathered; undefined within a body. */
  let header: Uint8Array[] | undefined = []
  let octets = 0
  /** That header section is a direct part of a multipart/digest (RFC 2046 §5.1.5). */
  let inDigest = false
  let depth = 0
  let outermost = true
  let inLeaf = false

  for await (const line of linesOf(content)) {
    const edge = delimiter(line, frames)
    const empty = line.length === 2 && line[0] === 0x0d
    if (header !== undefined && (edge !== undefined || empty)) {
      const read = readEntity(header, inDigest, outermost)
      if (read === undefined || depth > deepest) {
        yield { is: 'hopeless' }
        return
      }
      yield { is: 'header', entity: read.entity }
      outermost = false
      header = undefined
      octets = 0
      inLeaf = read.entity.kind === 'leaf'
      if (edge === undefined) {
        yield { is: 'frame', line }
        if (read.frame !== undefined) frames.push(read.frame)
        if (read.entity.kind === 'message') {
          header = []
          inDigest = false
        }
        if (!inLeaf) depth += 1
        continue
      }
    }
    if (edge !== undefined) {
      yield { is: 'frame', line }
      frames.length = edge.closes ? edge.depth : edge.depth + 1
      depth = frames.length
      inLeaf = false
      header = edge.closes ? undefined : []
      inDigest = frames.at(-1)?.digest === true
    } else if (header === undefined) {
      yield { is: inLeaf ? 'body' : 'frame', line }
    } else {
      octets += line.length
      if (octets > largestHeader) {
        yield { is: 'hopeless' }
        return
      }
      header.push(Uint8Array.from(line))
    }
  }
  if (header !== undefined) {
    const read = readEntity(header, inDigest, outermost)
    yield read === undefined ? { is: 'hopeless' } : { is: 'header', entity: read.entity }
  }
}
