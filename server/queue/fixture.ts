/**
 * What the queue's tests stand on: a clock that moves by hand, envelopes with sensible fields, and a queue with a scripted
 * delivery. No test waits for real time.
 */
import type { JournalEvent } from '../journal/events.ts'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { Clock, Milliseconds, Store } from '../ports.ts'
import { settingsSchema } from '../settings/schema.ts'
import type { Settings } from '../settings/schema.ts'
import type { Deliver, Destination, Notify, Queue, Told, Work } from './contract.ts'
import { openQueue } from './manager.ts'
import { createMemoryStore } from './memory.ts'

export interface FakeClock extends Clock {
  /** Moves to that moment; everything due until then happens at its own time. */
  moveTo(moment: Milliseconds): void
}

export const createFakeClock = (start: Milliseconds): FakeClock => {
  let now = start
  const timers = new Set<{ readonly at: Milliseconds; readonly act: () => void }>()
  return {
    now: () => now,
    after: (delay, act) => {
      const timer = { at: now + Math.max(0, delay), act }
      timers.add(timer)
      return {
        cancel: () => {
          timers.delete(timer)
        },
      }
    },
    moveTo: (moment) => {
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= moment).sort((left, right) => left.at - right.at)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.act()
      }
      now = Math.max(now, moment)
    },
  }
}

export const start: Milliseconds = Date.UTC(2026, 0, 1)
export const minutes = (count: number): Milliseconds => count * 60_000
export const hours = (count: number): Milliseconds => minutes(60 * count)
export const days = (count: number): Milliseconds => hours(24 * count)

export const recipient = (id: string, address: string, more: Partial<Recipient> = {}): Recipient => ({
  id,
  address,
  state: 'queued',
  attempts: 0,
  dueAt: start,
  ...more,
})

export const envelope = (
  id: string,
  recipients: readonly (Recipient | string)[],
  more: Partial<Envelope> = {},
): Envelope => ({
  id,
  reversePath: 'alice@here.example',
  acceptedAt: start,
  origin: {
    session: 'session1',
    transaction: 'transaction1',
    role: 'relay',
    clientAddress: '192.0.2.1',
    helo: 'client.example',
    protocol: 'ESMTP',
  },
  size: 0,
  body: '7BIT',
  smtputf8: false,
  kind: 'message',
  recipients: recipients.map((one, index) => (typeof one === 'string' ? recipient(`${id}r${index}`, one) : one)),
  ...more,
})

export const octets = (text: string): Uint8Array => new TextEncoder().encode(text)

export const textOf = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of content) text += decoder.decode(bytes, { stream: true })
  return text + decoder.decode()
}

export const deferred = (radius: 'session' | 'host' | 'message' | 'recipient' = 'recipient'): Outcome => ({
  kind: 'deferred',
  trouble: { status: '4.0.0', reason: 'Not now.', radius },
})
export const failed: Outcome = {
  kind: 'failed',
  trouble: { status: '5.1.1', reason: 'Nobody there.', radius: 'recipient' },
}
export const relayed = (dutyPassed: boolean): Outcome => ({
  kind: 'relayed',
  host: 'mx.there.example',
  address: '192.0.2.9',
  reply: { code: 250, lines: ['ok'] },
  dutyPassed,
})

/** Mail for `here.example` stays, `nowhere.example` leads nowhere, every other domain is a destination of its own. */
export const route = (address: string): Destination => {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'here.example' ? { kind: 'local', key: 'local' } : { kind: 'domain', key: domain, domain }
}

export interface Bench {
  readonly queue: Queue
  readonly store: Store
  readonly clock: FakeClock
  /** Every attempt as `moment in minutes: destination addresses…`. */
  readonly attempts: string[]
  readonly told: Told[]
  readonly events: Omit<JournalEvent, 'sequence' | 'at'>[]
  /** Lanes that run at the same time: the most so far, by destination key and in all. */
  readonly most: Map<string, number>
  accept(envelope: Envelope, text?: string): Promise<void>
  /** Lets the queue come to rest at this moment. */
  rest(): Promise<void>
  /** Moves from due moment to due moment until `until`, resting at each. */
  pass(until: Milliseconds): Promise<void>
  setQueueSettings(change: Partial<Settings['queue']>): void
  setEnabled(enabled: boolean): void
  eventNames(): readonly string[]
}

export interface BenchOptions {
  readonly store?: Store
  readonly clock?: FakeClock
  readonly queue?: Partial<Settings['queue']>
  /** What each recipient of a work comes to. */
  readonly outcome?: (address: string, work: Work) => Outcome | Promise<Outcome>
  readonly deliver?: Deliver
  readonly notify?: Notify
  readonly unique?: () => string
}

export const openBench = async (options: BenchOptions = {}): Promise<Bench> => {
  const store = options.store ?? createMemoryStore()
  const clock = options.clock ?? createFakeClock(start)
  const outcome = options.outcome ?? (() => relayed(true))
  const attempts: string[] = []
  const told: Told[] = []
  const events: Omit<JournalEvent, 'sequence' | 'at'>[] = []
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  let queueSettings: Settings['queue'] = { ...settingsSchema.parse({}).queue, ...options.queue }
  let enabled = true
  let names = 0

  const count = (key: string, by: number): void => {
    const now = (running.get(key) ?? 0) + by
    running.set(key, now)
    most.set(key, Math.max(most.get(key) ?? 0, now))
  }

  const deliver: Deliver = async (lane, signal) => {
    const keys = lane.destination.kind === 'local' ? ['local'] : [lane.destination.key, 'in all']
    for (const key of keys) count(key, 1)
    for (let work = lane.next(); work !== undefined && !signal.aborted; work = lane.next()) {
      const addresses = work.recipients.map(({ address }) => address)
      attempts.push(`${(clock.now() - start) / 60_000}: ${lane.destination.key} ${addresses.join(' ')}`)
      const results = []
      for (const { id, address } of work.recipients) {
        results.push({ recipient: id, outcome: await outcome(address, work) })
      }
      await work.settle(results)
    }
    for (const key of keys) count(key, -1)
  }

  const queue = await openQueue({
    store,
    clock,
    ids: { unique: options.unique ?? (() => `id${++names}`) },
    tell: (event, ids, detail = {}) => events.push({ event, ...ids, detail }),
    settings: () => ({ smtp: { enabled }, queue: queueSettings }),
    route,
    deliver: options.deliver ?? deliver,
    notify: async (about, causes, content) => {
      told.push(...causes)
      return (await options.notify?.(about, causes, content)) ?? []
    },
  })

  return {
    queue,
    store,
    clock,
    attempts,
    told,
    events,
    most,
    accept: async (one, text = 'content\r\n') => {
      const container = queue.begin()
      await container.write(octets(text))
      await queue.accept(one, container)
    },
    rest: () => queue.rest(),
    pass: async (until) => {
      await queue.rest()
      for (let next = queue.nextDueAt(); next !== undefined && next <= until; next = queue.nextDueAt()) {
        clock.moveTo(next)
        await queue.rest()
      }
      clock.moveTo(until)
      await queue.rest()
    },
    setQueueSettings: (change) => {
      queueSettings = { ...queueSettings, ...change }
      queue.reconsider()
    },
    setEnabled: (on) => {
      enabled = on
      queue.reconsider()
    },
    eventNames: () => events.map(({ event }) => event),
  }
}
