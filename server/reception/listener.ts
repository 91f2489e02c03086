/**
 * One door: a listening socket of the settings, the sessions that came in by it, and its closing.
 *
 * A listener knows its role and nothing of mail. Every accepted socket becomes a connection with a session under terms of
 * its own, which it keeps whatever is applied later. Closing stops accepting at once, lets transactions in flight finish
 * within a grace, and leaves no socket behind.
 */
import { createServer, isIPv4 } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { printable } from '../journal/printable.ts'
import type { Client } from '../policy/client.ts'
import { openSession } from '../protocol/session.ts'
import type { ListenerSettings } from '../settings/schema.ts'
import { createAnswers } from './answers.ts'
import { Connection } from './connection.ts'
import type { Crowd } from './crowd.ts'
import type { Desk } from './desk.ts'
import { greet } from './greeting.ts'
import { secureServerSocket } from './tls.ts'
import type { TlsKeeper } from './tls.ts'
import { termsFor } from './terms.ts'

export interface Listener {
  readonly settings: ListenerSettings
  readonly address: string
  /** The port in use, also where the settings say 0. */
  readonly port: number
  /** Sessions open now. */
  readonly sessions: number
  /**
   * Accepts no more, and tells every session to end: at once where nothing is in flight, else when its transaction is
   * done or `grace` milliseconds have passed. Resolves when every socket is gone; idempotent.
   */
  close(grace: number): Promise<void>
}

export type Opening =
  | { readonly kind: 'open'; readonly listener: Listener }
  | { readonly kind: 'fault'; readonly sentence: string }

/** Sockets beyond the limit of sessions that are still told 421; whatever comes on top is dropped without a word. */
const refusedPolitely = 100

/** An IPv4 client of a dual-stack socket is an IPv4 client. */
const plainAddress = (address: string | undefined): string => {
  const text = address ?? ''
  const tail = text.toLowerCase().startsWith('::ffff:') ? text.slice('::ffff:'.length) : text
  return isIPv4(tail) ? tail : text
}

/** Opens the door; a fault when the address or port cannot be had. */
export const openListener = (
  desk: Desk,
  tls: TlsKeeper,
  crowd: Crowd,
  settings: ListenerSettings,
): Promise<Opening> => {
  const connections = new Set<Connection>()
  const emptied: (() => void)[] = []

  const receive = (socket: Socket): void => {
    const client: Client = {
      address: plainAddress(socket.remoteAddress),
      localAddress: plainAddress(socket.localAddress),
      role: settings.role,
      secure: false,
    }
    const { limits } = desk.settings()
    if (client.address === '' || crowd.sockets >= limits.connections + refusedPolitely) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    const policy = desk.policy()
    const id = desk.ids.unique()
    const load = crowd.enter(client.address)
    const tooFast =
      !policy.trusts(client.address) &&
      !desk.meters.connections.take(client.address, desk.clock.now(), limits.connectionsPerMinute)
    const opening = policy.ruleConnection(client, { ...load, tooFast })
    desk.tell('session-opened', { session: id }, { client: client.address, role: settings.role, port: address().port })
    const session = openSession(termsFor(policy, client))
    const answers = createAnswers(desk, { session: id, client, state: () => session.state })
    const connection = new Connection({
      id,
      hostName: policy.settings.hostName,
      socket,
      session,
      answers,
      clock: desk.clock,
      tell: desk.tell,
      patience: limits,
      answer: (question, spoken) =>
        question.ask === 'connection' ? greet(desk, id, client, opening, spoken) : answers.answer(question),
      secure: async (plain) => {
        const material = tls.current()
        return material === undefined
          ? { kind: 'fault', reason: 'there is no certificate' }
          : secureServerSocket(plain, material, desk.clock)
      },
      onEnded: () => crowd.leave(client.address),
      onGone: () => {
        crowd.vanish()
        connections.delete(connection)
        if (connections.size === 0) for (const tell of emptied.splice(0)) tell()
      },
    })
    connections.add(connection)
    connection.start({ implicitTls: settings.role === 'submissions' })
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, receive)
  const address = (): AddressInfo => server.address() as AddressInfo

  const close = async (grace: number): Promise<void> => {
    const stopped = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    for (const connection of connections) connection.shutDown()
    const timer = desk.clock.after(grace, () => {
      for (const connection of connections) connection.terminate()
    })
    if (grace === 0) for (const connection of connections) connection.terminate()
    if (connections.size > 0) await new Promise<void>((resolve) => emptied.push(resolve))
    timer.cancel()
    await stopped
  }

  const opened = (): Listener => {
    const { address: host, port } = address()
    let closing: Promise<void> | undefined
    return {
      settings,
      address: host,
      port,
      get sessions() {
        return connections.size
      },
      close: (grace) => {
        closing ??= close(grace).then(() =>
          desk.tell('listener-closed', {}, { role: settings.role, address: host, port }),
        )
        return closing
      },
    }
  }

  return listen(server, settings, desk.settings().listeners).then((fault) => {
    if (fault !== undefined) return { kind: 'fault', sentence: fault }
    server.on('error', (error) => desk.tell('warning', {}, { fault: printable(error.message), role: settings.role }))
    const listener = opened()
    desk.tell('listener-opened', {}, { role: settings.role, address: listener.address, port: listener.port })
    return { kind: 'open', listener }
  })
}

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
      (other) => other !== settings && other.port === settings.port && other.port !== 0 && isIPv4(other.address),
    )
    server.listen({ host: settings.address, port: settings.port, ipv6Only, backlog: 511 }, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
