/** Two runs compared: what is the same, what may differ by chance, and what may not. */
import { expect, test } from 'vitest'
import type { Deviation } from '../report/expectations.ts'
import { compare } from './verdicts.ts'
import type { Told } from './verdicts.ts'

const told = (name: string, verdict: string, target = 'postfix'): Told => ({
  target,
  place: 'features/queue/retry.feature:9',
  feature: 'Queue',
  name,
  verdict,
})

const chance: Deviation = {
  requirement: 'rfc5321-4.5.4.1-06',
  scenarios: ['Queue › by chance'],
  sometimes: true,
  observed: 'so',
  breaks: 'that',
  why: 'because',
  setting: 'none',
}
const known = (target: string): readonly Deviation[] => (target === 'postfix' ? [chance] : [])

test('the same verdicts', () => {
  const run = [told('one', 'pass'), told('another', 'differs'), told('one', 'fail', 'exim')]
  expect(compare(run, run.toReversed(), known)).toEqual({ other: [], byChance: [] })
})

test.each([
  ['known to be a matter of chance', told('by chance', 'pass'), told('by chance', 'differs'), 0, 1],
  ['the other way round', told('by chance', 'differs'), told('by chance', 'pass'), 0, 1],
  ['chance does not make it fail', told('by chance', 'differs'), told('by chance', 'fail'), 1, 0],
  ['nor not applicable', told('by chance', 'not applicable'), told('by chance', 'pass'), 1, 0],
  ['known of another server', told('by chance', 'pass', 'exim'), told('by chance', 'differs', 'exim'), 1, 0],
  ['not known', told('one', 'pass'), told('one', 'differs'), 1, 0],
])('%s', (_, before, after, other, byChance) => {
  const found = compare([before], [after], known)
  expect([found.other.length, found.byChance.length]).toEqual([other, byChance])
})

test('what is there only once', () => {
  expect(compare([told('one', 'pass')], [], known).other).toEqual([
    'postfix features/queue/retry.feature:9 one: pass, then not there',
  ])
  expect(compare([], [told('one', 'pass')], known).other).toEqual([
    'postfix features/queue/retry.feature:9 one: not there, then pass',
  ])
})
