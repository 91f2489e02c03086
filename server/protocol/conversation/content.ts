/**
 * The content of a message on its way: by DATA with transparency, or by BDAT in chunks; and a reply to its end, of which
 * SMTP has one and LMTP one for each recipient (RFC 2033 §4.2, §4.3).
 */
import type { Dialogue, Heard, Talk } from './dialogue.ts'
import { isPositive } from './dialogue.ts'
import { TransparencyEncoder } from './transparency.ts'
import { encodeUtf8 } from '../text.ts'

function* nextPiece(): Talk<Uint8Array | undefined> {
  const event = yield { act: 'content' }
  if (event.event !== 'content') throw new Error(`${event.event} is no answer to content`)
  return event.bytes
}

/** What came instead, when the line would not take the octets. */
function* transmit(dialogue: Dialogue, bytes: Uint8Array): Talk<Heard | undefined> {
  const event = yield { act: 'transmit', bytes }
  if (event.event === 'done') return undefined
  if (event.event !== 'ended') throw new Error(`${event.event} is no answer to transmit`)
  // It may have said why before it hung up: a 421, or a message too large for it.
  const heard = yield* dialogue.hear('farewell')
  if (heard.kind === 'reply' && heard.reply.code >= 400) {
    dialogue.breakDown('content', 'closed', event.detail)
    return heard
  }
  return dialogue.breakDown('content', event.cause, event.detail)
}

function* byData(dialogue: Dialogue): Talk<Heard | undefined> {
  const encoder = new TransparencyEncoder()
  for (;;) {
    const piece = yield* nextPiece()
    if (piece === undefined) break
    const failed = yield* transmit(dialogue, encoder.push(piece))
    if (failed !== undefined) return failed
  }
  const failed = yield* transmit(dialogue, encodeUtf8(encoder.end()))
  if (failed !== undefined) return failed
  dialogue.midContent = false
  return undefined
}

function* loneDot(dialogue: Dialogue): Talk<undefined> {
  dialogue.midContent = false
  yield* dialogue.send('.\r\n')
  return undefined
}

/** Each piece is a chunk; the next one waits for its reply, so that none follows a refused one (rfc3030-2-11). */
function* byChunks(dialogue: Dialogue, size: number): Talk<Heard | undefined> {
  let sent = 0
  for (;;) {
    const piece = (yield* nextPiece()) ?? new Uint8Array()
    sent += piece.length
    if (sent > size || (piece.length === 0 && sent < size)) throw new Error('the content is not as long as was said')
    const last = sent === size
    dialogue.midContent = true
    yield* dialogue.send(last ? `BDAT ${piece.length} LAST\r\n` : `BDAT ${piece.length}\r\n`)
    const failed = piece.length === 0 ? undefined : yield* transmit(dialogue, piece)
    if (failed !== undefined) return failed
    dialogue.midContent = false
    if (last) return undefined
    const heard = yield* dialogue.hear('BDAT') // rfc2033-4.3-02: one reply in LMTP too
    if (!isPositive(heard)) return heard
  }
}

/** 3yz asks for more, and there is no more. */
const conclusive = (dialogue: Dialogue, heard: Heard): Heard =>
  heard.kind === 'reply' && heard.reply.code >= 300 && heard.reply.code < 400
    ? dialogue.breakDown('content-end', 'garbled', `the content was answered ${heard.reply.code}`)
    : heard

/**
 * Sends the content, `size` octets of it, with its end; gives what came before that end was reached (the reply to a chunk
 * that was refused, or a breakdown), if anything did. Without `wanted` only the end of data goes out.
 */
export function* sendContent(
  dialogue: Dialogue,
  by: 'DATA' | 'BDAT',
  size: number,
  wanted: boolean,
): Talk<Heard | undefined> {
  const stopped =
    by === 'BDAT' ? yield* byChunks(dialogue, size) : wanted ? yield* byData(dialogue) : yield* loneDot(dialogue)
  return stopped === undefined ? undefined : conclusive(dialogue, stopped)
}

/** A reply to the end of the content. After the last one the session is in step, or spent. */
export function* hearEnd(dialogue: Dialogue): Talk<Heard> {
  return conclusive(dialogue, yield* dialogue.hear('content-end'))
}
