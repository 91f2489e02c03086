/**
 * From the runner's messages to results: one value a scenario, with its tags, steps, evidence and what went wrong.
 *
 * Fed every message as it comes; gives a result as soon as its scenario has ended. Knows the runner's message format and
 * nothing of verdicts (`verdict.ts`) or of how results are shown.
 */
import { AttachmentContentEncoding } from '@cucumber/messages'
import type { Envelope, Feature, GherkinDocument, Pickle, TestCase, TestCaseFinished } from '@cucumber/messages'

export type StepStatus = 'passed' | 'failed' | 'skipped' | 'unclear'

export interface StepResult {
  readonly text: string
  readonly status: StepStatus
  /** What went wrong, as the step said it. */
  readonly message?: string
}

export interface Attached {
  readonly name: string
  readonly text: string
}

const attemptPrefix = /^attempt \d+: /

/** What a piece of evidence is, whether it comes from the last attempt or from one before. */
export const plainName = ({ name }: Attached): string => name.replace(attemptPrefix, '')

export interface ScenarioResult {
  readonly uri: string
  readonly line: number
  readonly feature: string
  readonly rule?: string
  readonly name: string
  /** Without the leading `@`, inherited ones included. */
  readonly tags: readonly string[]
  readonly steps: readonly StepResult[]
  readonly evidence: readonly Attached[]
  readonly milliseconds: number
  /** What went wrong in earlier attempts, the first one first; only where there were any. */
  readonly retried?: readonly string[]
}

const statuses: Readonly<Record<string, StepStatus>> = { PASSED: 'passed', FAILED: 'failed', SKIPPED: 'skipped' }

interface Place {
  readonly feature: string
  readonly rule?: string
  readonly line: number
}

const placesOf = (feature: Feature): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const visit = (children: Feature['children'], rule: string | undefined): void => {
    for (const { scenario, rule: inner } of children as readonly {
      readonly scenario?: Feature['children'][number]['scenario']
      readonly rule?: Feature['children'][number]['rule']
    }[]) {
      if (inner !== undefined) visit(inner.children, inner.name)
      if (scenario === undefined) continue
      const place = { feature: feature.name, ...(rule !== undefined && { rule }) }
      places.set(scenario.id, { ...place, line: scenario.location.line })
      for (const { tableBody } of scenario.examples) {
        for (const row of tableBody) places.set(row.id, { ...place, line: row.location.line })
      }
    }
  }
  visit(feature.children, undefined)
  return places
}

interface Running {
  readonly pickle: Pickle
  readonly testCase: TestCase
  readonly startedAt: number
  readonly steps: StepResult[]
  readonly evidence: Attached[]
}

const milliseconds = ({ seconds, nanos }: { readonly seconds: number; readonly nanos: number }): number =>
  seconds * 1000 + nanos / 1_000_000

/** The step that ended an attempt, and what it said. */
const faultOf = ({ steps }: Running): string => {
  const step = steps.find(({ status }) => status === 'failed' || status === 'unclear')
  return step === undefined ? 'it did not pass' : `${step.text}: ${step.message ?? ''}`
}

const evidenceOfAttempt = ({ evidence }: Running, index: number): readonly Attached[] =>
  evidence.map(({ name, text }) => ({ name: `attempt ${index + 1}: ${name}`, text }))

export class Results {
  private readonly places = new Map<string, Place>()
  private readonly pickles = new Map<string, Pickle>()
  private readonly testCases = new Map<string, TestCase>()
  private readonly running = new Map<string, Running>()
  /** Attempts that failed and are followed by another, by test case. */
  private readonly attempts = new Map<string, Running[]>()
  /** Why features could not be read. */
  readonly unreadable: string[] = []

  /** Gives the result of a scenario when this message ends one. */
  take(message: Envelope): ScenarioResult | undefined {
    if (message.gherkinDocument !== undefined) this.remember(message.gherkinDocument)
    if (message.parseError !== undefined)
      this.unreadable.push(`${message.parseError.source.uri ?? ''}: ${message.parseError.message}`)
    if (message.pickle !== undefined) this.pickles.set(message.pickle.id, message.pickle)
    if (message.testCase !== undefined) this.testCases.set(message.testCase.id, message.testCase)
    if (message.testCaseStarted !== undefined) {
      const { id, testCaseId, timestamp } = message.testCaseStarted
      const testCase = this.testCases.get(testCaseId)
      const pickle = this.pickles.get(testCase?.pickleId ?? '')
      if (testCase !== undefined && pickle !== undefined) {
        this.running.set(id, { pickle, testCase, startedAt: milliseconds(timestamp), steps: [], evidence: [] })
      }
    }
    if (message.attachment !== undefined) {
      const { testCaseStartedId, body, fileName, contentEncoding } = message.attachment
      const encoded = contentEncoding === AttachmentContentEncoding.BASE64
      const text = encoded ? Buffer.from(body, 'base64').toString('utf8') : body
      this.running.get(testCaseStartedId ?? '')?.evidence.push({ name: fileName ?? 'evidence', text })
    }
    if (message.testStepFinished !== undefined) {
      const { testCaseStartedId, testStepId, testStepResult } = message.testStepFinished
      const running = this.running.get(testCaseStartedId)
      const step = running?.testCase.testSteps.find(({ id }) => id === testStepId)
      const text = running?.pickle.steps.find(({ id }) => id === step?.pickleStepId)?.text
      running?.steps.push({
        text: text ?? '(around the scenario)',
        status: statuses[testStepResult.status] ?? 'unclear',
        ...(testStepResult.message !== undefined && { message: testStepResult.message }),
      })
    }
    return message.testCaseFinished === undefined ? undefined : this.finish(message.testCaseFinished)
  }

  private remember(document: GherkinDocument): void {
    if (document.feature === undefined) return
    for (const [id, place] of placesOf(document.feature)) this.places.set(id, place)
  }

  private finish({ testCaseStartedId, timestamp, willBeRetried }: TestCaseFinished): ScenarioResult | undefined {
    const running = this.running.get(testCaseStartedId)
    this.running.delete(testCaseStartedId)
    if (running === undefined) return undefined
    const earlier = this.attempts.get(running.testCase.id) ?? []
    if (willBeRetried) {
      this.attempts.set(running.testCase.id, [...earlier, running])
      return undefined
    }
    this.attempts.delete(running.testCase.id)
    const { pickle, startedAt, steps, evidence } = running
    const place = this.places.get(pickle.astNodeIds.at(-1) ?? '')
    return {
      uri: pickle.uri,
      line: place?.line ?? 0,
      feature: place?.feature ?? '',
      ...(place?.rule !== undefined && { rule: place.rule }),
      name: pickle.name,
      tags: pickle.tags.map(({ name }) => name.replace(/^@/, '')),
      steps,
      evidence: [...earlier.flatMap(evidenceOfAttempt), ...evidence],
      milliseconds: milliseconds(timestamp) - startedAt,
      ...(earlier.length > 0 && { retried: earlier.map(faultOf) }),
    }
  }
}
