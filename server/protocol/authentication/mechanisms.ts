/**
 * The mechanisms in which the secret itself, or one digest of it, is the whole conversation: PLAIN (RFC 4616), LOGIN (no
 * RFC, two prompts as everybody writes them) and CRAM-MD5 (RFC 2195).
 *
 * Names and passwords are prepared (`saslprep.ts`) before they are put forward; what cannot be prepared, or is empty, is
 * not believed without asking anybody.
 */
import { askChallenge, firstAnswer, judge, malformed, notBelieved, respond, type Outcome, type Script } from './sasl.ts'
import type { Proof } from '../exchange.ts'
import type { Handling } from '../session/handling.ts'
import { decodeUtf8, prepared } from './saslprep.ts'

/** `[authzid] NUL authcid NUL passwd`, with exactly two NULs (rfc4616-2-01). */
export const plain: Script = function* (_context, initial) {
  const answer = yield* firstAnswer(initial)
  if (answer.kind !== 'answer') return answer
  const [actFor, name, password, ...more] = decodeUtf8(answer.octets)?.split('\0') ?? []
  if (actFor === undefined || name === undefined || password === undefined || more.length > 0) return malformed
  return yield* putForward('PLAIN', actFor, name, password)
}

/** The user name may come as the initial response; many clients send it so. */
export const login: Script = function* (_context, initial) {
  const first = initial === undefined ? yield* respond('Username:') : { kind: 'answer' as const, octets: initial }
  if (first.kind !== 'answer') return first
  const second = yield* respond('Password:')
  if (second.kind !== 'answer') return second
  const [name, password] = [decodeUtf8(first.octets), decodeUtf8(second.octets)]
  if (name === undefined || password === undefined) return malformed
  return yield* putForward('LOGIN', '', name, password)
}

/** The answer is the name, a space and the digest: the name itself may hold spaces (rfc2195-2-03, rfc2195-2-04). */
export const cramMd5: Script = function* () {
  const challenge = yield* askChallenge('CRAM-MD5')
  if (challenge.kind === 'refused') return challenge
  const answer = yield* respond(challenge.text)
  if (answer.kind !== 'answer') return answer
  const found = /^(?<name>.+) (?<digest>[0-9a-f]{32})$/su.exec(decodeUtf8(answer.octets) ?? '')?.groups
  if (found === undefined) return malformed
  const name = prepared(found['name'] ?? '')
  if (name === undefined) return notBelieved
  const proof = { mechanism: 'CRAM-MD5', name, challenge: challenge.text, digest: found['digest'] ?? '' } as const
  return yield* outcome(proof)
}

function* putForward(
  mechanism: 'PLAIN' | 'LOGIN',
  claimedFor: string,
  claimedName: string,
  secret: string,
): Handling<Outcome> {
  // rfc4616-2-06: no authorization identity means the authentication identity; rfc4954-4-21: one that vanishes does not
  const actFor = claimedFor === '' ? '' : prepared(claimedFor)
  const [name, password] = [prepared(claimedName), prepared(secret)]
  if (actFor === undefined || name === undefined || password === undefined) return notBelieved // rfc4616-2-03
  return yield* outcome({ mechanism, actFor, name, password })
}

function* outcome(proof: Proof): Handling<Outcome> {
  const judged = yield* judge(proof)
  return judged.kind === 'identified' ? { kind: 'identified', user: judged.user } : judged
}
