/**
 * The administration API on a socket: loopback only, one server, closed cleanly with all its streams.
 */
import type { Server, ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Clock } from '../ports.ts'
import { isLoopback } from '../settings/shapes.ts'
import { createApi } from './api.ts'
import type { Administration } from './contract.ts'

export interface AdminServerOptions {
  readonly administration: Administration
  readonly clock: Clock
  /** 127.0.0.0/8 or ::1. */
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
}

export interface AdminServer {
  /** `http://127.0.0.1:8025` */
  readonly url: string
  /** Ends streams and idle connections at once, lets requests under way finish for a second. Idempotent. */
  close(): Promise<void>
}

const grace = 1000

/** Opens the API; the fault is one sentence. */
export async function openAdminServer(
  options: AdminServerOptions,
): Promise<
  { readonly kind: 'open'; readonly server: AdminServer } | { readonly kind: 'fault'; readonly fault: string }
> {
  const { address, port, administration, clock } = options
  if (!isLoopback(address)) {
    return { kind: 'fault', fault: `The administration API listens on loopback only, not on ${address}.` }
  }
  const closing = new AbortController()
  const { fetch } = createApi({ administration, clock, closing: closing.signal })
  const server = createAdaptorServer({
    fetch,
    serverOptions: { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 },
  }) as Server
  // A connection whose last answer ends after closing began would otherwise be kept alive for nothing.
  server.on('request', (_request, response: ServerResponse) => {
    response.once('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections())
    })
  })
  const fault = await listening(server, address, port)
  if (fault !== undefined)
    return { kind: 'fault', fault: `The administration API cannot listen on ${address}:${port}: ${fault}.` }
  const bound = server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => void server.close(() => resolve()))
    closing.abort()
    server.closeIdleConnections()
    const timer = clock.after(grace, () => server.closeAllConnections())
    await ended
    timer.cancel()
  }
  return {
    kind: 'open',
    server: {
      url: `http://${isIPv6(address) ? `[${address}]` : address}:${boundPort}`,
      close: () => (closed ??= close()),
    },
  }
}

function listening(server: Server, address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message)
    server.once('error', failed)
    server.listen(port, address, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
}
