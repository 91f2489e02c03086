import { describe, expect, test } from 'vitest'
import { checkDocument } from './check.ts'
import type { SettingsFile } from './file.ts'
import { createKeeper, type Keeper, type KeeperOptions } from './keeper.ts'
import type { Mistake } from './mistake.ts'
import { checkPassword, parseVerifier } from './passwords.ts'
import type { Settings, SettingsDocument } from './schema.ts'
import { createUsers } from './users.ts'

const ids = { secret: (octets: number) => new Uint8Array(octets).fill(7) }
const fault: Mistake = { place: 'listeners[0].port', found: '25', wrong: 'It is taken.', remedy: 'Choose another.' }

interface Scene {
  readonly keeper: Keeper
  readonly installed: Settings[]
  readonly saved: SettingsDocument[]
  readonly trouble: { install?: Mistake; write?: Mistake }
}

async function scene(document: SettingsDocument, overrides?: SettingsDocument): Promise<Scene> {
  const installed: Settings[] = []
  const saved: SettingsDocument[] = []
  const trouble: Scene['trouble'] = {}
  const file: SettingsFile = {
    path: 's.json',
    write: async (next) => {
      if (trouble.write !== undefined) return { kind: 'not-written', mistake: trouble.write }
      saved.push(next)
      return { kind: 'written' }
    },
  }
  const recording: KeeperOptions['install'] = async (next) => {
    installed.push(next)
    return trouble.install === undefined ? [] : [trouble.install]
  }
  const kept = await createKeeper({
    document,
    file,
    ids,
    install: recording,
    ...(overrides === undefined ? {} : { overrides }),
  })
  if (kept.kind === 'mistakes') throw new Error(JSON.stringify(kept.mistakes))
  return { keeper: kept.keeper, installed, saved, trouble }
}

const alice = { name: 'alice', password: 'geheim' }

describe('passwords', () => {
  test('become verifiers before anything is saved', async () => {
    const { keeper, saved } = await scene({ users: [alice] })
    expect(JSON.stringify([saved, keeper.document()])).not.toContain('geheim')
    const verifier = parseVerifier(keeper.settings().users[0]?.verifier ?? '')
    expect(verifier && (await checkPassword(verifier, 'geheim'))).toBe(true)
    expect(keeper.settings().users[0]).not.toHaveProperty('password')
  })

  test('stay as a secret only while CRAM-MD5 is on', async () => {
    const { keeper } = await scene({ authentication: { methods: ['CRAM-MD5'] }, users: [alice] })
    const { verifier } = keeper.settings().users[0] ?? {}
    expect(keeper.settings().users[0]?.secret).toBe('geheim')
    await keeper.change({ authentication: { methods: ['PLAIN'] } })
    expect(keeper.document().users).toEqual([{ name: 'alice', verifier }])
  })

  test('a secret that stands alone gets its verifier before it goes', async () => {
    const { keeper } = await scene({ users: [{ name: 'alice', secret: 'geheim' }] })
    expect(keeper.document().users?.[0]).not.toHaveProperty('secret')
    expect(keeper.document().users?.[0]?.verifier).toMatch(/^SCRAM-SHA-256\$/)
  })

  test('a new one replaces the old verifier', async () => {
    const { keeper } = await scene({ users: [alice] })
    const before = keeper.document().users?.[0]?.verifier
    await createUsers(keeper).change('alice', { password: 'neu' })
    const verifier = parseVerifier(keeper.settings().users[0]?.verifier ?? '')
    expect(before).not.toBe(keeper.document().users?.[0]?.verifier)
    expect(verifier && (await checkPassword(verifier, 'neu'))).toBe(true)
  })
})

describe('what is shown', () => {
  const document: SettingsDocument = {
    authentication: { methods: ['CRAM-MD5'] },
    users: [alice, { name: 'bob' }],
    outgoing: { smarthost: { host: 'relay.example', user: 'here', password: 'smart-secret' } },
    admin: { enabled: true, token: 'token-of-sixteen-signs' },
  }

  test('has no secret, and is still a document', async () => {
    const { keeper } = await scene(document)
    const text = JSON.stringify(keeper.redacted())
    for (const secret of ['geheim', 'SCRAM-SHA-256', 'smart-secret', 'token-of']) expect(text).not.toContain(secret)
    expect(keeper.redacted().users?.[0]).toEqual({ name: 'alice' })
  })

  test('sent back whole, or with a change elsewhere, nothing is lost', async () => {
    const { keeper } = await scene(document)
    const before = keeper.document()
    expect((await keeper.replace(keeper.redacted())).kind).toBe('applied')
    expect(keeper.document()).toEqual(before)
    expect((await keeper.change({ hostName: 'mail.here.example' })).kind).toBe('applied')
    expect(keeper.document()).toEqual({ ...before, hostName: 'mail.here.example' })
  })

  test("a smarthost's password does not go to another host or user", async () => {
    const { keeper } = await scene(document)
    await keeper.change({ outgoing: { smarthost: { host: 'evil.example', user: null } } })
    expect(keeper.document().outgoing).toEqual({ smarthost: { host: 'evil.example' } })
  })

  test('a file read again is the whole truth', async () => {
    const { keeper } = await scene(document)
    await keeper.apply({ users: [{ name: 'alice' }] })
    expect(keeper.document()).toEqual({ users: [{ name: 'alice' }] })
  })
})

describe('changes', () => {
  test('are checked, installed, saved, and then hold', async () => {
    const { keeper, installed, saved } = await scene({})
    const applied = await keeper.change({ smtp: { enabled: true } })
    expect(applied).toMatchObject({ kind: 'applied', remarks: [{ place: 'relay' }] })
    expect(installed).toHaveLength(1)
    expect(installed[0]?.smtp.enabled).toBe(true)
    expect(saved.at(-1)).toEqual({ smtp: { enabled: true } })
    expect(keeper.settings().smtp.enabled).toBe(true)
  })

  test('with mistakes change nothing', async () => {
    const { keeper, installed, saved } = await scene({})
    expect(await keeper.change({ smtp: { enabled: 'yes' }, hostNam: 'x' })).toMatchObject({
      kind: 'mistakes',
      mistakes: [{ place: 'smtp.enabled' }, { place: 'hostNam' }],
    })
    expect([installed, saved.length, keeper.document()]).toEqual([[], 1, {}])
  })

  test('that the server cannot carry out are not saved', async () => {
    const { keeper, saved, trouble } = await scene({})
    trouble.install = fault
    expect(await keeper.change({ hostName: 'a.example' })).toEqual({ kind: 'mistakes', mistakes: [fault] })
    expect([saved.length, keeper.settings().hostName]).toEqual([1, 'localhost.localdomain'])
  })

  test('that cannot be saved are taken back', async () => {
    const { keeper, installed, trouble } = await scene({})
    trouble.write = fault
    expect((await keeper.change({ hostName: 'a.example' })).kind).toBe('mistakes')
    expect(installed.map((settings) => settings.hostName)).toEqual(['a.example', 'localhost.localdomain'])
    expect(keeper.document()).toEqual({})
  })

  test('made at the same time are all there in the end', async () => {
    const { keeper } = await scene({})
    const users = createUsers(keeper)
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => users.add({ name })))
    expect(users.list().map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('overrides hold but are never saved', async () => {
    const listeners = [{ role: 'relay' as const, address: '127.0.0.2', port: 0 }]
    const { keeper, saved } = await scene({ hostName: 'a.example' }, { listeners })
    expect(keeper.settings().listeners).toEqual(listeners)
    await keeper.change({ smtp: { enabled: true } })
    expect(keeper.settings().listeners).toEqual(listeners)
    expect(saved.at(-1)).toEqual({ hostName: 'a.example', smtp: { enabled: true } })
  })

  test('the API gets a token once, and keeps it', async () => {
    const { keeper, saved } = await scene({ admin: { enabled: true } })
    const token = keeper.settings().admin.token
    expect(token).toHaveLength(32)
    expect(saved.at(-1)?.admin?.token).toBe(token)
    await keeper.change({ admin: { port: 8026 } })
    expect(keeper.settings().admin.token).toBe(token)
  })
})

const install: KeeperOptions['install'] = async () => []

test('a first document with mistakes makes no keeper; one that cannot be saved does, with a remark', async () => {
  expect((await createKeeper({ document: { x: 1 }, ids, install })).kind).toBe('mistakes')
  const file: SettingsFile = { path: 's', write: async () => ({ kind: 'not-written', mistake: fault }) }
  expect(await createKeeper({ document: {}, ids, install, file })).toMatchObject({
    kind: 'kept',
    remarks: [{ says: 'It is taken.' }],
  })
})

describe('users one at a time', () => {
  test('are added, changed, removed', async () => {
    const { keeper } = await scene({ users: [alice] })
    const users = createUsers(keeper)
    const verifier = keeper.document().users?.[0]?.verifier
    expect(await users.add({ name: 'ALICE' })).toEqual({ kind: 'taken' })
    expect((await users.add({ name: 'bob', password: 'x' })).kind).toBe('applied')
    expect((await users.change('alice', { fullName: 'Alice', quota: 5 })).kind).toBe('applied')
    expect(keeper.document().users?.[0]).toEqual({ name: 'alice', fullName: 'Alice', quota: 5, verifier })
    expect((await users.remove('bob')).kind).toBe('applied')
    expect(users.list()).toEqual([{ name: 'alice', fullName: 'Alice', quota: 5 }])
  })

  test('that do not exist are said', async () => {
    const users = createUsers((await scene({})).keeper)
    expect(await users.change('zoe', {})).toEqual({ kind: 'no-such-user' })
    expect(await users.remove('zoe')).toEqual({ kind: 'no-such-user' })
  })

  test('that an alias needs cannot be removed', async () => {
    const { keeper } = await scene({ users: [alice], aliases: [{ address: 'info', to: ['alice'] }] })
    expect(await createUsers(keeper).remove('alice')).toMatchObject({
      kind: 'mistakes',
      mistakes: [{ place: 'aliases[0].to[0]' }],
    })
  })
})

test('settings are what the check makes of the document', async () => {
  const { keeper } = await scene({ queue: { lifetime: '1d' } })
  const checked = checkDocument({ queue: { lifetime: '1d' } })
  expect(checked.kind === 'good' && checked.settings).toEqual(keeper.settings())
})
