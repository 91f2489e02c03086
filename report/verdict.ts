/**
 * Judging results: what each scenario's outcome means, and the exit code that the whole run deserves (DESIGN §5).
 *
 * MUST decides; SHOULD only when asked (`FailOn`); a scenario without a level counts as MUST. What could not be tried because
 * the target lacks something is *not applicable*, with the reason. What the harness itself got wrong is never a failure of
 * the server.
 */
import type { Deviation } from './expectations.ts'
import type { ScenarioResult } from './results.ts'

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly level: Level; readonly step: string; readonly why: string }
  /** It fails, and that is a listed and reasoned deviation of the product (`expectations.ts`). */
  | { readonly kind: 'differs'; readonly why: string; readonly deviations: readonly Deviation[] }
  /** It fails, and did so when the baseline was written (`baseline.ts`). */
  | { readonly kind: 'known failure'; readonly level: Level; readonly step: string; readonly why: string }
  /** It is listed as a deviation, or stands in the baseline, and passes: red, so that the list stays honest. */
  | { readonly kind: 'unexpected pass'; readonly why: string }
  | { readonly kind: 'not applicable'; readonly why: string }
  /** The server could not be started or reached. */
  | { readonly kind: 'target unavailable'; readonly why: string }
  /** A step that nobody wrote, or that two people wrote. */
  | { readonly kind: 'harness error'; readonly why: string }

export type Level = 'must' | 'should' | 'may'

export interface Judged {
  readonly result: ScenarioResult
  readonly verdict: Verdict
}

/** Requirement ids look so: a source, a section, a running number; policies, attacks and differences number without a section. */
const requirementPattern = /^(?:rfc\d+-[A-Za-z0-9.]+-\d+|(?:relay-probe|smuggling|mail-service|difference)-\d+)$/

export const isRequirement = (tag: string): boolean => requirementPattern.test(tag)

export const requirementsOf = ({ tags }: ScenarioResult): readonly string[] => tags.filter(isRequirement)

export const levelOf = ({ tags }: ScenarioResult): Level =>
  tags.includes('must') ? 'must' : tags.includes('should') ? 'should' : tags.includes('may') ? 'may' : 'must'

/** What went against the requirement, known beforehand or not. */
export const isFailure = (kind: Verdict['kind']): boolean =>
  kind === 'fail' || kind === 'differs' || kind === 'known failure'

/** What was tried and can be counted. */
export const isTried = (kind: Verdict['kind']): boolean =>
  kind === 'pass' || kind === 'unexpected pass' || isFailure(kind)

export const unavailableMark = 'TargetUnavailable'
export const notApplicableName = 'not applicable'

export const judge = (result: ScenarioResult): Judged => {
  const unclear = result.steps.find(({ status }) => status === 'unclear')
  const failed = result.steps.find(({ status }) => status === 'failed')
  const why = failed?.message ?? unclear?.message ?? ''
  // A server that has died lets steps fail before the hook after them can say why.
  const gone = result.steps.find(({ status, message }) => status === 'failed' && message?.includes(unavailableMark))
  if (gone !== undefined) return { result, verdict: { kind: 'target unavailable', why: gone.message ?? '' } }
  if (failed !== undefined) {
    return { result, verdict: { kind: 'fail', level: levelOf(result), step: failed.text, why } }
  }
  if (unclear !== undefined) {
    return {
      result,
      verdict: { kind: 'harness error', why: `no single step definition for "${unclear.text}"\n${why}` },
    }
  }
  if (result.steps.some(({ status }) => status === 'skipped')) {
    const reason = result.evidence.find(({ name }) => name === notApplicableName)?.text
    return { result, verdict: { kind: 'not applicable', why: reason ?? 'no reason was given' } }
  }
  return { result, verdict: { kind: 'pass' } }
}

export const exitCodes = {
  held: 0,
  mustFailed: 1,
  shouldFailed: 2,
  targetUnavailable: 3,
  harnessFailed: 4,
  wrongUsage: 64,
} as const

/** What fails a run: a failed MUST; a failed SHOULD too; or, beside a baseline, every failure that is new, whatever its level. */
export const failOns = ['must', 'should', 'new'] as const
export type FailOn = (typeof failOns)[number]

/** What decides of a scenario; a judged one is one, and so is a reported one. */
export interface Outcome {
  readonly verdict: { readonly kind: Verdict['kind']; readonly level?: Level }
}

/** DESIGN §5; the gravest thing that happened decides, and a run of nothing is the harness's failure. */
export const exitCodeOf = (outcomes: readonly Outcome[], failOn: FailOn): number => {
  const has = (test: (verdict: Outcome['verdict']) => boolean): boolean => outcomes.some(({ verdict }) => test(verdict))
  const hasFailed = (...levels: readonly Level[]): boolean =>
    has(({ kind, level }) => kind === 'fail' && level !== undefined && levels.includes(level))
  if (outcomes.length === 0 || has(({ kind }) => kind === 'harness error')) return exitCodes.harnessFailed
  if (has(({ kind }) => kind === 'target unavailable')) return exitCodes.targetUnavailable
  if (has(({ kind }) => kind === 'unexpected pass') || hasFailed('must')) return exitCodes.mustFailed
  if (failOn !== 'must' && hasFailed('should')) return exitCodes.shouldFailed
  if (failOn === 'new' && hasFailed('may')) return exitCodes.shouldFailed
  return exitCodes.held
}
