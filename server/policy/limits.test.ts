import { describe, expect, test } from 'vitest'
import { counted, createMeter, exceeded, weight } from './limits.ts'
import type { Tally } from './limits.ts'

const minute = 60_000

const tallied = (moments: readonly number[]): Tally | undefined => {
  let tally: Tally | undefined
  for (const at of moments) tally = counted(tally, at, minute)
  return tally
}

describe('a tally weighs what happened within the span', () => {
  test.each([
    ['nothing', [], 0, 0],
    ['one, now', [0], 0, 1],
    ['three in the same window', [0, 10, 20], 59_999, 3],
    ['a window later all still weigh', [0, 10, 20, 30], 60_000, 4],
    ['half a window later half of them', [0, 10, 20, 30], 90_000, 2],
    ['two windows later nothing', [0, 10, 20, 30], 120_000, 0],
    ['long after nothing', [0, 10], 10_000_000, 0],
    ['past and present together', [0, 0, 60_000], 90_000, 2],
  ])('%s', (_what, moments, at, expected) => {
    expect(weight(tallied(moments), at, minute)).toBeCloseTo(expected)
  })
})

test.each([
  [[0, 0, 0, 0], 5, 0, false],
  [[0, 0, 0, 0, 0], 5, 0, true],
  [[0, 0, 0, 0, 0], 5, 60_000, true],
  [[0, 0, 0, 0, 0], 5, 72_000, false],
  [[0, 0, 0, 0, 0], 0, 0, false],
])('with %j so far, one more of %i at %i is too many: %s', (moments, limit, at, expected) => {
  expect(exceeded(tallied(moments), at, minute, limit)).toBe(expected)
})

describe('a meter', () => {
  test('counts each key alone, and not what it refused', () => {
    const meter = createMeter(minute)
    expect([1, 2, 3, 4].map(() => meter.take('192.0.2.1', 0, 2))).toEqual([true, true, false, false])
    expect(meter.take('192.0.2.2', 0, 2)).toBe(true)
    expect(meter.full('192.0.2.1', 0, 2)).toBe(true)
    expect(meter.full('192.0.2.2', 0, 2)).toBe(false)
    expect(meter.take('192.0.2.1', 2 * minute, 2)).toBe(true)
  })

  test('no limit means no counting', () => {
    const meter = createMeter(minute)
    expect(Array.from({ length: 100 }, () => meter.take('a', 0, 0)).every(Boolean)).toBe(true)
    expect(meter.full('a', 0, 1)).toBe(false)
  })

  test('forgets the oldest rather than grow for ever', () => {
    const meter = createMeter(minute, 3)
    for (const key of ['a', 'b', 'c', 'd']) meter.take(key, 0, 1)
    expect(['a', 'b', 'c', 'd'].map((key) => meter.full(key, 0, 1))).toEqual([false, true, true, true])
  })
})
