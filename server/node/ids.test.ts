import { expect, test, vi } from 'vitest'
import { createClock } from './clock.ts'
import { createIds } from './ids.ts'

test('names are unique, in the order of time, and fit for a file', () => {
  const time = { now: 1_700_000_000_000 }
  const ids = createIds({ now: () => time.now })
  const names = Array.from({ length: 5000 }, () => {
    time.now += 1
    return ids.unique()
  })
  expect(new Set(names).size).toBe(names.length)
  expect(names.toSorted()).toEqual(names)
  expect(names.every((name) => /^[a-z0-9]{19}$/.test(name))).toBe(true)
  time.now = 1_700_000_000_000
  expect(new Set(Array.from({ length: 5000 }, () => ids.unique())).size).toBe(5000)
})

test('chance is between 0 and 1, secrets have their length', () => {
  const ids = createIds({ now: () => 0 })
  const fractions = Array.from({ length: 1000 }, () => ids.fraction())
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true)
  expect(new Set(fractions).size).toBeGreaterThan(990)
  expect(ids.secret(18)).toHaveLength(18)
})

test('the clock never goes back, and waits longer than a timer can', () => {
  vi.useFakeTimers({ now: 1000 })
  try {
    const clock = createClock()
    expect(clock.now()).toBe(1000)
    vi.setSystemTime(500)
    expect(clock.now()).toBe(1000)
    const done: string[] = []
    const month = 31 * 86_400_000
    clock.after(month, () => done.push('month'))
    clock.after(-5, () => done.push('now'))
    clock.after(10, () => done.push('never')).cancel()
    vi.advanceTimersByTime(month - 1)
    expect(done).toEqual(['now'])
    vi.advanceTimersByTime(1)
    expect(done).toEqual(['now', 'month'])
  } finally {
    vi.useRealTimers()
  }
})
