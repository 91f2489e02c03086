/**
 * One side of one TCP connection, as the simulators' own parties use it: bytes are pulled, written, recorded and, once
 * TLS begins, recorded in clear.
 *
 * A channel never throws for what the peer does: the end of the stream is a value. Its buffer is bounded by pausing the
 * socket. It knows nothing of SMTP; who opened it closes it, and `destroy` ends every wait on it at once.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as tick, setTimeout as pause } from 'node:timers/promises'
import { TLSSocket, connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocketOptions } from 'node:tls'
import type { Recorder } from './conversation.ts'

/** Octets that wait unread before the socket is paused. */
const HIGH_WATER = 256 * 1024

export interface Channel {
  readonly recorder: Recorder
  readonly secure: boolean
  /** The socket that carries clear text now: TLS once that has begun. */
  readonly socket: Socket
  /** Bytes that came and were not taken. */
  readonly waiting: Buffer
  /** The peer ended, or the connection broke. Bytes may still wait. */
  readonly ended: boolean
  /** Why the connection broke (`ECONNRESET` …), if it did. */
  readonly fault: string | undefined
  /** Takes the first octets of what waits (all of them when fewer). */
  take(octets: number): Buffer
  /** Waits until more bytes came than waited at the call; false when the stream gone.signal.aborted or `milliseconds` passed first. */
  more(milliseconds?: number): Promise<boolean>
  /** Resolves when the bytes were handed to the system, or the connection broke (false). */
  write(bytes: Uint8Array): Promise<boolean>
  /** Resolves when the time has passed, or at once when the connection goes; false then. */
  wait(milliseconds: number): Promise<boolean>
  /** Resolves when the connection has gone.signal.aborted or broken. */
  over(milliseconds?: number): Promise<boolean>
  /**
   * Writes `invitation` (the 220) and begins TLS in the same turn, so that no first byte of the client's handshake can be
   * taken for clear text. Resolves to what went wrong, if something did.
   */
  secureAsServer(options: TLSSocketOptions, invitation?: Uint8Array): Promise<string | undefined>
  secureAsClient(options: ConnectionOptions): Promise<string | undefined>
  /** No more is read until the peer gives up: it finds its own writes blocked. */
  stopReading(): void
  /** FIN, after what was written. */
  end(): void
  /** RST. */
  reset(): void
  destroy(): void
}

/** Joins small pieces only when somebody looks, so that a long content is not copied once for each segment. */
class Backlog {
  #pieces: Buffer[] = []
  length = 0
  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.length += piece.length
  }
  whole(): Buffer {
    const [first = Buffer.alloc(0)] = this.#pieces
    if (this.#pieces.length <= 1) return first
    const whole = Buffer.concat(this.#pieces, this.length)
    this.#pieces = [whole]
    return whole
  }
  take(octets: number): Buffer {
    const whole = this.whole()
    const rest = whole.subarray(octets)
    this.#pieces = rest.length > 0 ? [rest] : []
    this.length = rest.length
    return whole.subarray(0, octets)
  }
}

/**
 * @param socket A connected or connecting socket that nobody else reads.
 * @param hears Who the peer is in the record: `C` for a server's channel, `S` for a client's.
 */
export function openChannel(socket: Socket, recorder: Recorder, hears: 'C' | 'S'): Channel {
  const says = hears === 'C' ? 'S' : 'C'
  const backlog = new Backlog()
  const gone = new AbortController()
  const wakers = new Set<() => void>()
  let clear: Socket = socket
  let stopped = false
  let wasReset = false
  let fault: string | undefined

  const wake = (): void => {
    for (const waker of wakers) waker()
    wakers.clear()
  }
  const finish = (): void => {
    if (gone.signal.aborted) return
    gone.abort()
    wake()
  }
  const heard = (bytes: Buffer): void => {
    recorder.record(hears, bytes)
    backlog.push(bytes)
    if (backlog.length > HIGH_WATER) clear.pause()
    wake()
  }
  const ending = (): void => {
    if (!gone.signal.aborted) recorder.note(`${hears} closes`)
    finish()
  }
  const broken = (error: NodeJS.ErrnoException): void => {
    if (fault === undefined && !gone.signal.aborted) recorder.note(`broken: ${error.code ?? error.message}`)
    fault ??= error.code ?? error.message
    finish()
  }
  const listen = (to: Socket): void => {
    to.on('data', heard)
    to.on('end', ending)
    to.on('error', (error) => {
      broken(error)
      // A record that TLS cannot read leaves the socket open, and what is being written would wait for ever.
      to.destroy()
    })
    to.on('close', finish)
  }
  /** Resolves true when woken, false when the time has passed first. */
  const woken = async (milliseconds: number | undefined): Promise<boolean> => {
    const done = Promise.withResolvers<boolean>()
    const waker = (): void => done.resolve(true)
    wakers.add(waker)
    const timer = milliseconds === undefined ? undefined : setTimeout(() => done.resolve(false), milliseconds)
    const result = await done.promise
    clearTimeout(timer)
    wakers.delete(waker)
    return result
  }
  /** Moves reading from the plain socket to the TLS socket above it; what waited in clear is thrown away (RFC 3207 §4.2). */
  const secureWith = async (above: TLSSocket, event: 'secure' | 'secureConnect'): Promise<string | undefined> => {
    clear = above
    above.on('error', broken)
    try {
      await once(above, event, { signal: gone.signal })
    } catch (error) {
      return fault ?? (gone.signal.aborted ? 'closed during the handshake' : String(error))
    }
    recorder.note(`TLS begins: ${above.getProtocol() ?? 'unknown'} ${above.getCipher().name}`)
    above.removeListener('error', broken)
    listen(above)
    return undefined
  }
  const leavePlain = (): void => {
    backlog.take(backlog.length)
    socket.removeListener('data', heard)
    socket.removeListener('end', ending)
  }

  socket.setNoDelay(true)
  listen(socket)
  return {
    recorder,
    get secure() {
      return clear !== socket || socket instanceof TLSSocket
    },
    get socket() {
      return clear
    },
    get waiting() {
      return backlog.whole()
    },
    get ended() {
      return gone.signal.aborted
    },
    get fault() {
      return fault
    },
    take(octets) {
      const taken = backlog.take(octets)
      if (!stopped && clear.isPaused() && backlog.length <= HIGH_WATER) clear.resume()
      return taken
    },
    async more(milliseconds) {
      const before = backlog.length
      const deadline = milliseconds === undefined ? undefined : performance.now() + milliseconds
      if (!stopped && !gone.signal.aborted && clear.isPaused()) clear.resume()
      while (backlog.length <= before && !gone.signal.aborted) {
        const left = deadline === undefined ? undefined : Math.max(0, deadline - performance.now())
        if (!(await woken(left))) return backlog.length > before
      }
      return backlog.length > before
    },
    async write(bytes) {
      if (socket.destroyed || clear.destroyed || clear.writableEnded) return false
      recorder.record(says, bytes)
      const handedOver = Promise.withResolvers<boolean>()
      clear.write(bytes, (error) => handedOver.resolve(error === null || error === undefined))
      return await handedOver.promise
    },
    async wait(milliseconds) {
      try {
        await pause(milliseconds, undefined, { signal: gone.signal })
        return true
      } catch {
        return false
      }
    },
    async over(milliseconds) {
      const deadline = milliseconds === undefined ? undefined : performance.now() + milliseconds
      while (!gone.signal.aborted) {
        const left = deadline === undefined ? undefined : Math.max(0, deadline - performance.now())
        if (!(await woken(left))) return gone.signal.aborted
      }
      return true
    },
    async secureAsServer(options, invitation) {
      leavePlain()
      if (invitation !== undefined) {
        recorder.record(says, invitation)
        socket.write(invitation)
      }
      return await secureWith(new TLSSocket(socket, { ...options, isServer: true }), 'secure')
    },
    async secureAsClient(options) {
      leavePlain()
      const above = connectTls({ ...options, socket })
      return await secureWith(above, 'secureConnect')
    },
    stopReading() {
      stopped = true
      clear.pause()
    },
    end() {
      if (socket.destroyed || clear.destroyed || clear.writableEnded) return
      recorder.note(`${says} closes`)
      clear.end()
    },
    reset() {
      recorder.note(`${says} resets`)
      wasReset = true
      socket.resetAndDestroy()
      finish()
    },
    destroy() {
      finish()
      // Node dies (SIGSEGV) when a TLS socket is touched in the turn in which the socket below it was destroyed.
      if (!wasReset) clear.destroy()
      socket.destroy()
    },
  }
}

/** Lets what was written reach the peer's event loop as a segment of its own. */
export async function flushed(): Promise<void> {
  await tick()
  await tick()
}
