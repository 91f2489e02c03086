import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../ports.ts'
import { envelope, octets, textOf } from './fixture.ts'
import { openSqliteStore } from './sqlite.ts'

let folder = ''
let stores: Store[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-'))
  stores = []
})
afterEach(async () => {
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = (): string => join(folder, 'queue.sqlite')

const open = async (maximumOctets = 0): Promise<Store> => {
  const store = await openSqliteStore({ folder, clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) }, maximumOctets })
  stores.push(store)
  return store
}

const put = async (store: Store, id: string, content: Uint8Array): Promise<void> => {
  const container = store.begin()
  try {
    await container.write(content)
    await store.accept(envelope(id, ['bob@there.example']), container)
  } catch (fault) {
    container.discard()
    throw fault
  }
}

const finish = (store: Store, id: string): Promise<void> =>
  store.settle({ envelope: id, recipients: [], offspring: [], finished: true })

const withDatabase = <T>(act: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(file())
  try {
    return act(database)
  } finally {
    database.close()
  }
}

const count = (table: string): number =>
  withDatabase((database) => Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']))

describe('the folder', () => {
  test('belongs to one store at a time', async () => {
    const store = await open()
    await expect(open()).rejects.toThrow(/another process is using the queue in .*queue-/)
    await store.close()
    await open()
  })

  test('that cannot be had is told in a sentence', async () => {
    writeFileSync(join(folder, 'occupied'), '')
    const occupied = openSqliteStore({ folder: join(folder, 'occupied'), clock: { now: () => 0 } })
    await expect(occupied).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})

describe('what happens to the file', () => {
  test('content without an envelope is swept at the next start', async () => {
    const store = await open()
    const container = store.begin()
    await container.write(new Uint8Array(300_000))
    await put(store, 'e1', octets('x'))
    await store.close()
    expect(count('chunk')).toBeGreaterThan(1)
    const again = await open()
    await again.load()
    await put(again, 'e2', octets('y')) // the sweeping is done before or right after
    await finish(again, 'e2')
    await again.close()
    expect(count('chunk')).toBe(1)
  })

  test('finished messages leave nothing behind, and their room is used again', async () => {
    const store = await open()
    const content = new Uint8Array(2_000_000)
    const sizes: number[] = []
    for (let round = 0; round < 6; round++) {
      await put(store, `e${round}`, content)
      await finish(store, `e${round}`)
      await put(store, `small${round}`, octets('x'))
      await finish(store, `small${round}`)
      sizes.push(statSync(file()).size)
    }
    await store.close()
    expect([count('envelope'), count('recipient'), count('chunk')]).toEqual([0, 0, 0])
    expect(statSync(file()).size).toBeLessThan(3 * content.length)
  })

  test('a full disk refuses the message and leaves the store usable', async () => {
    const store = await open(4_000_000)
    await put(store, 'e1', octets('before'))
    await expect(put(store, 'e2', new Uint8Array(8_000_000))).rejects.toThrow(/full/)
    await put(store, 'e3', octets('after'))
    await expect(put(store, 'e4', new Uint8Array(8_000_000))).rejects.toThrow(/full/)
    await put(store, 'e5', new Uint8Array(1_000_000))
    expect((await store.load()).envelopes.map(({ id }) => id)).toEqual(['e1', 'e3', 'e5'])
    expect(await textOf(store.content('e3'))).toBe('after')
  })
})

describe('what cannot be read', () => {
  const damaged: readonly (readonly [string, string, RegExp])[] = [
    ['an envelope that is no JSON', "UPDATE envelope SET document = '{' WHERE id = 'e2'", /not JSON/],
    ['an envelope that lacks a field', "UPDATE envelope SET document = '{}' WHERE id = 'e2'", /no good id/],
    [
      'a recipient of an unknown state',
      "UPDATE recipient SET document = replace(document, 'queued', 'lost') WHERE id = 'e2r0'",
      /no good state/,
    ],
    ['no recipients', "DELETE FROM recipient WHERE id = 'e2r0'", /no recipients/],
    ['lost content', 'DELETE FROM chunk WHERE id IN (SELECT max(id) FROM chunk)', /0 of 6 octets/],
  ]
  test.each(damaged)('is set aside and reported: %s', async (_, damage, reason) => {
    const store = await open()
    await put(store, 'e1', octets('first'))
    await put(store, 'e2', octets('second'))
    await store.close()
    withDatabase((database) => database.exec(damage))
    const again = await open()
    const { envelopes, setAside } = await again.load()
    expect(envelopes.map(({ id }) => id)).toEqual(['e1'])
    expect(setAside).toMatchObject([{ what: 'message e2', where: 'table set_aside, row 1' }])
    expect(setAside[0]?.reason).toMatch(reason)
    expect((await again.load()).setAside).toEqual([])
    expect(await textOf(again.content('e1'))).toBe('first')
    await again.close()
    const kept = withDatabase((database) => database.prepare('SELECT envelope, document FROM set_aside').all())
    expect(kept).toMatchObject([{ envelope: 'e2' }])
    await (await open()).close()
    expect(count('set_aside')).toBe(1)
    expect(count('chunk')).toBe(damage.includes('chunk') ? 1 : 2) // its content is kept too
  })

  test('a file that is no database is renamed, and a new one begun', async () => {
    writeFileSync(file(), 'this is no database, but long enough to have a header of its own; '.repeat(50))
    const store = await open()
    const { envelopes, setAside } = await store.load()
    expect(envelopes).toEqual([])
    expect(setAside).toMatchObject([
      { what: 'the database of the queue', where: `${file()}.set-aside-20260102T030405Z` },
    ])
    expect(existsSync(`${file()}.set-aside-20260102T030405Z`)).toBe(true)
    await put(store, 'e1', octets('x'))
    expect((await store.load()).envelopes).toHaveLength(1)
  })

  test('from a damaged database every whole message is saved', async () => {
    const store = await open()
    for (let number = 0; number < 40; number++) {
      await put(store, `e${number}`, new Uint8Array(6000).fill(number))
    }
    await store.close()
    const leaf = withDatabase((database) => {
      const leaves = "SELECT pageno FROM dbstat WHERE name = 'chunk' AND pagetype = 'leaf' LIMIT 1 OFFSET 3"
      return Number(database.prepare(leaves).get()?.['pageno'])
    })
    const handle = openSync(file(), 'r+')
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (leaf - 1) * 4096)
    closeSync(handle)
    const again = await open()
    const { envelopes, setAside } = await again.load()
    expect(setAside).toHaveLength(1)
    expect(setAside[0]?.reason).toMatch(/\d+ messages were saved/)
    expect(envelopes.length).toBeGreaterThan(0)
    expect(envelopes.length).toBeLessThan(40)
    for (const { id } of envelopes) {
      const pieces: Uint8Array[] = []
      for await (const piece of again.content(id)) pieces.push(piece)
      expect(Buffer.concat(pieces).equals(Buffer.alloc(6000, Number(id.slice(1))))).toBe(true)
    }
    expect(readdirSync(folder).filter((name) => /set-aside-\w+$/.test(name))).toHaveLength(1)
    await put(again, 'new', octets('x'))
  })

  test('a file of a later version is left alone', async () => {
    await (await open()).close()
    withDatabase((database) => database.exec('PRAGMA user_version = 99'))
    await expect(open()).rejects.toThrow(/later version/)
    expect(readdirSync(folder).filter((name) => name.includes('set-aside'))).toEqual([])
  })
})

test('a message of 40 MB does not show in the size of the process', async () => {
  const store = await open()
  const piece = new Uint8Array(64 * 1024).fill(1)
  const pass = async (id: string, octetsInAll: number): Promise<number> => {
    const before = process.memoryUsage().rss
    let most = before
    const container = store.begin()
    for (let written = 0; written < octetsInAll; written += piece.length) {
      await container.write(piece)
      most = Math.max(most, process.memoryUsage().rss)
    }
    await store.accept(envelope(id, ['bob@there.example']), container)
    let read = 0
    for await (const bytes of store.content(id)) {
      read += bytes.length
      most = Math.max(most, process.memoryUsage().rss)
    }
    expect(read).toBe(container.size)
    await finish(store, id)
    return most - before
  }
  await pass('warm', 8_000_000)
  expect(await pass('large', 40_000_000)).toBeLessThan(32 * 1024 * 1024)
}, 30_000)
