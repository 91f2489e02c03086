import { expect, test } from 'vitest'
import { countText } from './first-screen.ts'
import { exampleReport } from './fixture.ts'

const scenarios = exampleReport().scenarios

test('what failed is counted, and what of it was known before', () => {
  const known = scenarios.map((one) => (one.verdict === 'fail' ? { ...one, verdict: 'differs' as const } : one))
  expect(countText(scenarios)).toBe('1 scenarios hold, <span class="bad">1 fail</span>')
  expect(countText([...scenarios, ...known])).toBe('2 scenarios hold, <span class="bad">2 fail</span> (1 known before)')
})
