/**
 * From the greeting to the point where mail may be sent: EHLO or HELO (in LMTP: LHLO), STARTTLS, AUTH.
 */
import type { Reply } from '../reply.ts'
import { authenticate } from './authentication.ts'
import type { Breakdown, Dialogue, Stage, Talk } from './dialogue.ts'
import { isPositive } from './dialogue.ts'
import { nothingOffered, readOffer } from './offer.ts'
import type { Offer } from './offer.ts'

/** The verb that opens a session, and tells its protocol: LHLO is LMTP's, the others are SMTP's. */
export type Hello = 'EHLO' | 'HELO' | 'LHLO'

export interface OpeningTerms {
  /** The argument of EHLO, HELO and LHLO: our primary host name, or an address literal. */
  readonly name: string
  /** HELO at once is for a server that hung up on EHLO; LHLO makes it an LMTP session (RFC 2033 §4.1). */
  readonly verb: Hello
  /** `established`: the line is under TLS from its first octet. */
  readonly tls: 'never' | 'when-offered' | 'required' | 'established'
  /** With `established`: why the certificate did not verify, if it did not. */
  readonly certificateFault?: string
  /** Authenticate; `mayShowPassword`: PLAIN and LOGIN are allowed without TLS. */
  readonly credentials?: { readonly mayShowPassword: boolean }
}

export type Opened =
  | {
      readonly kind: 'open'
      readonly offer: Offer
      readonly authenticated: boolean
      readonly verb: Hello
      readonly secure: boolean
    }
  | { readonly kind: 'refused'; readonly stage: Stage; readonly reply: Reply }
  /** TLS or authentication did not come to what we insist on. */
  | {
      readonly kind: 'unsafe'
      readonly lacks: 'tls' | 'certificate' | 'authentication'
      readonly reason: string
      readonly reply?: Reply
    }
  | Breakdown

type Greeted =
  | { readonly kind: 'hello'; readonly offer: Offer; readonly verb: Hello }
  | Exclude<Opened, { kind: 'open' }>

function* hello(dialogue: Dialogue, terms: OpeningTerms): Talk<Greeted> {
  const { verb } = terms
  if (verb !== 'HELO') {
    const heard = yield* dialogue.say(`${verb} ${terms.name}`, verb) // rfc5321-2.2.1-02, rfc5321-3.2-03, rfc2033-4.1-01
    if (heard.kind === 'breakdown') return heard
    if (isPositive(heard)) return { kind: 'hello', offer: readOffer(heard.reply), verb }
    // rfc2033-4.1-02: EHLO and HELO are not there in LMTP; who does not know LHLO is somebody else
    if (verb === 'LHLO') return { kind: 'refused', stage: 'LHLO', reply: heard.reply }
    // rfc5321-2.2.1-04, rfc5321-3.2-02: whatever it has against EHLO, it may take HELO; unless it is only tired
    if (heard.reply.code < 500) return { kind: 'refused', stage: 'EHLO', reply: heard.reply }
  }
  const heard = yield* dialogue.say(`HELO ${terms.name}`, 'HELO')
  if (heard.kind === 'breakdown') return heard
  if (isPositive(heard)) return { kind: 'hello', offer: nothingOffered, verb: 'HELO' }
  return { kind: 'refused', stage: 'HELO', reply: heard.reply }
}

type Secured =
  | { readonly kind: 'secured'; readonly verified: boolean }
  | { readonly kind: 'clear' }
  | Exclude<Opened, { kind: 'open' }>

function* startTls(dialogue: Dialogue, offer: Offer, required: boolean): Talk<Secured> {
  if (!offer.startTls) {
    // rfc3207-6-01
    return required ? { kind: 'unsafe', lacks: 'tls', reason: 'STARTTLS is not offered' } : { kind: 'clear' }
  }
  const heard = yield* dialogue.say('STARTTLS', 'STARTTLS') // rfc3207-4-09
  if (heard.kind === 'breakdown') return heard
  if (!isPositive(heard)) {
    if (heard.reply.code === 421) return { kind: 'refused', stage: 'STARTTLS', reply: heard.reply }
    // rfc3207-6-04: without TLS where policy has it so
    return required
      ? { kind: 'unsafe', lacks: 'tls', reason: 'STARTTLS was refused', reply: heard.reply }
      : { kind: 'clear' }
  }
  const event = yield { act: 'secure' } // rfc3207-4-07
  if (event.event === 'ended') return dialogue.breakDown('STARTTLS', 'tls', event.detail) // rfc3207-4-08
  if (event.event !== 'secured') throw new Error(`${event.event} is no answer to secure`)
  dialogue.startAfresh()
  if (event.fault !== undefined && required) {
    return { kind: 'unsafe', lacks: 'certificate', reason: event.fault } // rfc3207-6-05, rfc3207-4.1-01
  }
  return { kind: 'secured', verified: event.fault === undefined }
}

/** Opens the session. The line stands, nothing was said yet. What is not `open` is to be ended with `quit()`. */
export function* open(dialogue: Dialogue, terms: OpeningTerms): Talk<Opened> {
  const greeting = yield* dialogue.hear('greeting') // rfc5321-4.3.1-02
  if (greeting.kind === 'breakdown') return greeting
  // rfc5321-3.1: 554 and RFC 7504: 521 say that there is no mail service here
  if (!isPositive(greeting)) return { kind: 'refused', stage: 'greeting', reply: greeting.reply }

  if (terms.certificateFault !== undefined) {
    return { kind: 'unsafe', lacks: 'certificate', reason: terms.certificateFault } // rfc8314-5.3-01
  }

  let greeted = yield* hello(dialogue, terms)
  if (greeted.kind !== 'hello') return greeted
  let secure = terms.tls === 'established'
  let mayShowPassword = secure || terms.credentials?.mayShowPassword === true
  if (terms.tls === 'when-offered' || terms.tls === 'required') {
    const secured = yield* startTls(dialogue, greeted.offer, terms.tls === 'required')
    if (secured.kind === 'secured') {
      secure = true
      mayShowPassword = secured.verified // rfc4954-14-01
      // rfc3207-4.2-04, rfc3207-4.2-06: what was offered before TLS is forgotten; rfc3207-4.2-08: nor TLS within TLS
      greeted = yield* hello(dialogue, { ...terms, verb: terms.verb === 'LHLO' ? 'LHLO' : 'EHLO' })
      if (greeted.kind !== 'hello') return greeted
    } else if (secured.kind !== 'clear') {
      return secured
    }
  }

  const { offer, verb } = greeted
  if (terms.credentials === undefined) return { kind: 'open', offer, verb, secure, authenticated: false }
  const result = yield* authenticate(dialogue, offer.mechanisms ?? [], mayShowPassword)
  if (result.kind === 'breakdown') return result
  if (result.kind === 'authenticated') return { kind: 'open', offer, verb, secure, authenticated: true }
  if (result.kind === 'no-mechanism') {
    return { kind: 'unsafe', lacks: 'authentication', reason: 'no method is offered that may be used on this line' }
  }
  return {
    kind: 'unsafe',
    lacks: 'authentication',
    reason: result.distrusted ? 'the server could not prove itself' : 'authentication was refused',
    reply: result.heard.reply,
  }
}
