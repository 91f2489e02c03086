/**
 * One door: a listening socket of the settings, the connections that came in by it, and its closing.
 *
 * A listener knows its role and nothing of mail. Closing stops accepting at once, lets transactions in flight finish
 * within a grace, and leaves no socket behind; retiring stops accepting and leaves the sessions in peace.
 */
import { createServer, isIPv4 } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { printable } from '../journal/printable.ts'
import type { ListenerSettings } from '../settings/schema.ts'
import { admit } from './admission.ts'
import type { Premises } from './admission.ts'
import type { Connection } from './connection.ts'

export interface Listener {
  readonly settings: ListenerSettings
  readonly address: string
  /** The port in use, also where the settings say 0. */
  readonly port: number
  /** It accepts connections; false once it was closed or retired. */
  readonly accepting: boolean
  /** Resolves when it was closed or retired and its last socket is gone. */
  readonly gone: Promise<void>
  /** Accepts no more, and leaves the sessions in peace; idempotent. */
  retire(): void
  /**
   * Accepts no more, and tells every session to end: at once where nothing is in flight, else when its transaction is
   * done or `grace` milliseconds have passed. Resolves when every socket is gone. May be called again to be quicker.
   */
  close(grace: number): Promise<void>
}

export type Opening =
  | { readonly kind: 'open'; readonly listener: Listener }
  /** Why not, in a sentence for the administrator. */
  | { readonly kind: 'fault'; readonly sentence: string }

/** Resolves with a sentence when it cannot listen. */
const listen = (
  server: Server,
  settings: ListenerSettings,
  all: readonly ListenerSettings[],
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const failed = (fault: Error): void => {
      const reason = 'code' in fault ? String(fault.code) : fault.message
      resolve(`Cannot listen on ${settings.address} port ${settings.port} for ${settings.role}: ${reason}.`)
    }
    server.once('error', failed)
    // `::` takes IPv4 clients as well, unless another listener is there for them on the same port.
    const ipv6Only = all.some(
      ({ address, port }) => isIPv4(address) && port === settings.port && port !== 0 && address !== settings.address,
    )
    server.listen({ host: settings.address, port: settings.port, ipv6Only, backlog: 511 }, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })

/** Opens the door; a fault when the address or port cannot be had. */
export const openListener = async (premises: Premises, settings: ListenerSettings): Promise<Opening> => {
  const { clock, settings: current, tell } = premises.desk
  const { role } = settings
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = admit(premises, socket, { role, port }, (gone) => {
      connections.delete(gone)
      emptied()
    })
    if (connection !== undefined) connections.add(connection)
  })
  const fault = await listen(server, settings, current().listeners)
  if (fault !== undefined) return { kind: 'fault', sentence: fault }
  server.on('error', (error) => tell('warning', {}, { fault: printable(error.message), role }))
  const { address, port } = server.address() as AddressInfo
  tell('listener-opened', {}, { role, address, port })

  let accepting = true
  let isClosed = false
  const ended = Promise.withResolvers<void>()
  /** Node accepts no more, and the last session is done with its socket. */
  const emptied = (): void => {
    if (isClosed && connections.size === 0) ended.resolve()
  }
  const gone = ended.promise.then(() => tell('listener-closed', {}, { role, address, port }))
  const retire = (): void => {
    if (!accepting) return
    accepting = false
    server.close(() => {
      isClosed = true
      emptied()
    })
  }
  const terminate = (): void => {
    for (const connection of connections) connection.terminate()
  }
  const close = async (grace: number): Promise<void> => {
    retire()
    for (const connection of connections) connection.shutDown()
    if (grace <= 0) terminate()
    const timer = clock.after(grace, terminate)
    await gone
    timer.cancel()
  }
  const listener: Listener = {
    settings,
    address,
    port,
    get accepting() {
      return accepting
    },
    gone,
    retire,
    close,
  }
  return { kind: 'open', listener }
}
