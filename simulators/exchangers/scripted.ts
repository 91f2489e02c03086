/**
 * A mail exchanger over raw sockets: well behaved by itself, misbehaving where a fault says so, fast enough for hundreds of
 * scenarios.
 *
 * It owns its listener and its connections: `shut` refuses new ones, `close` ends everything at once, also in the middle
 * of silence. What one session does is `session.ts`.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { openChannel } from '../channel.ts'
import type { Channel } from '../channel.ts'
import type { LeafCertificate } from '../certificates.ts'
import type { Conversation, Exchanger, ExchangerOptions, ReceivedMessage } from '../contract.ts'
import { openRecorder } from '../conversation.ts'
import { openFaultLedger } from './faults.ts'
import { serveSession } from './session.ts'
import type { House } from './session.ts'
import { whenFree } from '../when-free.ts'

/** How long a client may take to close its side after ours, in milliseconds. */
const LAST_WORDS = 500

export interface ExchangerPlace {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly certificate: LeafCertificate | undefined
  /** Told of every conversation when it begins. */
  readonly onConversation: (conversation: Conversation) => void
}

export async function openScriptedExchanger(place: ExchangerPlace, options: ExchangerOptions): Promise<Exchanger> {
  const received: ReceivedMessage[] = []
  const declined: ReceivedMessage[] = []
  const violations: string[] = []
  const conversations: Conversation[] = []
  const channels = new Set<Channel>()
  const faults = openFaultLedger()
  let gate = Promise.withResolvers<void>()
  let held = 0
  let closing = false
  const house: House = {
    name: place.name,
    options,
    faults,
    certificate: place.certificate,
    violate: (text) => {
      if (!closing) violations.push(text)
    },
    released: () => {
      held += 1
      return gate.promise
    },
    receive: (message, taken) => {
      if (taken) received.push(message)
      else declined.push(message)
    },
  }

  const attend = async (socket: Socket): Promise<void> => {
    const peer = socket.remoteAddress ?? 'nobody'
    const recorder = openRecorder(`${peer} → ${place.name}`)
    conversations.push(recorder.conversation)
    place.onConversation(recorder.conversation)
    recorder.note(`${peer} connects`)
    const channel = openChannel(socket, recorder, 'C')
    channels.add(channel)
    await serveSession(channel, house, peer)
    channel.end()
    await channel.over(LAST_WORDS)
    channel.destroy()
    channels.delete(channel)
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void attend(socket))
  await listen(server, place)

  let closed: Promise<void> | undefined
  const shut = async (): Promise<void> => {
    if (!server.listening) return
    const done = once(server, 'close')
    server.close()
    // The server calls itself closed when its last connection is; what counts here is that none is taken any more.
    await (closing ? done : Promise.resolve())
  }
  return {
    name: place.name,
    address: place.address,
    port: place.port,
    received,
    declined,
    violations,
    conversations,
    declare: (fault) => faults.declare(fault),
    get held() {
      return held
    },
    release() {
      held = 0
      gate.resolve()
      gate = Promise.withResolvers<void>()
    },
    shut,
    open: async () => {
      if (!server.listening) await listen(server, place)
    },
    close: () =>
      (closed ??= (async () => {
        closing = true
        const done = shut()
        for (const channel of channels) channel.destroy()
        await done
      })()),
  }
}

async function listen(server: Server, place: { readonly address: string; readonly port: number }): Promise<void> {
  await whenFree(async () => {
    server.listen({ host: place.address, port: place.port, exclusive: true })
    await once(server, 'listening')
  })
}
