import { describe, expect, test } from 'vitest'
import { excuse, misplaced, readExpectations, severalFindings, unexpectedPasses } from './expectations.ts'
import type { Expectations } from './expectations.ts'
import type { ScenarioResult } from './results.ts'
import { exitCodeOf, exitCodes, judge } from './verdict.ts'
import type { Judged } from './verdict.ts'

const result = (name: string, status: 'passed' | 'failed', message = 'said 250'): ScenarioResult => ({
  uri: 'features/a.feature',
  line: 1,
  feature: 'Order',
  name,
  tags: ['rfc5321-4.1.4-02', 'must'],
  steps: [{ text: 'the answer is 503', status, ...(status === 'failed' && { message }) }],
  evidence: [],
  milliseconds: 1,
})

const expectations: Expectations = {
  target: 'other',
  version: '1.0',
  deviations: [
    {
      requirement: 'rfc5321-4.1.4-02',
      scenarios: ['Order › RCPT first'],
      at: 'said 250',
      observed: 'it answers 250',
      breaks: 'the order',
      why: 'its source says so',
      setting: 'none',
    },
  ],
}

const run = (...results: readonly ScenarioResult[]): readonly Judged[] =>
  unexpectedPasses(
    results.map((one) => excuse(judge(one), expectations)),
    expectations,
  )

describe('verdicts against expectations', () => {
  test.each<[string, readonly ScenarioResult[], readonly string[], number]>([
    ['a listed failure differs', [result('RCPT first', 'failed')], ['differs'], exitCodes.held],
    ['an unlisted failure fails', [result('DATA first', 'failed')], ['fail'], exitCodes.mustFailed],
    [
      'a listed scenario that passes is red',
      [result('RCPT first', 'passed')],
      ['unexpected pass'],
      exitCodes.mustFailed,
    ],
    ['an unlisted one that passes', [result('DATA first', 'passed')], ['pass'], exitCodes.held],
    [
      'another failure than the known one',
      [result('RCPT first', 'failed', 'said 421')],
      ['fail'],
      exitCodes.mustFailed,
    ],
    [
      'a known failure does not hide another in the same table',
      [result('RCPT first', 'failed', severalFindings(['it said 250', 'it said 421']))],
      ['fail'],
      exitCodes.mustFailed,
    ],
    [
      'several failures, all known',
      [result('RCPT first', 'failed', severalFindings(['it said 250', 'they said 250']))],
      ['differs'],
      exitCodes.held,
    ],
    [
      'rows of one name of which one differs',
      [result('RCPT first', 'failed'), result('RCPT first', 'passed')],
      ['differs', 'pass'],
      exitCodes.held,
    ],
    [
      'a server that died, whatever failed before',
      [
        {
          ...result('RCPT first', 'failed'),
          steps: [
            { text: 'a', status: 'failed', message: 'ECONNREFUSED' },
            { text: '(around)', status: 'failed', message: 'TargetUnavailable: it died' },
          ],
        },
      ],
      ['target unavailable'],
      exitCodes.targetUnavailable,
    ],
  ])('%s', (_, results, kinds, code) => {
    const judged = run(...results)
    expect(judged.map(({ verdict }) => verdict.kind)).toEqual(kinds)
    expect(exitCodeOf(judged, 'must')).toBe(code)
  })

  test('an entry whose scenario does not carry its requirement is told', () => {
    const judged = [judge({ ...result('RCPT first', 'passed'), tags: ['rfc5321-4.1.4-99'] })]
    expect(misplaced(judged, expectations)).toEqual([
      'the scenario "Order › RCPT first" does not carry rfc5321-4.1.4-02',
    ])
  })

  test('is none where another example of that name carries the requirement', () => {
    const other = judge({ ...result('RCPT first', 'passed'), tags: ['rfc5321-9', 'must'] })
    expect(misplaced([other, judge(result('RCPT first', 'failed'))], expectations)).toEqual([])
  })
})

describe('reading a file of expectations', () => {
  test('whole', () => {
    const text = [
      'target: other',
      'version: "1.0"',
      'deviations:',
      '  - requirement: rfc5321-4.1.4-02',
      '    scenarios: [Order › RCPT first]',
      '    at: said 250',
      '    observed: it answers 250',
      '    breaks: the order',
      '    why: its source says so',
      '    setting: none',
    ].join('\n')
    expect(readExpectations(text)).toEqual({ kind: 'read', expectations })
  })

  test.each([
    ['nothing', '', ['it holds no mapping']],
    ['no list', 'target: a\nversion: "1"', ['it lacks "deviations", a list']],
    [
      'a reason that is not there',
      'target: a\nversion: "1"\ndeviations:\n  - {requirement: r, scenarios: [a], observed: o, breaks: b, setting: none}',
      ['deviation 1 lacks "why"'],
    ],
  ])('%s', (_, text, mistakes) => {
    expect(readExpectations(text)).toEqual({ kind: 'mistakes', mistakes })
  })
})
