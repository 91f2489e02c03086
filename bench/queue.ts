/**
 * How fast the durable queue takes responsibility: messages accepted per second on the SQLite store, and what a large
 * message adds to the size of the process.
 *
 * `node bench/queue.ts [messages] [acceptors] [octets]`: bounded, in a folder of its own that is removed afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Envelope } from '../server/message/envelope.ts'
import type { Clock, Store } from '../server/ports.ts'
import { openQueue } from '../server/queue/manager.ts'
import { openSqliteStore } from '../server/queue/sqlite.ts'
import { settingsSchema } from '../server/settings/schema.ts'

const clock: Clock = {
  now: () => Date.now(),
  after: (delay, act) => {
    const timer = setTimeout(act, delay)
    return { cancel: () => clearTimeout(timer) }
  },
}

const envelopeOf = (number: number, size: number): Envelope => ({
  id: `message${number}`,
  reversePath: 'alice@here.example',
  acceptedAt: clock.now(),
  origin: {
    session: 'session',
    transaction: `transaction${number}`,
    role: 'relay',
    clientAddress: '192.0.2.1',
    helo: 'client.example',
    protocol: 'ESMTP',
  },
  size,
  body: '7BIT',
  smtputf8: false,
  kind: 'message',
  recipients: [
    { id: `recipient${number}`, address: 'bob@there.example', state: 'queued', attempts: 0, dueAt: clock.now() },
  ],
})

const mebibytes = (octets: number): string => `${(octets / 1024 / 1024).toFixed(1)} MiB`

/** Runs `count` numbered acts, `beside` of them at a time; gives acts per second. */
const rate = async (count: number, beside: number, act: (number: number) => Promise<void>): Promise<number> => {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await act(next++)
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: beside }, work))
  return (count * 1000) / (performance.now() - start)
}

const measureAcceptance = async (store: Store, messages: number, acceptors: number, octets: number): Promise<void> => {
  const content = new Uint8Array(octets).fill(65)
  let names = 0
  const settings = settingsSchema.parse({ smtp: { enabled: true } })
  const queue = await openQueue({
    store,
    clock,
    ids: { unique: () => `id${++names}` },
    tell: () => {},
    settings: () => settings,
    route: () => ({ kind: 'local', key: 'local' }),
    deliver: async (lane) => {
      for (let work = lane.next(); work !== undefined; work = lane.next()) {
        await work.settle(work.recipients.map(({ id }) => ({ recipient: id, outcome: { kind: 'delivered' } })))
      }
    },
    notify: () => Promise.resolve([]),
  })
  const accept = async (number: number): Promise<void> => {
    const container = queue.begin()
    await container.write(content)
    await queue.accept(envelopeOf(number, octets), container)
  }
  const start = performance.now()
  const accepted = await rate(messages, acceptors, accept)
  await queue.rest()
  const finished = (messages * 1000) / (performance.now() - start)
  console.log(`${messages} messages of ${octets} octets, ${acceptors} acceptors beside each other:`)
  console.log(
    `  accepted and settled meanwhile  ${Math.round(accepted)} accepted, ${Math.round(finished)} finished a second`,
  )
  await queue.stop(1000)
}

const measureStore = async (store: Store, messages: number, acceptors: number, octets: number): Promise<void> => {
  const content = new Uint8Array(octets).fill(65)
  const accepted = await rate(messages, acceptors, async (number) => {
    const container = store.begin()
    await container.write(content)
    await store.accept(envelopeOf(number, octets), container)
  })
  console.log(`  the store alone                 ${Math.round(accepted)} accepted a second`)
}

const measureLarge = async (store: Store): Promise<void> => {
  const size = 100_000_000
  const piece = new Uint8Array(50_000).fill(66)
  const before = process.memoryUsage().rss
  let most = before
  const look = (): void => {
    most = Math.max(most, process.memoryUsage().rss)
  }
  const start = performance.now()
  const container = store.begin()
  for (let written = 0; written < size; written += piece.length) {
    await container.write(piece)
    look()
  }
  await store.accept(envelopeOf(-1, size), container)
  const taken = performance.now()
  for await (const bytes of store.content('message-1')) if (bytes.length > 0) look()
  const given = performance.now()
  console.log(`one message of ${mebibytes(size)}:`)
  console.log(
    `  in ${Math.round(taken - start)} ms, out ${Math.round(given - taken)} ms, ${mebibytes(most - before)} more memory`,
  )
}

const numberFrom = (text: string | undefined, otherwise: number): number => {
  const number = Number(text ?? otherwise)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`not a positive whole number: ${text}`)
  return number
}

const [, , messagesGiven, acceptorsGiven, octetsGiven] = process.argv
const messages = Math.min(numberFrom(messagesGiven, 20_000), 1_000_000)
const acceptors = Math.min(numberFrom(acceptorsGiven, 20), 1000)
const octets = Math.min(numberFrom(octetsGiven, 4096), 10_000_000)
const folder = mkdtempSync(join(tmpdir(), 'bench-queue-'))
try {
  const open = (name: string): Promise<Store> => openSqliteStore({ folder: join(folder, name), clock })
  await measureAcceptance(await open('queue'), messages, acceptors, octets)
  const store = await open('store')
  await measureStore(store, messages, acceptors, octets)
  await measureLarge(store)
  await store.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
