/**
 * `npm run fuzz`: strength under rubbish, for as long as you like, and never longer.
 *
 *     npm run fuzz                                    two minutes from a seed of the day
 *     npm run fuzz -- --seed 7 --minutes 10           that seed, ten minutes
 *     npm run fuzz -- --seed 7 --first 41 --rounds 1  one round again
 *     npm run fuzz -- --replay FILE                   a trial that was written down
 *
 * What once broke (`fixtures/corpus/`) is replayed first. Exit code 0: nothing broke; 1: something did, and its smallest
 * form found is in `reports/`; 64: wrong usage. The rounds are run by a second process (`--attended`), so that one that dies of a round
 * leaves somebody to tell.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chanceFrom, roundSeed } from './chance.ts'
import { goodConversations, onceBroken } from './corpus.ts'
import { drawTrial, runTrial, shrunk } from './run.ts'
import { smallest, smaller } from './shrink.ts'
import { parseTrial, renderTrial } from './trial.ts'
import type { Trial } from './trial.ts'

/** How long a failure may be made smaller, milliseconds. */
const shrinkingBudget = 60_000
/** Octets that the heap may grow by over a run, garbage collected. */
const allowedGrowth = 64 * 1024 * 1024
/** After so many rounds caches are warm, and memory is measured. */
const warmRounds = 20
const millisecondsOfMinute = 60_000
const millisecondsOfDay = 86_400_000
/** As everywhere in this project. */
const wrongUsage = 64

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Octets in use; garbage is collected first where the process may (`--expose-gc`). */
const heapInUse = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const report = (faults: readonly string[]): void => {
  for (const fault of faults) say(`  ${fault}`)
}

const reports = join(import.meta.dirname, '..', 'reports')
/** The round that is being run, for whoever finds this process dead. */
const underWay = join(reports, 'fuzz-under-way.conversation')
/** A candidate of a trial that kills. */
const candidateFile = join(reports, 'fuzz-candidate.conversation')

const writeDown = (text: string, name: string): void => {
  writeFileSync(join(reports, `${name}.conversation`), text)
  say(text.length > 6000 ? `${text.slice(0, 6000)}…` : text)
  say(`Again:   npm run fuzz -- --replay ${join('reports', `${name}.conversation`)}`)
  say('Keep it: move the file to fixtures/corpus/ once it is mended.')
}

/** Shrinks, writes down and tells how to have it again. */
const tell = async (trial: Trial, faults: readonly string[], name: string, origin: string): Promise<void> => {
  say(`${origin} broke:`)
  report(faults)
  say('making it smaller …')
  const least = await shrunk(trial, faults, shrinkingBudget)
  const text = renderTrial(least.trial, [
    origin,
    ...least.faults.map((fault) => fault.replaceAll(/\s+/g, ' ').slice(0, 300)),
  ])
  writeDown(text, name)
}

const replay = async (file: string): Promise<boolean> => {
  const { faults } = await runTrial(parseTrial(readFileSync(file, 'utf8')))
  say(faults.length === 0 ? `${file} holds` : `${file} breaks:`)
  report(faults)
  return faults.length === 0
}

const replayCorpus = async (): Promise<boolean> => {
  let holds = true
  for (const { name, trial } of onceBroken()) {
    const { faults } = await runTrial(trial)
    if (faults.length === 0) continue
    holds = false
    say(`fixtures/corpus/${name} breaks again:`)
    report(faults)
  }
  return holds
}

interface Bounds {
  readonly seed: number
  readonly first: number
  readonly rounds: number
  readonly minutes: number
}

const runRounds = async ({ seed, first, rounds, minutes }: Bounds): Promise<boolean> => {
  const good = goodConversations()
  const end = performance.now() + minutes * millisecondsOfMinute
  let [done, sessions, messages] = [0, 0, 0]
  let warm = Number.POSITIVE_INFINITY
  for (let round = first; round < first + rounds && performance.now() < end; round += 1) {
    const trial = drawTrial(good, chanceFrom(roundSeed(seed, round)))
    writeFileSync(underWay, renderTrial(trial, [`seed ${seed}, round ${round}`]))
    const outcome = await runTrial(trial)
    done += 1
    sessions += outcome.sessions
    messages += outcome.messages
    if (outcome.faults.length > 0) {
      await tell(trial, outcome.faults, `fuzz-${seed}-${round}`, `seed ${seed}, round ${round}`)
      return false
    }
    if (done === warmRounds) warm = heapInUse()
    if (done % warmRounds === 0) say(`${done} rounds, ${sessions} sessions, ${messages} messages accepted`)
  }
  const growth = heapInUse() - warm
  if (growth > allowedGrowth) {
    say(`memory grew by ${Math.round(growth / 1024 / 1024)} MiB over ${done - warmRounds} rounds`)
    return false
  }
  say(`nothing broke: seed ${seed}, ${done} rounds, ${sessions} sessions, ${messages} messages accepted`)
  return true
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    first: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1000000' },
    replay: { type: 'string' },
    attended: { type: 'boolean', default: false },
  },
})

/** What became of another process of this program: its exit code, or the signal that it died of. */
const another = async (args: readonly string[], stdio: 'inherit' | 'ignore'): Promise<number | string> => {
  const child = spawn(process.execPath, ['--expose-gc', import.meta.filename, ...args, '--attended'], { stdio })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? 'nothing'
}

/** Runs the rounds in another process, and tells what that one cannot tell: which trial it died of. */
const attend = async (): Promise<boolean> => {
  mkdirSync(reports, { recursive: true })
  const end = await another(process.argv.slice(2), 'inherit')
  if (end === 0 || end === 1) return end === 0
  const text = readFileSync(underWay, 'utf8')
  const origin = /^# (.*)/.exec(text)?.[1] ?? 'a round'
  say(`${origin}: the process died (${end}); making it smaller …`)
  const dies = async (candidate: Trial): Promise<boolean> => {
    writeFileSync(candidateFile, renderTrial(candidate))
    return (await another(['--replay', candidateFile], 'ignore')) === end
  }
  const least = await smallest(parseTrial(text), smaller, dies, shrinkingBudget)
  rmSync(candidateFile, { force: true })
  writeDown(renderTrial(least, [origin, `the process dies: ${end}`]), `fuzz-death-${process.pid}`)
  return false
}

/** The bounds as given; a sentence when one of them is no number. */
const boundsOf = (): Bounds | string => {
  const bounds: Bounds = {
    seed: values.seed === undefined ? Math.floor(Date.now() / millisecondsOfDay) : Number(values.seed),
    first: Number(values.first),
    rounds: Number(values.rounds),
    minutes: Number(values.minutes),
  }
  const odd = Object.entries(bounds).find(([, value]) => !Number.isFinite(value) || value < 0)
  return odd === undefined ? bounds : `--${odd[0]} takes a number that is not negative`
}

const main = async (): Promise<number> => {
  const bounds = boundsOf()
  if (typeof bounds === 'string') {
    say(bounds)
    return wrongUsage
  }
  if (!values.attended) return (await attend()) ? 0 : 1
  if (values.replay !== undefined) return (await replay(values.replay)) ? 0 : 1
  say(`seed ${bounds.seed}`)
  const holds = (await replayCorpus()) && (await runRounds(bounds))
  if (holds) rmSync(underWay, { force: true })
  return holds ? 0 : 1
}

process.exitCode = await main()
