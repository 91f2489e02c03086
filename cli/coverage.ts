/**
 * `smtpspec coverage`: which requirements have a scenario, which have a written reason, and which have neither.
 */
import type { Command } from 'commander'
import { coverageOf, coverageTable, idleReasons, rowsBeyond, unknownTags } from '../report/coverage.ts'
import type { Catalogue } from '../report/coverage.ts'
import { readBeyond, readReasons, readRequirements, readRestatements } from '../report/requirements.ts'
import { exitCodes, isRequirement } from '../report/verdict.ts'
import { home } from './home.ts'
import { tagsOf } from './select.ts'
import { examples } from './usage.ts'

export const readCatalogue = (): Catalogue => {
  const folder = home('fixtures/requirements')
  return {
    requirements: readRequirements(folder),
    restatements: readRestatements(folder),
    reasons: readReasons(folder),
    beyond: readBeyond(folder),
  }
}

interface CoverageOptions {
  readonly open?: true
  readonly json?: true
}

const coverage = async (prefixes: readonly string[], { open, json }: CoverageOptions): Promise<number> => {
  const catalogue = readCatalogue()
  const tags = await tagsOf(home('features'))
  const chosen = coverageOf(catalogue, tags).filter(
    ({ source }) => prefixes.length === 0 || prefixes.some((prefix) => source === prefix),
  )
  if (json === true) {
    process.stdout.write(`${JSON.stringify(chosen, undefined, 2)}\n`)
    return exitCodes.held
  }
  process.stdout.write(`${coverageTable(chosen, rowsBeyond(catalogue))}\n`)
  if (open === true) {
    for (const row of chosen.flatMap(({ must, should, may }) =>
      [must, should, may].flatMap(({ open: rows }) => rows),
    )) {
      process.stdout.write(`${row.id}\t${row.level}\t${row.testable}\t${row.what}\n`)
    }
  }
  const faults = [
    ...unknownTags(catalogue, tags, isRequirement).map((tag) => `the tag @${tag} names no requirement`),
    ...idleReasons(catalogue, tags).map(
      (id) => `the reason for ${id} is idle: it has a scenario, repeats another row, or does not exist`,
    ),
  ]
  for (const fault of faults) process.stderr.write(`smtpspec coverage: ${fault}\n`)
  return faults.length === 0 ? exitCodes.held : exitCodes.harnessFailed
}

export const register = (program: Command): void => {
  const command = program
    .command('coverage')
    .description('Tell which requirements have a scenario.')
    .argument('[sources...]', 'only these sources: rfc5321, mail-service')
    .option('--open', 'list the rows that have neither a scenario nor a written reason')
    .option('--json', 'everything as JSON')
  examples(command, [
    ['smtpspec coverage', 'the whole catalogue'],
    ['smtpspec coverage rfc5321 --open', 'what is missing for one RFC'],
  ]).action(async (sources: string[], options: CoverageOptions) => {
    process.exitCode = await coverage(sources, options)
  })
}
