/**
 * Who the client is: challenges, and the judgement of what it puts forward (RFC 4954, RFC 4616, RFC 2195, RFC 5802).
 *
 * A wrong password, an unknown name and an identity that may not be taken on get the same answer after the same work
 * (rfc5802-5.1-15). Failures wait, longer with each one of the session, and are counted per host. What was put forward is
 * kept nowhere; the journal gets the name, made printable, and never a password.
 */
import { failureDelay, mayActFor, sameName } from '../policy/authentication.ts'
import type { Client } from '../policy/client.ts'
import { replies } from '../protocol/replies.ts'
import type { Proof, Question, Ruling } from '../protocol/exchange.ts'
import {
  checkPassword,
  checkProof,
  cramDigest,
  makeVerifier,
  parseVerifier,
  sameText,
  verifierOfNobody,
} from '../settings/passwords.ts'
import type { Verifier } from '../settings/passwords.ts'
import type { UserSettings } from '../settings/schema.ts'
import { printable } from '../journal/printable.ts'
import type { Desk } from './desk.ts'

export interface Credentials {
  challenge(client: Client, question: Extract<Question, { readonly ask: 'challenge' }>): Promise<Ruling>
  judge(client: Client, proof: Proof): Promise<Ruling>
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')

/** The judge of one session. */
export const createCredentials = (desk: Desk, session: string): Credentials => {
  let failures = 0

  const userCalled = (name: string): UserSettings | undefined =>
    desk.settings().users.find((user) => sameName(user.name, name))

  const verifierFor = async (name: string): Promise<Verifier> => {
    const user = userCalled(name)
    // Settings that were not saved yet may still hold the password itself.
    const text =
      user?.verifier ??
      (user?.password === undefined
        ? undefined
        : await makeVerifier(user.password, saltFor(name)).catch(() => undefined))
    const verifier = text === undefined ? undefined : parseVerifier(text)
    return verifier ?? verifierOfNobody(desk.secret, name)
  }
  const saltFor = (name: string): Uint8Array => verifierOfNobody(desk.secret, name).salt

  /** Why authentication is not open to this host now, with this mechanism. */
  const obstacle = (client: Client, mechanism: Proof['mechanism']): Ruling | undefined => {
    const { authentication } = desk.settings()
    if (!authentication.methods.includes(mechanism)) return { kind: 'refused', reply: replies.unknownMechanism }
    const exempt = desk.policy().trusts(client)
    if (!exempt && desk.meters.failures.full(client.address, desk.clock.now(), authentication.failuresPerHost)) {
      // rfc4954-6-01: whatever password it has.
      return { kind: 'refused', reply: replies.authenticationUnavailable }
    }
    return undefined
  }

  /** Whether the proof holds; SCRAM brings the server's signature. */
  const holds = async (proof: Proof): Promise<boolean | Uint8Array> => {
    switch (proof.mechanism) {
      case 'PLAIN':
      case 'LOGIN':
        return checkPassword(await verifierFor(proof.name), proof.password)
      case 'CRAM-MD5': {
        const user = userCalled(proof.name)
        const secret = user?.secret ?? user?.password
        const digest = cramDigest(secret ?? hex(saltFor(proof.name)), proof.challenge)
        return sameText(digest, proof.digest) && secret !== undefined
      }
      default:
        return checkProof(await verifierFor(proof.name), proof.authMessage, proof.clientProof) ?? false
    }
  }

  const fail = async (client: Client, proof: Proof): Promise<Ruling> => {
    failures += 1
    const settings = desk.settings()
    desk.meters.failures.take(client.address, desk.clock.now(), settings.authentication.failuresPerHost)
    desk.tell(
      'authentication-failed',
      { session },
      { mechanism: proof.mechanism, name: printable(proof.name), client: client.address, failures },
    )
    const delay = failureDelay(settings, failures)
    if (delay > 0) await new Promise<void>((resolve) => desk.clock.after(delay, resolve))
    return { kind: 'refused', reply: replies.credentialsInvalid } // rfc4954-4-22
  }

  return {
    challenge: async (client, { mechanism, name }) => {
      const refusal = obstacle(client, mechanism)
      if (refusal !== undefined) return refusal
      if (mechanism === 'CRAM-MD5') {
        // rfc2195-2-01, -02
        const text = `<${hex(desk.ids.secret(16))}.${desk.clock.now()}@${desk.settings().hostName}>`
        return { kind: 'challenge', text }
      }
      const { salt, iterations } = await verifierFor(name ?? '')
      return { kind: 'challenge', text: Buffer.from(desk.ids.secret(18)).toString('base64'), salt, iterations }
    },
    judge: async (client, proof) => {
      const refusal = obstacle(client, proof.mechanism)
      if (refusal !== undefined) return refusal
      const held = await holds(proof)
      const user = userCalled(proof.name)
      const actFor = proof.mechanism === 'CRAM-MD5' ? '' : proof.actFor
      // rfc4616-2-05: the identity must be the user's own.
      if (held === false || user === undefined || !mayActFor(user.name, actFor)) return fail(client, proof)
      desk.tell('session-authenticated', { session }, { mechanism: proof.mechanism, user: printable(user.name) })
      return held === true
        ? { kind: 'identified', user: user.name }
        : { kind: 'identified', user: user.name, serverSignature: held }
    },
  }
}
