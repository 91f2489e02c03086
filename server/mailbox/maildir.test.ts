import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Mailboxes } from './contract.ts'
import { createMaildir } from './maildir.ts'
import { createMemoryMailboxes } from './memory.ts'
import { folderName, userName } from './names.ts'

async function* content(...pieces: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) yield Buffer.from(piece)
}

async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('half')
  throw new Error('the store is dead')
}

let root = ''
const now = Date.UTC(2026, 10, 24, 7, 0, 0)
const clock = { now: () => now }
const maildir = (): Mailboxes => createMaildir({ root: join(root, 'mail'), hostName: () => 'mail.here.example', clock })

const folder = (...names: readonly string[]): string => join(root, 'mail', ...names)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'maildir-'))
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

describe.each<[string, () => Mailboxes]>([
  ['Maildir', maildir],
  ['memory', () => createMemoryMailboxes(clock)],
])('%s', (_, create) => {
  test('keeps the exact octets, and lists, reads and removes', async () => {
    const mailboxes = create()
    expect(await mailboxes.deliver('alice', 'e1-r1', content('A: b\r\n', '\r\n\0\n'), 0)).toEqual({ kind: 'delivered' })
    expect(await mailboxes.names()).toEqual(['alice'])
    const [message, ...more] = await mailboxes.list('alice')
    expect(more).toEqual([])
    expect(message).toMatchObject({ size: 10, flags: '', deliveredAt: now })
    const id = message?.id ?? ''
    expect(Buffer.from((await mailboxes.read('alice', id)) ?? []).toString()).toBe('A: b\r\n\r\n\0\n')
    expect([await mailboxes.remove('alice', id), await mailboxes.remove('alice', id)]).toEqual([true, false])
    expect([await mailboxes.list('alice'), await mailboxes.read('alice', id)]).toEqual([[], undefined])
  })

  test('the same key twice is one message, at once too', async () => {
    const mailboxes = create()
    const results = await Promise.all(
      ['k1', 'k1', 'k2'].map((key) => mailboxes.deliver('alice', key, content('hello'), 0)),
    )
    expect(results.every((result) => result.kind === 'delivered')).toBe(true)
    expect(await mailboxes.list('alice')).toHaveLength(2)
    expect(await mailboxes.deliver('bob', 'k1', content('hello'), 0)).toEqual({ kind: 'delivered' })
    expect(await mailboxes.names()).toEqual(['alice', 'bob'])
  })

  test('a quota is a bound on the sum, and room comes back', async () => {
    const mailboxes = create()
    const put = (key: string): Promise<{ kind: string }> => mailboxes.deliver('alice', key, content('1234', '5678'), 20)
    expect([await put('a'), await put('b'), await put('c')].map((result) => result.kind)).toEqual([
      'delivered',
      'delivered',
      'full',
    ])
    expect(await mailboxes.list('alice')).toHaveLength(2)
    const [first] = await mailboxes.list('alice')
    await mailboxes.remove('alice', first?.id ?? '')
    expect(await put('c')).toEqual({ kind: 'delivered' })
  })

  test('nobody is nobody', async () => {
    const mailboxes = create()
    expect([await mailboxes.names(), await mailboxes.list('x'), await mailboxes.read('x', 'y')]).toEqual([
      [],
      [],
      undefined,
    ])
    expect(await mailboxes.remove('x', 'y')).toBe(false)
  })

  test('content that breaks off leaves nothing behind', async () => {
    const mailboxes = create()
    await expect(mailboxes.deliver('alice', 'k', broken(), 0)).rejects.toThrow('the store is dead')
    expect(await mailboxes.list('alice')).toEqual([])
    expect(await mailboxes.deliver('alice', 'k', content('whole'), 0)).toEqual({ kind: 'delivered' })
  })
})

describe('on disk', () => {
  test('a message stands in new/ under its key and size; tmp/ is empty', async () => {
    await maildir().deliver('alice', 'e1-r1', content('12345'), 0)
    expect(await readdir(folder('alice', 'new'))).toEqual([`${now / 1000}.e1-r1.mail.here.example,S=5`])
    expect([await readdir(folder('alice', 'tmp')), await readdir(folder('alice', 'cur'))]).toEqual([[], []])
  })

  test('after a restart a delivery is still known, also when a reader moved the message', async () => {
    await maildir().deliver('alice', 'k1', content('one'), 0)
    const [name = ''] = await readdir(folder('alice', 'new'))
    await rename(folder('alice', 'new', name), folder('alice', 'cur', `${name}:2,RS`))
    const again = maildir()
    expect(await again.deliver('alice', 'k1', content('one'), 0)).toEqual({ kind: 'delivered' })
    const messages = await again.list('alice')
    expect(messages.map((message) => [message.id, message.flags])).toEqual([[name, 'RS']])
    expect(await again.read('alice', name)).toEqual(Buffer.from('one'))
  })

  test('what other programs put there is listed, too', async () => {
    await maildir().deliver('alice', 'k1', content('one'), 0)
    await writeFile(folder('alice', 'cur', '1600000000.M1P2.elsewhere:2,S'), 'four')
    expect((await maildir().list('alice')).map((message) => [message.size, message.flags])).toEqual([
      [4, 'S'],
      [3, ''],
    ])
  })

  test('room that another program made is noticed', async () => {
    const mailboxes = maildir()
    await mailboxes.deliver('alice', 'k1', content('12345'), 8)
    expect(await mailboxes.deliver('alice', 'k2', content('12345'), 8)).toEqual({ kind: 'full' })
    await rm(folder('alice', 'new'), { recursive: true })
    await mkdir(folder('alice', 'new'))
    expect(await mailboxes.deliver('alice', 'k2', content('12345'), 8)).toEqual({ kind: 'delivered' })
  })

  test('strays under tmp/ go after a day', async () => {
    await mkdir(folder('alice', 'tmp'), { recursive: true })
    for (const [name, age] of [
      ['old', 25],
      ['young', 23],
    ] as const) {
      await writeFile(folder('alice', 'tmp', name), 'x')
      await utimes(folder('alice', 'tmp', name), now / 1000, now / 1000 - age * 3600)
    }
    await maildir().deliver('alice', 'k', content('x'), 0)
    expect(await readdir(folder('alice', 'tmp'))).toEqual(['young'])
  })

  test('what the disk refuses is a value, and may pass', async () => {
    await mkdir(folder('alice'), { recursive: true })
    await writeFile(folder('alice', 'new'), 'a file where a folder should be')
    const mailboxes = maildir()
    expect(await mailboxes.deliver('alice', 'k', content('x'), 0)).toEqual({ kind: 'disk', reason: 'EEXIST' })
    await rm(folder('alice', 'new'))
    expect(await mailboxes.deliver('alice', 'k', content('x'), 0)).toEqual({ kind: 'delivered' })
  })

  test('a mailbox that somebody took away comes back', async () => {
    const mailboxes = maildir()
    await mailboxes.deliver('alice', 'k1', content('x'), 0)
    await rm(folder('alice'), { recursive: true })
    expect(await mailboxes.deliver('alice', 'k2', content('x'), 0)).toEqual({ kind: 'disk', reason: 'ENOENT' })
    expect(await mailboxes.deliver('alice', 'k2', content('x'), 0)).toEqual({ kind: 'delivered' })
  })

  test.each(['../../etc/passwd', 'a/b', '.', '', 'x\0y', 'cur/x'])('the id %j leads nowhere', async (id) => {
    const mailboxes = maildir()
    await mailboxes.deliver('alice', 'k', content('x'), 0)
    expect([await mailboxes.read('alice', id), await mailboxes.remove('alice', id)]).toEqual([undefined, false])
  })
})

describe('folder names', () => {
  test.each([
    ['alice', 'alice'],
    ['Alice', '%41lice'],
    ['..', '%2E.'],
    ['../x', '%2E.%2Fx'],
    ['a/b\\c', 'a%2Fb%5Cc'],
    ['a%2fb', 'a%252fb'],
    ['bø@x.example', 'b%C3%B8@x.example'],
    ['a b:c', 'a%20b%3Ac'],
  ])('%j', (user, name) => {
    expect([folderName(user), userName(name)]).toEqual([name, user])
  })

  test.each(['Alice', '%zz', '%61lice', '.hidden', 'a b'])('%j is no mailbox of ours', (name) => {
    expect(userName(name)).toBeUndefined()
  })
})
