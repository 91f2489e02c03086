/**
 * What a session remembers between commands, and the few ways in which it forgets.
 *
 * Two lifetimes, two sets of fields: what the client said about itself lasts until STARTTLS, the mail transaction until
 * its content is handed over, RSET, EHLO or the end. The functions here are the only ones that end either, so that
 * `abandon` is said exactly once for every transaction that was begun and not handed over.
 */
import type { ChunkFacts } from '../chunks.ts'
import type { Output, Protection, Terms } from '../exchange.ts'
import { keywordSet, offeredKeywords } from '../extensions.ts'
import type { Phase } from '../sequence.ts'
import type { OpenTransaction } from '../transaction.ts'

/** How the client introduced itself. */
export interface Helo {
  readonly verb: 'EHLO' | 'HELO'
  readonly name: string
}

export interface Memory {
  readonly terms: Terms
  phase: Phase
  /** TLS is active. */
  secure: Protection | undefined
  helo: Helo | undefined
  /** The authenticated user. */
  user: string | undefined
  /** MAIL was accepted and the content is not handed over yet. */
  transaction: OpenTransaction | undefined
  /** In phase `chunks`: what the chunks so far hold. */
  chunks: ChunkFacts | undefined
  /** The code of a greeting that refused the session. */
  greetingCode: number
  /** Commands refused permanently since the last accepted message. */
  refusedCommands: number
  failedAuthentications: number
  /** What the input at hand gives out. */
  outputs: Output[]
}

/** The memory of a session that nobody has spoken in. */
export function blankMemory(terms: Terms): Memory {
  return {
    terms,
    phase: 'connecting',
    secure: undefined,
    helo: undefined,
    user: undefined,
    transaction: undefined,
    chunks: undefined,
    greetingCode: 0,
    refusedCommands: 0,
    failedAuthentications: 0,
    outputs: [],
  }
}

/** The EHLO lines that are true now. */
export function offeredNow(memory: Memory): readonly string[] {
  return offeredKeywords(memory.terms, {
    secure: memory.secure !== undefined,
    authenticated: memory.user !== undefined,
  })
}

/** Their keywords alone, in upper case. */
export function offersNow(memory: Memory): ReadonlySet<string> {
  return keywordSet(offeredNow(memory))
}

/** Clears the buffers as RSET does: the session stays identified if it was (rfc5321-4.1.1.5-01, rfc5321-4.1.1.5-06). */
export function resetTransaction(memory: Memory): void {
  dropTransaction(memory, memory.helo === undefined ? 'greeted' : 'identified')
}

/** Drops an open transaction, if there is one, and goes to `phase`. */
export function dropTransaction(memory: Memory, phase: Phase): void {
  if (memory.transaction !== undefined) memory.outputs.push({ kind: 'abandon' })
  memory.transaction = undefined
  memory.chunks = undefined
  memory.phase = phase
}

/** Takes the transaction out of the buffers for whoever accepts it: from here on it cannot be abandoned. */
export function handOver(memory: Memory): void {
  memory.transaction = undefined
  memory.chunks = undefined
  memory.phase = 'identified'
}

/** RFC 3207 §4.2: nothing that the client said before TLS counts (rfc3207-4.2-01, rfc3207-4.2-03). */
export function forgetClient(memory: Memory, secure: Protection): void {
  dropTransaction(memory, 'greeted')
  memory.helo = undefined
  memory.user = undefined
  memory.secure = secure
}
