/**
 * SASL as the client of a smarthost: what to answer, given a name and a password (RFC 4616, 2195, 5802, 7677, and LOGIN).
 *
 * Computation only; base64, AUTH and the choice of the mechanism are `protocol/conversation`'s. No channel binding is
 * supported, hence gs2-cbind-flag `n` (rfc5802-6-08).
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { SaslMechanism } from '../protocol/conversation.ts'
import { saslprep } from '../protocol/authentication/saslprep.ts'
import { decodeUtf8, encodeUtf8 } from '../protocol/text.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** One exchange of a mechanism. Undefined: nothing to begin with; for the others, cancel. */
export interface SaslClient {
  begin(): Uint8Array | undefined
  answer(challenge: Uint8Array): Promise<Uint8Array | undefined>
  /** Whether a success may be believed. */
  believes(): boolean
}

/** More rounds than that are an attempt to keep us busy (RFC 7677 asks for 4096 at least). */
const mostIterations = 10_000_000
const stretch = promisify(pbkdf2)

/** rfc5802-5.1-18. What SASLprep prohibits is shown as it is: the server may know better. */
const prepared = (text: string): string => saslprep(text) ?? text

const plain = ({ user, password }: Credentials): SaslClient => ({
  begin: () => encodeUtf8(`\0${user}\0${password}`),
  answer: () => Promise.resolve(undefined),
  believes: () => true,
})

const login = ({ user, password }: Credentials): SaslClient => {
  const answers = [user, password]
  return {
    begin: () => undefined,
    // The prompts are free text in practice: first the name, then the password
    answer: () => {
      const next = answers.shift()
      return Promise.resolve(next === undefined ? undefined : encodeUtf8(next))
    },
    believes: () => true,
  }
}

const cramMd5 = ({ user, password }: Credentials): SaslClient => {
  let answered = false
  return {
    begin: () => undefined,
    answer: (challenge) => {
      if (answered) return Promise.resolve(undefined)
      answered = true
      const digest = createHmac('md5', password).update(challenge).digest('hex')
      return Promise.resolve(encodeUtf8(`${user} ${digest}`))
    },
    believes: () => true,
  }
}

const attributes = (message: string): ReadonlyMap<string, string> =>
  new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const scram = ({ user, password }: Credentials, nonce: string): SaslClient => {
  const name = prepared(user).replaceAll('=', '=3D').replaceAll(',', '=2C')
  const first = `n=${name},r=${nonce}` // rfc5802-5.1-01
  let serverSignature: Buffer | undefined
  let proven = false

  const proof = async (serverFirst: string): Promise<Uint8Array | undefined> => {
    const given = attributes(serverFirst)
    const both = given.get('r') ?? ''
    const salt = Buffer.from(given.get('s') ?? '', 'base64')
    const iterations = /^[1-9]\d*$/.test(given.get('i') ?? '') ? Number(given.get('i')) : 0
    if (given.has('m') || salt.length === 0 || iterations < 1 || iterations > mostIterations) return undefined
    if (!both.startsWith(nonce) || both.length === nonce.length) return undefined // rfc5802-5.1-07
    const salted = await stretch(prepared(password), salt, iterations, 32, 'sha256')
    const clientKey = hmac(salted, 'Client Key')
    const withoutProof = `c=biws,r=${both}`
    const authMessage = `${first},${serverFirst},${withoutProof}`
    const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage)
    serverSignature = hmac(hmac(salted, 'Server Key'), authMessage)
    const clientProof = clientKey.map((octet, at) => octet ^ (signature[at] ?? 0))
    return encodeUtf8(`${withoutProof},p=${Buffer.from(clientProof).toString('base64')}`)
  }

  /** rfc5802-5-03 */
  const check = (serverFinal: string, expected: Buffer): Uint8Array | undefined => {
    const shown = Buffer.from(attributes(serverFinal).get('v') ?? '', 'base64')
    proven = shown.length === expected.length && timingSafeEqual(shown, expected)
    return proven ? new Uint8Array() : undefined
  }

  return {
    begin: () => encodeUtf8(`n,,${first}`),
    answer: async (challenge) => {
      const text = decodeUtf8(challenge)
      if (text === undefined || proven) return undefined
      return serverSignature === undefined ? await proof(text) : check(text, serverSignature)
    },
    believes: () => proven,
  }
}

const mechanisms: Readonly<Record<SaslMechanism, (credentials: Credentials, nonce: string) => SaslClient>> = {
  PLAIN: plain,
  LOGIN: login,
  'CRAM-MD5': cramMd5,
  'SCRAM-SHA-256': scram,
}

/** `nonce`: printable, without a comma, never used before. */
export const saslClient = (mechanism: SaslMechanism, credentials: Credentials, nonce: string): SaslClient =>
  mechanisms[mechanism](credentials, nonce)
