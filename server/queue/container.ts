/**
 * Content on its way into the SQLite store: small writes are gathered into chunks, full chunks go to the worker ahead of
 * acceptance, and the writer waits while too much is under way.
 *
 * Content of at most one chunk never leaves this thread before acceptance, so that it is stored together with its
 * envelope. A chunk's buffer travels to the worker and home again; no octet is copied more than twice on this side.
 */
import type { Container } from '../ports.ts'
import { chunkSize } from './sqlite-messages.ts'
import type { StoredContent } from './sqlite-messages.ts'

/** Where containers send their chunks, and get their buffers from. */
export interface ChunkCarrier {
  /** Takes the buffer over; resolves when the chunk is written, rejects when the disk refuses. */
  carry(container: number, chunk: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** A buffer of `chunkSize` octets, used before or new. */
  buffer(): Uint8Array<ArrayBuffer>
  giveBack(buffer: Uint8Array<ArrayBuffer>): void
  /** The chunks written ahead are not needed any more. */
  discard(container: number): void
}

export interface ChunkedContainer extends Container {
  /**
   * What acceptance needs, once everything written ahead has arrived; rejects when some of it was refused. Until
   * `accepted` or `refused` is said, discarding waits. The tail is a copy of its own, free to travel.
   */
  whole(): Promise<StoredContent>
  /** The content has an owner: nothing more may be written. */
  accepted(): void
  /** The content has found no owner: it may be offered again, or discarded. */
  refused(): void
}

/** Chunks that one container may have on their way to the worker. */
const mostUnderWay = 8
const firstBuffer = 8 * 1024

/** Opens the container with this number. */
export const openContainer = (number: number, carrier: ChunkCarrier): ChunkedContainer => {
  let buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  let used = 0
  let chunks = 0
  let size = 0
  let closed = false
  let offered = false
  let discarded = false
  let fault: unknown
  let broken = false
  const underWay: Promise<void>[] = []

  const letGo = (): void => {
    if (buffer.length === chunkSize) carrier.giveBack(buffer)
    buffer = new Uint8Array(0)
    used = 0
    closed = true
  }

  const check = (): void => {
    if (closed) throw new Error('the container is closed')
    if (broken) throw fault
  }

  const makeRoom = (wanted: number): void => {
    if (used < buffer.length) return
    const grown =
      used + wanted >= chunkSize / 4 ? carrier.buffer() : new Uint8Array(Math.max(firstBuffer, 2 * used, used + wanted))
    grown.set(buffer.subarray(0, used))
    buffer = grown
  }

  const sendChunk = (): void => {
    const chunk = carrier.carry(number, chunks, buffer).catch((reason: unknown) => {
      broken = true
      fault = reason
    })
    chunks += 1
    buffer = new Uint8Array(0)
    used = 0
    underWay.push(chunk)
  }

  const discard = (): void => {
    discarded = true
    if (closed || offered) return
    letGo()
    if (chunks > 0) carrier.discard(number)
  }

  return {
    id: `container${number}`,
    get size() {
      return size
    },
    write: async (bytes) => {
      check()
      for (let from = 0; from < bytes.length;) {
        if (used === chunkSize) sendChunk() // only when more follows: the last chunk goes with the envelope
        makeRoom(bytes.length - from)
        const part = bytes.subarray(from, from + buffer.length - used)
        buffer.set(part, used)
        used += part.length
        from += part.length
        size += part.length
        while (underWay.length >= mostUnderWay) {
          await underWay.shift()
          check()
        }
      }
    },
    discard,
    whole: async () => {
      check()
      offered = true
      await Promise.all(underWay.splice(0))
      if (broken) throw fault
      return { container: number, chunks, tail: buffer.slice(0, used), octets: size }
    },
    accepted: letGo,
    refused: () => {
      offered = false
      if (discarded) discard()
    },
  }
}
