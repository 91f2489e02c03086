import { expect, test } from 'vitest'
import { loggedAt } from './log-times.ts'

const now = new Date(2027, 0, 2, 12)

test.each([
  ['2026-11-24T10:00:00.123+00:00 mail postfix/smtpd[1]: connect', Date.UTC(2026, 10, 24, 10, 0, 0, 123)],
  ['2026-11-24T12:00:00.5+0200 x', Date.UTC(2026, 10, 24, 10, 0, 0, 500)],
  ['2026-11-24 10:00:00.123 [9] <= alice', new Date(2026, 10, 24, 10, 0, 0, 123).getTime()],
  ['2026-11-24 10:00:00 Start', new Date(2026, 10, 24, 10, 0, 0, 999).getTime()],
  ['Nov 24 10:00:00 mail postfix/smtpd[1]: connect', new Date(2026, 10, 24, 10, 0, 0, 999).getTime()],
  ['Jan  2 10:00:00 mail sm-mta[1]: x', new Date(2027, 0, 2, 10, 0, 0, 999).getTime()],
])('%s', (line, at) => {
  expect(loggedAt(line, now)).toBe(at)
})

test.each(['[INFO] started', 'Foo 24 10:00:00 x', '', '2026-99-99 10:00:00 x'])('%j tells no time', (line) => {
  expect(loggedAt(line, now)).toBeUndefined()
})
