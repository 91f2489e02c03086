/**
 * A self-signed certificate for a server that was given none (RFC 5280, DER by hand): an ECDSA key on P-256, the host name
 * as subject, good for server authentication. Its alternative names are the host and the domains served, and the users'
 * doors of each domain as SRV records lead to them (RFC 4985, RFC 6186).
 *
 * It keeps listeners on their sentence and nothing more: nobody can verify it, which opportunistic clients do not try
 * to, and which others should not be asked to overlook. The certificate's own signature uses SHA-256.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'

export interface CertificateAndKey {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

const dayMilliseconds = 86_400_000
const validDays = 3650
/** Domains that are named, at most: a handshake has to carry them. */
const mostDomains = 50
/** The services that users find by SRV (RFC 6186 §3.1, RFC 8314 §5.1). */
const discoverable = ['_submission', '_submissions'] as const
/** The upper bound of a common name (RFC 5280 appendix A.1). */
const longestCommonName = 64

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
  version: 0xa0,
  extensions: 0xa3,
  otherName: 0xa0,
  otherValue: 0xa0,
  ia5String: 0x16,
  dnsName: 0x82,
  ipAddress: 0x87,
} as const

const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const octets = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, 0x80 | octets.length, ...octets), content])
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => element(tags.sequence, ...contents)

const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    octets.push(...groups)
  }
  return element(tags.oid, Buffer.from(octets))
}

/** RFC 5280 §4.1.2.5: two-digit years until 2049. */
const time = (at: number): Buffer => {
  const text = `${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`
  return text < '2050'
    ? element(tags.utcTime, Buffer.from(text.slice(2)))
    : element(tags.generalizedTime, Buffer.from(text))
}

const pem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

const extension = (id: string, ...value: readonly Uint8Array[]): Buffer =>
  sequence(oid(id), element(tags.octetString, sequence(...value)))

const dnsId = (name: string): Buffer => element(tags.dnsName, Buffer.from(name))

/** id-on-dnsSRV (RFC 4985 §2). */
const srvId = (service: string, domain: string): Buffer => {
  const value = element(tags.ia5String, Buffer.from(`${service}.${domain}`))
  return element(tags.otherName, oid('1.3.6.1.5.5.7.8.7'), element(tags.otherValue, value))
}

/**
 * `host` is a domain name or IPv4 address; `domains` those that are served; `serial` at least eight unpredictable octets;
 * `now` in milliseconds.
 */
export const makeSelfSigned = (
  host: string,
  domains: readonly string[],
  serial: Uint8Array,
  now: number,
): CertificateAndKey => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = domainToASCII(host) || 'localhost'
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const commonName = sequence(oid('2.5.4.3'), element(tags.utf8String, Buffer.from(name.slice(0, longestCommonName))))
  const subject = sequence(element(tags.set, commonName))
  const own = isIPv4(name) ? element(tags.ipAddress, Buffer.from(name.split('.').map(Number))) : dnsId(name)
  const served = domains.slice(0, mostDomains).map((domain) => domainToASCII(domain))
  const alternatives = [
    own, // rfc7817-5-01
    ...served.filter((domain) => domain !== name).map(dnsId), // rfc7817-5-02
    ...served.flatMap((domain) => discoverable.map((service) => srvId(service, domain))), // rfc7817-5-03
  ]
  const certified = sequence(
    element(tags.version, element(tags.integer, Buffer.of(2))),
    element(tags.integer, Buffer.of(0x01), serial.subarray(0, 19)),
    algorithm,
    subject,
    sequence(time(now - dayMilliseconds), time(now + validDays * dayMilliseconds)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(
      tags.extensions,
      sequence(
        extension('2.5.29.17', ...alternatives),
        extension('2.5.29.37', oid('1.3.6.1.5.5.7.3.1')), // for servers
      ),
    ),
  )
  const signature = element(tags.bitString, Buffer.of(0), sign('sha256', certified, privateKey))
  return {
    certificate: pem('CERTIFICATE', sequence(certified, algorithm, signature)),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}
