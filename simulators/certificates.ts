/**
 * Certificates for exchangers and servers: an authority of the tests' own, and leaves that are good or wrong in one way.
 *
 * Keys are ECDSA P-256 and made when first asked for; an `Authority` keeps what it made, so that one may be shared by many
 * scenes by handing it over. Certificates are written with `@peculiar/x509`, which is loaded only when needed.
 */
import type { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import type { JsonGeneralName } from '@peculiar/x509'
import { provideReflection } from './reflection.ts'

export type CertificateKind = 'good' | 'self-signed' | 'expired' | 'wrong-name' | 'revoked'

/** PEM texts, as `node:tls` takes them. */
export interface LeafCertificate {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** PEM of the certificate that clients are to trust. */
  readonly pem: string
  /** A certificate for the host name (or a URI) and addresses; the same one again for the same request. */
  issue(kind: CertificateKind, name: string, addresses?: readonly string[]): Promise<LeafCertificate>
  /** PEM of a revocation list that names every `revoked` certificate issued so far. */
  revocationList(): Promise<string>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY = 24 * 60 * 60 * 1000
const AUTHORITY_NAME = 'CN=Authority of the simulated world'

export async function createAuthority(): Promise<Authority> {
  provideReflection()
  const x509 = await import('@peculiar/x509')
  const makeKeys = async (): Promise<webcrypto.CryptoKeyPair> =>
    await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const now = Date.now()
  const keys = await makeKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: AUTHORITY_NAME,
      keys,
      notBefore: new Date(now - DAY),
      notAfter: new Date(now + 3650 * DAY),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  )
  const revoked: string[] = []
  const issued = new Map<string, Promise<LeafCertificate>>()

  const make = async (kind: CertificateKind, name: string, addresses: readonly string[]): Promise<LeafCertificate> => {
    const leafKeys = await makeKeys()
    const shown = kind === 'wrong-name' ? 'somebody-else.example' : name
    const isUri = shown.includes('://')
    const names: JsonGeneralName[] = [{ type: isUri ? 'url' : isIP(shown) === 0 ? 'dns' : 'ip', value: shown }]
    const commonName = isUri ? 'Named by a URI alone' : shown
    if (kind !== 'wrong-name' && !isUri) for (const value of addresses) names.push({ type: 'ip', value })
    const serialNumber = Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('hex')
    const [notBefore, notAfter] = kind === 'expired' ? [now - 30 * DAY, now - DAY] : [now - DAY, now + 3650 * DAY]
    const common = {
      serialNumber: `01${serialNumber}`,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(names),
      ],
    }
    const leaf =
      kind === 'self-signed'
        ? await x509.X509CertificateGenerator.createSelfSigned(
            { ...common, name: `CN=${commonName}`, keys: leafKeys },
            crypto,
          )
        : await x509.X509CertificateGenerator.create(
            {
              ...common,
              subject: `CN=${commonName}`,
              issuer: root.subject,
              publicKey: leafKeys.publicKey,
              signingKey: keys.privateKey,
            },
            crypto,
          )
    if (kind === 'revoked') revoked.push(leaf.serialNumber)
    const key = await crypto.subtle.exportKey('pkcs8', leafKeys.privateKey)
    return { cert: leaf.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
  }

  return {
    pem: root.toString('pem'),
    async issue(kind, name, addresses = []) {
      const request = JSON.stringify([kind, name, addresses])
      const known = issued.get(request) ?? make(kind, name, addresses)
      issued.set(request, known)
      return await known
    },
    async revocationList() {
      const list = await x509.X509CrlGenerator.create(
        {
          issuer: root.subject,
          thisUpdate: new Date(now),
          nextUpdate: new Date(now + 3650 * DAY),
          signingAlgorithm: ALGORITHM,
          signingKey: keys.privateKey,
          entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: new Date(now) })),
        },
        crypto,
      )
      return x509.PemConverter.encode(list.rawData, 'X509 CRL')
    },
  }
}
