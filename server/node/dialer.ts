/**
 * The Dialer port on `node:net` and `node:tls`: one address, one connection, one answer.
 */
import { connect } from 'node:net'
import type { Dialer } from '../ports.ts'
import { SocketLine, faultOf, startTls } from './line.ts'

export const createDialer = (): Dialer => ({
  dial: async ({ address, port }, { localAddress, tls, signal }) => {
    if (signal?.aborted === true) return { fault: 'given up' }
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    const socket = connect({ host: address, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) })
    const onError = (error: Error): void => resolve(faultOf(error))
    const giveUp = (): void => {
      resolve('given up')
      socket.destroy()
    }
    socket.on('error', onError)
    socket.once('connect', () => resolve(undefined))
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      const fault = await promise
      if (fault !== undefined) {
        socket.destroy()
        return { fault }
      }
      if (tls === undefined) return { line: new SocketLine(socket) }
      const result = await startTls(socket, tls)
      if ('fault' in result) return result
      return { line: new SocketLine(result.socket), secured: result.secured }
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  },
})
