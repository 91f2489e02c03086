import { describe, expect, test } from 'vitest'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { Destination, Work } from '../queue/contract.ts'
import { settingsSchema } from '../settings/schema.ts'
import { createDelivery } from './attempt.ts'
import { StageHost, stageClock, stageDialer, stageResolver } from './fixture-network.ts'
import type { HostPlan } from './fixture-network.ts'

const envelope: Envelope = {
  id: 'e',
  reversePath: 'alice@here.example',
  acceptedAt: 0,
  origin: {
    session: 's',
    transaction: 't',
    role: 'relay',
    clientAddress: '192.0.2.9',
    helo: 'x',
    protocol: 'ESMTP',
  },
  size: 0,
  body: '7BIT',
  smtputf8: false,
  kind: 'message',
  recipients: [],
}
const recipient = (address: string, id: string): Recipient => ({ id, address, state: 'queued', attempts: 0, dueAt: 0 })

interface Case {
  readonly to?: readonly string[]
  readonly messages?: number
  readonly content?: string
  readonly envelope?: Partial<Envelope>
  readonly outgoing?: object
  readonly queue?: object
  readonly hostName?: string
  readonly destination?: Destination
}

const there: Destination = { kind: 'domain', key: 'there.example', domain: 'there.example' }

/** Two exchangers, `first` better than `second`. */
const scene = (first: HostPlan, second: HostPlan = {}) => {
  const hosts = { '192.0.2.1': new StageHost(first), '192.0.2.2': new StageHost(second) }
  const resolver = stageResolver(
    {
      'there.example': [
        [20, 'mx2.there.example'],
        [10, 'mx1.there.example'],
      ],
    },
    { 'mx1.there.example': ['192.0.2.1'], 'mx2.there.example': ['192.0.2.2'], 'smart.example': ['192.0.2.1'] },
  )
  const events: string[] = []
  const clock = stageClock()
  const document = { settings: settingsSchema.parse({}) }
  const delivery = createDelivery({
    resolver,
    dialer: stageDialer(hosts),
    clock,
    ids: { unique: () => 'u', fraction: () => 0.5, secret: (octets) => new Uint8Array(octets) },
    tell: (event) => events.push(event),
    settings: () => document.settings,
    identity: () => ({ names: [], endpoints: [{ address: '192.0.2.99', port: 25 }] }),
    certificates: () => Promise.reject(new Error('no such file')),
  })
  const deliver = async (what: Case = {}): Promise<Readonly<Record<string, Outcome>>> => {
    const { to = ['bob@there.example'], messages = 1, content = 'A: b\r\n\r\nhi\r\n', destination = there } = what
    document.settings = settingsSchema.parse({
      hostName: what.hostName ?? 'mail.here.example',
      outgoing: what.outgoing,
      queue: what.queue,
    })
    const outcomes: Record<string, Outcome> = {}
    const works = Array.from({ length: messages }, (_, message): Work => ({
      attempt: `a${message}`,
      envelope: { ...envelope, ...what.envelope, id: `e${message}` },
      recipients: to.map((address, at) => recipient(address, `${message}.${at}`)),
      content: async function* () {
        yield Uint8Array.from(content, (character) => character.charCodeAt(0))
      },
      settle: (results) => {
        for (const { recipient: id, outcome } of results) {
          if (outcomes[id] !== undefined) throw new Error('settled twice')
          outcomes[id] = outcome
        }
        return Promise.resolve()
      },
    }))
    await delivery.deliver({ destination, next: () => works.shift() }, new AbortController().signal)
    return outcomes
  }
  return { deliver, forget: () => delivery.forget(), mx1: hosts['192.0.2.1'], mx2: hosts['192.0.2.2'], events }
}

const at =
  (moment: string, saying: string, where: (line: string, connection: number) => boolean = () => true) =>
  (now: string, line: string, connection: number): string | undefined =>
    now === moment && where(line, connection) ? saying : undefined

const relayedBy = (host: string): object => ({ kind: 'relayed', host })
const deferred = (status: string): object => ({ kind: 'deferred', trouble: { status } })
const failed = (status: string): object => ({ kind: 'failed', trouble: { status } })

interface Row {
  readonly name: string
  readonly first?: HostPlan
  readonly second?: HostPlan
  readonly what?: Case
  /** By recipient: `message.recipient`. */
  readonly outcomes: Readonly<Record<string, object>>
  /** What the first host heard, if it matters; `-` stands for anything on that line. */
  readonly heard?: readonly string[]
  readonly secondHeardNothing?: true
}

const mail = 'MAIL FROM:<alice@here.example>'
const whole = ['EHLO mail.here.example', mail, 'RCPT TO:<bob@there.example>', 'DATA', 'content:A: b\r\n\r\nhi']

/** MAIL commands heard in the row that counts them. */
const mails = { count: 0 }

const rows: readonly Row[] = [
  {
    name: 'the better host takes it',
    outcomes: { '0.0': { ...relayedBy('mx1.there.example'), address: '192.0.2.1', dutyPassed: false } },
    heard: ['connect', ...whole, 'QUIT'],
    secondHeardNothing: true,
  },
  {
    name: 'messages share the session, up to the bound',
    what: { messages: 3, queue: { messagesPerSession: 2 } },
    outcomes: { '2.0': relayedBy('mx1.there.example') },
    heard: ['connect', ...whole, ...whole.slice(1), 'QUIT', 'connect', ...whole, 'QUIT'],
  },
  {
    name: 'greeting 554: the next host',
    first: { says: at('connection', '554 no') },
    outcomes: { '0.0': relayedBy('mx2.there.example') },
    heard: ['connect', 'QUIT'],
  },
  {
    name: 'both refuse all mail: failed',
    first: { says: at('connection', '521 no') },
    second: { says: at('connection', '554 no') },
    outcomes: { '0.0': failed('5.3.2') },
  },
  {
    name: 'one cannot be reached, the other refuses all mail: deferred',
    first: { refuses: () => 'ECONNREFUSED' },
    second: { says: at('connection', '554 no') },
    outcomes: { '0.0': deferred('4.4.1') },
  },
  {
    name: '4yz at RCPT goes to the next host for that recipient only',
    what: { to: ['bob@there.example', 'carol@there.example'] },
    first: { says: at('RCPT', '450 later', (line) => line.includes('carol')) },
    outcomes: { '0.0': relayedBy('mx1.there.example'), '0.1': relayedBy('mx2.there.example') },
  },
  {
    name: '5yz at RCPT is final',
    first: { says: at('RCPT', '550 no') },
    outcomes: { '0.0': failed('5.1.1') },
    secondHeardNothing: true,
  },
  {
    name: '5yz at MAIL is final, and RSET comes before the next message',
    what: { messages: 2 },
    first: { says: at('MAIL', '550 no') },
    outcomes: { '0.0': failed('5.0.0'), '1.0': failed('5.0.0') },
    heard: ['connect', 'EHLO mail.here.example', mail, 'RSET', mail, 'RSET', 'QUIT'],
    secondHeardNothing: true,
  },
  {
    name: '4yz everywhere: deferred',
    first: { says: at('content', '451 4.3.0 later') },
    second: { says: at('MAIL', '452 full') },
    outcomes: { '0.0': deferred('4.3.1') },
  },
  {
    name: 'broken off in the middle: the next host',
    first: { says: at('RCPT', 'closes') },
    outcomes: { '0.0': relayedBy('mx2.there.example') },
  },
  {
    name: 'silence ends at its deadline',
    first: { says: at('content', 'is silent') },
    second: { says: at('MAIL', 'is silent') },
    outcomes: { '0.0': deferred('4.4.2') },
  },
  {
    name: 'a session closed meanwhile proves nothing against the host',
    what: { messages: 2 },
    first: {
      says: (moment, _, connection) =>
        moment === 'MAIL' && connection === 1 && ++mails.count > 1 ? '421 idle' : undefined,
    },
    outcomes: { '0.0': relayedBy('mx1.there.example'), '1.0': relayedBy('mx1.there.example') },
    secondHeardNothing: true,
  },
  {
    name: 'closed on EHLO: HELO on a new connection',
    first: { says: at('EHLO', 'closes') },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
    heard: ['connect', 'EHLO mail.here.example', 'connect', 'HELO mail.here.example', ...whole.slice(1), 'QUIT'],
  },
  {
    name: 'EHLO refused and closed: HELO on a new connection',
    first: {
      says: (moment, _, connection) =>
        connection > 1 ? undefined : moment === 'EHLO' ? '502 no' : moment === 'HELO' ? 'closes' : undefined,
    },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
    heard: [
      'connect',
      'EHLO mail.here.example',
      'HELO mail.here.example',
      'connect',
      'HELO mail.here.example',
      ...whole.slice(1),
      'QUIT',
    ],
  },
  {
    name: 'TLS fails: in clear on a new connection, and for the next message too',
    what: { messages: 2 },
    first: { offers: ['STARTTLS'], tls: { fault: 'ERR_SSL' } },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
    heard: ['connect', 'EHLO mail.here.example', 'STARTTLS', 'connect', ...whole, ...whole.slice(1), 'QUIT'],
  },
  {
    name: 'a certificate of an exchanger that does not verify is better than none',
    first: { offers: ['STARTTLS'], tls: { certificateFault: 'self-signed' } },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
    heard: ['connect', 'EHLO mail.here.example', 'STARTTLS', ...whole, 'QUIT'],
  },
  {
    name: '8-bit content goes where it may',
    what: { content: 'A: b\r\n\r\n\xe9\r\n' },
    second: { offers: ['8BITMIME'] },
    outcomes: { '0.0': relayedBy('mx2.there.example') },
    heard: ['connect', 'EHLO mail.here.example', 'QUIT'],
  },
  {
    name: '8-bit content that may go nowhere is returned',
    what: { content: 'A: b\r\n\r\n\xe9\r\n' },
    outcomes: { '0.0': failed('5.6.3') },
  },
  {
    name: 'UTF-8 in a header field without SMTPUTF8 is returned',
    what: { content: 'A: \xc3\xa9\r\n\r\n', envelope: { smtputf8: true } },
    first: { offers: ['8BITMIME'] },
    second: { offers: ['8BITMIME'] },
    outcomes: { '0.0': failed('5.6.7') },
  },
  {
    name: 'SMTPUTF8 that nothing needs is not asked for',
    what: { envelope: { smtputf8: true } },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
  },
  {
    name: 'bare line ends never leave',
    what: { content: 'A: b\r\n\r\nx\n.\r\n' },
    outcomes: { '0.0': failed('5.6.0') },
    heard: [],
  },
  {
    name: 'control characters never leave',
    what: { to: ['bob\u0007@there.example', 'bob@there.example'] },
    outcomes: { '0.0': failed('5.1.3'), '0.1': relayedBy('mx1.there.example') },
  },
  {
    name: 'larger than both take',
    first: { offers: ['SIZE 5'] },
    second: { offers: ['SIZE 5'] },
    outcomes: { '0.0': failed('5.3.4') },
  },
  {
    name: 'no name of its own: an address literal',
    what: { hostName: 'mailserver' },
    outcomes: { '0.0': relayedBy('mx1.there.example') },
    heard: ['connect', 'EHLO [192.0.2.250]', ...whole.slice(1), 'QUIT'],
  },
  {
    name: 'no such domain',
    what: { destination: { kind: 'domain', key: 'x.example', domain: 'x.example' } },
    outcomes: { '0.0': failed('5.1.2') },
  },
  {
    name: 'nowhere',
    what: { destination: { kind: 'nowhere', key: 'nowhere x', status: '5.1.3', reason: 'x' }, messages: 2 },
    outcomes: { '0.0': failed('5.1.3'), '1.0': failed('5.1.3') },
  },
  {
    name: 'a literal',
    what: { destination: { kind: 'literal', key: '[192.0.2.2]', address: '192.0.2.2', family: 4 } },
    outcomes: { '0.0': relayedBy('[192.0.2.2]') },
    heard: [],
  },
  {
    name: 'a literal that is ourselves',
    what: { destination: { kind: 'literal', key: '[127.0.0.1]', address: '127.0.0.1', family: 4 } },
    outcomes: { '0.0': failed('5.4.6') },
  },
  {
    name: 'a smarthost that refuses the password: deferred',
    what: {
      destination: { kind: 'smarthost', key: 'smarthost' },
      outgoing: { smarthost: { host: 'smart.example', tls: 'none', user: 'u', password: 'p' } },
    },
    first: { offers: ['AUTH PLAIN'], says: at('AUTH', '535 5.7.8 no') },
    outcomes: { '0.0': deferred('4.7.8') },
    heard: ['connect', 'EHLO mail.here.example', 'AUTH PLAIN AHUAcA==', 'QUIT'],
  },
  {
    name: 'a smarthost without TLS where it is required: deferred',
    what: {
      destination: { kind: 'smarthost', key: 'smarthost' },
      outgoing: { smarthost: { host: 'smart.example', tls: 'required' } },
    },
    outcomes: { '0.0': deferred('4.7.4') },
    heard: ['connect', 'EHLO mail.here.example', 'QUIT'],
  },
  {
    name: 'a smarthost that cannot be found, or whose certificates cannot be read: deferred',
    what: {
      destination: { kind: 'smarthost', key: 'smarthost' },
      outgoing: { smarthost: { host: 'smart.example', trustedCertificates: 'nowhere.pem' } },
    },
    outcomes: { '0.0': deferred('4.3.5') },
    heard: [],
  },
]
describe('host after host until each recipient is settled', () => {
  test.each(rows)('$name', async ({ first = {}, second = {}, what = {}, outcomes, heard, secondHeardNothing }) => {
    const { deliver, mx1, mx2 } = scene(first, second)
    const result = await deliver(what)
    expect(result).toMatchObject(outcomes)
    expect(Object.keys(result)).toHaveLength((what.messages ?? 1) * (what.to?.length ?? 1))
    expect(mx1.heard).toEqual(heard ?? mx1.heard)
    expect(mx2.heard).toEqual(secondHeardNothing ? [] : mx2.heard)
    expect([mx1.open, mx2.open]).toEqual([0, 0])
  })

  test('more recipients than a transaction takes, and a server that takes fewer', async () => {
    let accepted = 0
    const { deliver, mx1 } = scene({
      offers: ['PIPELINING'],
      says: (moment) => {
        if (moment === 'MAIL') accepted = 0
        return moment === 'RCPT' && ++accepted > 40 ? '452 4.5.3 enough' : undefined
      },
    })
    const to = Array.from({ length: 250 }, (_, index) => `r${index}@there.example`)
    const outcomes = await deliver({ to })
    expect(Object.values(outcomes).every(({ kind }) => kind === 'relayed')).toBe(true)
    // 40 of the first hundred; after that the limit is known
    expect(mx1.heard.filter((line) => line.startsWith('MAIL'))).toHaveLength(7)
    expect(mx1.connections).toBe(1)
  })

  test('a dead host is not tried for every message, but soon again', async () => {
    const { deliver, forget, mx1, mx2 } = scene({ refuses: () => 'ECONNREFUSED' }, { refuses: () => 'ECONNREFUSED' })
    const outcomes = await deliver({ messages: 20 })
    expect(outcomes['19.0']).toMatchObject(deferred('4.4.1'))
    expect([mx1.connections, mx2.connections]).toEqual([1, 1])
    forget()
    await deliver()
    expect(mx1.connections).toBe(2)
  })

  test('a host is never asked on more sessions than it may have', async () => {
    const { deliver, mx1 } = scene({})
    const queue = { sessionsPerDestination: 2 }
    await Promise.all(Array.from({ length: 6 }, () => deliver({ messages: 2, queue })))
    expect(mx1.mostOpen).toBe(2)
    expect(mx1.heard.filter((line) => line.startsWith('content'))).toHaveLength(12)
  })
})
