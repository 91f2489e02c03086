/**
 * Who vouches for a report: an Ed25519 signature (RFC 8032) over the chain's last link, and so over everything.
 *
 * The signed octets are the link's 64 hexadecimal digits in ASCII, without a line end, so that other tools can check it:
 * `openssl pkeyutl -verify -rawin -pubin -inkey PUBLIC.pem -sigfile SIGNATURE -in LINK`.
 */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { ReportDocument } from './document.ts'

export type Key = { readonly kind: 'key'; readonly key: KeyObject } | { readonly kind: 'no key'; readonly why: string }

const readKey = (read: () => KeyObject): Key => {
  try {
    const key = read()
    return key.asymmetricKeyType === 'ed25519'
      ? { kind: 'key', key }
      : { kind: 'no key', why: `it is a key for ${key.asymmetricKeyType ?? 'nothing known'}, not for Ed25519` }
  } catch {
    return { kind: 'no key', why: 'it holds no key in PEM that can be read' }
  }
}

export const readPrivateKey = (pem: string): Key => readKey(() => createPrivateKey(pem))
/** A public key; or a private one, of which the public half is taken. */
export const readPublicKey = (pem: string): Key => readKey(() => createPublicKey(pem))

const fingerprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(
      createPublicKey(key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' })).export({
        type: 'spki',
        format: 'der',
      }),
    )
    .digest('hex')

export const signed = (report: ReportDocument, key: KeyObject): ReportDocument => ({
  ...report,
  signature: {
    algorithm: 'Ed25519',
    key: fingerprint(key),
    value: sign(null, Buffer.from(report.chain, 'ascii'), key).toString('base64'),
  },
})

/** Why the signature does not vouch for the report; nothing when it does. The chain itself is `alterations`' to check. */
export const signatureFault = ({ chain, signature }: ReportDocument, key: KeyObject): string | undefined => {
  if (signature === undefined) return 'it is not signed'
  if (signature.key !== fingerprint(key)) return 'it is signed with another key'
  return verify(null, Buffer.from(chain, 'ascii'), key, Buffer.from(signature.value, 'base64'))
    ? undefined
    : 'its signature does not match its last link'
}
