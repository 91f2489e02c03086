/**
 * One target, verified: the sanity journey, every scenario that was selected, the journey again; each verdict in the light
 * of what is known of the product and of the baseline; all of it told as it goes. Gives the verdicts and the report.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { againstBaseline } from '../report/baseline.ts'
import type { Baseline } from '../report/baseline.ts'
import { reportOf } from '../report/document.ts'
import type { ReportDocument } from '../report/document.ts'
import { excuse, misplaced, readExpectations, unexpectedPasses } from '../report/expectations.ts'
import type { Expectations } from '../report/expectations.ts'
import { differsText, failureText, inOrder, progressLine, retriedText, summaryText } from '../report/print.ts'
import type { Catalogue } from '../report/coverage.ts'
import { withoutSecrets } from '../report/secrets.ts'
import { exitCodeOf, exitCodes, judge, requirementsOf } from '../report/verdict.ts'
import type { FailOn, Judged } from '../report/verdict.ts'
import { createTarget } from '../targets/choose.ts'
import { createWorker } from '../targets/worker.ts'
import { home } from './home.ts'
import { machine } from './report-files.ts'
import type { Runner, Wanted } from './runner.ts'
import { insanity, takenBack, withoutSanity } from './sanity.ts'
import { version } from './version.ts'

export interface Asked {
  readonly target: string
  readonly wanted: Wanted
  readonly catalogue: Catalogue
  readonly baseline: Baseline | undefined
  readonly failOn: FailOn
  /** How the run was asked for, for the report. */
  readonly command: string
}

export interface Verified {
  readonly judged: readonly Judged[]
  readonly report: ReportDocument
  /** What this target alone would have ended with. */
  readonly exitCode: number
}

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

/** What is known to differ at this target; nothing where there is no such file. Mistakes in it are added to the problems. */
export const expectationsOf = async (target: string, problems: string[]): Promise<Expectations> => {
  const none: Expectations = { target, version: '', deviations: [] }
  const file = home(`fixtures/expectations/${target}.yaml`)
  if (!existsSync(file)) return none
  const read = readExpectations(await readFile(file, 'utf8'))
  if (read.kind === 'read') return read.expectations
  for (const mistake of read.mistakes) problems.push(`fixtures/expectations/${target}.yaml: ${mistake}`)
  return none
}

const remark = (text: string): void => void process.stderr.write(`smtpspec verify: ${text}\n`)

const tell = (judged: readonly Judged[], { target, catalogue }: Asked): void => {
  for (const one of inOrder(judged)) {
    const { kind } = one.verdict
    const name = `${one.result.feature} › ${one.result.name}`
    if (one.result.retried !== undefined) process.stdout.write(`${retriedText(one)}\n`)
    if (kind === 'differs' || kind === 'known failure') process.stdout.write(`${differsText(one)}\n`)
    else if (one.verdict.kind === 'not applicable') process.stdout.write(`n/a  ${name}: ${one.verdict.why}\n`)
    else if (kind !== 'pass') process.stdout.write(`\n${failureText(one, catalogue.requirements, target)}\n`)
  }
}

export const verifyTarget = async (runner: Runner, asked: Asked, cache: string): Promise<Verified> => {
  const { target, wanted, catalogue, baseline } = asked
  const problems: string[] = []
  const expectations = await expectationsOf(target, problems)
  const targetVersion = await createTarget(target, {
    ownProcess: false,
    worker: createWorker(cache),
    ...(typeof wanted.parameters['policy'] === 'string' && { policy: wanted.parameters['policy'] }),
  }).version()
  if (expectations.deviations.length > 0 && expectations.version !== targetVersion)
    remark(
      `what is known of ${target} was seen with ${expectations.version}; this is ${targetVersion}, so it may have changed`,
    )
  const startedAt = performance.now()
  const before = await insanity(runner, target, wanted.parameters)
  const streamed: Judged[] = []
  let after: string | undefined
  if (before === undefined) {
    const shown = progress(process.stdout)
    problems.push(
      ...(await runner.run({ ...wanted, tagExpression: withoutSanity(wanted) }, (result) => {
        const judged = excuse(judge(withoutSecrets(result)), expectations)
        streamed.push(judged)
        shown.show(judged)
      })),
    )
    shown.end()
    after = await insanity(runner, target, wanted.parameters)
  }
  const milliseconds = performance.now() - startedAt
  const known = unexpectedPasses(streamed, expectations)
  const kept = baseline === undefined ? known : againstBaseline(known, baseline, target)
  const judged = after === undefined ? kept : takenBack(kept)
  problems.push(...misplaced(judged, expectations))
  tell(after === undefined ? judged : [], asked)
  const unknown = new Set(
    judged.flatMap(({ result }) => requirementsOf(result)).filter((id) => !catalogue.requirements.has(id)),
  )
  for (const id of unknown) problems.push(`the tag @${id} names no requirement of fixtures/requirements`)
  const insane = before ?? after
  if (judged.length === 0 && insane === undefined)
    problems.push('no scenario matches; smtpspec verify --list shows what there is')
  if (insane !== undefined) {
    process.stdout.write(`\n${insane}\n`)
    remark(
      before === undefined
        ? `${target} did not come through the sanity journey after the run: what was seen of it is not judged`
        : `${target} did not come through the sanity journey: nothing else was tried`,
    )
  }
  for (const problem of problems) remark(problem)
  process.stdout.write(`${summaryText(judged, target, milliseconds / 1000)}\n`)
  const report = reportOf(
    version(),
    { name: target, version: targetVersion },
    {
      startedAt: new Date(Date.now() - milliseconds).toISOString(),
      milliseconds: Math.round(milliseconds),
      machine: machine(),
      command: asked.command,
      ...(wanted.shard !== undefined && { shard: wanted.shard }),
      ...(baseline !== undefined && { baseline: baseline.failures.filter((one) => one.target === target).length }),
    },
    judged,
    catalogue,
  )
  const exitCode =
    problems.length > 0
      ? exitCodes.harnessFailed
      : insane !== undefined
        ? exitCodes.targetUnavailable
        : exitCodeOf(judged, asked.failOn)
  return { judged, report, exitCode }
}
