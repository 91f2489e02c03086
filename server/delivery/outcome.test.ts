import { describe, expect, test } from 'vitest'
import type { Verdict } from '../protocol/conversation.ts'
import type { Reply } from '../protocol/reply.ts'
import { conclude, judge, judgeOpening, statusOf, unreachable } from './outcome.ts'
import type { Kept } from './outcome.ts'

const peer = { name: 'mx.there.example', address: '192.0.2.1' }
const reply = (code: number, enhanced?: string): Reply => ({
  code,
  lines: ['text'],
  ...(enhanced !== undefined && { enhanced }),
})
const refused = (stage: 'MAIL' | 'RCPT' | 'DATA' | 'content', code: number): Verdict & { kind: 'refused' } => ({
  kind: 'refused',
  stage,
  reply: reply(code),
})

const failed = (radius: string): object => ({ kind: 'settled', outcome: { kind: 'failed', trouble: { radius } } })
const next = (radius: string, soft: boolean): object => ({ kind: 'next-host', kept: { soft, trouble: { radius } } })

describe('four doors, soft and hard', () => {
  test.each<[string, Exclude<Verdict, { kind: 'too-many' }>, object]>([
    ['MAIL 5yz', refused('MAIL', 550), failed('message')],
    ['MAIL 4yz', refused('MAIL', 451), next('message', true)],
    ['RCPT 5yz', refused('RCPT', 550), failed('recipient')],
    ['RCPT 552', refused('RCPT', 552), failed('recipient')],
    ['RCPT 556', refused('RCPT', 556), failed('recipient')],
    ['RCPT 4yz', refused('RCPT', 450), next('recipient', true)],
    ['DATA 5yz', refused('DATA', 554), failed('message')],
    ['content 5yz', refused('content', 552), failed('message')],
    ['content 4yz', refused('content', 452), next('message', true)],
    ['421 anywhere', refused('content', 421), next('host', true)],
    ['broken off', { kind: 'breakdown', stage: 'RCPT', cause: 'closed', detail: 'x' }, next('session', true)],
    ['lacks an extension', { kind: 'unsuited', lacks: '8BITMIME' }, next('host', false)],
  ])('%s', (_, verdict, expected) => {
    expect(judge(peer, verdict, 'smtp')).toMatchObject(expected)
  })

  test.each<[string, Exclude<Verdict, { kind: 'too-many' }>, object]>([
    ['taken', { kind: 'taken', reply: reply(250), dutyPassed: true }, { outcome: { kind: 'delivered' } }],
    ['content 5yz', refused('content', 550), failed('recipient')],
    ['content 4yz', refused('content', 452), next('recipient', true)],
    ['DATA 5yz', refused('DATA', 554), failed('message')],
    ['421', refused('content', 421), next('host', true)],
  ])('over LMTP, %s', (_, verdict, expected) => {
    expect(judge(peer, verdict, 'lmtp')).toMatchObject(expected)
  })

  test.each([
    ['greeting 554', { kind: 'refused', stage: 'greeting', reply: reply(554) }, false, '5.3.2'],
    ['greeting 521', { kind: 'refused', stage: 'greeting', reply: reply(521) }, false, '5.3.2'],
    ['greeting 421', { kind: 'refused', stage: 'greeting', reply: reply(421) }, true, '4.3.2'],
    ['silence', { kind: 'breakdown', stage: 'greeting', cause: 'timeout', detail: 'x' }, true, '4.4.2'],
    ['no TLS', { kind: 'unsafe', lacks: 'tls', reason: 'x' }, true, '4.7.4'],
    ['bad certificate', { kind: 'unsafe', lacks: 'certificate', reason: 'x' }, true, '4.7.5'],
    ['wrong password', { kind: 'unsafe', lacks: 'authentication', reason: 'x', reply: reply(535) }, true, '4.7.8'],
  ] as const)('a session that does not open: %s', (_, opened, soft, status) => {
    expect(judgeOpening(peer, opened, 'smtp')).toMatchObject({ soft, trouble: { status, host: peer.name } })
  })

  test.each([
    ['greeting', 554, '4.3.2'],
    ['LHLO', 500, '4.5.2'],
    ['LHLO', 421, '4.3.2'],
  ] as const)(
    'no session with the POP and IMAP service is a mistake of our own house: %s %i',
    (stage, code, status) => {
      const opened = { kind: 'refused', stage, reply: reply(code) } as const
      expect(judgeOpening(peer, opened, 'lmtp')).toMatchObject({ soft: true, trouble: { status, reply: { code } } })
    },
  )
})

test.each([
  [reply(550, '5.7.1'), 'RCPT', '5.7.1'],
  [reply(550, '5.99.99'), 'RCPT', '5.99.99'],
  [reply(550), 'RCPT', '5.1.1'],
  [reply(550), 'MAIL', '5.0.0'],
  [reply(553), 'MAIL', '5.1.7'],
  [reply(552), 'RCPT', '5.2.2'],
  [reply(552), 'content', '5.3.4'],
  [reply(452), 'MAIL', '4.3.1'],
  [reply(556), 'RCPT', '5.1.10'],
  [reply(599), 'RCPT', '5.0.0'],
  [reply(450, '5.1.1'), 'RCPT', '4.1.1'],
] as const)('status of %o at %s', (said, stage, status) => {
  expect(statusOf(said, stage)).toBe(status)
})

describe('when no host is left', () => {
  const soft = unreachable(peer, 'ECONNREFUSED')
  const hard: Kept = { soft: false, trouble: { status: '5.6.3', reason: 'x' } }
  test.each<[string, readonly Kept[], object]>([
    ['all hard', [hard, hard], { kind: 'failed', trouble: { status: '5.6.3' } }],
    ['one of them may yet take it', [soft, hard], { kind: 'deferred', trouble: { status: '4.4.1' } }],
    [
      'the last soft one tells',
      [soft, { soft: true, trouble: { status: '4.2.1', reason: 'y' } }],
      { trouble: { status: '4.2.1' } },
    ],
  ])('%s', (_, kept, expected) => {
    expect(conclude(kept)).toMatchObject(expected)
  })
})
