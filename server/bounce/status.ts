/**
 * The machine-readable part of a notification: message/delivery-status and, where UTF-8 may travel,
 * message/global-delivery-status (RFC 3464 §2, RFC 3461 §6.3, RFC 6533 §4.1).
 *
 * Pure text building. Every value of others goes through `text.ts` first.
 */
import { dateTime } from '../message/date.ts'
import { addressLiteral, isAddressLiteral, isDomain, shownDomain } from '../message/domain.ts'
import type { Envelope, Outcome, RemoteReply, Trouble } from '../message/envelope.ts'
import type { Told } from '../queue/contract.ts'
import { foldedField, printable, typedAddress } from './text.ts'

export interface StatusFacts {
  readonly envelope: Envelope
  readonly told: readonly Told[]
  readonly hostName: string
  /** The moment of the settlement that is reported, milliseconds since the epoch. */
  readonly at: number
  /** When attempts end, milliseconds since the epoch. */
  readonly retryUntil: number
  /** UTF-8 may stand in the fields: message/global-delivery-status. */
  readonly utf8: boolean
}

/** Octets of one line of a remote reply that are shown (RFC 5321 §4.5.3.1.5 allows 512). */
const longestReplyLine = 512
/** Lines of a remote reply that are shown. */
const mostReplyLines = 20

/** The reply as it came, line for line (RFC 3461 §9.2, rfc3461-9.2-01). */
export const transcript = (reply: RemoteReply, utf8: boolean): readonly string[] => {
  const enhanced = reply.enhanced === undefined ? '' : `${reply.enhanced} `
  const lines = reply.lines.length === 0 ? [''] : reply.lines.slice(0, mostReplyLines)
  return lines.map((line, index) => {
    const mark = index === lines.length - 1 ? ' ' : '-'
    return printable(`${reply.code}${mark}${enhanced}${line}`, utf8).slice(0, longestReplyLine).trimEnd()
  })
}

/** The trouble that an outcome carries, if it is one. */
export const troubleOf = (told: Told): Trouble | undefined =>
  told.outcome.kind === 'failed' || told.outcome.kind === 'deferred' ? told.outcome.trouble : told.recipient.trouble

/** `dns; name`; a name that is no fully-qualified domain name has another type (rfc3461-6.3-02, rfc3461-6.3-03). */
const mtaName = (name: string, utf8: boolean): string => {
  if (isAddressLiteral(name)) return `dns; ${name}`
  const shown = shownDomain(name, utf8)
  return shown?.includes('.') === true ? `dns; ${shown}` : `x-local-hostname; ${printable(name, utf8)}`
}

/** Which host answered, and what: present only where another host took part (rfc3464-2.3.5-01). */
const remote = (outcome: Outcome, trouble: Trouble | undefined): { host?: string; reply?: RemoteReply } => {
  const { host, address, reply } = outcome.kind === 'relayed' ? outcome : (trouble ?? {})
  const literal = address === undefined ? undefined : addressLiteral(address)
  const name = host !== undefined && isDomain(host) ? host : (literal ?? host)
  return { ...(name === undefined ? {} : { host: name }), ...(reply === undefined ? {} : { reply }) }
}

/** An enhanced status code whose class fits the action (rfc3464-2.3.4-01, rfc3464-2.3.4-02). */
const statusFor = (told: Told): string => {
  const { outcome } = told
  const status = outcome.kind === 'relayed' ? outcome.reply.enhanced : troubleOf(told)?.status
  const digits = /^([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(status ?? '')
  const [, found, subject, detail] = digits ?? []
  // A delay is a persistent transient failure whatever the host called it.
  if (told.cause === 'delayed') return digits === null ? '4.0.0' : `4.${subject}.${detail}`
  if (told.cause === 'failed') {
    // rfc3461-6.3-07: given up for good, or given up after a time of trying.
    if (digits !== null && found !== '2') return digits[0]
    return outcome.kind === 'failed' ? '5.0.0' : '4.4.7'
  }
  return digits !== null && found === '2' ? digits[0] : '2.0.0'
}

/** A mailing list takes mail like any mailbox (rfc3461-5.2.7.1-01, rfc3464-2.3.3-04, rfc3464-3-05). */
export const actionOf = (told: Told): Told['cause'] =>
  told.outcome.kind === 'expanded' && told.outcome.listOwner !== undefined ? 'delivered' : told.cause

const messageFields = (facts: StatusFacts): string => {
  const { envelope, utf8 } = facts
  const { origin } = envelope
  const literal = addressLiteral(origin.clientAddress)
  const hello = shownDomain(origin.helo, utf8) ?? (isAddressLiteral(origin.helo) ? origin.helo : undefined)
  return [
    // rfc3461-6.3-01 rfc3464-2.2.1-02 rfc3464-2.2.1-03
    envelope.envelopeId === undefined
      ? ''
      : `Original-Envelope-Id: ${printable(envelope.envelopeId, utf8).slice(0, 900)}\r\n`,
    // rfc3464-2.2.2-01
    `Reporting-MTA: ${mtaName(facts.hostName, utf8)}\r\n`,
    // rfc3464-2.2.4-01
    hello === undefined || literal === undefined ? '' : `Received-From-MTA: dns; ${hello} (${literal})\r\n`,
    // rfc3464-2.2.5-01
    `Arrival-Date: ${dateTime(envelope.acceptedAt)}\r\n`,
  ].join('')
}

const recipientFields = (facts: StatusFacts, told: Told): string => {
  const { utf8 } = facts
  const { recipient, outcome } = told
  const { host, reply } = remote(outcome, troubleOf(told))
  // An expiry or a warning comes of time, not of an attempt that just ended: its date is not known here.
  const attempted = outcome.kind !== 'deferred'
  return [
    // rfc3461-6.3-04 rfc3464-2.3.1-01 rfc3464-3-02
    recipient.originalRecipient === undefined
      ? ''
      : `Original-Recipient: ${typedAddress(recipient.originalRecipient, ';', utf8)}\r\n`,
    // rfc3461-6.3-05 rfc3464-2.3.2-02
    `Final-Recipient: ${typedAddress({ type: 'rfc822', address: recipient.address }, '; ', utf8)}\r\n`,
    `Action: ${actionOf(told)}\r\n`,
    `Status: ${statusFor(told)}\r\n`,
    // rfc3461-6.3-08 rfc3461-6.3-09 rfc3464-2.3.6-02
    host === undefined ? '' : `Remote-MTA: dns; ${printable(host, utf8)}\r\n`,
    reply === undefined ? '' : foldedField('Diagnostic-Code', ...diagnostic(reply, utf8)),
    // rfc3464-2.3.7-01
    attempted ? `Last-Attempt-Date: ${dateTime(facts.at)}\r\n` : '',
    `Final-Log-ID: ${printable(facts.envelope.id, false)}\r\n`,
    // rfc3464-2.3.9-01
    told.cause === 'delayed' ? `Will-Retry-Until: ${dateTime(facts.retryUntil)}\r\n` : '',
  ].join('')
}

const diagnostic = (reply: RemoteReply, utf8: boolean): readonly string[] =>
  transcript(reply, utf8).map((line, index) => (index === 0 ? `smtp; ${line}` : line))

/** The whole part: per-message fields, then a group for each recipient after an empty line (rfc3464-2.1-02). */
export const deliveryStatus = (facts: StatusFacts): string =>
  [messageFields(facts), ...facts.told.map((told) => recipientFields(facts, told))].join('\r\n')
