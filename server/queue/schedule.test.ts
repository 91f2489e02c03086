import { describe, expect, test } from 'vitest'
import { days, hours, minutes, start } from './fixture.ts'
import { afterDeferral, endOfLife, waitAfter, warningAt } from './schedule.ts'

const waits = {
  retryAfter: [minutes(30), minutes(30), hours(1), hours(2), hours(4)],
  lifetime: days(5),
  notificationLifetime: days(2),
  delayWarning: hours(4),
}
const message = { acceptedAt: start, reversePath: 'alice@here.example', kind: 'message' } as const
const notification = { acceptedAt: start, reversePath: '', kind: 'notification' } as const

describe('the wait after an attempt', () => {
  test.each([
    [1, minutes(30)],
    [2, minutes(30)],
    [3, hours(1)],
    [4, hours(2)],
    [5, hours(4)],
    [6, hours(4)],
    [1000, hours(4)],
  ])('after attempt %i', (attempts, wait) => {
    expect(waitAfter(attempts, waits)).toBe(wait)
  })

  test('is never nothing, so that no destination is hammered', () => {
    expect(waitAfter(1, { retryAfter: [0] })).toBe(1)
    expect(waitAfter(1, { retryAfter: [] })).toBe(1)
  })
})

describe('a deferral', () => {
  test.each([
    ['the first one', message, {}, 1, 0, { kind: 'again', dueAt: minutes(30), warn: false }],
    ['after the warning is due', message, {}, 4, hours(4), { kind: 'again', dueAt: hours(6), warn: true }],
    [
      'when the sender has been told',
      message,
      { delayToldAt: start },
      4,
      hours(4),
      { kind: 'again', dueAt: hours(6), warn: false },
    ],
    [
      'of mail from nobody',
      { ...message, reversePath: '' },
      {},
      4,
      hours(4),
      { kind: 'again', dueAt: hours(6), warn: false },
    ],
    [
      'when the next wait would outlast the lifetime: a last attempt at its end',
      message,
      { delayToldAt: start },
      40,
      days(5) - hours(1),
      { kind: 'again', dueAt: days(5), warn: false },
    ],
    [
      'one moment before the end',
      message,
      { delayToldAt: start },
      40,
      days(5) - 1,
      { kind: 'again', dueAt: days(5), warn: false },
    ],
    ['at the end', message, {}, 40, days(5), { kind: 'expired' }],
    ['after the end', message, {}, 1, days(9), { kind: 'expired' }],
    [
      'of a notification within its life',
      notification,
      {},
      9,
      days(2) - 1,
      { kind: 'again', dueAt: days(2), warn: false },
    ],
    ['of a notification at its end', notification, {}, 9, days(2), { kind: 'expired' }],
  ] as const)('%s', (_, envelope, recipient, attempts, after, verdict) => {
    const expected = verdict.kind === 'again' ? { ...verdict, dueAt: start + verdict.dueAt } : verdict
    expect(afterDeferral(envelope, recipient, attempts, waits, start + after)).toEqual(expected)
  })
})

describe('lifetime and warning', () => {
  test('count from acceptance', () => {
    expect(endOfLife(message, waits)).toBe(start + days(5))
    expect(endOfLife(notification, waits)).toBe(start + days(2))
    expect(warningAt(message, {}, waits)).toBe(start + hours(4))
  })

  test.each([
    ['switched off', message, {}, { ...waits, delayWarning: 0 }],
    ['already told', message, { delayToldAt: start + 1 }, waits],
    ['nobody to tell', { ...message, reversePath: '' }, {}, waits],
    ['a notification', notification, {}, waits],
    ['not within the lifetime', message, {}, { ...waits, delayWarning: days(5) }],
  ])('no warning: %s', (_, envelope, recipient, settings) => {
    expect(warningAt(envelope, recipient, settings)).toBeUndefined()
  })
})
