import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Outcome } from '../message/envelope.ts'
import type { Notification } from './contract.ts'
import { isUnfinished } from './address.ts'
import {
  createFakeClock,
  days,
  deferred,
  envelope,
  failed,
  hours,
  octets,
  openBench,
  relayed,
  start,
} from './fixture.ts'
import type { Bench } from './fixture.ts'
import { createMemoryStore } from './memory.ts'

const addresses = [
  'a@one.example',
  'b@one.example',
  'c@two.example',
  'd@here.example',
  'team@here.example',
  'list@here.example',
]

const outcomes: readonly Outcome[] = [
  { kind: 'delivered' },
  relayed(true),
  relayed(false),
  failed,
  deferred('recipient'),
  deferred('host'),
  deferred('session'),
]

type Act =
  | { readonly act: 'accept'; readonly to: readonly string[] }
  | { readonly act: 'pass'; readonly hours: number }
  | { readonly act: 'hold' | 'release' | 'remove' | 'flush'; readonly address: string }
  | { readonly act: 'disk'; readonly works: boolean }
  | { readonly act: 'restart' }

const address = fc.constantFrom(...addresses)
const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('accept'), to: fc.uniqueArray(address, { minLength: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('pass'), hours: fc.integer({ min: 0, max: 30 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constantFrom('hold', 'release', 'remove', 'flush'), address }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('disk'), works: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('restart') }) },
)

const notification = (id: string): Notification => ({
  envelope: envelope(id, ['alice@one.example'], { reversePath: '', kind: 'notification' }),
  content: [octets('notification')],
})

/** The index, its tallies and the store tell the same. */
const agrees = async (bench: Bench): Promise<void> => {
  const listed = bench.queue.list()
  const states = listed.flatMap(({ recipients }) => recipients.filter(isUnfinished).map(({ state }) => state))
  const { messages, queued, held, underWay, octets: size } = bench.queue.counts()
  expect(messages).toBe(listed.length)
  expect(queued + held + underWay).toBe(states.length)
  expect(size).toBe(listed.reduce((sum, one) => sum + one.size, 0))
  const stored = (await bench.store.load()).envelopes
  expect(stored).toEqual(listed)
}

test('whatever happens, every recipient comes to exactly one end, and nothing is left over', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anAct, { maxLength: 40 }), fc.infiniteStream(fc.nat()), async (acts, lots) => {
      const store = createMemoryStore()
      const clock = createFakeClock(start)
      let works = true
      let accepted = 0
      let notifications = 0
      let names = 0
      const ends: string[] = []
      const expected: string[] = []
      const settle: typeof store.settle = (settlement) =>
        works ? store.settle(settlement) : Promise.reject(new Error('disk full'))
      const open = async (): Promise<Bench> => {
        const bench = await openBench({
          store: { ...store, settle, close: () => Promise.resolve() },
          clock,
          unique: () => `id${++names}`,
          outcome: (to) => {
            const lot = lots.next().value
            if (to.startsWith('team') && lot % 2 === 0)
              return { kind: 'expanded', into: ['a@one.example', 'x@two.example', 'team@here.example'] }
            if (to.startsWith('list') && lot % 2 === 0)
              return { kind: 'expanded', into: ['c@two.example'], listOwner: 'owner@one.example' }
            return outcomes[lot % outcomes.length] ?? failed
          },
          notify: (about, told) => {
            const tell = about.kind === 'message' && told.some(({ cause }) => cause === 'failed' || cause === 'delayed')
            return Promise.resolve(tell ? [notification(`n${++notifications}`)] : [])
          },
        })
        return bench
      }
      const collect = (bench: Bench): void => {
        for (const { event, envelope: of, recipient } of bench.events.splice(0)) {
          const final = /^recipient-(?:delivered|relayed|expanded|failed|expired|removed)$/.test(event)
          if (final) ends.push(`${of} ${recipient}`)
        }
      }
      let bench = await open()
      for (const act of acts) {
        switch (act.act) {
          case 'accept': {
            const one = envelope(`e${++accepted}`, act.to, { acceptedAt: clock.now() })
            await bench.accept(one)
            for (const { id } of one.recipients) expected.push(`${one.id} ${id}`)
            break
          }
          case 'pass':
            await bench.pass(clock.now() + hours(act.hours))
            break
          case 'flush':
            bench.queue.flush({ recipient: act.address })
            break
          case 'disk':
            works = act.works
            break
          case 'restart':
            // With the disk in order: what it refused at a stop is done twice, as the journal says.
            works = true
            await bench.pass(clock.now() + hours(1))
            await bench.queue.stop(1000)
            collect(bench)
            bench = await open()
            break
          default:
            await bench.queue[act.act]({ recipient: act.address }).catch(() => {}) // the disk may refuse
        }
        await bench.rest()
        if (works && bench.queue.counts().underWay === 0) await agrees(bench)
      }
      works = true
      await bench.pass(clock.now() + hours(1))
      await bench.queue.release({})
      await bench.pass(clock.now() + days(20))
      collect(bench)
      expect(bench.queue.list()).toEqual([])
      expect(bench.queue.nextDueAt()).toBeUndefined()
      expect((await store.load()).envelopes).toEqual([])
      expect(new Set(ends).size).toBe(ends.length)
      expect(expected.filter((one) => !ends.includes(one))).toEqual([])
    }),
    { numRuns: 150, timeout: 4000 },
  )
}, 30_000)
