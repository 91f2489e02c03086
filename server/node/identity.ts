/**
 * Whether a certificate is that of the host that was meant (RFC 7817 §3): Node's own check, without the wildcards and the
 * common names that mail does not know.
 */
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { PeerCertificate } from 'node:tls'

/** `*` is only ever the whole of the left-most label. rfc7817-3-06 */
const hasOddWildcard = (name: string): boolean => name.includes('*') && !/^\*\.[^*]+$/.test(name)

const isDnsName = (entry: string): boolean => entry.startsWith('DNS:')

/** What is wrong; undefined when the certificate fits. The common name counts only where no DNS name stands (rfc4954-14-03). */
export const checkIdentity = (name: string, certificate: PeerCertificate): Error | undefined => {
  const entries = certificate.subjectaltname?.split(', ') ?? []
  const fitting = entries.filter((entry) => !isDnsName(entry) || !hasOddWildcard(entry.slice('DNS:'.length)))
  const isNamed = entries.some(isDnsName)
    ? fitting.some(isDnsName)
    : !hasOddWildcard(certificate.subject?.CN?.toString() ?? '')
  if (!isNamed && isIP(name) === 0) return new Error('ERR_TLS_CERT_ALTNAME_INVALID') // rfc4954-14-04
  const names = certificate.subjectaltname === undefined ? {} : { subjectaltname: fitting.join(', ') }
  return checkServerIdentity(name, { ...certificate, ...names })
}
