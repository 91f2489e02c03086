/**
 * What the tests of reception share: a clock that a test moves, a queue that remembers, and a client that says lines over
 * a real socket and waits for replies.
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { EventName, Ids as EventIds } from '../journal/events.ts'
import type { Envelope } from '../message/envelope.ts'
import type { Clock, Container, Resolver } from '../ports.ts'
import type { Queue } from '../queue/contract.ts'
import { settingsSchema } from '../settings/schema.ts'
import type { ListenerSettings, Settings, SettingsDocument } from '../settings/schema.ts'
import { createReception } from './reception.ts'
import type { Listener, Reception } from './reception.ts'

export interface TestClock extends Clock {
  /** Lets time pass; what falls due happens in order. */
  advance(milliseconds: number): void
  readonly pending: number
}

export const createTestClock = (start = 1_800_000_000_000): TestClock => {
  let now = start
  let timers: { readonly at: number; readonly act: () => void }[] = []
  return {
    now: () => now,
    after: (delay, act) => {
      const timer = { at: now + Math.max(0, delay), act }
      timers.push(timer)
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer)
        },
      }
    },
    advance: (milliseconds) => {
      const until = now + milliseconds
      for (;;) {
        const [due] = timers.filter((timer) => timer.at <= until).sort((one, other) => one.at - other.at)
        if (due === undefined) break
        timers = timers.filter((other) => other !== due)
        now = Math.max(now, due.at)
        due.act()
      }
      now = until
    },
    get pending() {
      return timers.length
    },
  }
}

export interface AcceptedMessage {
  readonly envelope: Envelope
  readonly content: string
}

export interface TestQueue {
  begin(): Container
  accept(envelope: Envelope, container: Container): Promise<void>
  counts(): ReturnType<Queue['counts']>
  readonly messages: AcceptedMessage[]
  /** Containers begun and neither accepted nor discarded. */
  readonly open: () => number
  /** Sizes of the writes, in order. */
  readonly writes: number[]
  /** What goes wrong from now on. */
  trouble: { write?: Error; accept?: Error; slow?: Promise<void>; committing?: Promise<void> }
}

export const createTestQueue = (): TestQueue => {
  const open = new Map<string, Uint8Array[]>()
  let begun = 0
  const queue: TestQueue = {
    messages: [],
    writes: [],
    counts: () => ({
      messages: queue.messages.length,
      queued: queue.messages.length,
      held: 0,
      underWay: 0,
      octets: queue.messages.reduce((sum, { content }) => sum + content.length, 0),
    }),
    open: () => open.size,
    trouble: {},
    begin: () => {
      const pieces: Uint8Array[] = []
      const id = `container${++begun}`
      open.set(id, pieces)
      return {
        id,
        get size() {
          return pieces.reduce((sum, piece) => sum + piece.length, 0)
        },
        write: async (bytes) => {
          queue.writes.push(bytes.length)
          if (queue.trouble.write !== undefined) throw queue.trouble.write
          pieces.push(bytes)
          await queue.trouble.slow
        },
        discard: () => {
          open.delete(id)
        },
      }
    },
    accept: async (envelope, container) => {
      await queue.trouble.committing
      if (queue.trouble.accept !== undefined) throw queue.trouble.accept
      const pieces = open.get(container.id) ?? []
      open.delete(container.id)
      queue.messages.push({ envelope, content: Buffer.concat(pieces).toString('latin1') })
    },
  }
  return queue
}

export interface ToldEvent {
  readonly event: EventName
  readonly ids: EventIds
  readonly detail: Readonly<Record<string, unknown>>
}

export interface House {
  readonly reception: Reception
  readonly clock: TestClock
  readonly queue: TestQueue
  readonly told: ToldEvent[]
  settings: Settings
  open(listener?: Partial<ListenerSettings>): Promise<Listener>
}

/** Settings with these changes to the house of the tests: whole branches are replaced. */
export const houseSettings = (changes: SettingsDocument = {}): Settings =>
  settingsSchema.parse({
    hostName: 'mx.here.example',
    incoming: { allowed: true, domains: ['here.example'] },
    authentication: { methods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'] },
    users: [{ name: 'alice', password: 'pencil', secret: 'pencil' }, { name: 'bob' }],
    ...changes,
  })

/** A world without DNS. */
const resolver: Resolver = {
  mx: async () => ({ kind: 'no-such-name' }),
  addresses: async () => ({ kind: 'no-such-name' }),
  names: async () => ({ kind: 'no-such-name' }),
}

export const createHouse = (changes: SettingsDocument = {}): House => {
  const clock = createTestClock()
  const queue = createTestQueue()
  const told: ToldEvent[] = []
  let ids = 0
  const house: House = {
    clock,
    queue,
    told,
    settings: houseSettings(changes),
    reception: createReception({
      settings: () => house.settings,
      clock,
      ids: {
        unique: () => `id${String(++ids).padStart(6, '0')}`,
        fraction: () => 0,
        secret: (octets) => randomBytes(octets),
      },
      tell: (event, eventIds, detail = {}) => told.push({ event, ids: eventIds, detail }),
      queue,
      resolver,
    }),
    open: async (listener = {}) => {
      const opening = await house.reception.openListener({
        role: 'relay',
        address: '127.0.0.1',
        port: 0,
        ...listener,
      })
      if (opening.kind === 'fault') throw new Error(opening.sentence)
      return opening.listener
    },
  }
  return house
}

/** Milliseconds that a test waits for something that must come. */
const patience = 4000

export interface TestClient {
  readonly socket: Socket
  /** The next whole reply, lines joined by `\n`; rejects when the server closes first. */
  reply(): Promise<string>
  /** Sends a line and gives the reply. */
  say(line: string): Promise<string>
  send(text: string | Uint8Array): void
  /** What came after the last reply until the server closed. */
  closed(): Promise<string>
  /** The same client over TLS, from here on. */
  secure(options?: ConnectionOptions): Promise<TestClient>
}

const clientOn = (socket: Socket): TestClient => {
  let received = ''
  let ended = false
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const one of waiting) one()
  }
  socket.on('data', (bytes: Uint8Array) => {
    received += Buffer.from(bytes).toString('latin1')
    wake()
  })
  socket.on('error', () => {})
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      ended = true
      wake()
    })
  }
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check)
        reject(new Error(`nothing came; so far ${JSON.stringify(received)}`))
      }, patience)
      const check = (): void => {
        const found = look()
        if (found === undefined && !ended) return
        clearTimeout(timer)
        waiting.delete(check)
        if (found === undefined) reject(new Error(`the server closed after ${JSON.stringify(received)}`))
        else resolve(found)
      }
      waiting.add(check)
      check()
    })
  const client: TestClient = {
    socket,
    reply: () =>
      until(() => {
        const found = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(received)?.[0]
        if (found !== undefined) received = received.slice(found.length)
        return found?.replaceAll('\r\n', '\n').trimEnd()
      }),
    say: (line) => {
      socket.write(`${line}\r\n`)
      return client.reply()
    },
    send: (text) => {
      socket.write(text)
    },
    closed: () => until(() => (ended ? received : undefined)),
    secure: (options = {}) =>
      new Promise((resolve, reject) => {
        socket.removeAllListeners('data')
        const secured = connectTls({ socket, rejectUnauthorized: false, ...options }, () => resolve(clientOn(secured)))
        secured.once('error', reject)
      }),
  }
  return client
}

/** Connects, optionally sending something with the connection. */
export const dial = async (listener: Pick<Listener, 'address' | 'port'>, early?: string): Promise<TestClient> => {
  const socket = connect({ host: listener.address, port: listener.port, noDelay: true, allowHalfOpen: true })
  const client = clientOn(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('error', reject)
  })
  if (early !== undefined) socket.write(early)
  return client
}

/** Connects to a listener with implicit TLS. */
export const dialTls = (listener: Listener, options: ConnectionOptions = {}): Promise<TestClient> =>
  new Promise((resolve, reject) => {
    const socket = connectTls(
      { host: listener.address, port: listener.port, rejectUnauthorized: false, ...options },
      () => resolve(client),
    )
    const client = clientOn(socket)
    socket.once('error', reject)
  })

/** Lets everything that is ready happen. */
export const turn = async (rounds = 5): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  }
}

/** The houses and clients of one test file, gone after each test. */
export interface Stage {
  readonly house: (changes?: SettingsDocument) => House
  /** A client that has not heard the greeting yet, at a new listener of the house. */
  readonly join: (made: House, listener?: Partial<ListenerSettings>) => Promise<TestClient>
  /** One that was greeted and said EHLO. */
  readonly greeted: (made: House, listener?: Partial<ListenerSettings>) => Promise<TestClient>
  /** Looks after a client that a test dialled itself. */
  readonly keep: (...more: readonly TestClient[]) => void
  readonly clear: () => Promise<void>
}

export const createStage = (): Stage => {
  const houses: House[] = []
  const clients: TestClient[] = []
  const join: Stage['join'] = async (made, listener = {}) => {
    const client = await dial(await made.open(listener))
    clients.push(client)
    return client
  }
  return {
    house: (changes = {}) => {
      const made = createHouse(changes)
      houses.push(made)
      return made
    },
    join,
    greeted: async (made, listener = {}) => {
      const client = await join(made, listener)
      await client.reply()
      await client.say('EHLO client.example')
      return client
    },
    keep: (...more) => {
      clients.push(...more)
    },
    clear: async () => {
      for (const client of clients.splice(0)) client.socket.destroy()
      await Promise.all(houses.splice(0).map((made) => made.reception.close(0)))
    },
  }
}

/** The names of the events that were told, in order. */
export const eventsOf = (made: House): readonly string[] => made.told.map(({ event }) => event)

export const codeOf = (reply: string): string => reply.slice(0, 3)
