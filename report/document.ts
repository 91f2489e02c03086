/**
 * The report as a value: everything that one run or several found, with hashes that tell whether it was altered.
 * `report.json` is this value; `report.html` shows it.
 *
 * Scenario × target: every scenario stands once for each target that it ran against. Order is the features' order and then
 * the targets', whatever order workers finished in, so that two runs can be compared line by line.
 */
import { chainOf, hashOf } from './chain.ts'
import { withoutStack } from './print.ts'
import { reproductions } from './reproduce.ts'
import type { Requirement } from './requirements.ts'
import type { Attached, StepResult } from './results.ts'
import { isFailure, levelOf, requirementsOf } from './verdict.ts'
import type { Judged, Level, Verdict } from './verdict.ts'

export interface ReportedScenario {
  /** `features/relay/limits.feature:12` */
  readonly place: string
  readonly target: string
  readonly feature: string
  readonly rule?: string
  readonly name: string
  readonly level: Level
  readonly requirements: readonly string[]
  readonly verdict: Verdict['kind']
  readonly why?: string
  /** What earlier attempts said; a scenario that failed first stays marked. */
  readonly retried?: readonly string[]
  /** Of what went wrong: lines for a shell that show it again without this suite, where some can. */
  readonly reproduce?: readonly string[]
  readonly steps: readonly StepResult[]
  readonly evidence: readonly Attached[]
  readonly milliseconds: number
  /** SHA-256 over all of the above. */
  readonly hash: string
}

export interface ReportedTarget {
  readonly name: string
  readonly version: string
}

/** One run of `smtpspec verify`. */
export interface ReportedRun {
  readonly target: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly milliseconds: number
  readonly machine: Readonly<Record<string, string | number>>
  /** How the run was asked for: the command line after `smtpspec verify`. */
  readonly command: string
  /** `2/3`: the second of three parts. */
  readonly shard?: string
  /** How many failures the baseline listed that the run was judged against. */
  readonly baseline?: number
}

export const reportFormat = 'smtpspec report 2'

export interface ReportHead {
  readonly format: typeof reportFormat
  readonly smtpspec: string
  readonly targets: readonly ReportedTarget[]
  readonly runs: readonly ReportedRun[]
}

/** Ed25519 over the last link, as it is written here (`signature.ts`). */
export interface Signature {
  readonly algorithm: 'Ed25519'
  /** SHA-256 of the public key's SubjectPublicKeyInfo, in hexadecimal. */
  readonly key: string
  /** Base64. */
  readonly value: string
}

export interface ReportDocument {
  readonly head: ReportHead
  /** The sentences of all requirements that some scenario names. */
  readonly requirements: Readonly<Record<string, { readonly level: string; readonly what: string }>>
  readonly scenarios: readonly ReportedScenario[]
  /** Over the head, the requirements and every scenario's hash, in order. */
  readonly chain: string
  readonly signature?: Signature
}

const scenarioOf = ({ result, verdict }: Judged, target: string): ReportedScenario => {
  const { uri, line, feature, rule, name, steps, evidence, milliseconds, retried } = result
  const again = isFailure(verdict.kind) ? reproductions(evidence) : []
  const facts = {
    place: `${uri}:${line}`,
    target,
    feature,
    ...(rule !== undefined && { rule }),
    name,
    level: levelOf(result),
    requirements: requirementsOf(result),
    verdict: verdict.kind,
    ...('why' in verdict && { why: withoutStack(verdict.why) }),
    ...(retried !== undefined && { retried: retried.map(withoutStack) }),
    ...(again.length > 0 && { reproduce: again }),
    steps: steps.filter(({ text, status }) => status === 'failed' || !text.startsWith('(')),
    evidence,
    milliseconds: Math.round(milliseconds),
  }
  return { ...facts, hash: hashOf(facts) }
}

const beginningOf = (head: ReportHead, requirements: ReportDocument['requirements']): string =>
  hashOf({ head, requirements })

/** The name of a target decides its place; ours stands first. */
const compareTargets = (one: string, other: string): number =>
  Number(other === 'reference') - Number(one === 'reference') || (one < other ? -1 : one > other ? 1 : 0)

const partsOf = (place: string): readonly [file: string, line: number] => {
  const colon = place.lastIndexOf(':')
  return [place.slice(0, colon), Number(place.slice(colon + 1))]
}

const compareScenarios = (one: ReportedScenario, other: ReportedScenario): number => {
  const [file, line] = partsOf(one.place)
  const [otherFile, otherLine] = partsOf(other.place)
  return file.localeCompare(otherFile) || line - otherLine || compareTargets(one.target, other.target)
}

/** Puts everything in its order and chains it. */
export const assembled = (
  head: Omit<ReportHead, 'format'>,
  requirements: ReportDocument['requirements'],
  scenarios: readonly ReportedScenario[],
): ReportDocument => {
  const ordered = scenarios.toSorted(compareScenarios)
  const whole: ReportHead = {
    format: reportFormat,
    smtpspec: head.smtpspec,
    targets: head.targets.toSorted((one, other) => compareTargets(one.name, other.name)),
    runs: head.runs.toSorted(
      (one, other) =>
        compareTargets(one.target, other.target) ||
        (one.shard ?? '').localeCompare(other.shard ?? '', 'en', { numeric: true }) ||
        one.startedAt.localeCompare(other.startedAt),
    ),
  }
  const sorted = Object.fromEntries(Object.entries(requirements).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  const hashes = ordered.map(({ hash }) => hash)
  return { head: whole, requirements: sorted, scenarios: ordered, chain: chainOf(beginningOf(whole, sorted), hashes) }
}

/** The report of one run against one target. */
export const reportOf = (
  smtpspec: string,
  target: ReportedTarget,
  run: Omit<ReportedRun, 'target'>,
  judged: readonly Judged[],
  catalogue: ReadonlyMap<string, Requirement>,
): ReportDocument => {
  const scenarios = judged.map((one) => scenarioOf(one, target.name))
  const named = new Set(scenarios.flatMap(({ requirements }) => requirements))
  const requirements = Object.fromEntries(
    [...named].flatMap((id) => {
      const row = catalogue.get(id)
      return row === undefined ? [] : [[id, { level: row.level, what: row.what }]]
    }),
  )
  return assembled({ smtpspec, targets: [target], runs: [{ target: target.name, ...run }] }, requirements, scenarios)
}

/** What was altered since the report was written: places and sentences; none means that it is as it was. */
export const alterations = ({ head, requirements, scenarios, chain }: ReportDocument): readonly string[] => {
  const changed = scenarios.flatMap(({ hash, ...facts }) =>
    hashOf(facts) === hash ? [] : [`${facts.place} against ${facts.target}: its facts do not match its hash`],
  )
  if (changed.length > 0) return changed
  const hashes = scenarios.map(({ hash }) => hash)
  return chainOf(beginningOf(head, requirements), hashes) === chain
    ? []
    : ['the chain does not end in its last link: the head, a requirement, or the list of scenarios was altered']
}
