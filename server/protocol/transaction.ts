/**
 * The mail transaction's two buffers (RFC 5321 §4.1.1): the reverse-path with its parameters, and the forward-paths.
 *
 * MAIL makes new buffers, each accepted RCPT appends to the second one; to everybody else a transaction is the read-only
 * value of `exchange.ts`. What the session remembers besides, and when a transaction ends, is `memory.ts`; whether its
 * content may be taken is `content.ts`.
 */
import type { Transaction } from './exchange.ts'
import type { ForwardPath, ReversePath } from './path.ts'
import type { MailParameters, RcptParameters } from './parameters.ts'

/** A transaction whose forward-paths still grow. */
export interface OpenTransaction extends Transaction {
  readonly recipients: Transaction['recipients'][number][]
}

/** MAIL was accepted: new buffers, whatever was there before (rfc5321-4.1.1.2-01, rfc5321-3.3-01). */
export function beginTransaction(reversePath: ReversePath, parameters: MailParameters): OpenTransaction {
  return { reversePath, parameters, recipients: [] }
}

/** RCPT was accepted: the forward-path is appended and disturbs no other (rfc5321-4.1.1.3-01); duplicates are kept. */
export function addRecipient(transaction: OpenTransaction, forwardPath: ForwardPath, parameters: RcptParameters): void {
  transaction.recipients.push({ forwardPath, parameters })
}
