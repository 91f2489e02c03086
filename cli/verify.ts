/**
 * `smtpspec verify`: run the features against a target, show what holds and what does not, and leave a report.
 *
 * Selection is by feature path, by requirement id or prefix, by tag expression. Progress is one changing line on a
 * terminal and one line a scenario on a pipe. The exit code is the verdict (DESIGN §5).
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { loadConfiguration, loadSources, runCucumber } from '@cucumber/cucumber/api'
import type { IRunConfiguration } from '@cucumber/cucumber/api'
import type { Command } from 'commander'
import { againstBaseline, baselineOf } from '../report/baseline.ts'
import { reportOf } from '../report/document.ts'
import { excuse, misplaced, readExpectations, unexpectedPasses } from '../report/expectations.ts'
import type { Expectations } from '../report/expectations.ts'
import { differsText, failureText, inOrder, progressLine, retriedText, summaryText } from '../report/print.ts'
import { readRequirements } from '../report/requirements.ts'
import { Results } from '../report/results.ts'
import type { ScenarioResult } from '../report/results.ts'
import { withoutSecrets } from '../report/secrets.ts'
import { exitCodeOf, exitCodes, judge, requirementsOf } from '../report/verdict.ts'
import type { Judged } from '../report/verdict.ts'
import { cacheFolder } from '../targets/box/packages.ts'
import { createTarget, targetNames, whyUnavailable } from '../targets/choose.ts'
import { createWorker } from '../targets/worker.ts'
import { codeHome, home } from './home.ts'
import { formatterFiles, hasListener, machine, tellListener, writeReport } from './report-files.ts'
import { select } from './select.ts'
import { keepMemorySteady } from './steady-memory.ts'
import { usageFault } from './usage.ts'
import { failOnOption, readOptions } from './verify-options.ts'
import type { VerifyOptions } from './verify-options.ts'
import { version } from './version.ts'

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

/** Shows scenarios as they end: a counter that rewrites itself on a terminal, a line each on a pipe. */
const progress = (out: NodeJS.WriteStream): { show(judged: Judged): void; end(): void } => {
  let done = 0
  let failed = 0
  return {
    show: (judged) => {
      done += 1
      if (!['pass', 'differs', 'known failure', 'not applicable'].includes(judged.verdict.kind)) failed += 1
      if (!out.isTTY) out.write(`${progressLine(judged)}\n`)
      else out.write(`\r\u001B[K${done} scenarios, ${failed} failed · ${judged.result.feature.slice(0, 60)}`)
    },
    end: () => {
      if (out.isTTY) out.write('\r\u001B[K')
    },
  }
}

/** Workers are told to collect their garbage early: hundreds of servers live and die in each. */
const workerLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 }

/** So few scenarios are over before a worker has started. */
const fewScenarios = 12

const isSmall = async ({ sources }: IRunConfiguration): Promise<boolean> =>
  (await loadSources(sources, { cwd: home() })).plan.length <= fewScenarios

/** What is known to differ at this target; nothing where there is no such file. */
const expectationsOf = async (target: string, problems: string[]): Promise<Expectations> => {
  const none: Expectations = { target, version: '', deviations: [] }
  const file = home(`fixtures/expectations/${target}.yaml`)
  if (!existsSync(file)) return none
  const read = readExpectations(await readFile(file, 'utf8'))
  if (read.kind === 'read') return read.expectations
  for (const mistake of read.mistakes) problems.push(`fixtures/expectations/${target}.yaml: ${mistake}`)
  return none
}

const listText = ({ uri, line, feature, name, tags }: ScenarioResult): string =>
  `${uri}:${line}  ${feature} › ${name}${tags.length > 0 ? `  [${tags.join(' ')}]` : ''}`

export const verify = async (selection: readonly string[], options: VerifyOptions): Promise<number> => {
  if (!targetNames.includes(options.target)) {
    throw usageFault(`--target knows ${targetNames.join(', ')}, not "${options.target}"`)
  }
  const { workers, failOn, shard, retry, baseline, key } = await readOptions(options)
  const cache = cacheFolder(options.cache === undefined ? undefined : resolve(options.cache))
  const unavailable = options.list ? undefined : await whyUnavailable(options.target, cache)
  if (unavailable !== undefined) {
    process.stderr.write(`smtpspec verify: ${unavailable}\n`)
    return exitCodes.targetUnavailable
  }
  const { paths, tagExpression } = await select(selection, options)
  const { folder, extension } = codeHome()
  const { runConfiguration } = await loadConfiguration(
    {
      file: false,
      provided: {
        paths: [...paths],
        import: [join(folder, `steps/**/*${extension}`).replaceAll('\\', '/')],
        tags: tagExpression,
        parallel: options.list ? 0 : workers,
        workerOptions: { resourceLimits: workerLimits },
        dryRun: options.list === true,
        retry,
        ...(shard !== undefined && { shard }),
        worldParameters: { target: options.target, cache },
        format: [['rerun', '']],
      },
    },
    { cwd: home() },
  )
  if (options.parallel === undefined && (await isSmall(runConfiguration))) runConfiguration.runtime.parallel = 0
  keepMemorySteady()
  const results = new Results()
  const streamed: Judged[] = []
  const shown = progress(process.stdout)
  const startedAt = performance.now()
  const problems: string[] = []
  const expectations = await expectationsOf(options.target, problems)
  await runCucumber(
    {
      ...runConfiguration,
      formats: {
        stdout: 'rerun',
        files: options.list ? {} : await formatterFiles(options.reportDir),
        publish: false,
        options: {},
      },
    },
    { cwd: home(), stdout: nowhere(), stderr: process.stderr },
    (message) => {
      const result = results.take(message)
      if (result === undefined) return
      if (options.list) {
        process.stdout.write(`${listText(result)}\n`)
        return
      }
      const judged = excuse(judge(withoutSecrets(result)), expectations)
      streamed.push(judged)
      shown.show(judged)
    },
  )
  const milliseconds = performance.now() - startedAt
  shown.end()
  problems.push(...results.unreadable)
  if (options.list) return problems.length > 0 ? exitCodes.harnessFailed : exitCodes.held

  const expected = unexpectedPasses(streamed, expectations)
  const judged = baseline === undefined ? expected : againstBaseline(expected, baseline, options.target)
  problems.push(...misplaced(judged, expectations))
  const requirements = readRequirements(home('fixtures/requirements'))
  for (const one of inOrder(judged)) {
    if (one.result.retried !== undefined) process.stdout.write(`${retriedText(one)}\n`)
    if (one.verdict.kind === 'differs' || one.verdict.kind === 'known failure')
      process.stdout.write(`${differsText(one)}\n`)
    else if (one.verdict.kind !== 'pass' && one.verdict.kind !== 'not applicable')
      process.stdout.write(`\n${failureText(one, requirements, options.target)}\n`)
    if (one.verdict.kind === 'not applicable')
      process.stdout.write(`n/a  ${one.result.feature} › ${one.result.name}: ${one.verdict.why}\n`)
  }
  const unknown = new Set(judged.flatMap(({ result }) => requirementsOf(result)).filter((id) => !requirements.has(id)))
  for (const id of unknown) problems.push(`the tag @${id} names no requirement of fixtures/requirements`)
  if (judged.length === 0) problems.push('no scenario matches; smtpspec verify --list shows what there is')
  for (const problem of problems) process.stderr.write(`smtpspec verify: ${problem}\n`)
  process.stdout.write(`${summaryText(judged, options.target, milliseconds / 1000)}\n`)
  if (options.reportDir !== undefined || hasListener()) {
    const { target } = options
    const report = reportOf(
      version(),
      {
        name: target,
        version: await createTarget(target, { ownProcess: false, worker: createWorker(cache) }).version(),
      },
      {
        startedAt: new Date(Date.now() - milliseconds).toISOString(),
        milliseconds: Math.round(milliseconds),
        machine: machine(),
        command: selection.join(' '),
        ...(shard !== undefined && { shard }),
        ...(baseline !== undefined && { baseline: baseline.failures.filter((one) => one.target === target).length }),
      },
      judged,
      requirements,
    )
    await tellListener(report)
    if (options.reportDir !== undefined)
      process.stdout.write(`report: ${await writeReport(options.reportDir, report, key)}\n`)
  }
  if (options.writeBaseline !== undefined) {
    const written = baselineOf(judged, options.target)
    await writeFile(options.writeBaseline, `${JSON.stringify(written, undefined, 2)}\n`)
    process.stdout.write(`baseline: ${written.failures.length} known failures in ${options.writeBaseline}\n`)
  }
  return problems.length > 0 ? exitCodes.harnessFailed : exitCodeOf(judged, failOn)
}

export const register = (program: Command): void => {
  program
    .command('verify')
    .description('Run the features against a server and tell what holds.')
    .argument('[selection...]', 'feature files or folders, or requirement ids and prefixes of them (rfc5321-4.5.2)')
    .option('--target <name>', `the server under test: ${targetNames.join(', ')}`, 'reference')
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
      'write report.html and report.json there, and for other tools report.sarif, junit.xml, index.json, badge.json, summary.md, messages.ndjson, scenarios.html',
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
