/**
 * How the hosts of a destination are talked to: what the settings insist on, under which name, with which credentials.
 *
 * Exchangers are taken as they are (opportunistic TLS, no certificate is insisted on); a smarthost is what the operator
 * says it is; the POP and IMAP service is spoken to over LMTP, in clear on a network that the operator trusts. The password
 * is shown in clear only under TLS with a good certificate, on loopback where there is no TLS, or where the operator wants
 * no TLS.
 */
import { addressLiteral, isDomain } from '../message/domain.ts'
import type { Line, SecureOptions } from '../ports.ts'
import type { OpeningTerms } from '../protocol/conversation.ts'
import { printable } from '../protocol/text.ts'
import { isLoopback } from '../routing/address.ts'
import { canonicalDomain } from '../routing/domain.ts'
import type { Target } from '../routing/mx.ts'
import { defaultHostName } from '../settings/schema.ts'
import type { Settings } from '../settings/schema.ts'
import type { RemoteDestination } from './lookup.ts'
import type { Credentials } from './sasl.ts'

/** How the hosts of a destination are talked to. */
export interface Manner {
  readonly protocol: 'smtp' | 'lmtp'
  readonly port: number
  readonly tls: OpeningTerms['tls']
  /** The name that a certificate must bear; absent: the host's own. */
  readonly serverName?: string
  readonly trustedCertificates?: string
  readonly credentials?: Credentials
  /** The operator wants no TLS: the password goes in clear if the host takes no better method. */
  readonly passwordInClear: boolean
}

/** Reads the settings (and the certificates they name) for a destination. */
export const mannerOf = async (
  destination: RemoteDestination,
  outgoing: Settings['outgoing'],
  certificates: (file: string) => Promise<string>,
): Promise<Manner> => {
  if (destination.kind === 'lmtp') {
    return { protocol: 'lmtp', port: destination.port, tls: 'never', passwordInClear: false }
  }
  const { smarthost } = outgoing
  if (destination.kind !== 'smarthost' || smarthost === undefined) {
    const tls = outgoing.tls === 'none' ? 'never' : 'when-offered'
    return { protocol: 'smtp', port: outgoing.port, tls, passwordInClear: false }
  }
  const { host, port, tls, user, password, trustedCertificates: file } = smarthost
  return {
    protocol: 'smtp',
    port,
    tls: ({ none: 'never', opportunistic: 'when-offered', required: 'required', implicit: 'established' } as const)[
      tls
    ],
    serverName: host, // rfc4954-14-02, rfc7817-3-02: the name from the settings, no name that DNS gave
    ...(file !== undefined && { trustedCertificates: await certificates(file) }),
    ...(user !== undefined && { credentials: { user, password: password ?? '' } }),
    passwordInClear: tls === 'none',
  }
}

/**
 * The argument of EHLO: our primary host name where it is one (rfc5321-2.3.5-04, rfc6531-3.7.1-01), else the literal of the
 * address that we speak from (rfc5321-4.1.1.1-01, rfc5321-4.1.4-16). Never an unqualified name (rfc5321-2.3.5-02).
 */
export const heloName = (hostName: string, localAddress: string): string => {
  const name = hostName === defaultHostName ? undefined : canonicalDomain(hostName)
  if (name !== undefined && name.includes('.') && isDomain(name)) return name // rfc5321-4.1.2-17
  return addressLiteral(localAddress) ?? '[127.0.0.1]'
}

/** What turned out not to work with a host, to be left out on the next connection. */
export interface Avoid {
  tls: boolean
  ehlo: boolean
}

/** With which verb the session is opened. rfc2033-4.2-06: LMTP knows neither EHLO nor HELO. */
export const verbOf = ({ protocol }: Manner, avoid: Avoid): OpeningTerms['verb'] =>
  protocol === 'lmtp' ? 'LHLO' : avoid.ehlo ? 'HELO' : 'EHLO'

/** The certificate's fault is judged by the conversation, so that QUIT can be said (rfc3207-4.1-01). */
export const securityOf = (target: Target, manner: Manner): SecureOptions => {
  const serverName = manner.serverName ?? (target.name.startsWith('[') ? undefined : target.name)
  return {
    verify: false,
    ...(serverName !== undefined && { serverName }),
    ...(manner.trustedCertificates !== undefined && { trustedCertificates: manner.trustedCertificates }),
  }
}

/** What is insisted on over this very line. */
export const termsOf = (
  manner: Manner,
  avoid: Avoid,
  hostName: string,
  line: Pick<Line, 'localAddress' | 'remoteAddress'>,
  certificateFault: string | undefined,
): OpeningTerms => ({
  name: heloName(hostName, line.localAddress),
  verb: verbOf(manner, avoid),
  tls: avoid.tls && manner.tls === 'when-offered' ? 'never' : manner.tls,
  ...(certificateFault !== undefined && { certificateFault: printable(certificateFault) }),
  ...(manner.credentials !== undefined && {
    // rfc4954-14-01: never over a network that others may listen to, unless the operator wants no TLS
    credentials: { mayShowPassword: manner.passwordInClear || (!avoid.tls && isLoopback(line.remoteAddress)) },
  }),
})
