import { describe, expect, test } from 'vitest'
import type { Line, Milliseconds } from '../ports.ts'
import type { Act, Event, Stage, Talk, Verdict } from '../protocol/conversation.ts'
import { settingsSchema } from '../settings/schema.ts'
import { Client } from './client.ts'
import { stageClock } from './fixture-network.ts'

const second = 1000
const minute = 60 * second
const { timeouts } = settingsSchema.parse({}).outgoing

/** A line on which nothing happens but what is given. */
const line = (parts: Partial<Line>): Line => ({
  localAddress: '192.0.2.1',
  remoteAddress: '192.0.2.2',
  read: async () => await new Promise(() => {}),
  write: () => Promise.resolve(true),
  secure: async () => await new Promise(() => {}),
  fault: () => undefined,
  close: () => {},
  ...parts,
})

const perform = async (
  act: Act,
  parts: Partial<Line>,
): Promise<{ readonly event: Event; readonly took: Milliseconds }> => {
  const clock = stageClock()
  const client = new Client({
    line: line(parts),
    clock,
    timeouts,
    security: { verify: false },
    sasl: () => {
      throw new Error('not asked for')
    },
    onSecured: () => {},
  })
  const began = clock.now()
  const talk = function* (): Talk<Event> {
    return yield act
  }
  return { event: await client.run(talk()), took: clock.now() - began }
}

describe('how long is waited (RFC 5321 §4.5.3.2)', () => {
  test.each<[Stage, Milliseconds]>([
    ['greeting', 5 * minute],
    ['EHLO', 5 * minute],
    ['MAIL', 5 * minute],
    ['RCPT', 5 * minute],
    ['DATA', 2 * minute],
    ['content-end', 10 * minute],
    ['QUIT', 30 * second],
    ['farewell', second],
  ])('for %s', async (stage, patience) => {
    const { event, took } = await perform({ act: 'listen', stage, reply: 1 }, {})
    expect(event).toMatchObject({ event: 'ended', cause: 'timeout' })
    expect(took).toBe(patience)
  })

  test('for a block of content to be taken', async () => {
    const stuck = { write: async () => await new Promise<boolean>(() => {}) }
    const { event, took } = await perform({ act: 'transmit', bytes: new Uint8Array(10) }, stuck)
    expect(event).toMatchObject({ event: 'ended', cause: 'timeout' })
    expect(took).toBe(3 * minute)
  })

  test('for the TLS handshake, and then the line is closed', async () => {
    let closed = false
    const { event, took } = await perform({ act: 'secure' }, { close: () => (closed = true) })
    expect(event).toMatchObject({ event: 'ended', cause: 'tls' })
    expect(took).toBe(2 * minute)
    expect(closed).toBe(true)
  })
})

/** Listens to the end. */
const listening = function* (reply: number): Talk<string[]> {
  const events: string[] = []
  while (events.at(-1) !== 'ended') events.push((yield { act: 'listen', stage: 'RCPT', reply }).event)
  return events
}

test('a reply that drips in does not lengthen its deadline, the next reply has its own', async () => {
  const clock = stageClock()
  let reads = 0
  const dripping = line({
    read: async () => {
      reads += 1
      const { promise, resolve } = Promise.withResolvers<Uint8Array>()
      clock.after(2 * minute, () => resolve(Uint8Array.of(0x32)))
      return await promise
    },
  })
  const client = new Client({
    line: dripping,
    clock,
    timeouts,
    security: { verify: false },
    sasl: () => {
      throw new Error('not asked for')
    },
    onSecured: () => {},
  })
  const began = clock.now()
  expect(await client.run(listening(1))).toEqual(['bytes', 'bytes', 'ended'])
  expect(clock.now() - began).toBe(5 * minute)
  // The read that the deadline passed over is not lost
  expect(await client.run(listening(2))).toEqual(['bytes', 'bytes', 'bytes', 'ended'])
  expect(reads).toBe(6)
})

const sendAndListen = function* (): Talk<string> {
  yield { act: 'send', bytes: new Uint8Array(100_000) }
  return (yield { act: 'listen', stage: 'RCPT', reply: 1 }).event
}

test('replies are read while commands are written', async () => {
  const clock = stageClock()
  const { promise: went, resolve: release } = Promise.withResolvers<boolean>()
  const client = new Client({
    line: line({
      write: () => went,
      read: () => {
        release(true)
        return Promise.resolve(Uint8Array.of(1))
      },
    }),
    clock,
    timeouts,
    security: { verify: false },
    sasl: () => {
      throw new Error('not asked for')
    },
    onSecured: () => {},
  })
  expect(await client.run(sendAndListen())).toBe('bytes')
})

const verdict = (code: number): Verdict => ({ kind: 'refused', stage: 'content', reply: { code, lines: [] } })

const answeringTwice = function* (): Talk<string> {
  yield { act: 'listen', stage: 'content-end', reply: 1 }
  yield { act: 'verdict', recipient: 'a', verdict: verdict(450) }
  yield { act: 'verdict', recipient: 'b', verdict: verdict(451) }
  yield { act: 'listen', stage: 'content-end', reply: 2 }
  yield { act: 'verdict', recipient: 'c', verdict: verdict(452) }
  return 'over'
}

test('verdicts that came together are told together, before anything more is waited for', async () => {
  const told: string[] = []
  const client = new Client({
    line: line({
      read: () => {
        told.push('reads')
        return Promise.resolve(Uint8Array.of(1))
      },
    }),
    clock: stageClock(),
    timeouts,
    security: { verify: false },
    sasl: () => {
      throw new Error('not asked for')
    },
    onSecured: () => {},
  })
  const result = await client.run(answeringTwice(), undefined, (some) => told.push([...some.keys()].join(' ')))
  expect([result, told]).toEqual(['over', ['reads', 'a b', 'reads', 'c']])
})
