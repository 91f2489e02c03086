/**
 * The client's side of SCRAM-SHA-256 and -PLUS (RFC 5802, RFC 7677, RFC 9266) over a raw client, for servers under test.
 *
 * Independent of any server's code: it derives the keys itself and checks the server's signature. Channel binding is
 * `tls-exporter`, unless told otherwise: every part of the exchange may be altered, to see what the server makes of it.
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { WireClient } from '../contract.ts'

const derive = promisify(pbkdf2)
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8')
const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const exclusiveOr = (one: Uint8Array, other: Uint8Array): Buffer =>
  Buffer.from(one.map((octet, index) => octet ^ (other[index] ?? 0)))

export interface ScramResult {
  /** The reply that ended the exchange: 235 when all went well. */
  readonly finalCode: number
  /** The server's signature was right: it knows the password's verifier too. */
  readonly serverProved: boolean
  readonly trouble?: string
  /** The server's first message, as far as the exchange came. */
  readonly serverFirst?: string
}

/** What departs from the well-behaved exchange. */
export interface ScramAlterations {
  /** The GS2 header instead of `n,,` or `p=tls-exporter,,`; its binding type chooses the data that is bound. */
  readonly header?: string
  /** Stands after the nonce in the first message: `,x=1`. */
  readonly extension?: string
  /** The nonce of the last message instead of the joint one. */
  readonly nonce?: string
  /** `c=` of the last message, before base64, instead of header and binding data. */
  readonly binding?: string
  /** The proof: one bit wrong. */
  readonly wrongProof?: boolean
}

const attributes = (message: string): ReadonlyMap<string, string> =>
  new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))

export async function authenticateWithScram(
  wire: WireClient,
  as: { readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'; readonly user: string; readonly password: string },
  altered: ScramAlterations = {},
): Promise<ScramResult> {
  const plus = as.mechanism === 'SCRAM-SHA-256-PLUS'
  const header = altered.header ?? (plus ? 'p=tls-exporter,,' : 'n,,')
  const nonce = randomBytes(18).toString('base64')
  const name = as.user.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const clientFirst = `n=${name},r=${nonce}${altered.extension ?? ''}`
  const first = await wire.say(`AUTH ${as.mechanism} ${base64(header + clientFirst)}`)
  if (first.code !== 334)
    return { finalCode: first.code, serverProved: false, trouble: `no challenge: ${first.lines.join(' ')}` }
  const serverFirst = fromBase64(first.lines[0] ?? '')
  const told = attributes(serverFirst)
  const joint = told.get('r') ?? ''
  if (!joint.startsWith(nonce) || joint === nonce)
    return { finalCode: 334, serverProved: false, serverFirst, trouble: 'the nonce is not ours extended' }

  const salted = await derive(
    as.password,
    Buffer.from(told.get('s') ?? '', 'base64'),
    Number(told.get('i')),
    32,
    'sha256',
  )
  const type = /^p=([^,]*),/.exec(header)?.[1] ?? ''
  const bound = Buffer.concat([Buffer.from(header), wire.channelBindings[type] ?? Buffer.alloc(0)])
  const withoutProof = `c=${base64(altered.binding ?? bound)},r=${altered.nonce ?? joint}`
  const authMessage = `${clientFirst},${serverFirst},${withoutProof}`
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage)
  const proof = exclusiveOr(clientKey, signature)
  if (altered.wrongProof === true) proof.writeUInt8(proof.readUInt8(0) ^ 1, 0)
  const last = await wire.say(base64(`${withoutProof},p=${base64(proof)}`))
  if (last.code !== 334) {
    const trouble = `no server signature: ${last.lines.join(' ')}`
    return { finalCode: last.code, serverProved: false, serverFirst, trouble }
  }
  const shown = attributes(fromBase64(last.lines[0] ?? '')).get('v')
  const expected = base64(hmac(hmac(salted, 'Server Key'), authMessage))
  const end = await wire.say('')
  return {
    finalCode: end.code,
    serverProved: shown === expected,
    serverFirst,
    ...(shown !== expected && { trouble: `v=${shown ?? '(absent)'}` }),
  }
}
