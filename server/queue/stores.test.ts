import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Store } from '../ports.ts'
import { envelope, octets, recipient, textOf } from './fixture.ts'
import { createMemoryStore } from './memory.ts'
import { openSqliteStore } from './sqlite.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
})

const openSqlite = async (ownThread: boolean): Promise<Store> => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const store = await openSqliteStore({ folder, clock: { now: () => 0 }, ownThread })
  cleanups.push(() => store.close())
  return store
}

const kinds: readonly (readonly [string, () => Promise<Store>])[] = [
  ['in memory', () => Promise.resolve(createMemoryStore())],
  ['on SQLite', () => openSqlite(true)],
  ['on SQLite without a thread', () => openSqlite(false)],
]

const put = async (store: Store, id: string, text: string, addresses = ['bob@there.example']): Promise<void> => {
  const container = store.begin()
  if (text !== '') await container.write(octets(text))
  await store.accept(envelope(id, addresses), container)
}

describe.each(kinds)('the store %s', (_, open) => {
  test('keeps what was accepted, oldest first, with all its fields', async () => {
    const store = await open()
    expect(await store.load()).toEqual({ envelopes: [], setAside: [] })
    const full = envelope(
      'first',
      [
        recipient('r1', '"b ob"@there.example', {
          originalRecipient: { type: 'rfc822', address: 'B' },
          notify: ['success', 'delay'],
          trouble: { status: '4.2.0', reason: 'ß', reply: { code: 451, lines: ['a', 'b'] }, radius: 'host' },
          delayToldAt: 5,
          expandedFrom: ['r0'],
        }),
        recipient('r2', 'carol@there.example', { notify: 'never', state: 'held' }),
      ],
      { return: 'HDRS', envelopeId: 'x', submitter: '<>', smtputf8: true, body: '8BITMIME' },
    )
    const container = store.begin()
    await container.write(octets('one '))
    await container.write(octets('two'))
    expect(container.size).toBe(7)
    await store.accept(full, container)
    await put(store, 'second', 'second')
    expect((await store.load()).envelopes).toEqual([full, envelope('second', ['bob@there.example'])])
    expect(await textOf(store.content('first'))).toBe('one two')
    expect(await textOf(store.content('second'))).toBe('second')
  })

  test('settles recipients, adds new ones behind, and forgets what is finished', async () => {
    const store = await open()
    await put(store, 'e1', 'x', ['a@there.example', 'b@there.example', 'c@there.example'])
    const [a, b, c] = envelope('e1', ['a@there.example', 'b@there.example', 'c@there.example']).recipients
    if (a === undefined || b === undefined || c === undefined) throw new Error('three recipients')
    const changed = [
      { ...b, state: 'delivered' as const, attempts: 1 },
      recipient('z9', 'x@there.example'),
      recipient('a0', 'y@there.example'),
    ]
    await store.settle({ envelope: 'e1', recipients: changed, offspring: [], finished: false })
    expect((await store.load()).envelopes[0]?.recipients).toEqual([a, changed[0], c, changed[1], changed[2]])
    await store.settle({ envelope: 'e1', recipients: [], offspring: [], finished: true })
    expect((await store.load()).envelopes).toEqual([])
    await expect(textOf(store.content('e1'))).rejects.toThrow('e1')
  })

  test('takes offspring in together with the settlement, or nothing of both', async () => {
    const store = await open()
    await put(store, 'e1', 'x')
    const container = store.begin()
    await container.write(octets('notification'))
    const child = { envelope: envelope('n1', ['alice@here.example'], { kind: 'notification' }), container }
    await expect(
      store.settle({ envelope: 'gone', recipients: [], offspring: [child], finished: true }),
    ).rejects.toThrow('gone')
    expect((await store.load()).envelopes.map(({ id }) => id)).toEqual(['e1'])
    await store.settle({ envelope: 'e1', recipients: [], offspring: [child], finished: true })
    expect((await store.load()).envelopes.map(({ id }) => id)).toEqual(['n1'])
    expect(await textOf(store.content('n1'))).toBe('notification')
  })

  test('refuses one call without harming others', async () => {
    const store = await open()
    await put(store, 'e1', 'x')
    const results = await Promise.allSettled([put(store, 'e2', 'y'), put(store, 'e1', 'again'), put(store, 'e3', 'z')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await textOf(store.content('e1'))).toBe('x')
    expect((await store.load()).envelopes.map(({ id }) => id).sort()).toEqual(['e1', 'e2', 'e3'])
  })

  test('a container that was refused can be offered again, and one that was discarded cannot', async () => {
    const store = await open()
    await put(store, 'e1', 'x')
    const container = store.begin()
    await container.write(octets('again'))
    await expect(store.accept(envelope('e1', ['bob@there.example']), container)).rejects.toThrow(/e1|envelope.id/)
    await store.accept(envelope('e2', ['bob@there.example']), container)
    expect(await textOf(store.content('e2'))).toBe('again')
    container.discard()
    expect(await textOf(store.content('e2'))).toBe('again')
    const other = store.begin()
    other.discard()
    other.discard()
    await expect(store.accept(envelope('e3', ['bob@there.example']), other)).rejects.toThrow('closed')
  })

  test('gives long content back octet for octet, in bounded pieces', async () => {
    const store = await open()
    const container = store.begin()
    const sizes = [0, 1, 65_535, 65_536, 65_537, 300_000, 7]
    let next = 0
    for (const size of sizes) await container.write(Uint8Array.from({ length: size }, () => next++ % 251))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(container.size).toBe(total)
    await store.accept(envelope('long', ['bob@there.example']), container)
    for (let time = 0; time < 2; time++) {
      let at = 0
      let wrong = 0
      for await (const piece of store.content('long')) {
        expect(piece.length).toBeLessThanOrEqual(256 * 1024)
        for (const octet of piece) if (octet !== at++ % 251) wrong += 1
      }
      expect([at, wrong]).toEqual([total, 0])
    }
  })

  test('the writer may use its buffer again after a write', async () => {
    const store = await open()
    const container = store.begin()
    const buffer = octets('first')
    await container.write(buffer)
    buffer.fill(0)
    await store.accept(envelope('e1', ['bob@there.example']), container)
    expect(await textOf(store.content('e1'))).toBe('first')
  })

  test('knows content without octets', async () => {
    const store = await open()
    await put(store, 'e1', '')
    expect(await textOf(store.content('e1'))).toBe('')
  })

  test('refuses everything once closed', async () => {
    const store = await open()
    await store.close()
    await store.close()
    await expect(store.load()).rejects.toThrow(/closed|out of service/)
    await expect(put(store, 'e1', 'x')).rejects.toThrow(/closed|out of service/)
  })
})
