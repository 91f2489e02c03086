/**
 * Several reports as one: parts of one run (`--shard`), or runs against several targets.
 *
 * The result is what one run would have given: the same order, the same chain rules. What would make it say something that
 * no run found is a mistake and not merged: altered reports, other versions of smtpspec or of a target, other sentences of
 * a requirement, a scenario that was run twice, parts that are missing.
 */
import { alterations, assembled } from './document.ts'
import type { ReportDocument, ReportedRun } from './document.ts'

export type Merged =
  | { readonly kind: 'merged'; readonly report: ReportDocument }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

export interface NamedReport {
  /** Where it was read. */
  readonly name: string
  readonly report: ReportDocument
}

/** Parts of a target's run that nobody gave. */
const missingParts = (runs: readonly ReportedRun[]): readonly string[] => {
  const sharded = runs.filter(({ shard }) => shard !== undefined)
  const groups = Map.groupBy(sharded, ({ target, shard }) => `${target}\n${(shard ?? '').split('/')[1] ?? ''}`)
  return [...groups].flatMap(([key, parts]) => {
    const [target = '', total = '0'] = key.split('\n')
    const there = new Set(parts.map(({ shard }) => shard))
    return Array.from({ length: Number(total) }, (_part, index) => `${index + 1}/${total}`)
      .filter((shard) => !there.has(shard))
      .map((shard) => `part ${shard} of ${target} is missing`)
  })
}

/** The values that differ between reports where they must be one; said with their keys. */
const conflicts = (facts: readonly (readonly [key: string, value: string])[]): readonly string[] =>
  [...Map.groupBy(facts, ([key]) => key)].flatMap(([key, found]) => {
    const values = new Set(found.map(([, value]) => value))
    return values.size > 1 ? [`${key} is not the same in all reports: ${[...values].join(' | ')}`] : []
  })

const united = <T>(tables: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> =>
  Object.fromEntries(tables.flatMap((table) => Object.entries(table)))

export const merge = (reports: readonly NamedReport[]): Merged => {
  const [first] = reports
  if (first === undefined) return { kind: 'mistakes', mistakes: ['there is nothing to merge'] }
  const documents = reports.map(({ report }) => report)
  const scenarios = documents.flatMap((report) => report.scenarios)
  const keys = Map.groupBy(scenarios, ({ place, target, name }) => `${place} (${name}) against ${target}`)
  const runs = documents.flatMap(({ head }) => head.runs)
  const mistakes = [
    ...reports.flatMap(({ name, report }) => alterations(report).map((what) => `${name} was altered: ${what}`)),
    ...conflicts(documents.map(({ head }) => ['the version of smtpspec', head.smtpspec])),
    ...conflicts(documents.map(({ head }) => ['the catalogue of requirements', JSON.stringify(head.catalogue)])),
    ...conflicts(
      documents.flatMap(({ head }) => head.targets.map(({ name, version }) => [`the version of ${name}`, version])),
    ),
    ...conflicts(
      documents.flatMap(({ requirements }) =>
        Object.entries(requirements).map(([id, { level, role, what }]) => [
          `requirement ${id}`,
          `${level} ${role} ${what}`,
        ]),
      ),
    ),
    ...[...keys].flatMap(([key, found]) => (found.length > 1 ? [`${key} stands in ${found.length} reports`] : [])),
    ...missingParts(runs),
  ]
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }
  const targets = new Map(documents.flatMap(({ head }) => head.targets.map((target) => [target.name, target])))
  const { smtpspec, catalogue } = first.report.head
  return {
    kind: 'merged',
    report: assembled(
      { smtpspec, targets: [...targets.values()], runs, catalogue },
      {
        requirements: united(documents.map((report) => report.requirements)),
        configurations: united(documents.map((report) => report.configurations)),
      },
      scenarios,
    ),
  }
}
