import { describe, expect, test } from 'vitest'
import { createVirtualClock } from './clock.ts'

const DAY = 86_400_000

describe('the virtual clock', () => {
  test('timers fire in the order of their moments, each at its own, also those set on the way', () => {
    const clock = createVirtualClock(1000 * DAY)
    const began = clock.now()
    const fired: [string, number][] = []
    const note = (name: string): void => void fired.push([name, Math.round((clock.now() - began) / DAY)])
    clock.after(5 * DAY, () => note('fifth'))
    clock.after(DAY, () => {
      note('first')
      clock.after(DAY, () => note('second'))
    })
    clock.after(9 * DAY, () => note('too late'))
    clock.after(3 * DAY, () => note('cancelled')).cancel()
    clock.after(5 * DAY, () => note('fifth too'))
    clock.advance(6 * DAY)
    expect(fired).toEqual([
      ['first', 1],
      ['second', 2],
      ['fifth', 5],
      ['fifth too', 5],
    ])
    expect(Math.round((clock.now() - began) / DAY)).toBe(6)
    expect(clock.nextDue()).toBeGreaterThan(2.99 * DAY)
    expect(clock.nextDue()).toBeLessThanOrEqual(3 * DAY)
    clock.close()
    expect(clock.nextDue()).toBeUndefined()
  })

  test('it jumps from timer to timer, within a limit', () => {
    const clock = createVirtualClock()
    let fired = 0
    clock.after(DAY, () => (fired += 1))
    clock.after(3 * DAY, () => (fired += 1))
    expect([clock.jumpToNext(2 * DAY), fired]).toEqual([true, 1])
    expect([clock.jumpToNext(DAY), fired]).toEqual([false, 1])
    expect([clock.jumpToNext(), fired]).toEqual([true, 2])
    expect(clock.jumpToNext()).toBe(false)
    clock.close()
  })

  test('real time passes too, and what is due soon after a jump fires by itself', async () => {
    const clock = createVirtualClock()
    const fired = Promise.withResolvers<number>()
    const began = clock.now()
    clock.after(DAY, () => fired.resolve(clock.now()))
    clock.advance(DAY - 3)
    expect(await fired.promise).toBeGreaterThanOrEqual(began + DAY)
    clock.close()
  })

  test('time is whole and never goes back', () => {
    const clock = createVirtualClock()
    const first = clock.now()
    clock.advanceTo(first + 10)
    clock.advanceTo(first - 1000)
    const moments = [clock.now(), clock.now()]
    expect(moments.every((moment) => Number.isInteger(moment) && moment >= first + 10)).toBe(true)
  })

  test('a timer that sets itself without end is found', () => {
    const clock = createVirtualClock()
    const again = (): void => void clock.after(0, again)
    again()
    expect(() => clock.advance(DAY)).toThrow(/without end/)
    clock.close()
  })
})
