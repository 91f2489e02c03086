/**
 * `smtpspec verify`: run the features against a server or several, show what holds and what does not, and leave a report.
 *
 * Selection is by feature path, by requirement id or prefix, by tag expression. Progress is one changing line on a
 * terminal and one line a scenario on a pipe. The exit code is the verdict (DESIGN §5); of several targets, the gravest.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Envelope } from '@cucumber/messages'
import type { Command } from 'commander'
import { baselineOf } from '../report/baseline.ts'
import { merge } from '../report/merge.ts'
import type { ReportDocument } from '../report/document.ts'
import type { ScenarioResult } from '../report/results.ts'
import { exitCodes } from '../report/verdict.ts'
import { cacheFolder } from '../targets/box/packages.ts'
import { offersOfTarget, targetNames, whyUnavailable } from '../targets/choose.ts'
import { farTargets } from '../targets/host/host.ts'
import { readCatalogue } from './coverage.ts'
import { hasListener, openMessageFile, tellListener, writeReport } from './report-files.ts'
import { leaveNothingBehind } from './interruption.ts'
import { createRunner } from './runner.ts'
import type { Wanted } from './runner.ts'
import { withoutSanity } from './sanity.ts'
import { select } from './select.ts'
import { keepMemorySteady } from './steady-memory.ts'
import { sentenceOf } from './system-faults.ts'
import { failOnOption, readOptions } from './verify-options.ts'
import type { VerifyOptions } from './verify-options.ts'
import { verifyTarget } from './verify-target.ts'
import type { Verified } from './verify-target.ts'

const listText = ({ uri, line, feature, name, tags }: ScenarioResult): string =>
  `${uri}:${line}  ${feature} › ${name}${tags.length > 0 ? `  [${tags.join(' ')}]` : ''}`

/** The gravest first (DESIGN §5). */
const gravity = [
  exitCodes.harnessFailed,
  exitCodes.targetUnavailable,
  exitCodes.mustFailed,
  exitCodes.shouldFailed,
] as const

const gravest = (codes: readonly number[]): number => gravity.find((code) => codes.includes(code)) ?? exitCodes.held

/** One report of all targets. */
const together = (verified: readonly Verified[]): ReportDocument => {
  const merged = merge(verified.map(({ report }, index) => ({ name: `run ${index + 1}`, report })))
  if (merged.kind === 'mistakes') throw new Error(merged.mistakes.join('; '))
  return merged.report
}

export const verify = async (selection: readonly string[], options: VerifyOptions): Promise<number> => {
  const { targets, workers, failOn, shard, retry, baseline, key } = await readOptions(options)
  const cache = cacheFolder(options.cache === undefined ? undefined : resolve(options.cache))
  const { paths, tagExpression } = await select(selection, options)
  const far = await farTargets(targets, options.iAmAuthorised === true || options.list === true)
  const runner = createRunner()
  const wanted = (target: string): Wanted => ({
    paths,
    tagExpression,
    parameters: {
      target,
      cache,
      ...(options.outOfProcess === true && { outOfProcess: true }),
      ...(options.policy !== undefined && { policy: resolve(options.policy) }),
      ...(far.has(target) && { far: true }),
    },
    workers: far.has(target) ? 1 : workers,
    retry,
    shard,
  })
  if (options.list === true) {
    const listed = {
      ...wanted(targets[0] ?? ''),
      tagExpression: withoutSanity({ paths, tagExpression }),
      workers: 0,
      dryRun: true,
    }
    const unreadable = await runner.run(listed, (result) => void process.stdout.write(`${listText(result)}\n`))
    return unreadable.length > 0 ? exitCodes.harnessFailed : exitCodes.held
  }
  for (const target of far)
    process.stderr.write(
      `smtpspec verify: ${target} is not on this machine: one scenario at a time, one session a second, and none of those that open many\n`,
    )
  const reasons = await Promise.all(targets.map((target) => whyUnavailable(target, cache)))
  const unavailable = reasons.filter((reason) => reason !== undefined)
  for (const reason of unavailable) process.stderr.write(`smtpspec verify: ${reason}\n`)
  if (unavailable.length > 0) return exitCodes.targetUnavailable
  const offers = new Map<string, Awaited<ReturnType<typeof offersOfTarget>>>()
  for (const target of targets) {
    try {
      offers.set(target, await offersOfTarget(target, options.policy, cache))
    } catch (error) {
      process.stderr.write(`smtpspec verify: ${target}: ${error instanceof Error ? error.message : String(error)}\n`)
      return exitCodes.targetUnavailable
    }
  }
  keepMemorySteady()
  const verified: Verified[] = []
  const leave = leaveNothingBehind(
    () =>
      `smtpspec verify: interrupted; ${verified.length} of ${targets.length} servers were done, and no report is written`,
  )
  try {
    if (options.reportDir !== undefined) await mkdir(options.reportDir, { recursive: true })
    const catalogue = readCatalogue()
    for (const target of targets) {
      const place =
        options.reportDir === undefined || targets.length === 1
          ? options.reportDir
          : join(options.reportDir, target.replaceAll(/[^\w.-]+/g, '-'))
      const messages = await openMessageFile(place)
      const asked = wanted(target)
      const offered = offers.get(target)
      const whole = {
        target,
        wanted: {
          ...asked,
          parameters: { ...asked.parameters, ...(offered !== undefined && { offered }) },
          said: (message: Envelope) => messages.write(message),
        },
        catalogue,
        baseline,
        failOn,
        command: selection.join(' '),
      }
      try {
        verified.push(await verifyTarget(runner, whole, cache))
      } finally {
        await messages.close()
      }
    }
    if (options.reportDir !== undefined || hasListener()) {
      const report = together(verified)
      await tellListener(report)
      if (options.reportDir !== undefined)
        process.stdout.write(`report: ${await writeReport(options.reportDir, report, key)}\n`)
    }
    if (options.writeBaseline !== undefined) {
      const failures = targets.flatMap((target, index) => baselineOf(verified[index]?.judged ?? [], target).failures)
      await writeFile(options.writeBaseline, `${JSON.stringify({ ...baselineOf([], ''), failures }, undefined, 2)}\n`)
      process.stdout.write(`baseline: ${failures.length} known failures in ${options.writeBaseline}\n`)
    }
    return gravest(verified.map(({ exitCode }) => exitCode))
  } catch (error) {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    process.stderr.write(`smtpspec verify: ${sentence}\n`)
    return exitCodes.harnessFailed
  } finally {
    leave()
  }
}

export const register = (program: Command): void => {
  program
    .command('verify')
    .description('Run the features against a server and tell what holds.')
    .argument('[selection...]', 'feature files or folders, or requirement ids and prefixes of them (rfc5321-4.5.2)')
    .option(
      '--target <names>',
      `the servers under test, comma separated: ${targetNames.join(', ')}; or all of them: all`,
      'reference',
    )
    .option(
      '--policy <file>',
      'what a server that is already there (--target host:ADDRESS:PORT) is set to; see docs/host.md',
    )
    .option(
      '--i-am-authorised',
      'the owner of the server of --target host: allows it; needed for all but loopback, where a session a second is opened',
    )
    .option('--out-of-process', 'run the reference server as a process of its own, on the real clock')
    .option('--tags <expression>', 'only scenarios whose tags match, for example "@must and not @alone"')
    .option('--exclude <ids>', 'leave out requirement ids or prefixes, comma separated')
    .option('--cache <folder>', 'where `targets install` put the packages of real servers')
    .option('--list', 'show the scenarios that would run, and run nothing')
    .option('--strict', 'the same as --fail-on should')
    .addOption(failOnOption())
    .option('--baseline <file>', 'failures that are known: only new ones fail, and a known one that passes does')
    .option('--write-baseline <file>', 'write what fails in this run there, to be given to --baseline')
    .option(
      '--shard <part/parts>',
      'run one part of the scenarios; `smtpspec report merge` makes one report of all parts',
    )
    .option('--retry <times>', 'try a failed scenario again; it stays marked as retried (default: 0)')
    .option(
      '--parallel <workers>',
      'scenarios that run beside each other (default: one for each processor, at least 2)',
    )
    .option(
      '--report-dir <folder>',
      'write report.html and report.json there, and for other tools report.sarif, junit.xml, index.json, badge.json, summary.md, messages.ndjson',
    )
    .option('--sign <file>', 'sign the report with this private key (Ed25519, PEM)')
    .addHelpText(
      'after',
      `
Examples:
  smtpspec verify                                  everything, against the reference server
  smtpspec verify features/mail-service            the four stories
  smtpspec verify rfc5321-4.5.2                    one section of RFC 5321
  smtpspec verify --tags "@must" --parallel 4 --report-dir reports
  smtpspec verify --target reference,postfix,exim   three servers, one report
  smtpspec verify --target postfix --write-baseline known.json
  smtpspec verify --target postfix --baseline known.json --fail-on new
  smtpspec verify --shard 1/3 --report-dir part-1

Exit codes: 0 all held, 1 a MUST failed, 2 a SHOULD failed and --fail-on says that it counts, 3 the target
could not be started or reached, 4 the harness itself failed, 64 wrong usage.
Where GITHUB_ACTIONS and GITHUB_STEP_SUMMARY are set, failures are annotated and the job's summary is written.`,
    )
    .action(async (selection: string[], options: VerifyOptions) => {
      process.exitCode = await verify(selection, options)
    })
}
