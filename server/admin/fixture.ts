/**
 * A fake server for the API's tests: real settings, users and journal, a queue and mailboxes of a few fixed things.
 */
import { createJournal, type Journal } from '../journal/journal.ts'
import type { Mailboxes } from '../mailbox/contract.ts'
import type { Envelope } from '../message/envelope.ts'
import type { Clock } from '../ports.ts'
import type { Queue, Selection } from '../queue/contract.ts'
import { createKeeper } from '../settings/keeper.ts'
import type { SettingsDocument } from '../settings/schema.ts'
import { createUsers } from '../settings/users.ts'
import type { Administration } from './contract.ts'
import { healthOf } from './health.ts'
import { createMetrics } from './metrics.ts'

export const token = 'a-token-of-enough-signs'

export interface FakeServer {
  readonly administration: Administration
  readonly journal: Journal
  /** A clock that stands still until `ring` lets every timer fire once. */
  readonly clock: Clock & { readonly timers: ReadonlySet<() => void>; ring(): void }
  /** What the operator asked of the queue. */
  readonly asked: (readonly [string, Selection])[]
  /** What is saved. */
  readonly document: () => SettingsDocument
}

export const envelope: Envelope = {
  id: 'e1',
  reversePath: 'alice@here.example',
  acceptedAt: 1_700_000_000_000,
  origin: {
    session: 's1',
    transaction: 't1',
    role: 'submission',
    clientAddress: '127.0.0.1',
    helo: 'client.example',
    protocol: 'ESMTPSA',
    user: 'alice',
  },
  size: 9,
  body: '8BITMIME',
  smtputf8: false,
  kind: 'message',
  recipients: [
    {
      id: 'r1',
      address: 'bob@there.example',
      state: 'queued',
      attempts: 1,
      dueAt: 1_700_000_100_000,
      trouble: {
        status: '4.2.0',
        reason: 'The mailbox is busy.',
        host: 'mx1.there.example',
        reply: { code: 450, enhanced: '4.2.0', lines: ['later'] },
        radius: 'recipient',
      },
    },
    { id: 'r2', address: 'carol@there.example', state: 'held', attempts: 0, dueAt: 0 },
  ],
}

export async function fakeServer(): Promise<FakeServer> {
  const timers = new Set<() => void>()
  const clock = {
    now: () => 1_700_000_000_000,
    after: (_delay: number, act: () => void) => {
      timers.add(act)
      return { cancel: () => void timers.delete(act) }
    },
    timers,
    ring() {
      const due = [...timers]
      timers.clear()
      for (const act of due) act()
    },
  }
  const journal = createJournal({ clock })
  const kept = await createKeeper({
    document: {
      smtp: { enabled: true },
      incoming: { domains: ['here.example'] },
      users: [{ name: 'zoe', password: 'geheim' }],
      admin: { enabled: true, token },
    },
    ids: { secret: (octets) => new Uint8Array(octets).fill(7) },
    install: async () => [],
  })
  if (kept.kind === 'mistakes') throw new Error(JSON.stringify(kept.mistakes))
  const { keeper } = kept
  const asked: (readonly [string, Selection])[] = []
  const queue = fakeQueue(asked)
  const metrics = createMetrics({ version: '0.0.0', journal, queue, settings: () => keeper.settings(), clock })
  return {
    administration: {
      version: '0.0.0',
      settings: keeper,
      users: createUsers(keeper),
      queue,
      mailboxes: fakeMailboxes(),
      journal,
      health: () => healthOf({ settings: keeper.settings(), setAside: [], closedListeners: [], lostEvents: 0 }),
      metrics: () => metrics.text(),
    },
    journal,
    clock,
    asked,
    document: () => keeper.document(),
  }
}

function fakeQueue(asked: (readonly [string, Selection])[]): Queue {
  const act = (verb: string) => async (selection: Selection) => {
    asked.push([verb, selection])
    return 2
  }
  const second = { ...envelope, id: 'e2', recipients: envelope.recipients.slice(1) }
  const all = [envelope, second]
  return {
    begin: notHere,
    accept: notHere,
    list: () => all,
    show: (id) => all.find((one) => one.id === id),
    async *content() {
      yield new TextEncoder().encode('Subject: ')
      yield Uint8Array.of(0xff, 0x0d, 0x0a)
    },
    hold: act('hold'),
    release: act('release'),
    remove: act('remove'),
    flush: (selection) => void asked.push(['flush', selection]),
    nextDueAt: () => undefined,
    rest: async () => undefined,
    reconsider: () => undefined,
    counts: () => ({ messages: 2, queued: 1, held: 2, underWay: 0, octets: 18 }),
    stop: async () => undefined,
  }
}

function fakeMailboxes(): Mailboxes {
  const messages = new Map([['m1', new TextEncoder().encode('Subject: hello\r\n')]])
  const ownedBy = (user: string) => (user === 'b ob/../x' ? messages : new Map<string, Uint8Array>())
  return {
    deliver: notHere,
    names: async () => ['b ob/../x'],
    list: async (user) =>
      [...ownedBy(user)].map(([id, octets]) => ({
        id,
        size: octets.length,
        deliveredAt: 1_700_000_000_000,
        flags: '',
      })),
    read: async (user, id) => ownedBy(user).get(id),
    remove: async (user, id) => ownedBy(user).delete(id),
  }
}

function notHere(): never {
  throw new Error('the API has no business here')
}
