/**
 * All that a step knows of the server under test: how to start it with the settings of a mail service, reach it, feed it,
 * look into it and stop it. Steps ask for nothing else, so that every feature runs on any server.
 *
 * A missing optional verb is a missing capability: scenarios that need it are "not applicable", with the reason.
 */
import type { SettingsDocument } from '../server/settings/schema.ts'

/** Words for what a target can do beyond the mandatory verbs; scenarios name them as `@needs-…` tags. */
export type Capability =
  | 'clock'
  | 'queue-view'
  | 'mailboxes'
  | 'journal'
  | 'kill'
  | 'submission'
  | 'submissions'
  | 'tls'
  | 'apply'
  | 'admin'
  | 'ipv6'
  | 'pipelining'
  | 'size'
  | '8bitmime'
  | 'dsn'
  | 'chunking'
  | 'binarymime'
  | 'smtputf8'
  /** It offers ENHANCEDSTATUSCODES; without it only reply codes are compared. */
  | 'enhanced-codes'
  /** It tells its own address from other loopback addresses, which some servers all take for their own. */
  | 'own-address'
  /** Its limits by the minute count authenticated users one by one, not the hosts that they sit at. */
  | 'limits-by-user'
  /** It knows SCRAM-SHA-256; and with channel binding. */
  | 'scram'
  | 'scram-plus'
  /** It takes a bare LF in content for a line end, or refuses it, whatever it is told; it cannot be kept. */
  | 'mends-line-ends'
  /** Without a certificate in its settings it makes one. */
  | 'own-certificate'
  /** Mail for its users can be handed to another service over LMTP, instead of being kept. */
  | 'lmtp'
  /** It sends mail to other servers; without it whatever needs a mail exchanger is not applicable. */
  | 'outgoing'

/** Extensions that nearly every server offers. */
export const usualExtensions = ['pipelining', 'size', '8bitmime'] as const satisfies readonly Capability[]

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** One recipient in the queue, as any mail server can tell it. */
export interface QueuedRecipient {
  readonly message: string
  readonly sender: string
  readonly recipient: string
  readonly state: 'queued' | 'held'
  readonly attempts?: number
}

export interface StoredMessage {
  readonly content: Uint8Array
}

/** An event as the target's own journal tells it (name and printable facts). */
export interface TargetEvent {
  readonly event: string
  readonly at: number
  /** When it was heard of, on the clock of this machine; where the server's own clock can be moved the two differ. */
  readonly heardAt?: number
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

/** How the world looks to the target: who resolves names, and on which port exchangers listen. */
export interface Surroundings {
  /** `ADDRESS:PORT` of the simulated name server. */
  readonly nameServer: string
  readonly exchangerPort: number
  /** The loopback address that the target may listen on (its own in this scenario). */
  readonly address: string
  /** An empty folder of the target's own. */
  readonly folder: string
}

export interface Target {
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  /**
   * A server of our own: held to what it promises where the standard leaves a choice, and a deviation that the reply lint
   * finds fails the scenario in which it was seen. Elsewhere one habit would turn every scenario red; there it is evidence,
   * and `features/attacks/replies.feature` judges it.
   */
  readonly isOurs?: true
  version(): Promise<string>
  /** Resolves when every listener of the settings answers; rejects with a sentence when it cannot start. */
  start(settings: SettingsDocument, surroundings: Surroundings): Promise<void>
  /** Idempotent; leaves no process, listener or file behind (but the folder, which the caller removes). */
  stop(): Promise<void>
  /** Where the listener of that role answers; undefined when there is none (SMTP off, say). */
  endpoint(role: 'relay' | 'submission' | 'submissions'): Endpoint | undefined
  /** Asks for an attempt of everything that waits, now. */
  runQueue(): Promise<void>
  /** Resolves when no attempt is under way and nothing is due; rejects with what it still does at the deadline. */
  rest(deadlineMilliseconds: number): Promise<void>

  /** For a server that is already there: the settings that scenarios start from, as its policy says they are. */
  usual?(settings: SettingsDocument): SettingsDocument
  /** The address to speak from: the free one of the scene, or one that the server really trusts. */
  source?(standing: 'stranger' | 'trusted', free: string): string
  /** Why a scenario with these words cannot be asked of it. */
  unfit?(text: string): string | undefined
  /** The password of a user, where it is not the suite's own. */
  password?(user: string): string | undefined

  /** Changes settings while running. */
  apply?(settings: SettingsDocument): Promise<void>
  /** Stops and starts again on the same folder. */
  restart?(): Promise<void>
  /** Dies without a chance to clean up (SIGKILL or its in-process likeness), then starts again. */
  kill?(): Promise<void>
  /** Lets time pass: everything that falls due meanwhile happens in order. */
  advance?(milliseconds: number): Promise<void>
  /** When the next attempt is due, milliseconds from now; undefined when nothing waits. */
  nextAttempt?(): Promise<number | undefined>
  queue?(): Promise<readonly QueuedRecipient[]>
  operate?(act: 'hold' | 'release' | 'remove', recipient: string): Promise<void>
  mailbox?(address: string): Promise<readonly StoredMessage[]>
  journal?(): readonly TargetEvent[]
  /** The administration API, when the target has one. */
  admin?(): { readonly url: string; readonly token: string } | undefined
  /** What the target printed on its console since the start. */
  console?(): readonly string[]

  /** The files that the settings became, for people; a path each. */
  configuration?(): Readonly<Record<string, string>>
  /** What the product wrote into its own log since the start, for people. */
  log?(): Promise<string>
  /** Its own records say that a message for this address came to an end here, whatever name it was delivered under. */
  ended?(address: string): Promise<boolean>
  /** Why the server is no longer there although nobody stopped it; undefined while all is well. */
  died?(): string | undefined
}
