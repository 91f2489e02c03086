/**
 * The socket under a connection: reading that can be stopped, writing that gathers, TLS put on in mid-stream, and an end
 * that loses nobody's last reply.
 *
 * It tells what happens by the four calls that it was given and decides nothing. `gone` comes exactly once, last.
 */
import type { Socket } from 'node:net'
import { printable } from '../journal/printable.ts'
import type { Clock, Timer } from '../ports.ts'

export interface WireEvents {
  readonly data: (chunk: Uint8Array) => void
  /** What was written has left, after `stalled` was true. */
  readonly drained: () => void
  /** The client's FIN, after everything before it. */
  readonly ended: () => void
  /** There is no socket any more; `fault` is why, unless somebody closed it as it should be. */
  readonly gone: (fault: string | undefined) => void
}

/** How long a client may keep its side open after we ended ours, milliseconds. */
const lingerMilliseconds = 5000

export class Wire {
  readonly #events: WireEvents
  readonly #clock: Clock
  #socket: Socket
  #held: Uint8Array[] = []
  #unsent: Uint8Array[] = []
  #stalled = false
  #fault: string | undefined
  #linger: Timer | undefined

  constructor(socket: Socket, clock: Clock, events: WireEvents) {
    this.#socket = socket
    this.#clock = clock
    this.#events = events
    this.#attach()
  }

  /** The client does not read: our side is full. */
  get stalled(): boolean {
    return this.#stalled
  }

  /** Says the bytes with the next `flush`. */
  say(bytes: Uint8Array): void {
    this.#unsent.push(bytes)
  }

  flush(): void {
    const [first] = this.#unsent
    if (first === undefined) return
    const bytes = this.#unsent.length === 1 ? first : Buffer.concat(this.#unsent)
    this.#unsent = []
    if (this.#socket.destroyed) return
    if (!this.#socket.write(bytes)) this.#stalled = true
  }

  /** Something was held back. */
  get holding(): boolean {
    return this.#held.length > 0
  }

  /** Keeps what cannot be used now, behind what is kept already (or before it), and reads no more than is on its way. */
  hold(chunk: Uint8Array, where: 'last' | 'first' = 'last'): void {
    if (where === 'last') this.#held.push(chunk)
    else this.#held.unshift(chunk)
    this.#socket.pause()
  }

  /** The first of what was held back. */
  unhold(): Uint8Array | undefined {
    return this.#held.shift()
  }

  resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  /**
   * Gives the socket away to TLS. What came in clear and was not used yet is returned, because TLS must not see it
   * (rfc3207-4.2-02). Until `adopt` only `destroy` may be called.
   */
  release(): { readonly plain: Socket; readonly unread: readonly Uint8Array[] } {
    this.flush()
    const plain = this.#socket
    plain.pause()
    plain.off('data', this.#events.data)
    plain.off('drain', this.#onDrain)
    plain.off('end', this.#events.ended)
    plain.off('close', this.#onClose)
    const unread = this.#held.splice(0)
    for (let bytes: unknown = plain.read(); bytes instanceof Uint8Array; bytes = plain.read()) unread.push(bytes)
    return { plain, unread }
  }

  /** Goes on with the secure socket. */
  adopt(secure: Socket): void {
    this.#socket = secure
    this.#stalled = false
    this.#attach()
  }

  /** FIN after what was said; what the client still sends is thrown away until it ends, too. */
  end(): void {
    this.flush()
    this.#socket.end()
    // Octets that nobody reads would turn our FIN into RST, and the client might lose the last reply.
    this.#socket.resume()
    this.#linger = this.#clock.after(lingerMilliseconds, () => this.#socket.destroy())
  }

  /** Like `end`, but waits for nobody once everything is written. */
  endSoon(): void {
    this.flush()
    this.#socket.destroySoon()
  }

  /** Ends now; what the system did not take at once is lost. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Octets that wait for the client to read. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  #attach(): void {
    this.#socket.on('data', this.#events.data)
    this.#socket.on('drain', this.#onDrain)
    this.#socket.on('end', this.#events.ended)
    this.#socket.on('error', this.#onError)
    this.#socket.on('close', this.#onClose)
  }

  readonly #onDrain = (): void => {
    this.#stalled = false
    this.#events.drained()
  }

  readonly #onError = (fault: Error): void => {
    this.#fault = 'code' in fault ? String(fault.code) : printable(fault.message)
  }

  readonly #onClose = (): void => {
    this.#held = []
    this.#linger?.cancel()
    this.#events.gone(this.#fault)
  }
}
