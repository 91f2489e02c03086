/**
 * DATA and BDAT: the content of a mail transaction, and who answers for it.
 *
 * Whatever is wrong with the content (too big, bare line ends, too long lines), it is read to its true end before it is
 * refused, and nothing of it is taken for a command. Sound content is handed over with the transaction by the question
 * `acceptance`; from that moment on it belongs to whoever rules, and the session never says `abandon` for it, not even
 * when the client goes away before the ruling comes. Either way the buffers are empty afterwards (RFC 5321 §4.1.1.4).
 *
 * 8-bit octets without BODY=8BITMIME and NUL are taken and kept as they are (rfc5321-2.4-10, rfc5321-4.5.2-04).
 */
import { ChunkFacts, ChunkReader } from '../chunks.ts'
import type { Command } from '../command.ts'
import { DataReader } from '../data.ts'
import type { ContentFacts, Terms } from '../exchange.ts'
import { ask, say, sayRuling, takeIn, type Handling, type Verdict } from './handling.ts'
import { dropTransaction, handOver, type Memory } from './memory.ts'
import { replies } from '../replies.ts'
import type { Reply } from '../reply.ts'
import type { OpenTransaction } from '../transaction.ts'

/**
 * Octets that come after DATA and before 354 are held while the question is open and become content with 354, commands
 * without it: a client that sends them (RFC 2920 §3.1 forbids it) gets what it meant when DATA succeeds.
 */
export function* data(memory: Memory): Handling {
  const transaction = opened(memory)
  const { terms } = memory
  if (transaction.parameters.body === 'BINARYMIME') return say(replies.dataForBinary) // rfc3030-3-04
  const ruling = yield* ask({ ask: 'content', by: 'DATA' })
  if (ruling.kind === 'refused') return sayRuling(ruling, ruling.reply)
  const reader = new DataReader()
  const { exceeded } = yield* takeIn({ reader, limit: sizeLimit(terms) }, replies.startMailInput)
  return yield* conclude(memory, exceeded ? replies.messageTooBig(terms.maximumMessageSize) : undefined, () =>
    reader.facts(),
  )
}

/** One chunk. Its octets are behind the command already, so a container that cannot be had is told after them. */
export function* chunk(memory: Memory, command: Extract<Command, { readonly verb: 'BDAT' }>): Handling {
  const { size, last } = command
  if (memory.chunks === undefined) {
    const ruling = yield* ask({ ask: 'content', by: 'BDAT' })
    if (ruling.kind === 'refused') {
      return yield* refusedChunk(memory, size, sayRuling(ruling, ruling.reply))
    }
    memory.chunks = new ChunkFacts()
    memory.phase = 'chunks'
  }
  const facts = memory.chunks
  const left = sizeLimit(memory.terms) - facts.facts().octets // rfc3030-2-23: over all chunks
  const { exceeded } = yield* takeOctets(size, left, (bytes) => facts.add(bytes))
  const fault = exceeded ? replies.messageTooBig(memory.terms.maximumMessageSize) : undefined
  if (last) return yield* conclude(memory, fault, () => facts.facts())
  if (fault === undefined) return say(replies.chunkAccepted(size)) // rfc3030-2-06
  dropTransaction(memory, 'failed')
  return say(fault)
}

/**
 * A chunk that is refused before it is read: its octets are swallowed, then it is told (rfc3030-2-10). If a transaction
 * is open it has failed: taking a later chunk would make a message of a part (rfc3030-2-12).
 */
export function* refusedChunk(memory: Memory, size: number, verdict: Verdict): Handling {
  if (verdict.close !== true) yield* takeOctets(size, 0)
  if (memory.transaction !== undefined) dropTransaction(memory, 'failed')
  return verdict
}

/** The content has come to its end: refused by the session, or handed over and ruled. */
function* conclude(memory: Memory, fault: Reply | undefined, facts: () => ContentFacts): Handling {
  const transaction = opened(memory)
  const found = facts()
  const refused = fault ?? contentFault(found, memory.terms)
  if (refused !== undefined) {
    dropTransaction(memory, 'identified') // rfc5321-4.1.1.4-13
    return say(refused)
  }
  handOver(memory) // rfc5321-4.1.1.4-12
  const ruling = yield* ask({ ask: 'acceptance', transaction, content: found })
  if (ruling.kind !== 'refused') memory.refusedCommands = 0
  return sayRuling(ruling, replies.messageTaken) // rfc5321-4.1.1.4-14
}

/** What makes the session itself refuse whole content of a permitted size. */
function contentFault(facts: ContentFacts, terms: Terms): Reply | undefined {
  // rfc3030-3-03, rfc3030-3-10: nothing in a chunk is a line, declared binary or not
  if (facts.by === 'BDAT') return undefined
  if (facts.bareLineEnds && terms.bareLineEnds === 'refuse') return replies.bareLineEnds // rfc5321-4.1.1.4-08
  // rfc5321-4.5.3.1.6-04
  return facts.longestLine > terms.maximumTextLine ? replies.textLineTooLong(terms.maximumTextLine) : undefined
}

function* takeOctets(
  size: number,
  limit: number,
  watch?: (bytes: Uint8Array) => void,
): Handling<{ readonly exceeded: boolean }> {
  if (size === 0) return { exceeded: false } // rfc3030-2-07
  const intake = { reader: new ChunkReader(size), limit }
  return yield* takeIn(watch === undefined ? intake : { ...intake, watch })
}

function sizeLimit(terms: Terms): number {
  return terms.maximumMessageSize === 0 ? Infinity : terms.maximumMessageSize // rfc1870-3-02
}

function opened(memory: Memory): OpenTransaction {
  if (memory.transaction === undefined) throw new Error('content was let through without a transaction')
  return memory.transaction
}
