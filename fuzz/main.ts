/**
 * `npm run fuzz`: strength under rubbish, for as long as you like, and never longer.
 *
 *     npm run fuzz                                    two minutes from a seed of the day
 *     npm run fuzz -- --seed 7 --minutes 10           that seed, ten minutes
 *     npm run fuzz -- --seed 7 --first 41 --rounds 1  one round again
 *     npm run fuzz -- --replay FILE                   a trial that was written down
 *
 * What once broke (`fixtures/corpus/`) is replayed first. Exit code 0: nothing broke; 1: something did, and its smallest
 * form found is in `reports/`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chanceFrom, roundSeed } from './chance.ts'
import { goodConversations, onceBroken } from './corpus.ts'
import { drawTrial, runTrial, shrunk } from './run.ts'
import { parseTrial, renderTrial } from './trial.ts'
import type { Trial } from './trial.ts'

/** How long a failure may be made smaller, milliseconds. */
const shrinkingBudget = 60_000
/** Octets that the heap may grow by over a run, garbage collected. */
const allowedGrowth = 64 * 1024 * 1024
/** After so many rounds caches are warm, and memory is measured. */
const warmRounds = 20
const millisecondsOfMinute = 60_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Octets in use; garbage is collected first where the process may (`--expose-gc`). */
const heapInUse = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const report = (faults: readonly string[]): void => {
  for (const fault of faults) say(`  ${fault}`)
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
  const folder = join(import.meta.dirname, '..', 'reports')
  mkdirSync(folder, { recursive: true })
  const file = join('reports', `${name}.conversation`)
  writeFileSync(join(folder, `${name}.conversation`), text)
  say(text.length > 6000 ? `${text.slice(0, 6000)}…` : text)
  say(`Again:   npm run fuzz -- --replay ${file}`)
  say('Keep it: move the file to fixtures/corpus/ once it is mended.')
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
  },
})

const main = async (): Promise<boolean> => {
  if (values.replay !== undefined) return await replay(values.replay)
  const seed = values.seed === undefined ? Math.floor(Date.now() / 86_400_000) : Number(values.seed)
  const bounds: Bounds = {
    seed,
    first: Number(values.first),
    rounds: Number(values.rounds),
    minutes: Number(values.minutes),
  }
  const odd = Object.entries(bounds).find(([, value]) => !Number.isFinite(value) || value < 0)
  if (odd !== undefined) throw new Error(`--${odd[0]} takes a number`)
  say(`seed ${seed}`)
  return (await replayCorpus()) && (await runRounds(bounds))
}

process.exitCode = (await main()) ? 0 : 1
