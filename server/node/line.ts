/**
 * The Line port on a socket: bytes in and out with back-pressure on both sides, and TLS on top when it is asked for.
 *
 * Reading ahead is bounded: beyond that the socket is paused and TCP tells the peer. Nothing rejects; a broken line reads
 * `undefined`, writes false, and says why in `fault()`. Deadlines are the caller's, by `close()`.
 */
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import type { Line, Milliseconds, SecureOptions, Secured } from '../ports.ts'
import { checkIdentity } from './identity.ts'

/** Octets read ahead before the socket is paused. */
const readAhead = 65_536
/** How long a closed line may take to say goodbye before its socket is destroyed. */
const parting: Milliseconds = 2000

/** `ECONNRESET`, `ERR_TLS_…`, or the message where there is no code. */
export const faultOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.message

/** Starts TLS over a connected socket; resolves when the handshake is over, and never rejects. */
export const startTls = async (
  socket: Socket,
  options: SecureOptions,
): Promise<{ readonly socket: TLSSocket; readonly secured: Secured } | { readonly fault: string }> => {
  const { serverName, verify, trustedCertificates } = options
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const secure = connect({
    socket,
    rejectUnauthorized: false, // judged below, so that the caller may go on where it does not matter
    // An address has no SNI, but is still what the certificate must name
    ...(serverName !== undefined && (isIP(serverName) === 0 ? { servername: serverName } : { host: serverName })),
    ...(trustedCertificates !== undefined && { ca: trustedCertificates }),
    checkServerIdentity: (_, certificate) =>
      serverName === undefined ? undefined : checkIdentity(serverName, certificate),
  })
  const onError = (error: Error): void => resolve(faultOf(error))
  const onClose = (): void => resolve('the connection was closed during the handshake')
  secure.once('secureConnect', () => resolve(undefined))
  secure.on('error', onError)
  secure.once('close', onClose)
  const failure = await promise
  if (failure !== undefined) {
    secure.destroy()
    return { fault: failure }
  }
  secure.off('close', onClose)
  const fault = secure.authorized ? undefined : String(secure.authorizationError)
  if (verify && fault !== undefined) {
    secure.destroy()
    return { fault }
  }
  const secured = {
    protocol: secure.getProtocol() ?? 'unknown',
    cipher: secure.getCipher().standardName,
    ...(fault !== undefined && { fault }),
  }
  return { socket: secure, secured }
}

export class SocketLine implements Line {
  #socket: Socket
  #chunks: Uint8Array[] = []
  #buffered = 0
  #ended = false
  #closed = false
  #fault: string | undefined
  #wake: (() => void) | undefined
  readonly localAddress: string
  readonly remoteAddress: string

  constructor(socket: Socket) {
    this.#socket = socket
    this.localAddress = socket.localAddress ?? ''
    this.remoteAddress = socket.remoteAddress ?? ''
    this.#listen(socket)
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.#buffered -= chunk.length
    if (this.#buffered < readAhead) this.#socket.resume()
    return chunk
  }

  async write(bytes: Uint8Array): Promise<boolean> {
    const socket = this.#socket
    if (this.#closed || !socket.writable) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // An error or a close after this also ends the wait: Node calls back with an error then.
    socket.write(bytes, (error) => resolve(error === null || error === undefined))
    return await promise
  }

  async secure(options: SecureOptions): Promise<{ readonly secured: Secured } | { readonly fault: string }> {
    const plain = this.#socket
    if (this.#closed || this.#ended) return { fault: this.#fault ?? 'the connection is closed' }
    plain.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close')
    plain.pause()
    // rfc3207-4.2-05: what was said in clear and not yet read was not said by whom we are about to know
    this.#chunks = []
    this.#buffered = 0
    while (plain.read() !== null) continue
    const result = await startTls(plain, options)
    if ('fault' in result) {
      this.#fault ??= result.fault
      this.#end()
      this.close()
      return result
    }
    this.#socket = result.socket
    this.#listen(result.socket)
    if (this.#closed) result.socket.destroy()
    return { secured: result.secured }
  }

  fault(): string | undefined {
    return this.#fault
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#end()
    const socket = this.#socket
    if (socket.destroyed) return
    socket.removeAllListeners('data')
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), parting)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
    socket.destroySoon()
  }

  #listen(socket: Socket): void {
    socket.on('error', (error) => {
      this.#fault ??= faultOf(error)
      // A broken TLS record leaves the socket open, and what waits on it would wait for ever.
      socket.destroy()
      this.#end()
    })
    socket.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk)
      this.#buffered += chunk.length
      if (this.#buffered >= readAhead) socket.pause()
      this.#wake?.()
    })
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    socket.resume()
  }

  #end(): void {
    this.#ended = true
    this.#wake?.()
  }
}
