/**
 * From an accepted socket to a connection: who is it, how busy are we, what does policy say, and under which terms does
 * the session stand.
 */
import { isIPv4 } from 'node:net'
import type { Socket } from 'node:net'
import type { Client } from '../policy/client.ts'
import type { Ruling } from '../protocol/exchange.ts'
import { openSession } from '../protocol/session.ts'
import { createAnswers } from './answers.ts'
import { Connection } from './connection.ts'
import type { Crowd } from './crowd.ts'
import type { Desk } from './desk.ts'
import { confirmedName } from './domains.ts'
import { greet } from './greeting.ts'
import { termsFor } from './terms.ts'
import { secureServerSocket } from './tls.ts'
import type { TlsKeeper } from './tls.ts'

/** What every admission needs of the house. */
export interface Premises {
  readonly desk: Desk
  readonly tls: TlsKeeper
  readonly crowd: Crowd
}

/** Sockets beyond the limit of sessions that are still told 421; whatever comes on top is dropped without a word. */
const refusedPolitely = 100

/** An IPv4 client of a dual-stack socket is an IPv4 client. */
const plainAddress = (address: string | undefined): string => {
  const text = address ?? ''
  const tail = text.toLowerCase().startsWith('::ffff:') ? text.slice('::ffff:'.length) : text
  return isIPv4(tail) ? tail : text
}

/** Counts the host's connections of the minute; trusted hosts are not counted, as far as their addresses tell. */
const comesTooFast = ({ clock, meters, policy, settings }: Desk, address: string): boolean =>
  !policy().trusts({ address }) &&
  !meters.connections.take(address, clock.now(), settings().limits.connectionsPerMinute)

/** Makes the connection and starts it; undefined when the socket was dropped. `onGone` is called when its socket is gone. */
export const admit = (
  { desk, tls, crowd }: Premises,
  socket: Socket,
  door: { readonly role: Client['role']; readonly port: number },
  onGone: (connection: Connection) => void,
): Connection | undefined => {
  const { role, port } = door
  let client: Client = {
    address: plainAddress(socket.remoteAddress),
    localAddress: plainAddress(socket.localAddress),
    role,
    secure: false,
  }
  const { limits } = desk.settings()
  // A client that is gone already has no address.
  if (client.address === '' || crowd.sockets >= limits.connections + refusedPolitely) {
    socket.on('error', () => {})
    socket.destroy()
    return undefined
  }
  const policy = desk.policy()
  const id = desk.ids.unique()
  const load = { ...crowd.enter(client.address), tooFast: comesTooFast(desk, client.address) }
  const opening = policy.ruleConnection(client, load)
  desk.tell('session-opened', { session: id }, { client: client.address, role, port })
  const session = openSession(termsFor(policy, client))
  const answers = createAnswers(desk, { session: id, client: () => client, state: () => session.state })
  /** A name is only asked for where it could give a right; until then nobody has one. */
  const greetNamed = async (spoken: () => boolean): Promise<Ruling> => {
    const name = await confirmedName(client.address, desk.resolver)
    if (name !== undefined) client = { ...client, name }
    return greet(desk, id, client, opening, spoken)
  }
  const connection = new Connection({
    id,
    hostName: policy.settings.hostName,
    socket,
    session,
    answers,
    clock: desk.clock,
    tell: desk.tell,
    patience: limits,
    answer: (question, spoken) => {
      if (question.ask !== 'connection') return answers.answer(question)
      return policy.trustsNames && role === 'relay' ? greetNamed(spoken) : greet(desk, id, client, opening, spoken)
    },
    secure: async (plain) => {
      const material = tls.current()
      return material === undefined
        ? { kind: 'fault', reason: 'there is no certificate' }
        : secureServerSocket(plain, material, desk.clock)
    },
    onEnded: () => crowd.leave(client.address),
    onGone: () => {
      crowd.vanish()
      onGone(connection)
    },
  })
  connection.start({ implicitTls: role === 'submissions' })
  return connection
}
