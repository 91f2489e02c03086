/**
 * What all SASL mechanisms share over SMTP (RFC 4954 §4): a challenge and its answer, and the question about a proof.
 *
 * A mechanism is a script: a generator that sends challenges, reads answers, asks for verdicts and ends in an outcome.
 * It computes no digest and knows no password of ours; who judges the proof is on the other side of the questions.
 */
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Mechanism, Proof, Protection, Ruling } from '../exchange.ts'
import { ask, prompt, type Handling } from '../session/handling.ts'
import { replies } from '../replies.ts'
import type { Reply } from '../reply.ts'

export type Outcome =
  | { readonly kind: 'identified'; readonly user: string }
  /** Who the client claims to be was judged and not believed: counts as a failed authentication. */
  | { readonly kind: 'refused'; readonly reply: Reply; readonly close: boolean }
  /** The exchange itself came to nothing: cancelled, garbled, too long. */
  | { readonly kind: 'aborted'; readonly reply: Reply }

/** What the session offers a script to lean on. */
export interface SaslContext {
  readonly mechanism: Mechanism
  readonly secure: Protection | undefined
  /** SCRAM-SHA-256-PLUS is offered in this session now. */
  readonly bindingOffered: boolean
}

/** `initial` is the decoded initial response, if there was one. */
export type Script = (context: SaslContext, initial: Uint8Array | undefined) => Handling<Outcome>

export type Answer = { readonly kind: 'answer'; readonly octets: Uint8Array } | Extract<Outcome, { kind: 'aborted' }>

/** rfc4954-4-22: one reply for every credential that does not hold, whatever the reason. */
export const notBelieved: Outcome = { kind: 'refused', reply: replies.credentialsInvalid, close: false }

/** The client sent what is no message of the mechanism. */
export const malformed: Outcome = { kind: 'aborted', reply: replies.malformedResponse }

/** Sends a challenge and reads the client's answer to it. */
export function* respond(challenge: string | Uint8Array): Handling<Answer> {
  const octets = typeof challenge === 'string' ? new TextEncoder().encode(challenge) : challenge
  const line = yield* prompt(replies.challenge(encodeBase64(octets))) // rfc4954-4-06, rfc4954-4-08
  if (line.kind === 'too-long') return { kind: 'aborted', reply: replies.authenticationLineTooLong } // rfc4954-4-19
  const text = String.fromCharCode(...line.bytes)
  if (text === '*') return { kind: 'aborted', reply: replies.authenticationAborted } // rfc4954-4-07
  return readAnswer(text)
}

/** An answer or initial response as it stands on the wire. rfc4954-4-14 */
export function readAnswer(text: string): Answer {
  const octets = decodeBase64(text)
  return octets === undefined ? { kind: 'aborted', reply: replies.badBase64 } : { kind: 'answer', octets }
}

/** The answer to an empty challenge, or the initial response where there was one. */
export function* firstAnswer(initial: Uint8Array | undefined): Handling<Answer> {
  return initial === undefined ? yield* respond('') : { kind: 'answer', octets: initial }
}

/** Asks whether a proof holds. */
export function* judge(
  proof: Proof,
): Handling<Extract<Ruling, { kind: 'identified' }> | Extract<Outcome, { kind: 'refused' | 'aborted' }>> {
  const ruling = yield* ask({ ask: 'credentials', proof })
  if (ruling.kind === 'identified') return ruling
  if (ruling.kind !== 'refused') throw new Error(`credentials were ruled with ${ruling.kind}`)
  // A 4yz says that nobody could judge; it is no failed attempt.
  if (ruling.reply.code < 500 && ruling.close !== true) return { kind: 'aborted', reply: ruling.reply }
  return { kind: 'refused', reply: ruling.reply, close: ruling.close === true }
}

/** Asks for what a mechanism's challenge is made of; a refusal ends the exchange. */
export function* askChallenge(
  mechanism: Mechanism,
  name?: string,
): Handling<Extract<Ruling, { kind: 'challenge' }> | Extract<Outcome, { kind: 'refused' }>> {
  const ruling = yield* ask(
    name === undefined ? { ask: 'challenge', mechanism } : { ask: 'challenge', mechanism, name },
  )
  if (ruling.kind === 'challenge') return ruling
  if (ruling.kind !== 'refused') throw new Error(`a challenge was ruled with ${ruling.kind}`)
  return { kind: 'refused', reply: ruling.reply, close: ruling.close === true }
}
