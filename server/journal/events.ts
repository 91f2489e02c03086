/**
 * The vocabulary of the journal: what the server tells about itself, one event a fact.
 *
 * Types only. Events of one session, transaction, envelope, recipient or attempt carry the same ids, so that a message's
 * whole life is one filtered list. Reports never decide: nothing in the server reads the journal to know what to do.
 */
export type EventName =
  // the server
  | 'server-started'
  | 'server-stopping'
  | 'server-stopped'
  | 'listener-opened'
  | 'listener-closed'
  | 'settings-applied'
  | 'settings-refused'
  /** Neither method nor trusted host: anybody could relay. */
  | 'open-relay'
  | 'warning'
  // a session
  | 'session-opened'
  | 'session-refused'
  | 'session-identified'
  | 'session-secured'
  | 'session-secure-failed'
  | 'session-authenticated'
  | 'authentication-failed'
  | 'command-refused'
  | 'early-talker'
  | 'plaintext-discarded'
  | 'session-closed'
  // a transaction
  | 'sender-accepted'
  | 'sender-refused'
  | 'recipient-accepted'
  | 'recipient-refused'
  | 'transaction-abandoned'
  | 'message-accepted'
  | 'message-refused'
  // the queue
  | 'queue-recovered'
  | 'set-aside'
  | 'recipient-held'
  | 'recipient-released'
  | 'recipient-removed'
  | 'attempt-started'
  | 'attempt-ended'
  // delivery
  | 'route-chosen'
  | 'host-tried'
  | 'host-passed-over'
  | 'host-secured'
  | 'recipient-delivered'
  | 'recipient-relayed'
  | 'recipient-expanded'
  | 'recipient-deferred'
  | 'recipient-failed'
  | 'recipient-expired'
  | 'message-finished'
  // notifications
  | 'notification-queued'
  | 'notification-suppressed'

export interface Ids {
  readonly session?: string
  readonly transaction?: string
  readonly envelope?: string
  readonly recipient?: string
  readonly attempt?: string
}

/** Free facts of an event; every string is printable (`journal/printable.ts`) before it gets here. */
export type Detail = Readonly<Record<string, string | number | boolean>>

export interface JournalEvent extends Ids {
  /** 1, 2, 3 … within this run of the server. */
  readonly sequence: number
  readonly at: number
  readonly event: EventName
  readonly detail: Detail
}

/** How rooms write: `tell('recipient-refused', { session, transaction }, { recipient: '…', reply: 550 })`. */
export type Tell = (event: EventName, ids: Ids, detail?: Detail) => void
