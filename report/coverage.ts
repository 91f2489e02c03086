/**
 * How much of the catalogue the features cover: for each source and level, the rows that a scenario claims to prove, the
 * rows with a written reason why none does, and the rows that nobody has accounted for.
 *
 * Counted are the distinct rows in scope that can be observed from outside; a row that repeats another is covered by its
 * canonical one, and a row that is planned or binds somebody else than a mail server is counted apart. A covered row is a claim; that the claims are true is shown by the planted defects.
 */
import type { Requirement } from './requirements.ts'

export interface Catalogue {
  readonly requirements: ReadonlyMap<string, Requirement>
  readonly restatements: ReadonlyMap<string, string>
  readonly reasons: ReadonlyMap<string, string>
  /** Rows that are out of scope, or not in scope yet: id to whom they bind, or to the reason. */
  readonly beyond: ReadonlyMap<string, string>
}

export interface Tally {
  readonly rows: number
  readonly covered: number
  readonly reasoned: number
  readonly open: readonly Requirement[]
}

export interface SourceCoverage {
  readonly source: string
  /** MUST and MUST NOT. */
  readonly must: Tally
  /** SHOULD and SHOULD NOT. */
  readonly should: Tally
  readonly may: Tally
}

/** `rfc5321-4.5.2-02` → `rfc5321`, `mail-service-07` → `mail-service`. */
export const sourceOf = (id: string): string =>
  id.startsWith('rfc') ? (id.split('-')[0] ?? id) : id.replace(/-\d+$/, '')

export const tallyOf = (
  rows: readonly Requirement[],
  tags: ReadonlySet<string>,
  reasons: ReadonlyMap<string, string>,
): Tally => {
  const covered = rows.filter(({ id }) => tags.has(id))
  const reasoned = rows.filter(({ id }) => !tags.has(id) && reasons.has(id))
  return {
    rows: rows.length,
    covered: covered.length,
    reasoned: reasoned.length,
    open: rows.filter(({ id }) => !tags.has(id) && !reasons.has(id)),
  }
}

const distinctRows = ({ requirements, restatements }: Catalogue): readonly Requirement[] =>
  [...requirements.values()].filter(({ id, testable }) => testable !== 'no' && !restatements.has(id))

/** The rows that count: observable, not a repetition of another, and in scope. */
export const countedRows = (catalogue: Catalogue): readonly Requirement[] =>
  distinctRows(catalogue).filter(({ id }) => !catalogue.beyond.has(id))

/** Distinct observable MUST and MUST NOT rows that are not counted: planned, and those that bind somebody else. */
export const rowsBeyond = (catalogue: Catalogue): { readonly planned: number; readonly othersBound: number } => {
  const beyond = distinctRows(catalogue).filter(({ id, level }) => level.startsWith('MUST') && catalogue.beyond.has(id))
  const planned = beyond.filter(({ id }) => catalogue.beyond.get(id)?.startsWith('planned')).length
  return { planned, othersBound: beyond.length - planned }
}

export const coverageOf = (catalogue: Catalogue, tags: ReadonlySet<string>): readonly SourceCoverage[] => {
  const rows = Map.groupBy(countedRows(catalogue), ({ id }) => sourceOf(id))
  return [...rows].map(([source, all]) => {
    const tally = (level: RegExp): Tally =>
      tallyOf(
        all.filter((row) => level.test(row.level)),
        tags,
        catalogue.reasons,
      )
    return { source, must: tally(/^MUST/), should: tally(/^SHOULD/), may: tally(/^MAY/) }
  })
}

/** Tags of requirement form that name no row. */
export const unknownTags = (
  { requirements }: Catalogue,
  tags: ReadonlySet<string>,
  isRequirement: (tag: string) => boolean,
): readonly string[] => [...tags].filter((tag) => isRequirement(tag) && !requirements.has(tag))

/** Reasons for rows that have a scenario after all, that repeat another, or that do not exist; and what stands in two tables. */
export const idleReasons = (
  { requirements, restatements, reasons, beyond }: Catalogue,
  tags: ReadonlySet<string>,
): readonly string[] =>
  [...reasons.keys(), ...beyond.keys()].filter(
    (id) => tags.has(id) || restatements.has(id) || !requirements.has(id) || (reasons.has(id) && beyond.has(id)),
  )

const percent = ({ rows, covered }: Tally): string => (rows === 0 ? '–' : `${Math.floor((covered * 100) / rows)} %`)
const cell = (tally: Tally): string =>
  `${tally.covered}/${tally.rows}`.padStart(9) + percent(tally).padStart(7) + String(tally.open.length).padStart(6)

const sum = (tallies: readonly Tally[]): Tally => ({
  rows: tallies.reduce((total, { rows }) => total + rows, 0),
  covered: tallies.reduce((total, { covered }) => total + covered, 0),
  reasoned: tallies.reduce((total, { reasoned }) => total + reasoned, 0),
  open: tallies.flatMap(({ open }) => open),
})

export const coverageTable = (
  sources: readonly SourceCoverage[],
  { planned, othersBound }: ReturnType<typeof rowsBeyond>,
): string => {
  const total: SourceCoverage = {
    source: 'all',
    must: sum(sources.map(({ must }) => must)),
    should: sum(sources.map(({ should }) => should)),
    may: sum(sources.map(({ may }) => may)),
  }
  const head = `${'source'.padEnd(14)}${'MUST (NOT)'.padStart(12)}${'open'.padStart(10)}${'SHOULD (NOT)'.padStart(13)}${'open'.padStart(9)}${'MAY'.padStart(9)}${'open'.padStart(13)}`
  const line = ({ source, must, should, may }: SourceCoverage): string =>
    source.padEnd(14) + cell(must) + cell(should) + cell(may)
  return [
    head,
    ...sources.map(line),
    line(total),
    '',
    `with a written reason instead: ${total.must.reasoned} MUST, ${total.should.reasoned} SHOULD, ${total.may.reasoned} MAY`,
    `not counted: ${planned} MUST that are planned, ${othersBound} that bind somebody else than a mail server`,
  ].join('\n')
}
