import { describe, expect, test } from 'vitest'
import type { Outcome } from '../message/envelope.ts'
import type { Deliver, Notification } from './contract.ts'
import {
  createFakeClock,
  days,
  deferred,
  envelope,
  failed,
  hours,
  minutes,
  octets,
  openBench,
  recipient,
  relayed,
  route,
  start,
  textOf,
} from './fixture.ts'
import { openQueue } from './manager.ts'
import { createMemoryStore } from './memory.ts'
import { settingsSchema } from '../settings/schema.ts'

const bob = 'bob@there.example'

/** An outcome that takes a while, so that lanes run beside each other. */
const slowly = async (outcome: Outcome): Promise<Outcome> => {
  for (let turns = 0; turns < 100; turns++) await Promise.resolve()
  return outcome
}

const notification = (id: string): Notification => ({
  envelope: envelope(id, ['alice@here.example'], { reversePath: '', kind: 'notification' }),
  content: [octets('it '), octets('failed')],
})

/** Opens one alias after the other, and never waits before it settles. */
const atOnce: Deliver = (lane) => {
  const settled: Promise<void>[] = []
  for (let work = lane.next(); work !== undefined; work = lane.next()) {
    const outcomes: Readonly<Record<string, Outcome>> = {
      'office@here.example': { kind: 'expanded', into: ['desk@here.example'] },
      'desk@here.example': { kind: 'expanded', into: ['alice@here.example'] },
    }
    const results = work.recipients.map(({ id, address }) => ({
      recipient: id,
      outcome: outcomes[address] ?? ({ kind: 'delivered' } as const),
    }))
    settled.push(work.settle(results))
  }
  return Promise.all(settled).then(() => undefined)
}

describe('a message on its way', () => {
  // An alias whose target needed no waiting either was opened twice, and its mail came twice.
  test('is settled once, also by a delivery that waits for nothing', async () => {
    const bench = await openBench({ deliver: atOnce })
    await bench.accept(envelope('e1', ['office@here.example']))
    await bench.rest()
    expect(bench.eventNames().filter((name) => name.startsWith('recipient-'))).toEqual([
      'recipient-expanded',
      'recipient-expanded',
      'recipient-delivered',
    ])
  })

  test('is attempted at once, finished, and gone', async () => {
    const bench = await openBench()
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    expect(bench.attempts).toEqual([`0: there.example ${bob}`])
    expect(bench.queue.list()).toEqual([])
    expect(bench.queue.show('e1')).toBeUndefined()
    expect(bench.queue.nextDueAt()).toBeUndefined()
    expect(bench.queue.counts()).toEqual({ messages: 0, queued: 0, held: 0, underWay: 0, octets: 0 })
    expect((await bench.store.load()).envelopes).toEqual([])
    expect(bench.eventNames()).toEqual([
      'queue-recovered',
      'attempt-started',
      'recipient-relayed',
      'message-finished',
      'attempt-ended',
    ])
    expect(bench.events[2]).toMatchObject({
      session: 'session1',
      transaction: 'transaction1',
      envelope: 'e1',
      recipient: 'e1r0',
    })
  })

  test('goes to recipients of one destination together, and to others apart', async () => {
    const bench = await openBench()
    await bench.accept(envelope('e1', [bob, 'dave@far.example', 'carol@THERE.example', 'alice@here.example']))
    await bench.rest()
    expect([...bench.attempts].sort()).toEqual([
      '0: far.example dave@far.example',
      '0: local alice@here.example',
      `0: there.example ${bob} carol@THERE.example`,
    ])
  })

  test('has its size from the stored content', async () => {
    const bench = await openBench({ outcome: () => deferred() })
    await bench.accept(envelope('e1', [bob], { size: 999 }), 'twelve octets')
    expect(bench.queue.show('e1')?.size).toBe(13)
    expect(bench.queue.counts().octets).toBe(13)
    expect(await textOf(bench.queue.content('e1'))).toBe('twelve octets')
  })

  test('is refused, and not attempted, when the disk refuses it', async () => {
    const store = createMemoryStore()
    const bench = await openBench({ store: { ...store, accept: () => Promise.reject(new Error('disk full')) } })
    await expect(bench.accept(envelope('e1', [bob]))).rejects.toThrow('disk full')
    await bench.rest()
    expect(bench.attempts).toEqual([])
    expect(bench.queue.list()).toEqual([])
  })
})

describe('the schedule', () => {
  test('is kept to the minute, with one warning, a last attempt at the end, and an expiry', async () => {
    const bench = await openBench({
      queue: { retryAfter: [minutes(30), hours(1), hours(4)], lifetime: hours(12), delayWarning: hours(3) },
      outcome: () => deferred(),
    })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    expect(bench.queue.nextDueAt()).toBe(start + minutes(30))
    await bench.pass(start + days(1))
    expect(bench.attempts.map((attempt) => Number.parseInt(attempt, 10))).toEqual([0, 30, 90, 330, 570, 720])
    expect(bench.told.map(({ cause, recipient: { state } }) => `${cause} ${state}`)).toEqual([
      'delayed queued',
      'failed expired',
    ])
    expect(bench.told[0]?.recipient.delayToldAt).toBe(start + hours(3))
    expect(bench.queue.list()).toEqual([])
  })

  test('settings that change count from now on', async () => {
    const bench = await openBench({ outcome: () => deferred() })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    bench.setQueueSettings({ lifetime: minutes(10), delayWarning: 0 })
    expect(bench.queue.nextDueAt()).toBe(start + minutes(10))
    await bench.pass(start + hours(1))
    expect(bench.told.map(({ cause }) => cause)).toEqual(['failed'])
  })

  test('every recipient has its own', async () => {
    const bench = await openBench({ outcome: (address) => (address === bob ? deferred() : relayed(true)) })
    await bench.accept(envelope('e1', [bob, 'carol@there.example']))
    await bench.rest()
    expect(bench.queue.show('e1')?.recipients.map(({ state }) => state)).toEqual(['queued', 'relayed'])
    await bench.pass(start + minutes(30))
    expect(bench.attempts).toEqual([`0: there.example ${bob} carol@there.example`, `30: there.example ${bob}`])
  })
})

describe('a destination out of reach', () => {
  // Mail for users here was sent to the exchangers of a domain of that name, and came back when there were none.
  test('is not mistaken for the house because of its name', async () => {
    const kinds: string[] = []
    const deliver: Deliver = async (lane) => {
      for (let work = lane.next(); work !== undefined; work = lane.next()) {
        kinds.push(`${lane.destination.kind}: ${work.recipients.map(({ address }) => address).join(' ')}`)
        const outcome = deferred('host')
        await work.settle(work.recipients.map(({ id }) => ({ recipient: id, outcome })))
      }
    }
    const bench = await openBench({ deliver })
    await bench.accept(envelope('e1', ['bob@local']))
    await bench.accept(envelope('e2', ['alice@here.example']))
    await bench.rest()
    expect(kinds).toEqual(['domain: bob@local', 'local: alice@here.example'])
  })

  test('is tried a few times, not once for each message, and by one session a cycle later', async () => {
    const bench = await openBench({ outcome: () => deferred('host'), queue: { delayWarning: 0 } })
    for (let number = 0; number < 20; number++) await bench.accept(envelope(`e${number}`, [bob]))
    await bench.rest()
    expect(bench.attempts.length).toBeLessThanOrEqual(4)
    expect(bench.queue.nextDueAt()).toBe(start + minutes(30))
    const first = bench.attempts.length
    await bench.pass(start + minutes(30))
    expect(bench.attempts.length).toBe(first + 1)
    await bench.pass(start + minutes(119))
    expect(bench.attempts.length).toBe(first + 3)
  })

  test('gets everything once it answers again', async () => {
    let down = true
    const bench = await openBench({
      outcome: () => slowly(down ? deferred('session') : relayed(true)),
      queue: { delayWarning: 0 },
    })
    for (let number = 0; number < 20; number++) await bench.accept(envelope(`e${number}`, [bob]))
    await bench.rest()
    down = false
    await bench.pass(start + minutes(30))
    expect(bench.queue.list()).toEqual([])
    expect(bench.most.get('there.example')).toBe(4)
  })

  test('that refused one session is asked at once for a new message', async () => {
    let refusals = 1
    const bench = await openBench({ outcome: () => (refusals-- > 0 ? deferred('host') : relayed(true)) })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    await bench.accept(envelope('e2', [bob]))
    await bench.rest()
    expect(bench.queue.list().map(({ id }) => id)).toEqual(['e1'])
  })

  test('what was said to one message is not held against the next', async () => {
    const bench = await openBench({ outcome: () => deferred('message') })
    for (let number = 0; number < 20; number++) await bench.accept(envelope(`e${number}`, [bob]))
    await bench.rest()
    expect(bench.attempts).toHaveLength(20)
  })

  test('does not keep messages beyond their lifetime, attempted or not, and tells why', async () => {
    const bench = await openBench({
      outcome: () => deferred('host'),
      queue: { lifetime: hours(1), retryAfter: [hours(2)], delayWarning: minutes(40) },
    })
    for (let number = 0; number < 6; number++)
      await bench.accept(envelope(`e${number}`, [bob, `x${number}@there.example`]))
    await bench.pass(start + minutes(59))
    expect(bench.told.map(({ cause }) => cause)).toEqual(Array.from({ length: 12 }, () => 'delayed'))
    await bench.pass(start + hours(1))
    expect(bench.queue.list()).toEqual([])
    const expired = bench.told.filter(({ cause }) => cause === 'failed')
    expect(expired).toHaveLength(12)
    for (const {
      recipient: { state, trouble },
    } of expired) {
      expect(state).toBe('expired')
      expect(trouble?.reason).toBe('Not now.')
    }
  })

  test('holds up no other destination', async () => {
    const gate = Promise.withResolvers<Outcome>()
    const bench = await openBench({
      outcome: (address) => (address.endsWith('slow.example') ? gate.promise : relayed(true)),
      queue: { sessionsInAll: 6 },
    })
    for (let number = 0; number < 20; number++) {
      await bench.accept(envelope(`slow${number}`, [`x${number}@slow.example`]))
      await bench.accept(envelope(`fast${number}`, [`x${number}@fast${number}.example`, 'alice@here.example']))
    }
    for (let turns = 0; turns < 200; turns++) await Promise.resolve()
    expect(bench.queue.list().filter(({ id }) => id.startsWith('fast'))).toEqual([])
    expect(bench.queue.counts()).toMatchObject({ messages: 20, underWay: 4, queued: 16 })
    gate.resolve(relayed(true))
    await bench.rest()
    expect(bench.most.get('slow.example')).toBe(4)
    expect(bench.most.get('in all')).toBeLessThanOrEqual(6)
    expect(bench.queue.list()).toEqual([])
  })
})

describe('bounds', () => {
  test.each([
    [1, 50, 1, 1],
    [3, 50, 3, 3],
    [4, 2, 2, 2],
  ])('%i sessions a destination, %i in all', async (sessionsPerDestination, sessionsInAll, most, inAll) => {
    const bench = await openBench({
      queue: { sessionsPerDestination, sessionsInAll },
      outcome: () => slowly(relayed(true)),
    })
    for (let number = 0; number < 30; number++) await bench.accept(envelope(`e${number}`, [bob]))
    await bench.rest()
    expect(bench.most.get('there.example')).toBe(most)
    expect(bench.most.get('in all')).toBe(inAll)
  })
})

describe('who is told', () => {
  test('a notification is durable with its cause, and goes out', async () => {
    const contents: string[] = []
    const bench = await openBench({
      outcome: async (address, work) => {
        if (address === bob) return failed
        contents.push(await textOf(work.content()))
        return { kind: 'delivered' }
      },
      notify: async (about, [first], content) => {
        if (about.kind === 'notification') return []
        expect(first?.recipient).toMatchObject({ id: 'e1r0', state: 'failed' })
        expect(about.recipients[0]?.state).toBe('failed')
        expect(await textOf(content())).toBe('content\r\n')
        return [notification('n1')]
      },
    })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    expect(contents).toEqual(['it failed'])
    expect(bench.attempts).toEqual([`0: there.example ${bob}`, '0: local alice@here.example'])
    expect(bench.queue.list()).toEqual([])
  })

  test('a notification that cannot be made does not keep the settlement from happening', async () => {
    const bench = await openBench({
      outcome: () => failed,
      notify: () => Promise.reject(new Error('no words')),
    })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    expect((await bench.store.load()).envelopes).toEqual([])
    expect(bench.events.find(({ event }) => event === 'notification-suppressed')?.detail['reason']).toBe('no words')
  })

  test('a notification that cannot be stored is written again', async () => {
    const store = createMemoryStore()
    let full = true
    const begin: typeof store.begin = () => {
      const container = store.begin()
      if (!full) return container
      return { ...container, size: 0, write: () => Promise.reject(new Error('disk full')) }
    }
    const bench = await openBench({
      store: { ...store, begin },
      outcome: (address) => (address === bob ? failed : { kind: 'delivered' }),
      notify: (about) => Promise.resolve(about.kind === 'message' ? [notification('n1')] : []),
    })
    full = false
    await bench.accept(envelope('e1', [bob]))
    full = true
    await bench.rest()
    expect(bench.queue.list().map(({ id }) => id)).toEqual(['e1'])
    full = false
    await bench.pass(start + minutes(1))
    expect(bench.attempts).toEqual([`0: there.example ${bob}`, expect.stringContaining('local alice@here.example')])
    expect(bench.queue.list()).toEqual([])
  })
})

describe('aliases and lists', () => {
  test('an alias’s targets join the envelope and are served', async () => {
    const bench = await openBench({
      outcome: (address) =>
        address === 'team@here.example' ? { kind: 'expanded', into: [bob, 'carol@there.example'] } : deferred(),
    })
    await bench.accept(envelope('e1', ['team@here.example', bob]))
    await bench.rest()
    expect(bench.queue.show('e1')?.recipients.map(({ address, state }) => `${address} ${state}`)).toEqual([
      'team@here.example expanded',
      `${bob} queued`,
      'carol@there.example queued',
    ])
    expect(bench.told.map(({ cause }) => cause)).toEqual(['expanded'])
  })

  test('a loop of aliases ends', async () => {
    const bench = await openBench({
      outcome: (address) => ({
        kind: 'expanded',
        into: [address === 'a@here.example' ? 'b@here.example' : 'a@here.example'],
      }),
    })
    await bench.accept(envelope('e1', ['a@here.example']))
    await bench.rest()
    expect(bench.attempts).toHaveLength(11)
    expect(bench.told.at(-1)).toMatchObject({ cause: 'failed', outcome: { trouble: { status: '5.4.6' } } })
    expect(bench.queue.list()).toEqual([])
  })

  test('a list’s members get the same content from the owner', async () => {
    const seen: string[] = []
    const bench = await openBench({
      outcome: async (address, work) => {
        if (address === 'list@here.example')
          return { kind: 'expanded', into: [bob, 'alice@here.example'], listOwner: 'owner@here.example' }
        seen.push(`${work.envelope.reversePath} ${address} ${await textOf(work.content())}`)
        return relayed(true)
      },
    })
    await bench.accept(envelope('e1', ['list@here.example']), 'hello')
    await bench.rest()
    expect(seen.sort()).toEqual([`owner@here.example alice@here.example hello`, `owner@here.example ${bob} hello`])
    expect(bench.queue.list()).toEqual([])
  })

  test('a list waits when its copy cannot be stored', async () => {
    const store = createMemoryStore()
    let broken = true
    const content: typeof store.content = async function* (id) {
      if (broken) throw new Error('read error')
      yield* store.content(id)
    }
    const bench = await openBench({
      store: { ...store, content },
      outcome: (address) =>
        address === bob ? relayed(true) : { kind: 'expanded', into: [bob], listOwner: 'owner@here.example' },
    })
    await bench.accept(envelope('e1', ['list@here.example']))
    await bench.rest()
    expect(bench.queue.show('e1')?.recipients[0]).toMatchObject({ state: 'queued', trouble: { status: '4.3.0' } })
    broken = false
    await bench.pass(start + minutes(30))
    expect(bench.queue.list()).toEqual([])
  })
})

describe('the operator', () => {
  test('holds, releases and removes, durably', async () => {
    const bench = await openBench({ outcome: () => deferred() })
    await bench.accept(envelope('e1', [bob, 'carol@there.example']))
    await bench.accept(envelope('e2', [bob]))
    await bench.rest()
    expect(await bench.queue.hold({ recipient: 'bob@THERE.example' })).toBe(2)
    expect(await bench.queue.hold({ recipient: bob })).toBe(0)
    expect(bench.queue.counts()).toMatchObject({ queued: 1, held: 2 })
    const stored = async (): Promise<readonly string[]> =>
      (await bench.store.load()).envelopes.flatMap(({ recipients }) => recipients.map(({ state }) => state))
    expect(await stored()).toEqual(['held', 'queued', 'held'])
    await bench.pass(start + days(1))
    expect(bench.attempts.filter((attempt) => attempt.includes(bob))).toHaveLength(2)
    expect(await bench.queue.release({ envelope: 'e2' })).toBe(1)
    await bench.rest()
    expect(bench.attempts.at(-1)).toBe(`1440: there.example ${bob}`)
    expect(await bench.queue.remove({ envelope: 'e1' })).toBe(2)
    expect(await bench.queue.remove({})).toBe(1)
    expect(await bench.queue.remove({})).toBe(0)
    expect(bench.queue.list()).toEqual([])
    expect(bench.told.filter(({ cause }) => cause === 'failed')).toEqual([])
    expect(await stored()).toEqual([])
  })

  test('flushes: everything selected is due now, and destinations are asked again', async () => {
    const bench = await openBench({ outcome: () => deferred('host') })
    for (let number = 0; number < 6; number++) await bench.accept(envelope(`e${number}`, [bob]))
    await bench.rest()
    const before = bench.attempts.length
    bench.queue.flush({ envelope: 'none' })
    bench.queue.flush({})
    await bench.rest()
    expect(bench.attempts.length).toBeGreaterThan(before)
  })

  test.each([
    ['hold', deferred(), ['held']],
    ['hold', relayed(true), []],
    ['remove', deferred(), []],
    ['remove', failed, []],
  ] as const)('%s while the attempt is under way and ends %o', async (act, outcome, left) => {
    const gate = Promise.withResolvers<Outcome>()
    const bench = await openBench({ outcome: () => gate.promise })
    await bench.accept(envelope('e1', [bob]))
    expect(bench.queue.counts().underWay).toBe(1)
    expect(await bench.queue[act]({ envelope: 'e1' })).toBe(1)
    expect((await bench.store.load()).envelopes[0]?.recipients[0]?.state).toBe('held')
    gate.resolve(outcome)
    await bench.rest()
    expect(bench.queue.list().flatMap(({ recipients }) => recipients.map(({ state }) => state))).toEqual(left)
    expect(bench.told).toEqual([])
    await bench.pass(start + days(1))
    expect(bench.attempts).toHaveLength(1)
  })

  test('hears of a disk that refuses, and nothing has changed', async () => {
    const store = createMemoryStore()
    let broken = false
    const settle: typeof store.settle = (settlement) =>
      broken ? Promise.reject(new Error('disk full')) : store.settle(settlement)
    const bench = await openBench({ store: { ...store, settle }, outcome: () => deferred() })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    broken = true
    await expect(bench.queue.remove({})).rejects.toThrow('disk full')
    expect(bench.queue.counts()).toMatchObject({ messages: 1, queued: 1 })
  })

  test('switches the service off and on: nothing happens meanwhile', async () => {
    const bench = await openBench({ outcome: () => deferred() })
    bench.setEnabled(false)
    await bench.accept(envelope('e1', [bob]))
    await bench.pass(start + days(6))
    expect(bench.attempts).toEqual([])
    expect(bench.queue.nextDueAt()).toBeUndefined()
    bench.setEnabled(true)
    await bench.rest()
    expect(bench.attempts).toHaveLength(1)
    expect(bench.told.map(({ recipient: { state } }) => state)).toEqual(['expired'])
  })
})

describe('trouble inside', () => {
  test('a disk that refuses settlements is asked again; nothing is lost, nothing new begins', async () => {
    const store = createMemoryStore()
    let broken = true
    const settle: typeof store.settle = (settlement) =>
      broken ? Promise.reject(new Error('disk full')) : store.settle(settlement)
    const bench = await openBench({ store: { ...store, settle } })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    expect(bench.queue.list().map(({ id }) => id)).toEqual(['e1'])
    await bench.accept(envelope('e2', [bob]))
    await bench.rest()
    expect(bench.attempts).toHaveLength(1)
    expect(bench.queue.nextDueAt()).toBe(start + 1000)
    await bench.pass(start + minutes(5))
    expect(bench.attempts).toHaveLength(1)
    broken = false
    await bench.pass(start + minutes(10))
    expect(bench.attempts).toHaveLength(2)
    expect(bench.queue.list()).toEqual([])
    expect(bench.eventNames()).toContain('warning')
  })

  test('a stop gives the disk one last chance, and says what could not be recorded', async () => {
    const store = createMemoryStore()
    const bench = await openBench({ store: { ...store, settle: () => Promise.reject(new Error('disk full')) } })
    await bench.accept(envelope('e1', [bob]))
    await bench.rest()
    await bench.queue.stop(1000)
    expect(bench.events.at(-1)?.detail['about']).toMatch(/once more/)
  })

  test('a delivery that settles nothing, or throws, loses nobody and is not repeated at once', async () => {
    for (const wrong of ['silent', 'throws', 'idle'] as const) {
      const bench = await openBench({
        deliver: (lane) => {
          if (wrong !== 'idle') lane.next()
          return wrong === 'throws' ? Promise.reject(new Error('bug')) : Promise.resolve()
        },
      })
      await bench.accept(envelope('e1', [bob]))
      await bench.rest()
      expect(bench.queue.counts()).toMatchObject({ messages: 1, queued: 1, underWay: 0 })
      expect(bench.queue.nextDueAt()).toBe(start + minutes(30))
    }
  })

  test('results of strangers and second results are warned of and ignored', async () => {
    const bench = await openBench({
      deliver: async (lane) => {
        const work = lane.next()
        await work?.settle([{ recipient: 'stranger', outcome: failed }])
        await work?.settle([{ recipient: 'e1r0', outcome: relayed(true) }])
        await work?.settle([{ recipient: 'e1r0', outcome: failed }])
      },
    })
    await bench.accept(envelope('e1', [bob, 'carol@far.example'], {}))
    await bench.rest()
    expect(bench.queue.show('e1')?.recipients[0]?.state).toBe('relayed')
    expect(bench.eventNames().filter((name) => name === 'warning').length).toBeGreaterThanOrEqual(2)
  })
})

describe('stop and start', () => {
  test('everything unfinished is there again, and keeps its schedule', async () => {
    const store = createMemoryStore()
    const clock = createFakeClock(start)
    const first = await openBench({
      store: { ...store, close: () => Promise.resolve() },
      clock,
      outcome: () => deferred(),
    })
    await first.accept(envelope('e1', [bob, recipient('held', 'carol@there.example', { state: 'held' })]))
    await first.rest()
    await first.queue.stop(1000)
    clock.moveTo(start + minutes(10))
    const second = await openBench({ store, clock })
    expect(second.queue.counts()).toMatchObject({ messages: 1, queued: 1, held: 1 })
    await second.rest()
    expect(second.attempts).toEqual([])
    await second.pass(start + minutes(30))
    expect(second.attempts).toEqual([`30: there.example ${bob}`])
    expect(second.events[0]).toMatchObject({ event: 'queue-recovered', detail: { messages: 1, recipients: 2 } })
  })

  test('what was set aside is reported', async () => {
    const store = createMemoryStore()
    const setAside = [{ what: 'message e9', where: 'table set_aside, row 1', reason: 'not JSON' }]
    const bench = await openBench({ store: { ...store, load: () => Promise.resolve({ envelopes: [], setAside }) } })
    expect(bench.events[0]).toEqual({ event: 'set-aside', detail: setAside[0] })
  })

  test('stopping lets attempts end, starts none, and closes the store once', async () => {
    const store = createMemoryStore()
    let closed = 0
    const gate = Promise.withResolvers<Outcome>()
    const bench = await openBench({
      store: {
        ...store,
        close: () => {
          closed += 1
          return Promise.resolve()
        },
      },
      outcome: () => gate.promise,
      queue: { sessionsPerDestination: 1 },
    })
    await bench.accept(envelope('e1', [bob]))
    await bench.accept(envelope('e2', [bob]))
    const stopped = Promise.all([bench.queue.stop(1000), bench.queue.stop(1000)])
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
    expect(closed).toBe(0)
    gate.resolve(relayed(true))
    await stopped
    expect(closed).toBe(1)
    expect((await store.load()).envelopes.map(({ id }) => id)).toEqual(['e2'])
  })

  test('stopping waits no longer than the grace for attempts that do not end', async () => {
    const bench = await openBench({ outcome: () => new Promise<Outcome>(() => {}) })
    await bench.accept(envelope('e1', [bob]))
    const stopped = bench.queue.stop(5000)
    bench.clock.moveTo(start + 5000)
    await stopped
    expect(bench.queue.counts().underWay).toBe(1)
  })
})

test('ten thousand waiting messages are handled without looking at all of them each time', async () => {
  const clock = createFakeClock(start)
  const store = createMemoryStore()
  const settings = settingsSchema.parse({ smtp: { enabled: true } })
  let attempts = 0
  const queue = await openQueue({
    store,
    clock,
    ids: { unique: () => String(Math.random()) },
    tell: () => {},
    settings: () => settings,
    route,
    deliver: async (lane) => {
      for (let work = lane.next(); work !== undefined; work = lane.next()) {
        attempts += work.recipients.length
        await work.settle(work.recipients.map(({ id }) => ({ recipient: id, outcome: deferred() })))
      }
    },
    notify: () => Promise.resolve([]),
  })
  for (let number = 0; number < 10_000; number++) {
    const container = queue.begin()
    await queue.accept(envelope(`e${number}`, [`x@d${number % 100}.example`]), container)
  }
  await queue.rest()
  clock.moveTo(queue.nextDueAt() ?? 0)
  await queue.rest()
  expect(attempts).toBe(20_000)
  expect(queue.counts()).toMatchObject({ messages: 10_000, queued: 10_000 })
}, 10_000)
