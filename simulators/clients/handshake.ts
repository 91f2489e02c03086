/**
 * A TLS handshake with a listener that begins with TLS, looked at from outside: what was agreed on, whether a certificate
 * was asked of the client, and how the server ended it after QUIT.
 *
 * Records pass through here as they are, so that what the library does not tell (a CertificateRequest, the alert
 * close_notify) can be seen. Only TLS 1.2 shows them; TLS 1.3 hides both.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { SecureVersion, TLSSocket } from 'node:tls'
import { comingFrom } from './source.ts'

export interface HandshakeFacts {
  /** `TLSv1.2` or `TLSv1.3`; absent when the handshake failed. */
  readonly protocol?: string
  readonly cipher?: string
  /** Why there was no handshake. */
  readonly fault?: string
  readonly askedForCertificate: boolean
  /** The server said close_notify before it closed. */
  readonly closedProperly: boolean
}

export interface HandshakeOptions {
  readonly from?: string
  readonly version: SecureVersion
  /** In OpenSSL's words. */
  readonly ciphers?: string
}

const patienceMilliseconds = 3000
const handshakeRecord = 22
const alertRecord = 21
const certificateRequest = 13

/** The socket as a stream that remembers what the other side sent. */
const listenedTo = (socket: Socket, heard: Buffer[]): Duplex => {
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
  })
  socket.on('data', (bytes: Buffer) => {
    heard.push(bytes)
    if (!stream.push(bytes)) socket.pause()
  })
  socket.on('end', () => stream.push(null))
  socket.on('error', (fault) => stream.destroy(fault))
  return stream
}

interface TlsRecord {
  readonly type: number
  readonly body: Buffer
}

const recordsOf = (bytes: Buffer): readonly TlsRecord[] => {
  const records: TlsRecord[] = []
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt16BE(at + 3)
    records.push({ type: bytes.readUInt8(at), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return records
}

/** The types of the handshake messages that came in clear. */
const messagesOf = (records: readonly TlsRecord[]): readonly number[] => {
  const clear = records.slice(
    0,
    Math.max(
      0,
      records.findIndex(({ type }) => type !== handshakeRecord),
    ),
  )
  const bytes = Buffer.concat(clear.map(({ body }) => body))
  const types: number[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUIntBE(at + 1, 3)) types.push(bytes.readUInt8(at))
  return types
}

const outcomeOf = async (secure: TLSSocket): Promise<Pick<HandshakeFacts, 'protocol' | 'cipher' | 'fault'>> => {
  const signal = AbortSignal.timeout(patienceMilliseconds)
  try {
    await once(secure, 'secureConnect', { signal })
    const agreed = { protocol: secure.getProtocol() ?? '', cipher: secure.getCipher().standardName }
    await once(secure, 'data', { signal })
    secure.write('QUIT\r\n')
    await once(secure, 'end', { signal })
    return agreed
  } catch (fault) {
    return { fault: fault instanceof Error ? fault.message : String(fault) }
  }
}

/** Whether a second connection may take up the TLS 1.2 session of a first one. */
export const isResumed = async (to: { readonly host: string; readonly port: number }): Promise<boolean> => {
  const options = { ...to, rejectUnauthorized: false, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const
  const signal = AbortSignal.timeout(patienceMilliseconds)
  const first = connectTls(options)
  await once(first, 'data', { signal })
  const session = first.getSession()
  first.destroy()
  const second = connectTls({ ...options, ...(session !== undefined && { session }) })
  await once(second, 'data', { signal })
  const resumed = second.isSessionReused()
  second.destroy()
  return resumed
}

/** Shakes hands, hears the greeting, says QUIT. Never rejects but where nobody answers. */
export const lookAtHandshake = async (
  to: { readonly host: string; readonly port: number },
  { from, version, ciphers }: HandshakeOptions,
): Promise<HandshakeFacts> => {
  const socket = connect({ ...to, ...comingFrom(from, to.host) })
  await once(socket, 'connect', { signal: AbortSignal.timeout(patienceMilliseconds) })
  const heard: Buffer[] = []
  const secure = connectTls({
    socket: listenedTo(socket, heard),
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(ciphers === undefined ? {} : { ciphers }),
  })
  secure.on('error', () => {})
  const outcome = await outcomeOf(secure)
  secure.destroy()
  socket.destroy()
  const records = recordsOf(Buffer.concat(heard))
  return {
    ...outcome,
    askedForCertificate: messagesOf(records).includes(certificateRequest),
    closedProperly: records.at(-1)?.type === alertRecord,
  }
}
