/**
 * Passwords and tokens do not stand in results, whoever put them there: a message of an assertion, a server's own log, a
 * conversation. The notation of conversations has redacted what AUTH carries; this is the second net, under everything.
 *
 * Found by form: the passwords of the suite's people, octets of SASL PLAIN and bearer tokens, plain, in base64 and in
 * hexadecimal. Names of features and scenarios stay: they are what results are compared by.
 */
import type { ScenarioResult } from './results.ts'

const redacted = '(redacted)'

/** Every person of the suite has such a password: `alice's password`. */
const plainPassword = /\b[a-z]+(?:'|\\u0027|\\'|&#39;|&apos;)s password\b/g
const bearerToken = /\bBearer [\w.~+/=-]{8,}/g
const base64Run = /[A-Za-z0-9+/]{12,}={0,2}/g
const hexadecimalRun = /\b(?:[0-9a-fA-F]{2}){12,}\b/g

/** Whether octets are, or hold, a password: SASL PLAIN (RFC 4616), a bearer token (RFC 7628), one of the suite's own. */
const holdsSecret = (octets: Buffer): boolean => {
  const text = octets.toString('latin1')
  return (
    /[a-z]+'s password/.test(text) ||
    /auth=Bearer /.test(text) ||
    /^[\u0020-\u007E]*\0[\u0020-\u007E]+\0[\u0020-\u007E]+$/.test(text)
  )
}

export const withoutSecretsIn = (text: string): string =>
  text
    .replaceAll(plainPassword, redacted)
    .replaceAll(bearerToken, `Bearer ${redacted}`)
    .replaceAll(base64Run, (run) => (holdsSecret(Buffer.from(run, 'base64')) ? redacted : run))
    .replaceAll(hexadecimalRun, (run) => (holdsSecret(Buffer.from(run, 'hex')) ? redacted : run))

export const withoutSecrets = (result: ScenarioResult): ScenarioResult => ({
  ...result,
  steps: result.steps.map(({ text, status, message }) => ({
    text: withoutSecretsIn(text),
    status,
    ...(message !== undefined && { message: withoutSecretsIn(message) }),
  })),
  evidence: result.evidence.map(({ name, text }) => ({ name, text: withoutSecretsIn(text) })),
  ...(result.retried !== undefined && { retried: result.retried.map(withoutSecretsIn) }),
})
