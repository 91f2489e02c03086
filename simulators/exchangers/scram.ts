/**
 * The server's side of SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677) for an exchanger that wants credentials.
 *
 * Written from the RFCs, apart from the server under test. It can be told to lie, so that a client shows whether it looks:
 * with a nonce that does not continue the client's, or with a signature that does not prove anything.
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { ExchangerOptions } from '../contract.ts'
import type { AuthenticationResult } from './authentication.ts'

export type Known = NonNullable<ExchangerOptions['credentials']>

const ITERATIONS = 4096
const derive = promisify(pbkdf2)
const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const attributes = (message: string): ReadonlyMap<string, string> =>
  new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))

/** The client's key out of its proof, as the server that keeps only a verifier gets it. */
const exclusiveOr = (one: Uint8Array, other: Uint8Array): Buffer =>
  Buffer.from(one.map((octet, index) => octet ^ (other[index] ?? 0)))

/** @param answer Sends a challenge; the client's decoded answer, 501 for bad base64, undefined when it went away. */
export async function answerScram(
  first: string | undefined,
  known: Known,
  answer: (challenge: string) => Promise<string | 501 | undefined>,
): Promise<AuthenticationResult | undefined> {
  if (first === undefined) return undefined
  // gs2-header `n,,` or `y,,`: channel binding (`p=`) is not offered
  const bare = /^[ny],[^,]*,(n=[^,]+,r=[^,]+)$/.exec(first)?.[1]
  if (bare === undefined) return { code: 501 }
  const said = attributes(bare)
  const nonce = said.get('r') ?? ''
  const joint = known.scramFault === 'nonce' ? randomBytes(24).toString('hex') : nonce + randomBytes(12).toString('hex')
  const salt = randomBytes(16)
  const serverFirst = `r=${joint},s=${salt.toString('base64')},i=${ITERATIONS}`
  const final = await answer(serverFirst)
  if (final === undefined) return undefined
  if (final === 501) return { code: 501 }
  const told = attributes(final)
  const withoutProof = final.replace(/,p=[^,]*$/, '')
  const authMessage = `${bare},${serverFirst},${withoutProof}`
  const salted = await derive(known.password, salt, ITERATIONS, 32, 'sha256')
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
  const clientKey = exclusiveOr(Buffer.from(told.get('p') ?? '', 'base64'), hmac(storedKey, authMessage))
  const name = (said.get('n') ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=')
  const proven = createHash('sha256').update(clientKey).digest().equals(storedKey)
  if (!proven || name !== known.user || told.get('r') !== joint) return { code: 535 }
  const signature = known.scramFault === 'signature' ? randomBytes(32) : hmac(hmac(salted, 'Server Key'), authMessage)
  const end = await answer(`v=${signature.toString('base64')}`)
  if (end === undefined) return undefined
  return end === 501 ? { code: 501 } : { code: 235, user: name }
}
