import { TestStepResultStatus } from '@cucumber/messages'
import type { Envelope } from '@cucumber/messages'
import { expect, test } from 'vitest'
import { Results } from './results.ts'

const at = { seconds: 0, nanos: 0 }
const pickle = {
  pickle: {
    id: 'p',
    uri: 'features/a.feature',
    name: 'Once',
    language: 'en',
    tags: [{ name: '@must', astNodeId: 't' }],
    astNodeIds: [],
    steps: [{ id: 's', text: 'it is so', astNodeIds: [] }],
  },
}
const testCase = { testCase: { id: 'c', pickleId: 'p', testSteps: [{ id: 'x', pickleStepId: 's' }] } }

const attempt = (number: number, status: TestStepResultStatus, willBeRetried: boolean): readonly Envelope[] => [
  { testCaseStarted: { id: `${number}`, attempt: number, testCaseId: 'c', timestamp: at } },
  {
    testStepFinished: {
      testCaseStartedId: `${number}`,
      testStepId: 'x',
      testStepResult: { status, duration: at, message: `try ${number}` },
      timestamp: at,
    },
  },
  { testCaseFinished: { testCaseStartedId: `${number}`, timestamp: at, willBeRetried } },
]

const { PASSED, FAILED } = TestStepResultStatus

test.each([
  ['passes at once', attempt(0, PASSED, false), 'passed', undefined],
  ['fails first', [...attempt(0, FAILED, true), ...attempt(1, PASSED, false)], 'passed', ['it is so: try 0']],
  [
    'fails again and again',
    [...attempt(0, FAILED, true), ...attempt(1, FAILED, true), ...attempt(2, FAILED, false)],
    'failed',
    ['it is so: try 0', 'it is so: try 1'],
  ],
] as const)('a scenario that %s', (_what, messages, status, retried) => {
  const results = new Results()
  const given = [pickle, testCase, ...messages].flatMap((message) => results.take(message) ?? [])
  expect(given).toHaveLength(1)
  expect(given[0]?.steps[0]?.status).toBe(status)
  expect(given[0]?.retried).toEqual(retried)
})
