import { describe, expect, test } from 'vitest'
import type { JournalEvent } from './events.ts'
import { createJournal } from './journal.ts'

function journal(keep?: number) {
  let now = 1000
  const clock = { now: () => (now += 1) }
  return createJournal(keep === undefined ? { clock } : { clock, keep })
}

describe('appending', () => {
  test('events are numbered from 1, dated by the clock, and carry only their ids', () => {
    const it = journal()
    it.tell('session-opened', { session: 's1' }, { client: '192.0.2.7' })
    it.tell('server-stopped', {})
    expect(it.events()).toEqual([
      { sequence: 1, at: 1001, event: 'session-opened', session: 's1', detail: { client: '192.0.2.7' } },
      { sequence: 2, at: 1002, event: 'server-stopped', detail: {} },
    ])
  })

  test('a string that is not printable is made so, and one that is stays as it is', () => {
    const it = journal()
    it.tell('warning', { session: 'a\nb' }, { raw: 'x\r\ny', escaped: 'x\\r\\ny', number: 7 })
    expect(it.events()[0]).toMatchObject({
      session: 'a\\nb',
      detail: { raw: 'x\\r\\ny', escaped: 'x\\r\\ny', number: 7 },
    })
  })

  test('only the last ones are kept', () => {
    const it = journal(3)
    for (let count = 0; count < 8; count += 1) it.tell('warning', {}, { count })
    expect(it.events().map((event) => event.sequence)).toEqual([6, 7, 8])
  })
})

describe('asking', () => {
  const it = journal()
  it.tell('session-opened', { session: 's1' })
  it.tell('sender-accepted', { session: 's1', transaction: 't1' })
  it.tell('session-opened', { session: 's2' })
  it.tell('message-accepted', { session: 's1', transaction: 't1', envelope: 'e1' })

  test.each([
    ['everything', {}, [1, 2, 3, 4]],
    ['since a number', { since: 2 }, [3, 4]],
    ['of one session', { session: 's1' }, [1, 2, 4]],
    ['of one transaction and name', { transaction: 't1', events: ['sender-accepted'] }, [2]],
    ['the latest', { limit: 2 }, [3, 4]],
    ['the latest of a session', { session: 's1', limit: 2 }, [2, 4]],
    ['what is not there', { envelope: 'e9' }, []],
    ['since the future', { since: 99 }, []],
  ] as const)('%s', (_, filter, expected) => {
    expect(it.events(filter).map((event) => event.sequence)).toEqual(expected)
  })
})

describe('subscribing', () => {
  test('a subscriber hears events in order until it leaves', () => {
    const it = journal()
    const heard: number[] = []
    it.tell('warning', {})
    const leave = it.subscribe((event) => heard.push(event.sequence))
    it.tell('warning', {})
    it.tell('warning', {})
    leave()
    it.tell('warning', {})
    expect(heard).toEqual([2, 3])
  })

  test('a subscriber that throws harms neither the server nor the other subscribers', () => {
    const it = journal()
    const heard: JournalEvent[] = []
    it.subscribe(() => {
      throw new Error('full\r\ndisk')
    })
    it.subscribe((event) => heard.push(event))
    it.tell('server-started', {})
    it.tell('server-stopped', {})
    expect(it.events().map((event) => event.event)).toEqual(['server-started', 'warning', 'server-stopped'])
    expect(heard.map((event) => event.event)).toEqual(['server-started', 'warning', 'server-stopped'])
    expect(it.events()[1]?.detail['reason']).toBe('a journal subscriber failed and was dropped: full\\r\\ndisk')
  })
})
