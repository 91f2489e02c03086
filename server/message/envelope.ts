/**
 * The envelope (RFC 5321 §2.3.1): who sent a message, to whom, with which promises, and how far each recipient has come.
 *
 * Values only. The queue keeps them, delivery reads them, bounce judges them; the content lies beside them in the store.
 * Addresses are kept as they came on the wire (without angle brackets and source route); meaning is `protocol/path`'s job.
 */

/** RFC 3461 §4.1. `never` stands alone. An absent NOTIFY means failure (and, as we do, delay). */
export type Notify = 'never' | readonly ('success' | 'failure' | 'delay')[]

/** A reply of a remote server as a notification shows it (RFC 3464 §2.3.6), and who gave it. */
export interface RemoteReply {
  readonly code: number
  readonly enhanced?: string
  /** Reply text, one entry a line, without codes, made printable. */
  readonly lines: readonly string[]
}

/** Why a recipient was not served: an enhanced status code (RFC 3463), a sentence for people, and the evidence. */
export interface Trouble {
  /** `class.subject.detail`, for example `5.1.1`. */
  readonly status: string
  /** One sentence that may be shown to the sender; no settings, no paths. */
  readonly reason: string
  /** The host that was asked last, by name. */
  readonly host?: string
  readonly address?: string
  readonly reply?: RemoteReply
  /** Whether the trouble lies with the session, the host, the message or the recipient (DESIGN §2, delivery/outcome). */
  readonly radius?: 'session' | 'host' | 'message' | 'recipient'
}

/** What one attempt came to for one recipient. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'relayed'
      readonly host: string
      readonly address: string
      readonly reply: RemoteReply
      /** The next hop offered DSN and was handed NOTIFY, ORCPT, RET and ENVID: notifying is its duty now. */
      readonly dutyPassed: boolean
    }
  | {
      readonly kind: 'expanded'
      readonly into: readonly string[]
      /** Set when the address is a mailing list: members get their own message from this reverse-path (RFC 5321 §3.9.2). */
      readonly listOwner?: string
    }
  | { readonly kind: 'deferred'; readonly trouble: Trouble }
  | { readonly kind: 'failed'; readonly trouble: Trouble }

/** `queued` waits for its next attempt; `held` waits for the operator; the others are ends. */
export type RecipientState = 'queued' | 'held' | 'delivered' | 'relayed' | 'expanded' | 'failed' | 'expired' | 'removed'

export interface Recipient {
  /** Unique within its envelope, and for ever. */
  readonly id: string
  /** `local-part@domain` as it came on the wire, or `postmaster`; quoting kept, source route dropped. */
  readonly address: string
  /** ORCPT (RFC 3461 §4.2), xtext decoded. */
  readonly originalRecipient?: { readonly type: string; readonly address: string }
  readonly notify?: Notify
  readonly state: RecipientState
  /** Attempts made so far. */
  readonly attempts: number
  /** When the next attempt is due, milliseconds since the epoch; meaningful while `queued`. */
  readonly dueAt: number
  /** The last trouble, if any attempt met one. */
  readonly trouble?: Trouble
  /** When a delay notification was sent or suppressed, so that there is one at most. */
  readonly delayToldAt?: number
  /** The recipient ids that this one was expanded from, outermost first (aliases); bounds alias loops. */
  readonly expandedFrom?: readonly string[]
}

/** How the message reached us: the facts that the Received field and the journal tell. */
export interface Origin {
  readonly session: string
  readonly transaction: string
  readonly role: 'relay' | 'submission' | 'submissions' | 'internal'
  readonly clientAddress: string
  readonly clientName?: string
  /** The EHLO or HELO argument as given, made printable. */
  readonly helo: string
  /** RFC 3848 and RFC 6531 §4.3: SMTP, ESMTP, ESMTPA, ESMTPS, ESMTPSA, UTF8SMTP … */
  readonly protocol: string
  /** The authenticated user's name. */
  readonly user?: string
}

export interface Envelope {
  readonly id: string
  /** `''` is the null reverse-path. */
  readonly reversePath: string
  readonly acceptedAt: number
  readonly origin: Origin
  /** Octets of the stored content, trace field included. */
  readonly size: number
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME'
  readonly smtputf8: boolean
  /** RET (RFC 3461 §4.3). */
  readonly return?: 'FULL' | 'HDRS'
  /** ENVID (RFC 3461 §4.4), xtext decoded. */
  readonly envelopeId?: string
  /** AUTH= of MAIL (RFC 4954 §5), only from a client we trust with it; `<>` where it is not known. */
  readonly submitter?: string
  /** A notification is never answered by a notification (RFC 5321 §4.5.5). */
  readonly kind: 'message' | 'notification'
  readonly recipients: readonly Recipient[]
}
