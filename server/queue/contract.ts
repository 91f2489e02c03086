/**
 * What the queue and delivery promise each other, as types: work handed out by lanes, results handed back.
 *
 * The manager groups due recipients by destination. For each destination with due work it starts `deliver` with a lane
 * (bounded per destination and in all). `deliver` takes works until the lane gives none, over as few sessions as it can,
 * and settles each. Queue knows nothing of MX, sockets or notifications; delivery knows nothing of schedules.
 */
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { Container } from '../ports.ts'

/** Where recipients go together; `kind` and `key` are what lanes are told apart by. */
export type Destination =
  /** `lmtp`: mailboxes are the POP and IMAP service's, a host that has so many sessions as others may have. */
  | { readonly kind: 'local'; readonly key: 'local' | 'lmtp' }
  | { readonly kind: 'domain'; readonly key: string; readonly domain: string }
  | { readonly kind: 'literal'; readonly key: string; readonly address: string; readonly family: 4 | 6 }
  | { readonly kind: 'smarthost'; readonly key: 'smarthost' }
  /** No way leads there (an unknown general literal, an unqualified name): fails at once with this status. */
  | { readonly kind: 'nowhere'; readonly key: string; readonly status: string; readonly reason: string }

export interface Result {
  readonly recipient: string
  readonly outcome: Outcome
}

/** One message's due recipients for one destination. */
export interface Work {
  /** Names this attempt in the journal. */
  readonly attempt: string
  readonly envelope: Envelope
  readonly recipients: readonly Recipient[]
  /** The content from its first octet; may be called again for another host. */
  content(): AsyncIterable<Uint8Array>
  /** Makes the results durable; every recipient of the work is settled exactly once, some early if delivery likes. */
  settle(results: readonly Result[]): Promise<void>
}

export interface Lane {
  readonly destination: Destination
  /** The next due work, or nothing for now. */
  next(): Work | undefined
}

/** Empties the lane; never rejects for anything that the network did. Aborting the signal asks it to end between works. */
export type Deliver = (lane: Lane, signal: AbortSignal) => Promise<void>

/** A notification that the queue should take in together with the settlement that caused it. */
export type NotificationCause = 'failed' | 'delayed' | 'relayed' | 'delivered' | 'expanded'

export interface Told {
  readonly recipient: Recipient
  readonly cause: NotificationCause
  readonly outcome: Outcome
}

/** A notification to be queued: its envelope and its content, ready to be streamed into a container. */
export interface Notification {
  /** Its `size` is the queue's to fill in, from the container. */
  readonly envelope: Envelope
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/**
 * Decides who must be told what about these recipients of one envelope, and writes it (RFC 3461 §6, RFC 3464).
 * Gives none where nobody may be told (null reverse-path, NOTIFY=NEVER …). `content` reads the original message.
 */
export type Notify = (
  envelope: Envelope,
  told: readonly Told[],
  content: () => AsyncIterable<Uint8Array>,
) => Promise<readonly Notification[]>

/** Which recipients an operator means: of one envelope, of one address, or all that wait. */
export interface Selection {
  readonly envelope?: string
  readonly recipient?: string
}

/** The queue's verbs, as acceptance, the operator and the composition root know them. */
export interface Queue {
  begin(): Container
  /** Durable when it resolves (RFC 5321 §6.1), and on its way; rejects when the disk refuses: then say 452. */
  accept(envelope: Envelope, container: Container): Promise<void>
  /** Everything that was accepted and is not finished, oldest first. */
  list(): readonly Envelope[]
  show(envelope: string): Envelope | undefined
  content(envelope: string): AsyncIterable<Uint8Array>
  /** Each resolves, durable, with the number of recipients it changed. Removing tells nobody. */
  hold(selection: Selection): Promise<number>
  release(selection: Selection): Promise<number>
  remove(selection: Selection): Promise<number>
  /** Makes everything selected due now; host knowledge (a destination's backing off) is forgotten. */
  flush(selection: Selection): void
  /** When the next attempt, warning or expiry is due; undefined when nothing waits. */
  nextDueAt(): number | undefined
  /** Resolves when no attempt is under way and nothing is due now. */
  rest(): Promise<void>
  /** New settings: schedules and bounds count from now on; destinations are worked out again. */
  reconsider(): void
  counts(): {
    readonly messages: number
    readonly queued: number
    readonly held: number
    readonly underWay: number
    readonly octets: number
  }
  /** Starts no new attempt, lets those under way end (their sessions are told to stop between messages), closes the store. */
  stop(graceMilliseconds: number): Promise<void>
}
