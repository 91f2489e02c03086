import { describe, expect, test } from 'vitest'
import { createMemoryMailboxes } from '../mailbox/memory.ts'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import type { Work } from '../queue/contract.ts'
import { settingsSchema } from '../settings/schema.ts'
import type { SettingsDocument } from '../settings/schema.ts'
import { createDelivery } from './attempt.ts'
import { StageHost, stageClock, stageDialer, stageResolver } from './fixture-network.ts'
import type { HostPlan } from './fixture-network.ts'
import { createLocalDelivery } from './local.ts'

const document: SettingsDocument = {
  hostName: 'mail.here.example',
  incoming: { allowed: true, domains: ['here.example', 'two.example'] },
  mailboxes: { lmtp: { host: 'imap.here.example' } },
  users: [
    { name: 'alice', quota: 1 },
    { name: 'carol', addresses: ['c@two.example'] },
    { name: 'dan@two.example', addresses: ['dan'] },
  ],
  aliases: [{ address: 'team', to: ['alice', 'bob@there.example'] }],
}

const envelope: Omit<Envelope, 'id' | 'recipients'> = {
  reversePath: 'bob@there.example',
  acceptedAt: 0,
  origin: { session: 's', transaction: 't', role: 'relay', clientAddress: '192.0.2.9', helo: 'x', protocol: 'ESMTP' },
  size: 0,
  body: '7BIT',
  smtputf8: false,
  return: 'FULL',
  envelopeId: 'e1',
  kind: 'message',
}
const recipient = (address: string, message: number): Recipient => ({
  id: `${message} ${address}`,
  address,
  notify: ['success'],
  originalRecipient: { type: 'rfc822', address },
  state: 'queued',
  attempts: 0,
  dueAt: 0,
})

interface Case {
  readonly to?: readonly string[]
  readonly messages?: number
  readonly settings?: SettingsDocument
  /** Other settings are applied when the second message is taken. */
  readonly later?: SettingsDocument
}

interface Ran {
  /** By message and address. */
  readonly outcomes: Readonly<Record<string, Outcome>>
  /** Which recipients were settled together, in order, and when. */
  readonly settlements: readonly { readonly who: readonly string[]; readonly after: Milliseconds }[]
  readonly imap: StageHost
  readonly other: StageHost
  readonly mailboxes: readonly string[]
}

const tell = (): void => {}
const oks = (count: number): string => Array.from({ length: count }, () => '250 ok').join('\r\n')

/** Local delivery over the real client, with a service that behaves as planned. */
const run = async (plan: HostPlan, what: Case = {}): Promise<Ran> => {
  const { to = ['alice@here.example'], messages = 1 } = what
  const hosts = { '192.0.2.1': new StageHost({ offers: ['PIPELINING'], ...plan }), '127.0.0.1': new StageHost() }
  const clock = stageClock()
  let settings = settingsSchema.parse({ ...document, ...what.settings })
  const remote = createDelivery({
    resolver: stageResolver({}, { 'imap.here.example': ['192.0.2.1'] }),
    dialer: stageDialer(hosts),
    clock,
    ids: { unique: () => 'u', fraction: () => 0.5, secret: (octets) => new Uint8Array(octets) },
    tell,
    settings: () => settings,
    identity: () => ({ names: [], endpoints: [] }),
    certificates: () => Promise.reject(new Error('not asked for')),
  })
  const mailboxes = createMemoryMailboxes({ now: () => 0 })
  const deliver = createLocalDelivery({ mailboxes, settings: () => settings, tell, open: remote.open })
  const outcomes: Record<string, Outcome> = {}
  const settlements: { who: readonly string[]; after: Milliseconds }[] = []
  const began = clock.now()
  const works = Array.from({ length: messages }, (_, message): Work => {
    const recipients = to.map((address) => recipient(address, message))
    return {
      attempt: `a${message}`,
      envelope: { ...envelope, id: `e${message}`, recipients },
      recipients,
      content: async function* () {
        yield new TextEncoder().encode('A: b\r\n\r\nhi\r\n')
      },
      settle: (results) => {
        settlements.push({ who: results.map((one) => one.recipient), after: clock.now() - began })
        for (const { recipient: id, outcome } of results) {
          if (outcomes[id] !== undefined) throw new Error('settled twice')
          outcomes[id] = outcome
        }
        return Promise.resolve()
      },
    }
  })
  const next = (): Work | undefined => {
    if (works.length < messages && what.later !== undefined) {
      settings = settingsSchema.parse({ ...document, ...what.later })
    }
    return works.shift()
  }
  await deliver({ destination: { kind: 'local', key: 'lmtp' }, next }, new AbortController().signal)
  expect([hosts['192.0.2.1'].open, hosts['127.0.0.1'].open]).toEqual([0, 0])
  return {
    outcomes,
    settlements,
    imap: hosts['192.0.2.1'],
    other: hosts['127.0.0.1'],
    mailboxes: await mailboxes.names(),
  }
}

const all = ['alice@here.example', 'c@two.example', 'dan@two.example']
const delivered = { kind: 'delivered' }
const deferred = (status: string): object => ({ kind: 'deferred', trouble: { status, host: 'imap.here.example' } })
const failed = (status: string): object => ({ kind: 'failed', trouble: { status, host: 'imap.here.example' } })
const answering =
  (replies: string): NonNullable<HostPlan['says']> =>
  (moment) =>
    moment === 'content' ? replies : undefined

describe('the answers of the service', () => {
  test.each<[string, string, readonly object[]]>([
    ['each its own', '250 a\r\n452 4.2.2 b\r\n550 5.2.1 c', [delivered, deferred('4.2.2'), failed('5.2.1')]],
    ['of several lines', '250-a\r\n250 a\r\n550-b\r\n550 b\r\n250 c', [delivered, failed('5.0.0'), delivered]],
    ['closed after the first', '250 a\r\ncloses', [delivered, deferred('4.4.2'), deferred('4.4.2')]],
    ['closed before any', 'closes', [deferred('4.4.2'), deferred('4.4.2'), deferred('4.4.2')]],
    ['silent after the second', '250 a\r\n550 5.2.1 b', [delivered, failed('5.2.1'), deferred('4.4.2')]],
    ['421 for the second', '250 a\r\n421 4.3.2 b\r\ncloses', [delivered, deferred('4.3.2'), deferred('4.4.2')]],
  ])('%s', async (_, replies, expected) => {
    const { outcomes } = await run({ says: answering(replies) }, { to: all })
    expect(all.map((address) => outcomes[`0 ${address}`])).toMatchObject(expected)
  })

  test('are settled as they come, those that came together at once', async () => {
    const { settlements } = await run({ says: answering('250 a\r\n550 5.2.1 b') }, { to: all })
    expect(settlements).toEqual([
      { who: ['0 alice@here.example', '0 c@two.example'], after: 0 },
      // Ten minutes: RFC 5321 §4.5.3.2.6
      { who: ['0 dan@two.example'], after: 600_000 },
    ])
  })

  test('do not decide for good about a session that does not open', async () => {
    for (const says of [
      (moment: string) => (moment === 'connection' ? '554 5.3.2 no' : undefined),
      (moment: string) => (moment === 'LHLO' ? '500 5.5.1 what' : undefined),
      (moment: string) => (moment === 'LHLO' ? 'closes' : undefined),
    ]) {
      const { outcomes, imap } = await run({ says })
      expect(outcomes['0 alice@here.example']).toMatchObject({ kind: 'deferred' })
      expect(imap.connections).toBe(1)
      expect(imap.heard.filter((line) => /^(?:EHLO|HELO)/.test(line))).toEqual([])
    }
  })
})

describe('what the service hears', () => {
  test('one transaction for a message, the addresses of mailboxes, and no word of notifications', async () => {
    const { imap } = await run(
      { offers: ['PIPELINING', 'DSN'], says: answering('250 a\r\n250 b\r\n250 c') },
      { to: all },
    )
    expect(imap.heard).toEqual([
      'connect',
      'LHLO mail.here.example',
      'MAIL FROM:<bob@there.example>',
      'RCPT TO:<alice@here.example>',
      'RCPT TO:<carol@here.example>',
      'RCPT TO:<dan@two.example>',
      'DATA',
      'content:A: b\r\n\r\nhi',
      'QUIT',
    ])
  })

  test('no STARTTLS, and no source address but its own', async () => {
    const { imap } = await run({ offers: ['STARTTLS'] }, { settings: { outgoing: { sourceAddress: '192.0.2.77' } } })
    expect(imap.heard).not.toContain('STARTTLS')
  })

  test('messages over one session, a hundred recipients in one transaction', async () => {
    const users = Array.from({ length: 150 }, (_, at) => ({ name: `u${at}` }))
    let accepted = 0
    const { imap, outcomes } = await run(
      {
        says: (moment) => {
          if (moment === 'MAIL') accepted = 0
          if (moment === 'RCPT') accepted += 1
          return moment === 'content' ? oks(accepted) : undefined
        },
      },
      { settings: { users }, to: users.map(({ name }) => `${name}@here.example`), messages: 2 },
    )
    expect(Object.values(outcomes)).toEqual(Array.from({ length: 300 }, () => delivered))
    expect(imap.heard.filter((line) => line.startsWith('MAIL'))).toHaveLength(4)
    expect(imap.connections).toBe(1)
  })
})

describe('what is not for the service', () => {
  test('aliases and unknown users are settled before it is asked, and nothing is kept here', async () => {
    const to = ['team@here.example', 'gone@here.example', 'alice@here.example', 'postmaster@two.example']
    const { outcomes, settlements, imap, mailboxes } = await run({ says: answering('250 a\r\n250 b') }, { to })
    expect(outcomes).toMatchObject({
      '0 team@here.example': { kind: 'expanded', into: ['alice@here.example', 'bob@there.example'] },
      '0 gone@here.example': { kind: 'failed', trouble: { status: '5.1.1' } },
      '0 alice@here.example': delivered,
      '0 postmaster@two.example': delivered,
    })
    expect(settlements[0]?.who).toEqual(['0 team@here.example', '0 gone@here.example'])
    expect(imap.heard).toContain('RCPT TO:<postmaster@here.example>')
    expect(mailboxes).toEqual([])
  })

  test('a message that has nobody for it opens no session', async () => {
    const { imap } = await run({}, { to: ['team@here.example'] })
    expect(imap.connections).toBe(0)
  })
})

describe('the service of the settings', () => {
  test('cannot be reached: everybody waits', async () => {
    const { outcomes } = await run({ refuses: () => 'ECONNREFUSED' }, { to: all, messages: 3 })
    expect(Object.values(outcomes)).toHaveLength(9)
    for (const outcome of Object.values(outcomes)) expect(outcome).toMatchObject(deferred('4.4.1'))
  })

  test('cannot be found: a mistake to be mended, nobody is told', async () => {
    const { outcomes } = await run({}, { settings: { mailboxes: { lmtp: { host: 'gone.here.example' } } } })
    expect(outcomes['0 alice@here.example']).toMatchObject({ kind: 'deferred', trouble: { status: '4.3.5' } })
  })

  test('on localhost is this machine, and no name server is asked', async () => {
    const { other } = await run({}, { settings: { mailboxes: { lmtp: { host: 'LocalHost' } } } })
    expect(other.heard).toContain('RCPT TO:<alice@here.example>')
  })

  test('is another one from the next message on, when the settings say so', async () => {
    const later = { mailboxes: { lmtp: { host: '127.0.0.1' } } }
    const { imap, other, outcomes } = await run({}, { messages: 3, later })
    expect(Object.values(outcomes)).toEqual([delivered, delivered, delivered])
    expect(imap.heard.filter((line) => line.startsWith('content'))).toHaveLength(1)
    expect(other.heard.filter((line) => line.startsWith('content'))).toHaveLength(2)
    expect(imap.heard.at(-1)).toBe('QUIT')
  })

  test('is there no more: mailboxes are here again', async () => {
    const users = [{ name: 'alice' }]
    const { imap, mailboxes } = await run({}, { messages: 2, settings: { users }, later: { users, mailboxes: {} } })
    expect(imap.heard.filter((line) => line.startsWith('content'))).toHaveLength(1)
    expect(mailboxes).toEqual(['alice'])
  })
})
