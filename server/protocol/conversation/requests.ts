/**
 * MAIL and RCPT as the client says them: paths without source routes, and only parameters that the server offered.
 *
 * The order is that of the RFCs' examples; nothing is said twice (rfc3461-4.5-03), no space stands beside the colon
 * (rfc5321-3.3-10), no parameter is invented that the message did not bring (rfc3461-5.2.1-01, -02, -03).
 */
import { encodeUnitext, encodeXtext, isAscii } from '../text.ts'
import type { Offer } from './offer.ts'

/** An address in the two forms in which it may be said. */
export interface Spelling {
  /** As it came on the wire; `''` is the null reverse-path. */
  readonly address: string
  /** The same in US-ASCII (the domain in A-labels); absent when only SMTPUTF8 can say it (RFC 6531 §3.7.1). */
  readonly ascii?: string
}

export interface Addressee extends Spelling {
  readonly id: string
  readonly notify?: 'never' | readonly ('success' | 'failure' | 'delay')[]
  readonly originalRecipient?: { readonly type: string; readonly address: string }
}

/** A mail transaction to hold: the envelope's facts that MAIL and RCPT tell. */
export interface OutgoingMail {
  readonly reversePath: Spelling
  /** The content's octets, CRLFs counted, transparency not (rfc1870-5-02). */
  readonly size: number
  /** What the content needs. */
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME'
  /** The client that sent it said 8BITMIME, though the content may be plain. */
  readonly declaredEightBit: boolean
  /** The content's header fields hold UTF-8. */
  readonly utf8Header: boolean
  readonly return?: 'FULL' | 'HDRS'
  readonly envelopeId?: string
  /** AUTH= of a client we trust (RFC 4954 §5); `<>` or absent: not known. */
  readonly submitter?: string
  readonly recipients: readonly Addressee[]
}

const spelled = (spelling: Spelling, utf8: boolean): string =>
  utf8 ? spelling.address : (spelling.ascii ?? spelling.address)

const bodyParameter = (mail: OutgoingMail, offer: Offer): string | undefined => {
  if (mail.body === 'BINARYMIME') return 'BODY=BINARYMIME' // rfc3030-3-12
  const eightBit = offer.eightBit && (mail.body === '8BITMIME' || mail.declaredEightBit)
  return eightBit ? 'BODY=8BITMIME' : undefined // rfc6152-3-03
}

const authParameter = (mail: OutgoingMail, offer: Offer, authenticated: boolean): string | undefined => {
  if (offer.mechanisms === undefined) return undefined
  const submitter = mail.submitter === '<>' ? undefined : mail.submitter
  if (submitter !== undefined && isAscii(submitter)) return `AUTH=${encodeXtext(submitter)}` // rfc4954-5-04
  return authenticated ? 'AUTH=<>' : undefined // rfc4954-5-06
}

/** `utf8`: the transaction is one of RFC 6531. */
export const mailCommand = (mail: OutgoingMail, offer: Offer, utf8: boolean, authenticated: boolean): string => {
  const dsn: Partial<OutgoingMail> = offer.dsn ? mail : {} // rfc3461-5.2.2-01
  const parameters = [
    offer.size ? `SIZE=${mail.size}` : undefined,
    bodyParameter(mail, offer),
    utf8 ? 'SMTPUTF8' : undefined,
    dsn.return === undefined ? undefined : `RET=${dsn.return}`,
    dsn.envelopeId === undefined ? undefined : `ENVID=${encodeXtext(dsn.envelopeId)}`,
    authParameter(mail, offer, authenticated),
  ]
  const said = parameters.filter((parameter) => parameter !== undefined)
  return [`MAIL FROM:<${spelled(mail.reversePath, utf8)}>`, ...said].join(' ')
}

const originalRecipient = ({ type, address }: { type: string; address: string }, utf8: boolean): string =>
  `ORCPT=${type};${type.toLowerCase() === 'utf-8' ? encodeUnitext(address, utf8) : encodeXtext(address)}`

/** ORCPT is passed on as it came and not added: what was first asked for is not known here when it is absent. */
export const rcptCommand = (addressee: Addressee, offer: Offer, utf8: boolean): string => {
  const { notify, originalRecipient: original }: Partial<Addressee> = offer.dsn ? addressee : {} // rfc3461-5.2.2-01
  const parameters = [
    notify === undefined ? undefined : `NOTIFY=${notify === 'never' ? 'NEVER' : notify.join(',').toUpperCase()}`,
    original === undefined ? undefined : originalRecipient(original, utf8), // rfc3461-5.2.1-04
  ]
  const said = parameters.filter((parameter) => parameter !== undefined)
  return [`RCPT TO:<${spelled(addressee, utf8)}>`, ...said].join(' ')
}
