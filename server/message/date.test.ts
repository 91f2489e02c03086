import { afterEach, describe, expect, test, vi } from 'vitest'
import { dateTime } from './date.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('date and time', () => {
  const at = Date.UTC(2026, 10, 4, 23, 5, 9)
  test.each([
    ['UTC', 'Wed, 4 Nov 2026 23:05:09 +0000'],
    ['Europe/Berlin', 'Thu, 5 Nov 2026 00:05:09 +0100'],
    ['Asia/Kolkata', 'Thu, 5 Nov 2026 04:35:09 +0530'],
    ['America/St_Johns', 'Wed, 4 Nov 2026 19:35:09 -0330'],
  ])('in %s', (zone, expected) => {
    vi.stubEnv('TZ', zone)
    expect(dateTime(at)).toBe(expected)
  })
})
