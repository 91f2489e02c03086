/**
 * The catalogue of requirements, read from `fixtures/requirements/`: an id is never shown without its sentence.
 *
 * One file a source (`rfc5321.tsv`, `mail-service.tsv` …): id, level, role, testable, what, how. Beside them `restates.tsv`
 * (rows that only repeat another), `errata.tsv`, `out-of-scope.tsv` (rows that bind somebody else than a mail server, with
 * the words of the text that say so), `planned.tsv`, and `uncovered.tsv` (why a row that is in scope has no scenario). A
 * row that cannot be read names its file and line.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Requirement {
  readonly id: string
  readonly level: string
  readonly role: string
  readonly testable: string
  readonly what: string
  readonly how: string
}

/** Tables of the folder that are not requirements. */
const otherTables: ReadonlySet<string> = new Set([
  'restates.tsv',
  'errata.tsv',
  'uncovered.tsv',
  'planned.tsv',
  'out-of-scope.tsv',
])

const levels: ReadonlySet<string> = new Set(['MUST', 'MUST-NOT', 'SHOULD', 'SHOULD-NOT', 'MAY', 'MAY-but-if-then'])
const testables: ReadonlySet<string> = new Set(['wire', 'outbound', 'effect', 'no'])

/** The rows of a table without its head, each with its place for messages. */
const rowsOf = (
  folder: string,
  name: string,
  columns: number,
): readonly { readonly place: string; readonly cells: readonly string[] }[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .map((line, index) => ({ line, place: `${name}:${index + 1}` }))
    .slice(1)
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }) => {
      const cells = line.split('\t')
      if (cells.length < columns)
        throw new Error(`${place}: ${columns} columns are asked for, there are ${cells.length}`)
      return { place, cells }
    })

const requirementOf = (place: string, cells: readonly string[]): Requirement => {
  const [id = '', level = '', role = '', testable = '', what = '', how = ''] = cells
  if (!levels.has(level)) throw new Error(`${place}: there is no level "${level}"; there are ${[...levels].join(', ')}`)
  if (!testables.has(testable))
    throw new Error(`${place}: there is no "${testable}"; there are ${[...testables].join(', ')}`)
  return { id, level, role, testable, what, how }
}

export const readRequirements = (folder: string): ReadonlyMap<string, Requirement> => {
  const requirements = new Map<string, Requirement>()
  const names = readdirSync(folder).filter((name) => name.endsWith('.tsv') && !otherTables.has(name))
  for (const name of names.toSorted()) {
    for (const { place, cells } of rowsOf(folder, name, 6)) {
      const requirement = requirementOf(place, cells)
      if (requirements.has(requirement.id)) throw new Error(`${place}: ${requirement.id} stands twice`)
      requirements.set(requirement.id, requirement)
    }
  }
  return requirements
}

/** Two columns as a map; an absent table is an empty one. */
const readPairs = (folder: string, name: string): ReadonlyMap<string, string> =>
  existsSync(join(folder, name))
    ? new Map(rowsOf(folder, name, 2).map(({ cells }) => [cells[0] ?? '', cells[1] ?? '']))
    : new Map<string, string>()

/** Rows that only repeat another: id to the id that counts. */
export const readRestatements = (folder: string): ReadonlyMap<string, string> => readPairs(folder, 'restates.tsv')

/** Why a row that is in scope has no scenario: id to reason. */
export const readReasons = (folder: string): ReadonlyMap<string, string> => readPairs(folder, 'uncovered.tsv')

/** Rows that no scenario is written for now: they bind somebody else (id to whom), or are planned (id to the reason). */
export const readBeyond = (folder: string): ReadonlyMap<string, string> =>
  new Map([...readPairs(folder, 'planned.tsv'), ...readPairs(folder, 'out-of-scope.tsv')])
