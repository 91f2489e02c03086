/**
 * Re-encodes an 8-bit MIME message into a legal 7-bit one while it streams by (RFC 6522 §3, RFC 2045 §6).
 *
 * Only copies that are returned to a sender are treated so; mail under way is never changed. Bodies that hold 8-bit octets
 * become quoted-printable, labels follow, everything else stays octet for octet. Two passes: the first learns which bodies
 * need it and whether it can be done at all, the second writes.
 */
import type { Entity } from './mime-lines.ts'
import { mimeLines } from './mime-lines.ts'
import { QuotedPrintable } from './transfer-encoding.ts'

/** Which leaves, counted in order, hold 8-bit octets. */
export type SevenBitPlan = ReadonlySet<number>

const text = new TextEncoder()
const has8bit = (bytes: Uint8Array): boolean => {
  for (const octet of bytes) if (octet > 0x7f) return true
  return false
}

/** First pass. Undefined when the message cannot be re-encoded: 8-bit header fields, broken or unknown structure. */
export const planSevenBit = async (content: AsyncIterable<Uint8Array>): Promise<SevenBitPlan | undefined> => {
  const plan = new Set<number>()
  let leaf = -1
  let entity: Entity | undefined
  for await (const each of mimeLines(content)) {
    if (each.is === 'hopeless') return undefined
    if (each.is === 'header') {
      ;({ entity } = each)
      if (entity.kind === 'leaf') leaf += 1
      if (entity.fields.some((field) => field.lines.some(has8bit))) return undefined
    } else if (each.is === 'body' && has8bit(each.line)) {
      // RFC 2046 §5.2: no encoding on other message types; and no second one on what is encoded already.
      if (entity?.type.startsWith('message/') === true) return undefined
      if (entity?.encoding === 'quoted-printable' || entity?.encoding === 'base64') return undefined
      plan.add(leaf)
    }
  }
  return plan
}

/** The header section of an entity with the labels that fit what follows. */
function* relabelled(entity: Entity, encode: boolean): Generator<Uint8Array, void, undefined> {
  const lies = entity.encoding === '8bit' || entity.encoding === 'binary'
  const relabel = encode || lies
  const names = new Set(entity.fields.map((field) => field.name))
  for (const { name, lines } of entity.fields) {
    if (!(relabel && name === 'content-transfer-encoding')) yield* lines
  }
  if (encode && !names.has('content-type')) yield text.encode('Content-Type: text/plain; charset=unknown-8bit\r\n')
  if (encode && entity.outermost && !names.has('mime-version')) yield text.encode('MIME-Version: 1.0\r\n')
  if (relabel) yield text.encode(`Content-Transfer-Encoding: ${encode ? 'quoted-printable' : '7bit'}\r\n`)
}

/** Octets of a piece that is handed on. */
const pieceSize = 65_536

/** Lines gathered into larger pieces, for the sake of whoever writes them. */
async function* gathered(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let piece: Uint8Array[] = []
  let octets = 0
  for await (const line of lines) {
    piece.push(line)
    octets += line.length
    if (octets < pieceSize) continue
    yield Buffer.concat(piece)
    piece = []
    octets = 0
  }
  if (octets > 0) yield Buffer.concat(piece)
}

/** Second pass: the message in 7 bits. */
export const sevenBit = (
  plan: SevenBitPlan,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> => gathered(sevenBitLines(plan, content))

async function* sevenBitLines(
  plan: SevenBitPlan,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let leaf = -1
  let encoder: QuotedPrintable | undefined
  for await (const each of mimeLines(content)) {
    if (each.is === 'hopeless') throw new Error('the message is not the one that the plan was made for')
    if (each.is === 'body') {
      yield encoder === undefined ? each.line : encoder.encode(each.line)
      continue
    }
    if (encoder !== undefined && !(each.is === 'frame' && each.line.length === 2)) {
      yield encoder.end()
      encoder = undefined
    }
    if (each.is === 'frame') {
      // Preambles and epilogues are nobody's content.
      yield each.line.map((octet) => (octet > 0x7f ? 0x3f : octet))
      continue
    }
    if (each.entity.kind === 'leaf') leaf += 1
    const encode = each.entity.kind === 'leaf' && plan.has(leaf)
    yield* relabelled(each.entity, encode)
    if (encode) encoder = new QuotedPrintable()
  }
  if (encoder !== undefined) yield encoder.end()
}
