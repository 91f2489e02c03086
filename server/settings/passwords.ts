/**
 * Passwords at rest and their proof: SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677) in the text form of RFC 5803, and the
 * digest of CRAM-MD5 (RFC 2195).
 *
 * Promises that a stolen verifier logs nobody in, that comparing takes the same time however much is right, and that an
 * unknown name costs as much as a known one. Nothing here knows users or sessions, and randomness is handed in.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { prepared } from '../protocol/authentication/saslprep.ts'

/** What the server keeps instead of a password (RFC 5802 §3). */
export interface Verifier {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** rfc7677-3-02: at least 4096; what new verifiers get. */
const usualIterations = 10_000
const fewestIterations = 4096
/** More would let one settings file keep the server busy for minutes. */
const mostIterations = 10_000_000
const saltOctets = 16
const keyOctets = 32

const derive = promisify(pbkdf2)

const hmac = (key: Uint8Array, data: string | Uint8Array): Uint8Array => createHmac('sha256', key).update(data).digest()

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest()

const saltedPassword = (password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> =>
  derive(password, salt, iterations, keyOctets, 'sha256')

const keysOf = (salted: Uint8Array): { readonly storedKey: Uint8Array; readonly serverKey: Uint8Array } => ({
  storedKey: sha256(hmac(salted, 'Client Key')),
  serverKey: hmac(salted, 'Server Key'),
})

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64')

const unbase64 = (text: string): Uint8Array | undefined => {
  const octets = Buffer.from(text, 'base64')
  return octets.toString('base64') === text ? octets : undefined
}

/**
 * The verifier of a password as text: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. `salt` is 16 unpredictable
 * octets, new each time. Rejects with a RangeError when SASLprep leaves nothing of the password or forbids it (rfc4616-2-08, rfc4616-2-09).
 */
export const makeVerifier = async (
  password: string,
  salt: Uint8Array,
  iterations: number = usualIterations,
): Promise<string> => {
  const text = prepared(password)
  if (text === undefined) throw new RangeError('the password is empty or has characters that no client could send')
  const { storedKey, serverKey } = keysOf(await saltedPassword(text, salt, iterations))
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`
}

/** Reads the text form of RFC 5803; undefined when it is not one, or weaker than RFC 7677 allows. */
export const parseVerifier = (text: string): Verifier | undefined => {
  const match = /^SCRAM-SHA-256\$(\d{1,8}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text)
  if (match === null) return undefined
  const [, count = '', ...encoded] = match
  const iterations = Number(count)
  const [salt, storedKey, serverKey] = encoded.map(unbase64)
  if (salt === undefined || storedKey === undefined || serverKey === undefined) return undefined
  if (iterations < fewestIterations || iterations > mostIterations) return undefined
  // rfc5802-7-03 and SHA-256's length.
  if (salt.length < 2 || storedKey.length !== keyOctets || serverKey.length !== keyOctets) return undefined
  return { iterations, salt, storedKey, serverKey }
}

/** Whether the password is the verifier's; a password that cannot be prepared is wrong, and takes as long. */
export const checkPassword = async (verifier: Verifier, password: string): Promise<boolean> => {
  const text = prepared(password)
  const { storedKey } = keysOf(await saltedPassword(text ?? '', verifier.salt, verifier.iterations))
  return timingSafeEqual(storedKey, verifier.storedKey) && text !== undefined
}

/**
 * The server's signature to send back when the client's proof is right (RFC 5802 §3), else undefined. `authMessage` is
 * what the client said first, the server first and the client finally, without its proof.
 */
export const checkProof = (
  verifier: Verifier,
  authMessage: string,
  clientProof: Uint8Array,
): Uint8Array | undefined => {
  if (clientProof.length !== keyOctets) return undefined
  const signature = hmac(verifier.storedKey, authMessage)
  const clientKey = Uint8Array.from(clientProof, (octet, index) => octet ^ (signature[index] ?? 0))
  if (!timingSafeEqual(sha256(clientKey), verifier.storedKey)) return undefined
  return hmac(verifier.serverKey, authMessage)
}

/**
 * What stands in for the verifier of a name that nobody has: always the same for a name, never right for any password,
 * so that neither salt nor time tells who exists (RFC 5802 §9). `secret` is the server's own, kept over its life.
 */
export const verifierOfNobody = (secret: Uint8Array, name: string): Verifier => ({
  iterations: usualIterations,
  salt: hmac(secret, `salt ${name}`).subarray(0, saltOctets),
  storedKey: hmac(secret, `stored key ${name}`),
  serverKey: hmac(secret, `server key ${name}`),
})

/** rfc2195-2-03, -05: keyed MD5 of the whole challenge, angle brackets included, in lower-case hex. */
export const cramDigest = (secret: string, challenge: string): string =>
  createHmac('md5', secret).update(challenge).digest('hex')

/** Compares two texts in a time that tells nothing but whether their lengths differ. */
export const sameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
