/**
 * From a transaction to the envelope that the queue keeps: values in, values out.
 *
 * Addresses stay as they came on the wire, without brackets and source route; bare `postmaster` gets a domain of ours. A
 * mailbox that was named twice in one transaction was accepted twice and is served once, with the parameters that came
 * first.
 */
import type { Envelope, Origin, Recipient } from '../message/envelope.ts'
import type { Client } from '../policy/client.ts'
import { submitterOf } from '../policy/senders.ts'
import type { ContentFacts, Transaction } from '../protocol/exchange.ts'
import { asciiHost } from '../protocol/path.ts'
import type { ForwardPath } from '../protocol/path.ts'

/** How the client introduced itself. */
export interface Introduction {
  readonly verb: 'EHLO' | 'HELO'
  readonly name: string
}

/** RFC 3848 and RFC 6531 §3.7.3: the WITH keyword of Received. */
export const protocolKeyword = (verb: Introduction['verb'], client: Client, smtputf8: boolean): string => {
  // rfc5321-4.4-35
  if (verb === 'HELO') return 'SMTP'
  // rfc3848-1-01 to -04, rfc6531-3.7.3-03, rfc4954-7-01
  return `${smtputf8 ? 'UTF8SMTP' : 'ESMTP'}${client.secure ? 'S' : ''}${client.user === undefined ? '' : 'A'}`
}

/** The address as the queue keeps it. */
export const addressOf = (path: ForwardPath, primaryDomain: string): string =>
  path.kind === 'postmaster' ? `${path.text}@${primaryDomain}` : path.mailbox.text

/** Equal for two spellings of one mailbox: the local part by its meaning, the host by its name. */
const mailboxKey = (path: ForwardPath, primaryDomain: string): string =>
  path.kind === 'postmaster'
    ? `postmaster@${primaryDomain}`
    : `${path.mailbox.localPart}@${asciiHost(path.mailbox.host)}`

export const recipientsOf = (
  transaction: Transaction,
  envelope: string,
  primaryDomain: string,
  now: number,
): readonly Recipient[] => {
  const seen = new Set<string>()
  const recipients: Recipient[] = []
  for (const { forwardPath, parameters } of transaction.recipients) {
    const key = mailboxKey(forwardPath, primaryDomain)
    if (seen.has(key)) continue
    seen.add(key)
    const { originalRecipient, notify } = parameters
    recipients.push({
      id: `${envelope}r${seen.size}`,
      address: addressOf(forwardPath, primaryDomain),
      ...(originalRecipient === undefined ? {} : { originalRecipient }),
      ...(notify === undefined ? {} : { notify }),
      state: 'queued',
      attempts: 0,
      dueAt: now,
    })
  }
  return recipients
}

export interface EnvelopeFacts {
  readonly id: string
  readonly now: number
  readonly origin: Origin
  /** Octets in the container. */
  readonly size: number
  readonly transaction: Transaction
  readonly content: ContentFacts
  /** AUTH= is believed. */
  readonly insider: boolean
  readonly primaryDomain: string
}

export const envelopeOf = (facts: EnvelopeFacts): Envelope => {
  const { id, now, transaction } = facts
  const { reversePath, parameters } = transaction
  const declared = parameters.body ?? '7BIT'
  const submitter = submitterOf(parameters, facts.insider)
  return {
    id,
    reversePath: reversePath.kind === 'null' ? '' : reversePath.mailbox.text,
    acceptedAt: now,
    origin: facts.origin,
    size: facts.size,
    // Content that turned out to be 8-bit is called so, that no next hop gets it unawares (rfc5321-2.4-09, -10).
    body: declared === '7BIT' && facts.content.has8bit ? '8BITMIME' : declared,
    smtputf8: parameters.smtputf8 === true,
    ...(parameters.return === undefined ? {} : { return: parameters.return }),
    ...(parameters.envelopeId === undefined ? {} : { envelopeId: parameters.envelopeId }),
    ...(submitter === undefined ? {} : { submitter }),
    kind: 'message',
    recipients: recipientsOf(transaction, id, facts.primaryDomain, now),
  }
}
