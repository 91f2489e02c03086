import { describe, expect, test } from 'vitest'
import { againstBaseline, baselineOf, readBaseline } from './baseline.ts'
import type { Baseline } from './baseline.ts'
import type { ScenarioResult } from './results.ts'
import { exitCodeOf, exitCodes, judge } from './verdict.ts'
import type { FailOn, Judged, Level } from './verdict.ts'

const ran = (line: number, name: string, passed: boolean, level: Level = 'must', id = 'rfc5321-4.1.4-02'): Judged => {
  const result: ScenarioResult = {
    uri: 'features/a.feature',
    line,
    feature: 'Order',
    name,
    tags: [id, level],
    steps: [{ text: 'the answer is 503', status: passed ? 'passed' : 'failed' }],
    evidence: [],
    milliseconds: 1,
  }
  return judge(result)
}

const written = (...judged: readonly Judged[]): Baseline => {
  const read = readBaseline(JSON.stringify(baselineOf(judged, 'mine')))
  if (read.kind !== 'read') throw new Error(read.mistake)
  return read.baseline
}

describe('against a baseline', () => {
  const baseline = written(ran(9, 'RCPT first', false), ran(3, 'Two rows', false), ran(4, 'Two rows', true))

  test('it lists what fails, in order', () => {
    expect(baseline.failures.map(({ place, name }) => [place, name])).toEqual([
      ['features/a.feature:3', 'Order › Two rows'],
      ['features/a.feature:9', 'Order › RCPT first'],
    ])
  })

  test.each<[string, readonly Judged[], readonly string[], number]>([
    ['a listed failure', [ran(9, 'RCPT first', false)], ['known failure'], exitCodes.held],
    ['a listed failure that moved', [ran(29, 'RCPT first', false)], ['known failure'], exitCodes.held],
    ['a listed failure that passes', [ran(9, 'RCPT first', true)], ['unexpected pass'], exitCodes.mustFailed],
    ['another failure', [ran(9, 'DATA first', false)], ['fail'], exitCodes.mustFailed],
    ['another requirement', [ran(9, 'RCPT first', false, 'must', 'rfc5321-4.1.4-03')], ['fail'], exitCodes.mustFailed],
    [
      'another row of an outline',
      [ran(3, 'Two rows', false), ran(4, 'Two rows', false)],
      ['known failure', 'fail'],
      exitCodes.mustFailed,
    ],
    ['a pass that is not listed', [ran(4, 'Two', true)], ['pass'], exitCodes.held],
  ])('%s', (_what, judged, kinds, code) => {
    const seen = againstBaseline(judged, baseline, 'mine')
    expect(seen.map(({ verdict }) => verdict.kind)).toEqual(kinds)
    expect(exitCodeOf(seen, 'must')).toBe(code)
  })

  test('of another target it says nothing', () => {
    expect(againstBaseline([ran(9, 'RCPT first', false)], baseline, 'other')[0]?.verdict.kind).toBe('fail')
  })
})

test.each<[FailOn, Level, number]>([
  ['must', 'must', exitCodes.mustFailed],
  ['must', 'should', exitCodes.held],
  ['should', 'should', exitCodes.shouldFailed],
  ['should', 'may', exitCodes.held],
  ['new', 'must', exitCodes.mustFailed],
  ['new', 'should', exitCodes.shouldFailed],
  ['new', 'may', exitCodes.shouldFailed],
])('failing on %s, a failed %s', (failOn, level, code) => {
  expect(exitCodeOf([ran(1, 'any', false, level)], failOn)).toBe(code)
})

test.each([
  ['{', /JSON/],
  ['{}', /format/],
  ['{"format":"smtpspec baseline 1"}', /failures/],
  ['{"format":"smtpspec baseline 1","failures":[{"place":"a"}]}', /failure 1 lacks/],
  ['null', /format/],
])('the file %s', (text, mistake) => {
  const read = readBaseline(text)
  expect(read.kind === 'mistake' && read.mistake).toMatch(mistake)
})
