/**
 * From an envelope and its content's survey to the mail transaction to hold, or to the reason why it never can be held.
 *
 * Content is sent as it is or not at all: there is no conversion to 7 bits, no repair of line ends (rfc5321-2.3.10-01).
 */
import type { Envelope, Recipient, Trouble } from '../message/envelope.ts'
import { formatMailbox, parseMailbox } from '../protocol/path.ts'
import { hasNoControls, isAscii } from '../protocol/text.ts'
import type { Addressee, OutgoingMail, Spelling } from '../protocol/conversation.ts'
import { canonicalDomain } from '../routing/domain.ts'
import type { Survey } from './survey.ts'

/** The address and its US-ASCII form, if it has one: a U-label has an A-label, a UTF-8 local-part has nothing. */
export const spell = (address: string): Spelling => {
  if (isAscii(address)) return { address, ascii: address } // rfc5321-2.4-04: exactly as it came
  const mailbox = parseMailbox(address)
  const domain = mailbox?.host.kind === 'domain' ? canonicalDomain(mailbox.host.name) : undefined
  if (mailbox === undefined || domain === undefined || !isAscii(mailbox.localPart)) return { address }
  return { address, ascii: formatMailbox({ localPart: mailbox.localPart, host: { kind: 'domain', name: domain } }) }
}

const addressee = (recipient: Recipient): Addressee => ({
  id: recipient.id,
  ...spell(recipient.address),
  ...(recipient.notify !== undefined && { notify: recipient.notify }),
  ...(recipient.originalRecipient !== undefined && { originalRecipient: recipient.originalRecipient }),
})

const sayable = (address: string): boolean =>
  hasNoControls(address) && !/[<>]/.test(address.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''))

/** Why the message can be handed to no host at all, whatever it offers. */
export const neverSendable = (envelope: Envelope, survey: Survey): Trouble | undefined => {
  if (envelope.reversePath !== '' && !sayable(envelope.reversePath)) {
    // rfc5321-4.1.2-14
    return { status: '5.1.7', reason: 'The reverse-path holds characters that must not be sent.', radius: 'message' }
  }
  if (survey.bareLineEnds && envelope.body !== 'BINARYMIME') {
    // rfc5321-2.3.8-05, rfc3030-2-17, rfc5321-4.1.1.4-11: in text no bare CR or LF leaves this server
    return { status: '5.6.0', reason: 'The content holds a CR or LF that ends no line.', radius: 'message' }
  }
  return undefined
}

/** The recipients whose address may not be said in RCPT (rfc5321-4.1.2-14). */
export const unsayable = (recipients: readonly Recipient[]): readonly Recipient[] =>
  recipients.filter(({ address }) => !sayable(address))

export const outgoingMail = (envelope: Envelope, recipients: readonly Recipient[], survey: Survey): OutgoingMail => ({
  reversePath: spell(envelope.reversePath),
  size: survey.octets,
  // rfc5321-2.4-09: what the octets are counts, not only what the client called them
  body: envelope.body === 'BINARYMIME' ? 'BINARYMIME' : survey.has8bit ? '8BITMIME' : '7BIT',
  declaredEightBit: envelope.body === '8BITMIME',
  utf8Header: envelope.smtputf8 && survey.has8bitHeader, // rfc6531-3.2-07
  ...(envelope.return !== undefined && { return: envelope.return }),
  ...(envelope.envelopeId !== undefined && { envelopeId: envelope.envelopeId }),
  ...(envelope.submitter !== undefined && { submitter: envelope.submitter }),
  recipients: recipients.map(addressee),
})
