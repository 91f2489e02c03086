/**
 * What whoever delivers into a mailbox does to a message, which the library leaves to its user: its own trace on top, and no
 * Return-Path of an earlier journey. Text here is octets, one a character.
 */
import type { SMTPServerSession } from 'smtp-server'

/** A Return-Path with its folded lines. */
const returnPath = /^return-path:.*\r\n(?:[ \t].*\r\n)*/gim

/** The header without earlier Return-Path fields, and the rest as it came. */
export const headerOf = (content: string): { readonly header: string; readonly body: string } => {
  const end = content.indexOf('\r\n\r\n')
  const length = end === -1 ? content.length : end + 2
  return { header: content.slice(0, length).replaceAll(returnPath, ''), body: content.slice(length) }
}

/** Return-Path and Received (RFC 5321 §4.4), with what the library tells of the session. */
export const traceOf = (
  { envelope, hostNameAppearsAs, remoteAddress, transmissionType, tlsOptions, id }: SMTPServerSession,
  hostName: string,
  recipients: readonly string[],
): string => {
  const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address
  const address = remoteAddress.includes(':') ? `IPv6:${remoteAddress}` : remoteAddress
  const [only] = recipients
  const clauses = [
    `from ${hostNameAppearsAs} ([${address}])`,
    `by ${hostName} with ${transmissionType} id ${id}`,
    ...(recipients.length === 1 && only !== undefined ? [`for <${only}>`] : []),
    ...(tlsOptions === false ? [] : [`tls ${tlsOptions.standardName}`]),
  ]
  const date = new Date().toUTCString().replace('GMT', '+0000')
  const trace = `Return-Path: <${sender}>\r\nReceived: ${clauses.join('\r\n\t')};\r\n\t${date}\r\n`
  return Buffer.from(trace, 'utf8').toString('latin1')
}
