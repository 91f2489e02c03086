/**
 * What the administration API needs of the running server, and what a running server offers to whoever started it.
 *
 * Types only. `server/main.ts` supplies both; the API and the command line know nothing else of the server.
 */
import type { Journal } from '../journal/journal.ts'
import type { Mailboxes } from '../mailbox/contract.ts'
import type { SetAside } from '../ports.ts'
import type { Queue } from '../queue/contract.ts'
import type { JournalEvent } from '../journal/events.ts'
import type { Mistake } from '../settings/mistake.ts'
import type { Keeper } from '../settings/keeper.ts'
import type { SettingsDocument } from '../settings/schema.ts'
import type { Users } from '../settings/users.ts'

/** The API's view of the server. */
export interface Administration {
  /** Of smtpspec, for the OpenAPI document and the metrics. */
  readonly version: string
  readonly settings: Pick<Keeper, 'settings' | 'redacted' | 'replace' | 'change'>
  readonly users: Users
  readonly queue: Queue
  readonly mailboxes: Mailboxes
  readonly journal: Journal
  health(): Health
  /** Prometheus text format 0.0.4 (`metrics.ts` makes it). */
  metrics(): string
}

export interface Health {
  readonly status: 'ok' | 'degraded'
  readonly reasons: readonly HealthReason[]
}

export interface HealthReason {
  readonly reason: 'open-relay' | 'set-aside' | 'listener-closed' | 'journal-lost'
  /** One sentence. */
  readonly says: string
  /** One sentence. */
  readonly remedy: string
}

/** What the health answer is made from (`health.ts`). */
export interface HealthFacts {
  readonly settings: ReturnType<Keeper['settings']>
  /** What the queue could not read when it started. */
  readonly setAside: readonly SetAside[]
  /** Listeners of the settings that are not open, as `role ADDRESS:PORT`. */
  readonly closedListeners: readonly string[]
  /** Events that never reached the journal's file. */
  readonly lostEvents: number
}

export interface OpenListener {
  readonly role: 'relay' | 'submission' | 'submissions'
  readonly address: string
  readonly port: number
}

/** A started server. */
export interface RunningServer {
  listeners(): readonly OpenListener[]
  /** `http://127.0.0.1:8025`; undefined while the API is off. */
  adminUrl(): string | undefined
  /** The document is the whole truth from now on. */
  apply(document: SettingsDocument): Promise<{ readonly kind: 'applied' } | StartMistakes>
  /** 421 to everybody, transactions in flight may finish within the grace, then everything is closed. Idempotent. */
  stop(graceMilliseconds: number): Promise<void>
}

export interface StartMistakes {
  readonly kind: 'mistakes'
  readonly mistakes: readonly Mistake[]
}

/** What the command line hands to `startServer`. */
export interface StartOptions {
  readonly document: SettingsDocument
  /** Where queue, mailboxes and journal live; made if it does not exist. */
  readonly folder: string
  /** The settings file, to which changes are saved. */
  readonly settingsPath?: string
  /** Holds over the document and is never saved. */
  readonly overrides?: SettingsDocument
  /** Hears every journal event from the first on. */
  readonly onEvent?: (event: JournalEvent) => void
}

/** Rejects only when the disk does; everything that settings can cause is a mistake. */
export type StartServer = (
  options: StartOptions,
) => Promise<{ readonly kind: 'started'; readonly server: RunningServer } | StartMistakes>
