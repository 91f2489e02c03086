/**
 * `smtpspec report`: check whether a report was altered since it was written and who vouches for it, merge several into
 * one, and print the schema of `report.json`.
 */
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { alterations, reportFormat } from '../report/document.ts'
import type { ReportDocument } from '../report/document.ts'
import { merge } from '../report/merge.ts'
import { plainPage, reportIn } from '../report/pack.ts'
import { pageOf } from '../report/page.ts'
import { publishedReportSchema, shapeFaults } from '../report/schema.ts'
import { readPublicKey, signatureFault } from '../report/signature.ts'
import { exitCodeOf, exitCodes } from '../report/verdict.ts'
import type { FailOn } from '../report/verdict.ts'
import { home } from './home.ts'
import { signingKey, tellListener, writeReport } from './report-files.ts'
import { examples, usageFault } from './usage.ts'
import { failOnOption } from './verify-options.ts'
import { version } from './version.ts'

interface ReadReport {
  readonly report: ReportDocument
  /** The whole text, where the file is a page. */
  readonly page: string | undefined
}

/** The report in a file: `report.json`, or the page that carries it. */
const readReport = async (file: string): Promise<ReadReport> => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw usageFault(`there is no report at "${file}"`)
  })
  const noReport = (why: string): Error =>
    usageFault(
      `"${file}" is not a report of this smtpspec ("${reportFormat}"): ${why}; give report.json or report.html of a --report-dir`,
    )
  let embedded: unknown
  let report: unknown
  try {
    embedded = reportIn(text)
    report = embedded ?? JSON.parse(text)
  } catch (error) {
    throw noReport(error instanceof Error ? error.message : String(error))
  }
  const faults = shapeFaults(report)
  if (faults.length > 0) throw noReport(faults.join('; '))
  return { report: report as ReportDocument, page: embedded === undefined ? undefined : text }
}

/** What people see of a page stands beside its data; it must be what is made of the data. */
const pageFault = ({ report, page }: ReadReport): readonly string[] => {
  if (page === undefined || plainPage(page) === plainPage(pageOf(report, home('report/page')))) return []
  return report.head.smtpspec === version()
    ? ['the page does not show what its data says']
    : [
        `the page was written by smtpspec ${report.head.smtpspec}, and only that version can tell whether it shows its data`,
      ]
}

const check = async (file: string, options: { readonly key?: string }): Promise<number> => {
  const read = await readReport(file)
  const { report } = read
  const altered = [...alterations(report), ...pageFault(read)]
  if (options.key !== undefined) {
    const pem = await readFile(options.key, 'utf8').catch(() => {
      throw usageFault(`there is no key at "${options.key}"`)
    })
    const found = readPublicKey(pem)
    if (found.kind === 'no key') throw usageFault(`--key cannot use "${options.key}": ${found.why}`)
    const fault = signatureFault(report, found.key)
    if (fault !== undefined) altered.push(fault)
  }
  for (const one of altered) process.stdout.write(`altered: ${one}\n`)
  if (altered.length > 0) return exitCodes.mustFailed
  process.stdout.write(`${report.scenarios.length} scenarios, none altered; the last link is ${report.chain}\n`)
  if (options.key !== undefined) process.stdout.write(`signed with the key ${report.signature?.key ?? ''}\n`)
  else if (report.signature !== undefined)
    process.stdout.write('it is signed; give --key PUBLIC.pem to check by whom\n')
  return exitCodes.held
}

/** The reports that an argument means: a file, a report folder, or a folder of report folders. */
const filesOf = async (argument: string): Promise<readonly string[]> => {
  if (!existsSync(argument)) throw usageFault(`there is no report at "${argument}"`)
  const entries = await readdir(argument, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [argument]
  const own = join(argument, 'report.json')
  if (existsSync(own)) return [own]
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(argument, name, 'report.json'))
    .filter((file) => existsSync(file))
  if (inner.length === 0) throw usageFault(`there is no report.json in "${argument}" or in a folder of it`)
  return inner.toSorted()
}

const mergeAll = async (
  places: readonly string[],
  options: { readonly out: string; readonly sign?: string; readonly failOn: FailOn },
): Promise<number> => {
  const key = await signingKey(options.sign)
  const files = (await Promise.all(places.map(filesOf))).flat()
  const reports = await Promise.all(files.map(async (name) => ({ name, report: (await readReport(name)).report })))
  const merged = merge(reports)
  if (merged.kind === 'mistakes') {
    for (const mistake of merged.mistakes) process.stderr.write(`smtpspec report merge: ${mistake}\n`)
    return exitCodes.harnessFailed
  }
  const { report } = merged
  await tellListener(report)
  process.stdout.write(`report: ${await writeReport(options.out, report, key)}\n`)
  return exitCodeOf(
    report.scenarios.map(({ verdict, level }) => ({ verdict: { kind: verdict, level } })),
    options.failOn,
  )
}

export const register = (program: Command): void => {
  const command = program.command('report').description('Look after reports: check them, merge them, tell their form.')
  const checking = command
    .command('check')
    .description('Tell whether a report was altered, and where. Compare the last link with the one you kept.')
    .argument('<file>', 'report.json or report.html')
    .option('--key <file>', 'the public key (Ed25519, PEM) that must vouch for it')
  examples(checking, [
    ['smtpspec report check reports/report.html', 'exit code 0: as it was written; 1: altered'],
    ['smtpspec report check reports/report.json --key public.pem', '1 too when it is not signed with that key'],
  ]).action(async (file: string, options: { readonly key?: string }) => {
    process.exitCode = await check(file, options)
  })
  const telling = command.command('schema').description('Print the JSON Schema of report.json.')
  examples(telling, [['smtpspec report schema > report.schema.json', 'for tools that read report.json']]).action(() => {
    process.stdout.write(`${JSON.stringify(publishedReportSchema(), undefined, 2)}\n`)
  })
  const merging = command
    .command('merge')
    .description('Make one report of several: parts of a run (verify --shard), or runs against several targets.')
    .argument('<reports...>', 'report.json files, report folders, or folders of those')
    .requiredOption('--out <folder>', 'where the merged report is written')
    .option('--sign <file>', 'sign it with this private key (Ed25519, PEM)')
    .addOption(failOnOption())
  examples(merging, [
    ['smtpspec report merge part-1 part-2 --out reports', 'the exit code is that of one run'],
    ['smtpspec report merge runs --out reports', 'every report folder in runs/: postfix, exim, …'],
  ]).action(
    async (places: string[], options: { readonly out: string; readonly sign?: string; readonly failOn: FailOn }) => {
      process.exitCode = await mergeAll(places, options)
    },
  )
}
