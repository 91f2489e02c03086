import { describe, expect, test } from 'vitest'
import type { Envelope, Notify, Outcome, Recipient } from '../message/envelope.ts'
import type { NotificationCause, Told } from '../queue/contract.ts'
import { decide } from './decide.ts'

const recipient = (id: string, notify?: Notify): Recipient => ({
  id,
  address: `${id}@there.example`,
  ...(notify === undefined ? {} : { notify }),
  state: 'queued',
  attempts: 1,
  dueAt: 0,
})

const envelope: Envelope = {
  id: 'e1',
  reversePath: 'alice@here.example',
  acceptedAt: 0,
  origin: {
    session: 's',
    transaction: 't',
    role: 'relay',
    clientAddress: '192.0.2.7',
    helo: 'client.example',
    protocol: 'ESMTP',
  },
  size: 100,
  body: '7BIT',
  smtputf8: false,
  kind: 'message',
  recipients: [],
}

const reply = { code: 250, lines: ['ok'] }
const outcomes: Readonly<Record<string, Outcome>> = {
  failed: { kind: 'failed', trouble: { status: '5.1.1', reason: 'No such user.' } },
  deferred: { kind: 'deferred', trouble: { status: '4.4.1', reason: 'No answer.' } },
  delivered: { kind: 'delivered' },
  relayed: { kind: 'relayed', host: 'mx.there.example', address: '192.0.2.1', reply, dutyPassed: false },
  passedOn: { kind: 'relayed', host: 'mx.there.example', address: '192.0.2.1', reply, dutyPassed: true },
  alias: { kind: 'expanded', into: ['x@y.example'] },
  aliases: { kind: 'expanded', into: ['x@y.example', 'z@y.example'] },
  list: { kind: 'expanded', into: ['x@y.example'], listOwner: 'owner@here.example' },
}

const told = (cause: NotificationCause, outcome: string, notify?: Notify, id = 'r1'): Told => ({
  recipient: recipient(id, notify),
  cause,
  outcome: outcomes[outcome] ?? { kind: 'delivered' },
})

describe('who is told what (RFC 3461 §4.1, §5.2)', () => {
  const none = undefined
  test.each<[NotificationCause, string, readonly [Notify | undefined, string][]]>([
    [
      'failed',
      'failed',
      [
        [none, 'failure'],
        ['never', ''],
        [['failure'], 'failure'],
        [['success'], ''],
        [['delay'], ''],
        [['success', 'delay'], ''],
        [['success', 'failure', 'delay'], 'failure'],
      ],
    ],
    [
      'failed',
      'deferred',
      [
        [none, 'failure'],
        [['delay'], ''],
      ],
    ],
    [
      'delayed',
      'deferred',
      [
        [none, 'delay'],
        ['never', ''],
        [['failure'], ''],
        [['delay'], 'delay'],
        [['success', 'failure'], ''],
      ],
    ],
    [
      'delivered',
      'delivered',
      [
        [none, ''],
        ['never', ''],
        [['success'], 'success'],
        [['failure', 'delay'], ''],
      ],
    ],
    [
      'relayed',
      'relayed',
      [
        [none, ''],
        ['never', ''],
        [['success'], 'success'],
        [['failure'], ''],
      ],
    ],
    [
      'relayed',
      'passedOn',
      [
        [none, ''],
        [['success', 'failure', 'delay'], ''],
      ],
    ],
    [
      'expanded',
      'alias',
      [
        [none, ''],
        [['success'], ''],
      ],
    ],
    [
      'expanded',
      'aliases',
      [
        [none, ''],
        [['success'], 'success'],
        [['failure'], ''],
      ],
    ],
    [
      'expanded',
      'list',
      [
        [none, ''],
        [['success'], 'success'],
      ],
    ],
  ])('%s with outcome %s', (cause, outcome, rows) => {
    for (const [notify, expected] of rows) {
      const kinds = decide(envelope, [told(cause, outcome, notify)]).notices.map((notice) => notice.kind)
      expect([notify, kinds.join()]).toEqual([notify, expected])
    }
  })

  test('all failures of a moment stand in one notice', () => {
    const all = ['a', 'b', 'c'].map((id) => told('failed', 'failed', undefined, id))
    const { notices } = decide(envelope, [...all, told('delivered', 'delivered', ['success'], 'd')])
    expect(notices.map((notice) => [notice.kind, notice.told.map((one) => one.recipient.id).join()])).toEqual([
      ['failure', 'a,b,c'],
      ['success', 'd'],
    ])
  })

  test.each<[string, Partial<Envelope>]>([
    ['a null reverse-path', { reversePath: '' }],
    ['a notification', { kind: 'notification' }],
  ])('nobody is ever told about %s, and the journal hears of it', (_, change) => {
    const everything = [
      told('failed', 'failed', ['failure', 'success', 'delay']),
      told('delayed', 'deferred'),
      told('delivered', 'delivered', ['success']),
    ]
    const decision = decide({ ...envelope, ...change }, everything)
    expect(decision.notices).toEqual([])
    expect(decision.suppressed.map((one) => [one.told.cause, one.reason])).toEqual([
      ['failed', 'null reverse-path'],
      ['delayed', 'null reverse-path'],
    ])
  })

  test('what nobody asked for is told to the journal only when it went wrong', () => {
    const decision = decide(envelope, [told('failed', 'failed', 'never'), told('delivered', 'delivered')])
    expect(decision.suppressed.map((one) => [one.told.cause, one.reason])).toEqual([['failed', 'not asked for']])
  })
})
