/**
 * The report as a value: everything that a run found, with hashes that tell whether it was altered. `report.json` is this
 * value; `report.html` shows it.
 *
 * Order is the features' order, whatever order workers finished in, so that two runs can be compared line by line.
 */
import { chainOf, hashOf } from './chain.ts'
import { inOrder } from './print.ts'
import type { Requirement } from './requirements.ts'
import type { Attached, StepResult } from './results.ts'
import { levelOf, requirementsOf } from './verdict.ts'
import type { Judged, Level, Verdict } from './verdict.ts'

export interface ReportedScenario {
  /** `features/relay/limits.feature:12` */
  readonly place: string
  readonly feature: string
  readonly rule?: string
  readonly name: string
  readonly level: Level
  readonly requirements: readonly string[]
  readonly verdict: Verdict['kind']
  readonly why?: string
  readonly steps: readonly StepResult[]
  readonly evidence: readonly Attached[]
  readonly milliseconds: number
  /** SHA-256 over all of the above. */
  readonly hash: string
}

export interface ReportHead {
  readonly format: 'smtpspec report 1'
  readonly smtpspec: string
  readonly target: string
  readonly targetVersion: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly milliseconds: number
  readonly machine: Readonly<Record<string, string | number>>
  /** How the run was asked for: the command line after `smtpspec verify`. */
  readonly command: string
}

export interface ReportDocument {
  readonly head: ReportHead
  /** The sentences of all requirements that some scenario names. */
  readonly requirements: Readonly<Record<string, { readonly level: string; readonly what: string }>>
  readonly scenarios: readonly ReportedScenario[]
  /** Over the head, the requirements and every scenario's hash, in order. */
  readonly chain: string
}

const scenarioOf = ({ result, verdict }: Judged): ReportedScenario => {
  const { uri, line, feature, rule, name, steps, evidence, milliseconds } = result
  const facts = {
    place: `${uri}:${line}`,
    feature,
    ...(rule !== undefined && { rule }),
    name,
    level: levelOf(result),
    requirements: requirementsOf(result),
    verdict: verdict.kind,
    ...('why' in verdict && { why: verdict.why }),
    steps: steps.filter(({ text, status }) => status === 'failed' || !text.startsWith('(')),
    evidence,
    milliseconds: Math.round(milliseconds),
  }
  return { ...facts, hash: hashOf(facts) }
}

const beginningOf = (head: ReportHead, requirements: ReportDocument['requirements']): string =>
  hashOf({ head, requirements })

export const reportOf = (
  head: ReportHead,
  judged: readonly Judged[],
  catalogue: ReadonlyMap<string, Requirement>,
): ReportDocument => {
  const scenarios = inOrder(judged).map(scenarioOf)
  const named = new Set(scenarios.flatMap(({ requirements }) => requirements))
  const requirements = Object.fromEntries(
    [...named].toSorted().flatMap((id) => {
      const row = catalogue.get(id)
      return row === undefined ? [] : [[id, { level: row.level, what: row.what }]]
    }),
  )
  const hashes = scenarios.map(({ hash }) => hash)
  return { head, requirements, scenarios, chain: chainOf(beginningOf(head, requirements), hashes) }
}

/** What was altered since the report was written: places and sentences; none means that it is as it was. */
export const alterations = ({ head, requirements, scenarios, chain }: ReportDocument): readonly string[] => {
  const changed = scenarios.flatMap(({ hash, ...facts }) =>
    hashOf(facts) === hash ? [] : [`${facts.place}: its facts do not match its hash`],
  )
  if (changed.length > 0) return changed
  const hashes = scenarios.map(({ hash }) => hash)
  return chainOf(beginningOf(head, requirements), hashes) === chain
    ? []
    : ['the chain does not end in its last link: the head, a requirement, or the list of scenarios was altered']
}
