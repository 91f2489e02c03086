/**
 * MAIL and RCPT: the envelope of a mail transaction (RFC 5321 §3.3).
 *
 * Each function handles one command that `sequence.ts` has already let through. Limits of the session are ruled here;
 * whether a path is welcome is policy's question. A refusal leaves the transaction as it was (rfc5321-4.1.4-12).
 */
import type { Command } from '../command.ts'
import { ask, say, sayRuling, type Handling } from './handling.ts'
import type { Memory } from './memory.ts'
import { replies } from '../replies.ts'
import { addRecipient, beginTransaction } from '../transaction.ts'

export function* mail(memory: Memory, command: Extract<Command, { readonly verb: 'MAIL' }>): Handling {
  const { reversePath, parameters } = command
  const maximum = memory.terms.maximumMessageSize
  if (maximum > 0 && parameters.size !== undefined && parameters.size > maximum) {
    return say(replies.messageTooBig(maximum)) // rfc1870-6.1-01, rfc1870-7-01
  }
  const ruling = yield* ask({ ask: 'sender', reversePath, parameters })
  if (ruling.kind !== 'refused') {
    memory.transaction = beginTransaction(reversePath, parameters)
    memory.phase = 'mail'
  }
  return sayRuling(ruling, replies.senderAccepted)
}

export function* recipient(memory: Memory, command: Extract<Command, { readonly verb: 'RCPT' }>): Handling {
  const { forwardPath, parameters } = command
  const { transaction } = memory
  if (transaction === undefined) throw new Error('RCPT was let through without a transaction')
  if (transaction.recipients.length >= memory.terms.maximumRecipients) {
    return say(replies.tooManyRecipients) // rfc5321-4.5.3.1.10-02: 452; those accepted stay
  }
  const ruling = yield* ask({ ask: 'recipient', forwardPath, parameters })
  if (ruling.kind !== 'refused') {
    addRecipient(transaction, forwardPath, parameters)
    memory.phase = 'recipients'
  }
  return sayRuling(ruling, replies.recipientAccepted) // rfc5321-3.3-04
}
