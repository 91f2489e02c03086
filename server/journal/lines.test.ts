import { expect, test } from 'vitest'
import { lineOf } from './lines.ts'

test.each([
  [
    'facts first, then ids',
    {
      event: 'recipient-refused',
      session: 's1',
      transaction: 't1',
      detail: { recipient: 'bob@there.example', reply: 550 },
    },
    '  2026-07-01T12:00:00.000Z recipient-refused recipient=bob@there.example reply=550 session=s1 transaction=t1',
  ],
  [
    'what needs somebody is marked',
    { event: 'open-relay', detail: { reason: 'no "method", no host' } },
    '! 2026-07-01T12:00:00.000Z open-relay reason="no \\"method\\", no host"',
  ],
  [
    'an empty value is seen',
    { event: 'sender-accepted', detail: { sender: '' } },
    '  2026-07-01T12:00:00.000Z sender-accepted sender=""',
  ],
] as const)('%s', (_, event, line) => {
  expect(lineOf({ sequence: 1, at: Date.UTC(2026, 6, 1, 12), ...event })).toBe(line)
})
