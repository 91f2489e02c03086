/**
 * Mailboxes as the rest of the server knows them, as types: delivery puts messages in, the operator (and later POP and
 * IMAP) looks at them.
 */
export interface StoredMessage {
  /** Unique within the mailbox, stable while the message stays. */
  readonly id: string
  /** Octets as stored. */
  readonly size: number
  readonly deliveredAt: number
  /** Maildir flags, `S` for seen and so on; empty for new mail. */
  readonly flags: string
}

/** Why a message could not be put into a mailbox for now. */
export type MailboxFault = { readonly kind: 'full' } | { readonly kind: 'disk'; readonly reason: string }

export interface Mailboxes {
  /**
   * Stores one message, whole or not at all: written and flushed under tmp/, then moved to new/ (Maildir).
   * `key` names the delivery; a second call with the same key finds the message already there and is a no-op, so that a
   * crash between delivery and settlement makes no duplicate.
   */
  deliver(
    user: string,
    key: string,
    content: AsyncIterable<Uint8Array>,
    quota: number,
  ): Promise<{ readonly kind: 'delivered' } | MailboxFault>
  /** Names of mailboxes that exist. */
  names(): Promise<readonly string[]>
  list(user: string): Promise<readonly StoredMessage[]>
  /** The exact octets, or undefined when there is no such message. */
  read(user: string, id: string): Promise<Uint8Array | undefined>
  remove(user: string, id: string): Promise<boolean>
}
