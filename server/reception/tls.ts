/**
 * TLS on our side of a connection (RFC 3207, RFC 8314): the certificate, the handshake, and what it gave the session.
 *
 * The keeper holds one secure context for the settings of the day and makes a self-signed certificate where none is
 * given; files that cannot be read are a fault with a sentence, and the context before it stays in use. The handshake has
 * a deadline; renegotiation and resumption are off, so that channel bindings mean one connection (rfc7677-4-01). No client
 * certificate is asked for (rfc8314-4.2-01).
 */
import { constants, createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Clock, Ids } from '../ports.ts'
import type { Protection } from '../protocol/exchange.ts'
import type { Settings } from '../settings/schema.ts'
import { makeSelfSigned } from './self-signed.ts'
import type { CertificateAndKey } from './self-signed.ts'

export interface TlsMaterial {
  readonly context: SecureContext
  /** RFC 5929 §4.1: the hash of our certificate; absent where the RFC defines none. */
  readonly endPoint?: Uint8Array
}

/** How long a handshake may take, milliseconds. */
export const handshakeTimeout = 60_000

/** RFC 5929 §4.1: the certificate's own hash function, but SHA-256 instead of MD5 and SHA-1. */
const endPointOf = (certificate: X509Certificate): Uint8Array | undefined => {
  const name = /(?:MD5|SHA-?(?:1|224|256|384|512))/i.exec(certificate.signatureAlgorithm ?? '')?.[0]
  if (name === undefined) return undefined
  const hash = name.toLowerCase().replace('-', '')
  return createHash(hash === 'md5' || hash === 'sha1' ? 'sha256' : hash)
    .update(certificate.raw)
    .digest()
}

const materialOf = ({ certificate, key }: CertificateAndKey, settings: Settings['tls']): TlsMaterial => {
  const context = createSecureContext({
    cert: certificate,
    key,
    minVersion: settings.minimumVersion, // rfc8314-4-03 rfc8314-4-04
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
  })
  const endPoint = endPointOf(new X509Certificate(certificate))
  return endPoint === undefined ? { context } : { context, endPoint }
}

export type TlsSettings = Pick<Settings, 'tls' | 'hostName' | 'incoming'>

export interface TlsKeeper {
  /** What new handshakes use; undefined until `renew` succeeded once. */
  current(): TlsMaterial | undefined
  /** Makes it fit these settings; a sentence when that is not possible. */
  renew(settings: TlsSettings): Promise<string | undefined>
}

export const createTlsKeeper = (ids: Pick<Ids, 'secret'>, clock: Pick<Clock, 'now'>): TlsKeeper => {
  const selfSigned = new Map<string, CertificateAndKey>()
  let current: TlsMaterial | undefined

  const ownCertificate = ({ hostName, incoming: { domains } }: TlsSettings): CertificateAndKey => {
    const names = [hostName, ...domains].join(' ')
    const made = selfSigned.get(names) ?? makeSelfSigned(hostName, domains, ids.secret(16), clock.now())
    selfSigned.set(names, made)
    return made
  }
  const load = async (settings: TlsSettings): Promise<CertificateAndKey> => {
    const { tls } = settings
    if (tls.certificate === undefined || tls.key === undefined) return ownCertificate(settings)
    const [certificate, key] = await Promise.all([readFile(tls.certificate, 'utf8'), readFile(tls.key, 'utf8')])
    return { certificate, key }
  }
  return {
    current: () => current,
    renew: async (settings) => {
      try {
        current = materialOf(await load(settings), settings.tls)
        return undefined
      } catch (fault) {
        return `The certificate or its key (tls.certificate, tls.key) cannot be used: ${fault instanceof Error ? fault.message : String(fault)}`
      }
    },
  }
}

const bindingsOf = (socket: TLSSocket, endPoint: Uint8Array | undefined): Record<string, Uint8Array> => {
  const bindings: Record<string, Uint8Array> = {}
  if (endPoint !== undefined) bindings['tls-server-end-point'] = endPoint
  if (socket.getProtocol() === 'TLSv1.3') {
    // RFC 9266 §4.2; under TLS 1.2 it would need proof of the extended master secret.
    bindings['tls-exporter'] = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    return bindings
  }
  // rfc5802-6.1-01, RFC 5929 §3: the first Finished of a full handshake is the client's.
  const finished = socket.getPeerFinished()
  if (finished !== undefined) bindings['tls-unique'] = finished
  return bindings
}

const protectionOf = (socket: TLSSocket, endPoint: Uint8Array | undefined): Protection => ({
  protocol: socket.getProtocol() ?? 'TLS',
  cipher: socket.getCipher().standardName,
  bindings: bindingsOf(socket, endPoint),
})

export type Handshake =
  | { readonly kind: 'secured'; readonly socket: TLSSocket; readonly protection: Protection }
  | { readonly kind: 'fault'; readonly reason: string }

const look = (): void => {}

/**
 * The handshake on a connected socket, as the server. The socket's own listeners for data must be off, and nothing that
 * came in clear may be left in it (rfc3207-4.2-02). After a fault both sockets are destroyed.
 */
export const secureServerSocket = (
  plain: Socket,
  material: TlsMaterial,
  clock: Clock,
  timeout: number = handshakeTimeout,
): Promise<Handshake> =>
  new Promise((resolve) => {
    const socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: material.context,
      requestCert: false, // rfc8314-4.2-01
    })
    let reason = 'the client closed the connection'
    const timer = clock.after(timeout, () => {
      reason = 'the handshake took too long'
      plain.destroy()
    })
    const onFault = (fault: Error): void => {
      // OpenSSL's faults have a short reason besides their long message.
      reason = 'reason' in fault ? String(fault.reason) : fault.message
      plain.destroy()
    }
    // Node tells faults of a server's socket by this event, and leaves it to us to end the connection.
    socket.on('_tlsError', onFault)
    socket.on('error', onFault)
    const failed = (): void => {
      timer.cancel()
      plain.destroy()
      resolve({ kind: 'fault', reason })
    }
    // Only who looks for octets hears of the end of them.
    socket.on('readable', look)
    socket.once('end', failed)
    socket.once('close', failed)
    plain.once('close', failed)
    socket.once('secure', () => {
      timer.cancel()
      socket.off('readable', look)
      socket.off('end', failed)
      socket.off('close', failed)
      plain.off('close', failed)
      resolve({ kind: 'secured', socket, protection: protectionOf(socket, material.endPoint) })
    })
  })
