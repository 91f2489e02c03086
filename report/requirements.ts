/**
 * The catalogue of requirements, read from `fixtures/requirements/*.tsv`: an id is never shown without its sentence.
 *
 * Columns: id, level, role, testable, what, how. A row that cannot be read names its file and line.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Requirement {
  readonly id: string
  readonly level: string
  readonly role: string
  readonly testable: string
  readonly what: string
  readonly how: string
}

const columns = 6

const readFile = (folder: string, name: string): readonly Requirement[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line, number }) => number > 1 && line.trim() !== '')
    .map(({ line, number }) => {
      const cells = line.split('\t')
      if (cells.length < columns)
        throw new Error(`${name}:${number}: a requirement has ${columns} columns, this row has ${cells.length}`)
      const [id = '', level = '', role = '', testable = '', what = '', how = ''] = cells
      return { id, level, role, testable, what, how }
    })

export const readRequirements = (folder: string): ReadonlyMap<string, Requirement> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.tsv'))
      .toSorted()
      .flatMap((name) => readFile(folder, name))
      .map((requirement) => [requirement.id, requirement]),
  )
