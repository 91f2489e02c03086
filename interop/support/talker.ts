/**
 * The barest client there is, for loads: writes what it is told, with back-pressure, and hears final reply lines.
 *
 * It records nothing and waits as long as it is made to; where a conversation is to be shown, scenes have clients that
 * record it. A server that goes away is a value (`gone`), as a crash test needs it.
 */
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

export const gone = '(the server is gone)'

export interface Talker {
  /** The last line of the next reply, or `gone`. */
  reply(): Promise<string>
  /** Resolves when the bytes are handed over, or the server is gone. */
  write(bytes: Uint8Array | string): Promise<void>
  /** A line and the reply to it. */
  say(line: string): Promise<string>
  /** Closes at once; waits for nothing. */
  close(): void
}

export interface TalkerOptions {
  readonly from: string
  /** TLS from the first octet; verifies nothing. */
  readonly tls?: boolean
}

export const isPositive = (reply: string): boolean => reply.startsWith('2')

export const openTalker = (to: { readonly host: string; readonly port: number }, options: TalkerOptions): Talker => {
  const how = { ...to, localAddress: options.from }
  const socket = options.tls === true ? connectTls({ ...how, rejectUnauthorized: false }) : connect(how)
  const replies: string[] = []
  let rest = ''
  let wake = Promise.withResolvers<void>()
  socket.setEncoding('latin1')
  socket.on('data', (piece: string) => {
    const lines = (rest + piece).split('\r\n')
    rest = lines.pop() ?? ''
    replies.push(...lines.filter((line) => line[3] !== '-'))
    wake.resolve()
    wake = Promise.withResolvers()
  })
  socket.on('error', () => {})
  socket.on('close', () => wake.resolve())
  const talker: Talker = {
    async reply() {
      for (;;) {
        const next = replies.shift()
        if (next !== undefined) return next
        if (socket.closed) return gone
        await wake.promise
      }
    },
    async write(bytes) {
      const { promise: written, resolve } = Promise.withResolvers<void>()
      socket.write(bytes, () => resolve())
      await written
    },
    async say(line) {
      await talker.write(`${line}\r\n`)
      return await talker.reply()
    },
    close: () => void socket.destroy(),
  }
  return talker
}
