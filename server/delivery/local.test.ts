import { describe, expect, test } from 'vitest'
import type { Mailboxes } from '../mailbox/contract.ts'
import { createMemoryMailboxes } from '../mailbox/memory.ts'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { Work } from '../queue/contract.ts'
import { settingsSchema } from '../settings/schema.ts'
import type { SettingsDocument } from '../settings/schema.ts'
import { createLocalDelivery } from './local.ts'

const document: SettingsDocument = {
  hostName: 'mail.here.example',
  incoming: { allowed: true, domains: ['here.example', 'two.example'] },
  users: [{ name: 'alice', quota: 100 }, { name: 'bob', addresses: ['bobby', 'b@two.example'] }, { name: 'john doe' }],
  aliases: [
    { address: 'sales', to: ['alice', 'carol@there.example', 'john doe'] },
    { address: 'bob', to: ['bob', 'bob@there.example'] },
    { address: 'ping', to: ['pong'] },
    { address: 'pong', to: ['ping'] },
    { address: 'everybody', to: ['staff@here.example'] },
  ],
  lists: [
    { address: 'staff', owner: 'alice', members: ['alice', 'bob', 'everybody', 'chess', 'dan@there.example'] },
    { address: 'chess', owner: 'chess-owner@there.example', members: ['eve@there.example', 'staff'] },
    { address: 'empty', owner: 'alice', members: ['empty'] },
  ],
}

const recipient = (address: string, change: Partial<Recipient> = {}): Recipient => ({
  id: `to-${address}`,
  address,
  state: 'queued',
  attempts: 0,
  dueAt: 0,
  ...change,
})

const stored = 'Return-Path: <forged@x>\r\nSubject: hi\r\n\r\nhello\r\n'

interface Ran {
  readonly outcomes: Readonly<Record<string, Outcome>>
  readonly mailboxes: Mailboxes
  readonly settled: number
  readonly warnings: readonly string[]
}

const run = async (
  recipients: readonly Recipient[],
  change: { document?: SettingsDocument; envelope?: Partial<Envelope>; mailboxes?: Mailboxes } = {},
): Promise<Ran> => {
  const mailboxes = change.mailboxes ?? createMemoryMailboxes({ now: () => 0 })
  const settings = settingsSchema.parse({ ...document, ...change.document })
  const warnings: string[] = []
  const deliver = createLocalDelivery({
    mailboxes,
    settings: () => settings,
    tell: (event, _, detail) => warnings.push(`${event} ${String(detail?.['reason'])}`),
    open: () => ({
      attempt: () => Promise.reject(new Error('mailboxes are here')),
      end: () => Promise.resolve(),
    }),
  })
  const envelope: Envelope = {
    id: 'e1',
    reversePath: 'sender@there.example',
    acceptedAt: 0,
    origin: { session: '', transaction: '', role: 'relay', clientAddress: '192.0.2.7', helo: 'x', protocol: 'ESMTP' },
    size: stored.length,
    body: '7BIT',
    smtputf8: false,
    kind: 'message',
    recipients,
    ...change.envelope,
  }
  const outcomes: Record<string, Outcome> = {}
  let settled = 0
  const works: Work[] = [
    {
      attempt: 'a1',
      envelope,
      recipients: recipients.filter((one) => one.state === 'queued'),
      content: async function* () {
        yield Buffer.from(stored)
      },
      settle: async (results) => {
        settled += 1
        for (const { recipient: id, outcome } of results) outcomes[id.replace(/^to-/, '')] = outcome
      },
    },
  ]
  await deliver(
    { destination: { kind: 'local', key: 'local' }, next: () => works.shift() },
    new AbortController().signal,
  )
  return { outcomes, mailboxes, settled, warnings }
}

const textOf = async (mailboxes: Mailboxes, user: string): Promise<readonly string[]> => {
  const texts: string[] = []
  for (const { id } of await mailboxes.list(user)) {
    texts.push(Buffer.from((await mailboxes.read(user, id)) ?? []).toString())
  }
  return texts
}

const refuse = (status: string): object => ({ kind: 'failed', trouble: { status } })

describe('where an address leads', () => {
  test.each<[string, string, object]>([
    ['a user', 'alice@here.example', { kind: 'delivered' }],
    ['at the other domain, in any case', 'ALICE@Two.Example', { kind: 'delivered' }],
    ['a quoted name', '"john doe"@here.example', { kind: 'delivered' }],
    ['another address of a user', 'b@two.example', { kind: 'delivered' }],
    ['nobody', 'nobody@here.example', refuse('5.1.1')],
    ['nobody by percent sign', 'bob%there.example@here.example', refuse('5.1.1')],
    ['bare postmaster', 'Postmaster', { kind: 'delivered' }],
    ['postmaster', 'postmaster@two.example', { kind: 'delivered' }],
    [
      'an alias',
      'sales@two.example',
      { kind: 'expanded', into: ['alice@here.example', 'carol@there.example', '"john doe"@here.example'] },
    ],
    ['an alias of oneself', 'bob@here.example', { kind: 'expanded', into: ['bob@here.example', 'bob@there.example'] }],
    [
      'a list, with lists in it opened once',
      'staff@here.example',
      {
        kind: 'expanded',
        into: ['alice@here.example', 'bob@here.example', 'eve@there.example', 'dan@there.example'],
        listOwner: 'alice@here.example',
      },
    ],
    ['a list of nobody', 'empty@here.example', refuse('5.2.4')],
    ['one of our address literals', 'alice@[127.0.0.1]', { kind: 'delivered' }],
  ])('%s', async (_, address, outcome) => {
    const { outcomes } = await run([recipient(address)])
    expect(outcomes[address]).toMatchObject(outcome)
    const listOwner = 'listOwner' in outcome
    expect('listOwner' in (outcomes[address] ?? {})).toBe(listOwner)
  })

  test('an alias that came back to itself means the mailbox, or ends', async () => {
    const ended = { state: 'expanded' } as const
    const parent = recipient('bob@here.example', { ...ended, id: 'p' })
    const bob = await run([parent, recipient('bob@here.example', { expandedFrom: ['p'] })])
    expect(bob.outcomes).toEqual({ 'bob@here.example': { kind: 'delivered' } })
    const ping = recipient('ping@here.example', { ...ended, id: 'p1' })
    const pong = recipient('pong@here.example', { ...ended, id: 'p2', expandedFrom: ['p1'] })
    const loop = await run([ping, pong, recipient('ping@here.example', { expandedFrom: ['p1', 'p2'] })])
    expect(loop.outcomes['ping@here.example']).toMatchObject({ kind: 'failed', trouble: { status: '5.4.6' } })
  })

  test('a chain of aliases ends, even when nothing is known of its links', async () => {
    const expandedFrom = Array.from({ length: 10 }, (_, index) => `gone${index}`)
    const { outcomes } = await run([recipient('ping@here.example', { expandedFrom })])
    expect(outcomes['ping@here.example']).toMatchObject({ kind: 'failed', trouble: { status: '5.4.6' } })
  })

  test('mail from nobody to a list stays mail from nobody', async () => {
    const { outcomes } = await run([recipient('staff@here.example')], { envelope: { reversePath: '' } })
    expect(outcomes['staff@here.example']).toMatchObject({ kind: 'expanded', listOwner: '' })
  })
})

describe('the postmaster', () => {
  test.each<[string, string, object, readonly string[]]>([
    ['a user', 'alice', { kind: 'delivered' }, ['alice']],
    ['an address elsewhere', 'pm@there.example', { kind: 'expanded', into: ['pm@there.example'] }, []],
    ['an alias', 'sales', { kind: 'expanded', into: ['sales@here.example'] }, []],
    ['a name that nobody has', 'gone', { kind: 'delivered' }, ['postmaster']],
    ['postmaster', 'postmaster', { kind: 'delivered' }, ['postmaster']],
  ])('is %s', async (_, postmaster, outcome, mailboxes) => {
    const ran = await run([recipient('postmaster@here.example')], { document: { postmaster } })
    expect(ran.outcomes['postmaster@here.example']).toEqual(outcome)
    expect(await ran.mailboxes.names()).toEqual(mailboxes)
  })

  test('gets the mail even when the aliases lead in a circle', async () => {
    const aliases = [{ address: 'chief', to: ['postmaster'] }]
    const parent = recipient('chief@here.example', { state: 'expanded', id: 'p' })
    const child = recipient('postmaster@here.example', { expandedFrom: ['p'] })
    const ran = await run([parent, child], { document: { postmaster: 'chief', aliases } })
    expect(ran.outcomes).toEqual({ 'postmaster@here.example': { kind: 'delivered' } })
  })
})

const refusing = (deliver: Mailboxes['deliver']): Mailboxes => ({
  ...createMemoryMailboxes({ now: () => 0 }),
  deliver,
})

describe('delivery', () => {
  test('puts one Return-Path first and settles everybody at once', async () => {
    const ran = await run([
      recipient('alice@here.example'),
      recipient('bobby@here.example'),
      recipient('x@here.example'),
    ])
    const expected = ['Return-Path: <sender@there.example>\r\nSubject: hi\r\n\r\nhello\r\n']
    expect([await textOf(ran.mailboxes, 'alice'), await textOf(ran.mailboxes, 'bob')]).toEqual([expected, expected])
    expect(ran.settled).toBe(1)
    expect(Object.keys(ran.outcomes)).toHaveLength(3)
  })

  test('again after a crash adds no second copy', async () => {
    const mailboxes = createMemoryMailboxes({ now: () => 0 })
    for (let round = 0; round < 2; round += 1) await run([recipient('alice@here.example')], { mailboxes })
    expect(await mailboxes.list('alice')).toHaveLength(1)
  })

  test.each<[string, Mailboxes['deliver'], string, readonly string[]]>([
    ['full', async () => ({ kind: 'full' }), '4.2.2', []],
    ['no space', async () => ({ kind: 'disk', reason: 'ENOSPC' }), '4.3.1', ['warning ENOSPC']],
    ['no access', async () => ({ kind: 'disk', reason: 'EACCES' }), '4.3.0', ['warning EACCES']],
    ['broken content', () => Promise.reject(new Error('row is gone')), '4.3.0', ['warning row is gone']],
  ])('is deferred: %s', async (_, deliver, status, warnings) => {
    const ran = await run([recipient('alice@here.example')], { mailboxes: refusing(deliver) })
    expect(ran.outcomes['alice@here.example']).toMatchObject({ kind: 'deferred', trouble: { status } })
    expect(ran.warnings).toEqual(warnings)
  })

  test('heeds the quota of the user', async () => {
    const mailboxes = createMemoryMailboxes({ now: () => 0 })
    await run([recipient('alice@here.example', { id: 'one' })], { mailboxes })
    const { outcomes } = await run([recipient('alice@here.example')], { mailboxes })
    expect(outcomes['alice@here.example']).toMatchObject({ kind: 'deferred', trouble: { status: '4.2.2' } })
  })
})
