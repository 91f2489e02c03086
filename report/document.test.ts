import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openRelayAnswer, storiesOf } from './answers.ts'
import { alterations, reportOf } from './document.ts'
import type { ReportDocument, ReportedRun, ReportedTarget } from './document.ts'
import { merge } from './merge.ts'
import { pageOf } from './page.ts'
import type { Requirement } from './requirements.ts'
import type { ScenarioResult, StepStatus } from './results.ts'
import { judge } from './verdict.ts'

const target: ReportedTarget = { name: 'reference', version: '0' }
const run: Omit<ReportedRun, 'target'> = {
  startedAt: '2026-11-24T12:00:00.000Z',
  milliseconds: 1,
  machine: { system: 'any' },
  command: '',
}

const scenario = (uri: string, line: number, tags: readonly string[], status: StepStatus): ScenarioResult => ({
  uri,
  line,
  feature: 'A feature',
  name: `Scenario ${line}`,
  tags,
  steps: [
    {
      text: 'a step </script>',
      status,
      ...(status === 'failed' && { message: 'AssertionError: no\n    at file:///somewhere.ts:1:1' }),
    },
  ],
  evidence: [{ name: 'conversation', text: 'S: 220' }],
  milliseconds: 1,
})

const requirement: Requirement = {
  id: 'mail-service-15',
  level: 'MUST-NOT',
  role: 'server-receiver',
  testable: 'effect',
  what: 'No relaying',
  how: '',
}
const catalogue = {
  requirements: new Map([[requirement.id, requirement]]),
  restatements: new Map<string, string>(),
  reasons: new Map<string, string>(),
  beyond: new Map<string, string>(),
}

const made = (status: StepStatus): ReportDocument =>
  reportOf(
    '0',
    target,
    run,
    [
      judge(scenario('features/mail-service/open-relay.feature', 9, ['mail-service-15'], status)),
      judge(scenario('features/mail-service/enabling-smtp.feature', 3, [], 'passed')),
    ],
    catalogue,
  )

describe('a report', () => {
  test('stands in the order of the features, with the sentences of its requirements', () => {
    const { scenarios, requirements } = made('passed')
    expect(scenarios.map(({ place }) => place)).toEqual([
      'features/mail-service/enabling-smtp.feature:3',
      'features/mail-service/open-relay.feature:9',
    ])
    expect(requirements).toEqual({
      'mail-service-15': { level: 'MUST-NOT', role: 'server-receiver', what: 'No relaying', counts: true },
    })
  })

  test('that nobody touched has no alterations, after JSON too', () => {
    expect(alterations(JSON.parse(JSON.stringify(made('failed'))) as ReportDocument)).toEqual([])
  })

  const report = made('passed')
  const [first, second] = report.scenarios
  test.each<[string, ReportDocument, RegExp]>([
    ['a verdict', { ...report, scenarios: [{ ...first!, verdict: 'fail' }, second!] }, /enabling-smtp\.feature:3/],
    ['evidence', { ...report, scenarios: [first!, { ...second!, evidence: [] }] }, /open-relay\.feature:9/],
    ['a scenario taken out', { ...report, scenarios: [first!] }, /chain/],
    ['the order', { ...report, scenarios: [second!, first!] }, /chain/],
    ['the head', { ...report, head: { ...report.head, smtpspec: 'another' } }, /chain/],
    ['a requirement', { ...report, requirements: {} }, /chain/],
  ])('shows that %s was altered', (_what, altered, sentence) => {
    expect(alterations(altered).join('\n')).toMatch(sentence)
  })
})

test('a failure says what went wrong and how to see it again, without the stack', () => {
  const { result } = judge(scenario('features/a.feature', 1, [], 'failed'))
  const evidence = [{ name: 'conversation: alice → the server', text: 'C: EHLO a\nS: 250 a\nC: DATA\nS: 354 go on' }]
  const [one] = reportOf('0', target, run, [judge({ ...result, evidence })], catalogue).scenarios
  expect(one?.why).toBe('AssertionError: no')
  expect(one?.reproduce).toHaveLength(1)
})

const received = {
  name: 'mail exchangers',
  text: 'mx1 [127.0.0.9]\n  <m@a.example> → <b@b.example>: 386 octets by DATA',
}
const nothing = { name: 'mail exchangers', text: 'mx1 [127.0.0.9]\n  nothing' }
const relays = {
  name: 'relay probes',
  text: 'ok       relay-probe-1 …\nRELAYS   relay-probe-2 <m@a> → <b@b>: delivered to mx1',
}
const takes = { name: 'relay probes', text: 'RELAYS   relay-probe-2 <m@a> → <b@b>: accepted, then dropped 250 ok' }

test.each([
  ['fail', received, 'yes'],
  ['known failure', received, 'yes'],
  ['differs', received, 'yes'],
  ['differs', { ...received, name: 'attempt 2: mail exchangers' }, 'yes'],
  ['fail', nothing, 'not shown'],
  ['fail', relays, 'yes'],
  ['fail', takes, 'not shown'],
  ['unexpected pass', received, 'no'],
  ['pass', received, 'no'],
  ['not applicable', nothing, 'unknown'],
] as const)('relay scenarios of the verdict %s answer by what others received (%#)', (verdict, found, answer) => {
  const report = made('passed')
  const scenarios = report.scenarios.map((one) => ({ ...one, verdict, evidence: [found] }))
  expect(openRelayAnswer({ ...report, scenarios }, 'reference').answer).toBe(answer)
})

test.each([
  [['relay-probe-203'], 'in part'],
  [['relay-probe-203', 'relay-probe-121'], 'in part'],
  [['relay-probe-203', 'relay-probe-201'], 'yes'],
] as const)('mail relayed in %o makes the answer "%s"', (ids, answer) => {
  const [model] = made('failed').scenarios
  const evidence = [{ name: 'relay probes', text: 'RELAYS relay-probe-01 <> → <bob@x>: delivered to mx1' }]
  const scenarios = ids.flatMap((id) =>
    model === undefined ? [] : [{ ...model, verdict: 'fail' as const, requirements: [id], evidence }],
  )
  expect(openRelayAnswer({ ...made('failed'), scenarios }, 'reference').answer).toBe(answer)
})

test('several targets have one row each, and what is new since the baseline', () => {
  const judged = [judge(scenario('features/mail-service/open-relay.feature', 9, ['mail-service-15'], 'failed'))]
  const merged = merge([
    { name: 'a', report: reportOf('0', target, run, [], catalogue) },
    { name: 'b', report: reportOf('0', { name: 'exim', version: '4' }, { ...run, baseline: 2 }, judged, catalogue) },
  ])
  const page = merged.kind === 'merged' ? pageOf(merged.report, join(import.meta.dirname, 'page')) : ''
  expect(page).toMatch(
    /<th scope="row">exim <small>4<\/small><\/th>\s*<td data-label="Open relay" class="relay-not-shown"/,
  )
  expect(page).toMatch(
    /<th scope="row">reference <small>0<\/small><\/th>\s*<td data-label="Open relay" class="relay-unknown"/,
  )
  expect(page).toContain('1 new failure.')
})

describe('the first screen', () => {
  test.each([
    ['passed', 'no', 'holds'],
    ['failed', 'not shown', 'fails'],
  ] as const)('a relay scenario that %s', (status, answer, standing) => {
    const report = made(status)
    expect(openRelayAnswer(report, 'reference').answer).toBe(answer)
    expect(storiesOf(report, 'reference').map((story) => story.standing)).toEqual([
      'holds',
      'not tried',
      'not tried',
      standing,
    ])
  })

  test('without any probe the answer is not known', () => {
    expect(openRelayAnswer(reportOf('0', target, run, [], catalogue), 'reference').answer).toBe('unknown')
  })

  test('evidence cannot break out of its place in the page', () => {
    const page = pageOf(made('passed'), join(import.meta.dirname, 'page'))
    expect(page.match(/<\/script>/g)).toHaveLength(3)
    expect(page).not.toMatch(/https?:\/\//)
  })
})
