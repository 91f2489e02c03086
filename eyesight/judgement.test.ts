import { describe, expect, test } from 'vitest'
import { judgeTrial, sectionOf } from './judgement.ts'
import type { Ending } from './trial.ts'

const ending = (line: number, ids: string, verdict: Ending['verdict'] = 'fail', feature = 'one'): Ending => ({
  feature: `features/${feature}.feature`,
  line,
  name: `line ${line}`,
  ids: ids.split(' '),
  verdict,
  why: 'because',
})
const green = Array.from({ length: 6 }, (_, at) => ending(100 + at, 'rfc1-1-01', 'pass'))

describe('what a trial proves', () => {
  const named = { reds: ['rfc1-2-01'], also: ['mail-service-01'] }
  test.each([
    { name: 'the named one is red', red: [ending(1, 'rfc1-2-01')], kind: 'seen' },
    { name: 'nothing is red', red: [], kind: 'not seen' },
    { name: 'only another one is red', red: [ending(1, 'rfc1-1-01')], kind: 'not seen' },
    {
      name: 'one that may be red is red as well',
      red: [ending(1, 'rfc1-2-01'), ending(2, 'mail-service-01', 'fail', 'two')],
      kind: 'seen',
    },
    {
      name: 'one of the same section is red as well',
      red: [ending(1, 'rfc1-2-01'), ending(2, 'rfc1-2-09', 'fail', 'two')],
      kind: 'seen',
    },
    {
      name: 'one of the same feature is red as well',
      red: [ending(1, 'rfc1-2-01'), ending(2, 'rfc1-7-01')],
      kind: 'seen',
    },
    {
      name: 'a stray of another feature is red as well',
      red: [ending(1, 'rfc1-2-01'), ending(2, 'rfc1-7-01', 'fail', 'two')],
      kind: 'seen otherwise',
    },
    {
      name: 'the server could not be started',
      red: [ending(1, 'rfc1-2-01', 'target unavailable')],
      kind: 'proves nothing',
    },
  ])('$name: $kind', ({ red, kind }) => {
    expect(judgeTrial(named, [...green, ...red]).kind).toBe(kind)
  })

  test('what is red without the defect does not count', () => {
    const red = ending(1, 'rfc1-2-01')
    expect(judgeTrial(named, [...green, red], new Set(['features/one.feature:1'])).kind).toBe('not seen')
  })

  test('a server on which everything fails proves nothing', () => {
    const red = Array.from({ length: 6 }, (_, at) => ending(at, 'rfc1-2-01'))
    expect(judgeTrial(named, red).kind).toBe('proves nothing')
  })
})

test('ids of one section belong together, numbered policies stand alone', () => {
  expect(sectionOf('rfc5321-4.5.2-02')).toBe('rfc5321-4.5.2')
  expect(sectionOf('mail-service-07')).toBe('mail-service-07')
})
