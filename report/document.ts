/**
 * The report as a value: everything that one run or several found, with hashes that tell whether it was altered.
 * `report.json` is this value; `report.html` shows it.
 *
 * Scenario × target: every scenario stands once for each target that it ran against. Order is the features' order and then
 * the targets', whatever order workers finished in, so that two runs can be compared line by line.
 */
import { chainOf, hashOf, textHash } from './chain.ts'
import { withoutStack } from './print.ts'
import { reproductions } from './reproduce.ts'
import { countedRows } from './coverage.ts'
import type { Catalogue } from './coverage.ts'
import { plainName } from './results.ts'
import type { Attached } from './results.ts'
import { reportFormat } from './schema.ts'
import type { ReportDocument, ReportHead, ReportedRun, ReportedScenario, ReportedTarget } from './schema.ts'
import { isFailure, levelOf, requirementsOf } from './verdict.ts'
import type { Judged } from './verdict.ts'

export { reportFormat }
export type { ReportDocument, ReportHead, ReportedRun, ReportedScenario, ReportedTarget }

/** Beside these every piece of evidence is for people. */
const timeLineName = 'time line'
const configurationName = 'configuration'

const special = (one: Attached): boolean => [timeLineName, configurationName].includes(plainName(one))

/** The runs of the time line, their pieces told by their place among the evidence that stays. */
const timeLineOf = (
  all: readonly Attached[],
  shown: readonly Attached[],
): readonly (readonly number[])[] | undefined => {
  const text = all.find(({ name }) => name === timeLineName)?.text
  if (text === undefined) return undefined
  const { names, runs } = JSON.parse(text) as {
    readonly names: readonly string[]
    readonly runs: readonly (readonly [number, number, number, number])[]
  }
  const places = names.map((name) => shown.findLastIndex((one) => one.name === name))
  return runs.map(([at, piece, first, last]) => [at, places[piece] ?? 0, first, last])
}

const configurationIn = ({ result }: Judged): string | undefined =>
  result.evidence.find(({ name }) => name === configurationName)?.text

const scenarioOf = (judged: Judged, target: string): ReportedScenario => {
  const { result, verdict } = judged
  const { uri, line, feature, rule, name, steps, milliseconds, retried } = result
  const evidence = result.evidence.filter((one) => !special(one))
  const timeLine = timeLineOf(result.evidence, evidence)
  const configuration = configurationIn(judged)
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
    ...(timeLine !== undefined && { timeLine }),
    ...(configuration !== undefined && { configuration: textHash(configuration) }),
    milliseconds: Math.round(milliseconds),
  }
  return { ...facts, hash: hashOf(facts) }
}

/** What stands in a report beside its head and its scenarios. */
export type Tables = Pick<ReportDocument, 'requirements' | 'configurations'>

const beginningOf = (head: ReportHead, { requirements, configurations }: Tables): string =>
  hashOf({ head, requirements, configurations })

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

const inKeyOrder = <T>(table: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(table).toSorted(([one], [other]) => (one < other ? -1 : 1)))

/** Puts everything in its order and chains it. */
export const assembled = (
  head: Omit<ReportHead, 'format'>,
  tables: Tables,
  scenarios: readonly ReportedScenario[],
): ReportDocument => {
  const ordered = scenarios.toSorted(compareScenarios)
  const whole: ReportHead = {
    format: reportFormat,
    smtpspec: head.smtpspec,
    catalogue: head.catalogue,
    targets: head.targets.toSorted((one, other) => compareTargets(one.name, other.name)),
    runs: head.runs.toSorted(
      (one, other) =>
        compareTargets(one.target, other.target) ||
        (one.shard ?? '').localeCompare(other.shard ?? '', 'en', { numeric: true }) ||
        one.startedAt.localeCompare(other.startedAt),
    ),
  }
  const sorted = { requirements: inKeyOrder(tables.requirements), configurations: inKeyOrder(tables.configurations) }
  const hashes = ordered.map(({ hash }) => hash)
  return { head: whole, ...sorted, scenarios: ordered, chain: chainOf(beginningOf(whole, sorted), hashes) }
}

/** The report of one run against one target. */
export const reportOf = (
  smtpspec: string,
  target: ReportedTarget,
  run: Omit<ReportedRun, 'target'>,
  judged: readonly Judged[],
  catalogue: Catalogue,
): ReportDocument => {
  const counted = countedRows(catalogue)
  const ids = new Set(counted.map(({ id }) => id))
  const ofLevel = (level: RegExp): number => counted.filter((row) => level.test(row.level)).length
  const scenarios = judged.map((one) => scenarioOf(one, target.name))
  const named = new Set(scenarios.flatMap(({ requirements }) => requirements))
  const requirements = Object.fromEntries(
    [...named].flatMap((id) => {
      const row = catalogue.requirements.get(id)
      if (row === undefined) return []
      const { level, role, what } = row
      return [[id, { level, role, what, counts: ids.has(id) }]]
    }),
  )
  const texts = new Set(judged.flatMap((one) => configurationIn(one) ?? []))
  const configurations = Object.fromEntries([...texts].map((text) => [textHash(text), text]))
  return assembled(
    {
      smtpspec,
      targets: [target],
      runs: [{ target: target.name, ...run }],
      catalogue: { must: ofLevel(/^MUST/), should: ofLevel(/^SHOULD/), may: ofLevel(/^MAY/) },
    },
    { requirements, configurations },
    scenarios,
  )
}

/** What was altered since the report was written: places and sentences; none means that it is as it was. */
export const alterations = ({
  head,
  requirements,
  configurations,
  scenarios,
  chain,
}: ReportDocument): readonly string[] => {
  const changed = scenarios.flatMap(({ hash, ...facts }) =>
    hashOf(facts) === hash ? [] : [`${facts.place} against ${facts.target}: its facts do not match its hash`],
  )
  if (changed.length > 0) return changed
  const rewritten = Object.entries(configurations).flatMap(([hash, text]) => (textHash(text) === hash ? [] : [hash]))
  if (rewritten.length > 0)
    return rewritten.map((hash) => `the configuration ${hash.slice(0, 16)}… does not match its hash`)
  const hashes = scenarios.map(({ hash }) => hash)
  return chainOf(beginningOf(head, { requirements, configurations }), hashes) === chain
    ? []
    : ['the chain does not end in its last link: the head, a requirement, or the list of scenarios was altered']
}
