/**
 * Passwords and tokens do not stand in results, whoever put them there: a message of an assertion, a server's own log, a
 * conversation. The notation of conversations has redacted what AUTH carries; this is the second net, under everything.
 *
 * Found by form: the passwords of the suite's people, octets of SASL PLAIN and bearer tokens, plain, in base64 and in
 * hexadecimal; private keys, and what servers keep of passwords (crypt, SCRAM). Names of features and scenarios stay in
 * results: they are what results are compared by. The runner's messages are cleared whole.
 */
import { AttachmentContentEncoding } from '@cucumber/messages'
import type { Envelope } from '@cucumber/messages'
import type { ScenarioResult } from './results.ts'

const redacted = '(redacted)'

/** Every person of the suite has such a password: `alice's password`. */
const plainPassword = /[a-z]+(?:'|\\u0027|\\'|&#39;|&apos;)s password\b/g
const bearerToken = /\bBearer [\w.~+/=-]{8,}/g
const base64Run = /[A-Za-z0-9+/]{12,}={0,2}/g
const hexadecimalRun = /\b(?:[0-9a-fA-F]{2}){12,}\b/g

const privateKey = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g
/** `$6$salt$hash`, `{SCRAM-SHA-256}…`, `SCRAM-SHA-256$4096:…` */
const keptPassword = /\$(?:1|2[aby]|5|6|7|y|argon2id?)\$[\w./$=,+-]{16,}|\bSCRAM-SHA-\d+\$[\w:+/=$-]{16,}/g
/** Tokens of the administration API in settings and headers. */
const namedToken = /("token"\s*:\s*")[^"]+(")/g

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
    .replaceAll(privateKey, `-----BEGIN $1----- ${redacted}`)
    .replaceAll(keptPassword, redacted)
    .replaceAll(namedToken, `$1${redacted}$2`)
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

const cleared = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutSecretsIn(value)
  if (Array.isArray(value)) return value.map(cleared)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cleared(part)]))
}

/** A message of the runner; attachments that stand in base64 are looked into. */
export const messageWithoutSecrets = (message: Envelope): Envelope => {
  const { attachment } = message
  if (attachment === undefined) return cleared(message) as Envelope
  const { body, contentEncoding } = attachment
  const encoded = contentEncoding === AttachmentContentEncoding.BASE64
  const text = encoded ? Buffer.from(body, 'base64').toString('utf8') : body
  const clear = withoutSecretsIn(text)
  return {
    ...message,
    attachment: {
      ...attachment,
      body: encoded ? Buffer.from(clear, 'utf8').toString('base64') : clear,
    },
  }
}
