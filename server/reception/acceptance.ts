/**
 * Content on its way into the queue, and the moment at which it becomes ours: commit first, 250 after (RFC 5321 §6.1).
 *
 * The Received field goes before everything (rfc5321-4.4-01, -06); what follows is what the client sent, octet for octet.
 * Only at the users' doors is a message completed: Date and Message-ID where they are missing (RFC 6409 §8), which the
 * Received field then tells, and the end of a last line (rfc5321-4.1.1.4-07); a Return-Path goes, which final delivery
 * alone writes (rfc5321-4.4-14). A header section beyond ASCII without
 * SMTPUTF8 is refused there. Content streams: at most 64 KiB are held back before they are written, and the
 * caller waits while the container is slow. A disk that refuses is told at the end, so that the session stays in step.
 */
import { addressFault } from '../message/addresses.ts'
import { dateField, HeaderScanner, messageIdField } from '../message/headers.ts'
import { receivedField } from '../message/received.ts'
import { FieldRemover } from '../message/return-path.ts'
import type { Origin } from '../message/envelope.ts'
import type { Container } from '../ports.ts'
import type { ContentFacts, Transaction } from '../protocol/exchange.ts'
import { replies } from '../protocol/replies.ts'
import type { Reply } from '../protocol/reply.ts'
import type { Desk } from './desk.ts'
import { addressOf, envelopeOf } from './envelope.ts'

/** Octets that are gathered before they are written; also the longest header section that is looked at before it is. */
const heldOctets = 64 * 1024
const addressFields = ['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'] as const
const watchedFields = ['received', 'date', 'message-id', ...addressFields] as const
const lineEnd = Buffer.from('\r\n')
/** Octets within which the colon of a first field is looked for (RFC 5322 §2.1.1). */
const longestFieldName = 998
const fieldStart = /^[!-9;-~]+[ \t]*:/

export interface IntakeFacts {
  readonly origin: Origin
  readonly transaction: Transaction
  /** The client authenticated, or its host is trusted. */
  readonly insider: boolean
  /** Our end of the session. */
  readonly localAddress: string
  /** The TLS cipher suite of the session. */
  readonly cipher?: string | undefined
}

export type Accepted =
  | { readonly kind: 'accepted'; readonly envelope: string; readonly size: number; readonly recipients: number }
  | { readonly kind: 'refused'; readonly reply: Reply; readonly cause: string }

export interface Intake {
  /** Takes content in order; a promise when the caller should wait before giving more. Never rejects. */
  take(bytes: Uint8Array): Promise<void> | undefined
  /** The content is whole. Resolves when the message is durable, or refused; never rejects. */
  finish(content: ContentFacts): Promise<Accepted>
  /** Throws away what there is; idempotent. */
  discard(): void
}

/** Whether so many octets may still wait in the queue. */
export const fitsIn = ({ queue, settings }: Pick<Desk, 'queue' | 'settings'>, octets: number): boolean => {
  const { queueSize } = settings().limits
  return queueSize === 0 || queue.counts().octets + octets <= queueSize
}

export const openIntake = (desk: Desk, facts: IntakeFacts): Intake => {
  const { origin, transaction } = facts
  const { hostName, incoming, limits, submission } = desk.settings()
  const { directory } = desk.policy()
  const { primaryDomain } = directory
  const id = desk.ids.unique()
  const scanner = new HeaderScanner(watchedFields)
  // rfc5321-6.4-01: a relay adds nothing but its trace.
  const originating = origin.role !== 'relay'
  let completing = originating && submission.completeMessages
  const remover = completing ? new FieldRemover('return-path') : undefined
  let container: Container | undefined
  let fault: unknown
  let pieces: Uint8Array[] = []
  let held = 0
  let last: Uint8Array = new Uint8Array(0)

  const [only, ...others] = transaction.recipients
  const began = desk.clock.now()
  const trace = (added: readonly string[]): string =>
    receivedField({
      origin,
      hostName,
      id,
      // rfc5321-4.4-04 rfc5321-7.6-01: with several recipients a FOR clause would tell one of the others.
      ...(only === undefined || others.length > 0 ? {} : { recipient: addressOf(only.forwardPath, primaryDomain) }),
      ...(facts.cipher === undefined ? {} : { cipher: facts.cipher }),
      added,
      at: began,
    })

  /** What a message from our own users lacks, by field name; empty for one that is whole. */
  const missing = (): ReadonlyMap<string, string> => {
    const fields = new Map<string, string>()
    // rfc6409-4.2-02 rfc6409-5.1-02: who changes a header answers for its addresses; one with bad ones stays as it is.
    if (addressFields.some((name) => addressFault(scanner.first(name) ?? '') !== undefined)) return fields
    if (!scanner.has('date')) fields.set('Date', dateField(began)) // rfc6409-8.2-01
    if (!scanner.has('message-id')) fields.set('Message-ID', messageIdField(id, hostName)) // rfc6409-8.3-01
    return fields
  }

  /** What stands before the content: the trace, and what was missing. */
  const head = (): Buffer => {
    const added = completing ? missing() : new Map<string, string>()
    const start = Buffer.concat(pieces).toString('latin1', 0, longestFieldName)
    // A text without any header section gets the empty line that ends one.
    const headless = added.size > 0 && !start.startsWith('\r\n') && !fieldStart.test(start)
    return Buffer.from(trace([...added.keys()]) + [...added.values()].join('') + (headless ? '\r\n' : ''))
  }

  /** Puts down what is held back. */
  const write = async (): Promise<void> => {
    const bytes = Buffer.concat(container === undefined ? [head(), ...pieces] : pieces)
    completing = false
    pieces = []
    held = 0
    try {
      container ??= desk.queue.begin()
      await container.write(bytes)
    } catch (reason) {
      fault ??= reason
      container?.discard()
    }
  }

  /** Whether anybody among the recipients has a mailbox here. */
  const staysHere = (): boolean =>
    transaction.recipients.some(
      ({ forwardPath }) =>
        forwardPath.kind === 'postmaster' || directory.isLocal(forwardPath.mailbox.host, facts.localAddress),
    )

  const refuse = (cause: string, reply: Reply): Accepted => {
    container?.discard()
    return { kind: 'refused', cause, reply }
  }

  return {
    take: (bytes) => {
      if (fault !== undefined || bytes.length === 0) return undefined
      if (!scanner.ended) scanner.feed(bytes)
      pieces.push(...(remover?.pass(bytes) ?? [bytes]))
      held += bytes.length
      last = bytes.length > 1 ? bytes : Buffer.concat([last.subarray(-1), bytes])
      if (held < heldOctets) return undefined
      // A header section of that length is taken to be whole: what it lacks is not known, so nothing is added.
      completing &&= scanner.ended
      return write()
    },
    finish: async (content) => {
      // rfc5321-6.3-01, -02
      if (scanner.count('received') > limits.receivedHops) return refuse('mail-loop', replies.mailLoop)
      // rfc6409-8-01
      if (originating && scanner.has8bit && transaction.parameters.smtputf8 !== true) {
        return refuse('header-not-ascii', replies.headerNotAscii)
      }
      pieces.push(...(remover?.end() ?? []))
      // rfc5321-4.1.1.4-07; binary content has no lines.
      const text = transaction.parameters.body !== 'BINARYMIME'
      if (originating && text && last.length > 0 && !Buffer.from(last.subarray(-2)).equals(lineEnd)) {
        pieces.push(lineEnd)
      }
      // rfc6531-3.5-02
      if (
        !incoming.internationalHeaders &&
        scanner.has8bit &&
        transaction.parameters.smtputf8 === true &&
        staysHere()
      ) {
        return refuse('utf8-header', replies.utf8NotForAll)
      }
      await write()
      if (container === undefined || fault !== undefined) return refuse(String(fault), replies.outOfStorage)
      // rfc5321-4.2.5-04: put off, and gone.
      if (!fitsIn(desk, container.size)) return refuse('queue-full', replies.outOfStorage)
      const envelope = envelopeOf({
        id,
        now: desk.clock.now(),
        origin,
        size: container.size,
        transaction,
        content,
        insider: facts.insider,
        primaryDomain,
      })
      try {
        await desk.queue.accept(envelope, container)
      } catch (reason) {
        return refuse(String(reason), replies.outOfStorage)
      }
      const { size, recipients } = envelope
      return { kind: 'accepted', envelope: id, size, recipients: recipients.length }
    },
    discard: () => {
      pieces = []
      container?.discard()
    },
  }
}
