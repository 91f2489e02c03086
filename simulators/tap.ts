/**
 * Listening in on a socket that a library reads and writes itself: what passes is recorded, nothing is changed.
 *
 * For a TLS socket this is the clear text. Adding a listener would start the flow before the library is ready, so the
 * socket's own `emit` and `write` are wrapped instead.
 */
import type { Socket } from 'node:net'
import type { Recorder } from './conversation.ts'

/** @param hears Who the peer is in the record: `S` for a client's socket, `C` for a server's. */
export function tapSocket(socket: Socket, recorder: Recorder, hears: 'C' | 'S'): void {
  const says = hears === 'C' ? 'S' : 'C'
  const emit = socket.emit.bind(socket)
  const write = socket.write.bind(socket)
  socket.emit = (event: string | symbol, ...details: unknown[]): boolean => {
    if (event === 'data') recorder.record(hears, spoken(details[0], undefined))
    if (event === 'end') recorder.note(`${hears} closes`)
    return emit(event, ...details)
  }
  socket.write = (piece: string | Uint8Array, ...details: unknown[]): boolean => {
    recorder.record(says, spoken(piece, details[0]))
    const [encoding, done] = details
    if (typeof encoding === 'string' && Buffer.isEncoding(encoding)) {
      return write(piece, encoding, typeof done === 'function' ? () => void done() : undefined)
    }
    const callback = typeof encoding === 'function' ? encoding : done
    return write(piece, typeof callback === 'function' ? (error) => void callback(error) : undefined)
  }
}

function spoken(piece: unknown, encoding: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece
  if (typeof piece !== 'string') return new Uint8Array()
  return Buffer.from(piece, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8')
}
