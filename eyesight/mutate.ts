/**
 * `npm run test:eyesight:mutants [--count N] [--seed N]`: a sample of mechanical one-line mistakes in the rooms where
 * mistakes cost most, and who sees them: the unit tests of the room, or the features of its subject.
 *
 * The sample is drawn with a seed, evenly over the rooms, so that a run can be repeated. One line a mutant; what neither
 * sees is shown with its change. Always ends with the shares seen; exit code 0 unless the harness itself fails.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { home } from '../cli/home.ts'
import { isRed, placeOf } from './judgement.ts'
import { mutantsOf } from './mutations.ts'
import type { Mutant } from './mutations.ts'
import { plantedEnvironment, pooled, runTrial } from './pool.ts'
import type { Ending } from './trial.ts'

/** Where mutants come from, and who should see them. */
interface Subject {
  readonly name: string
  readonly sources: RegExp
  /** Paths that vitest is given. */
  readonly tests: readonly string[]
  /** Folders of features. */
  readonly features: readonly string[]
}

const subjects: readonly Subject[] = [
  {
    name: 'protocol (server)',
    sources: /^server\/protocol\/(?!conversation)/,
    tests: ['server/protocol'],
    features: ['session', 'transaction', 'security'],
  },
  {
    name: 'protocol (client)',
    sources: /^server\/protocol\/(?:conversation|reply-reader)/,
    tests: ['server/protocol', 'server/delivery'],
    features: ['relay', 'routing'],
  },
  {
    name: 'policy',
    sources: /^server\/policy\//,
    tests: ['server/policy'],
    features: ['mail-service', 'session', 'attacks'],
  },
  { name: 'routing', sources: /^server\/routing\//, tests: ['server/routing'], features: ['routing'] },
  {
    name: 'queue',
    sources: /^server\/queue\/(?:schedule|settle|expand)\.ts$/,
    tests: ['server/queue/schedule', 'server/queue/settle', 'server/queue/manager'],
    features: ['queue', 'bounce', 'mailbox'],
  },
  { name: 'bounce', sources: /^server\/bounce\//, tests: ['server/bounce'], features: ['bounce'] },
]

/** Not part of the server: helpers of its tests. */
const helpers = /\.test\.ts$|\/(?:fixture|feeds|player|rehearsal)[^/]*\.ts$/
const testMilliseconds = 240_000
const trialMilliseconds = 300_000

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string' },
    subject: { type: 'string' },
    /** Ask the features about every mutant, seen by unit tests or not. */
    'features-always': { type: 'boolean', default: false },
  },
})
const width = Number(options.parallel ?? availableParallelism())

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Mulberry32: the same numbers from the same seed. */
const drawer = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const drawn = <Item>(items: readonly Item[], count: number, draw: () => number): readonly Item[] =>
  items
    .map((item) => ({ item, rank: draw() }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ item }) => item)

const filesBelow = (folder: string, extension: string): readonly string[] =>
  readdirSync(home(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted()

const featuresOf = ({ features }: Subject): readonly string[] =>
  features.flatMap((folder) => filesBelow(`features/${folder}`, '.feature'))

/** Whether the room's unit tests fail with the mutant planted. */
const seenByTests = (mutant: Mutant | undefined, { tests }: Subject): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        home('node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        home('eyesight/vitest.config.ts'),
        '--bail=1',
        '--no-isolate',
        '--maxWorkers=1',
        ...tests,
      ],
      { env: plantedEnvironment(mutant), stdio: 'ignore', cwd: home() },
    )
    // A mutant that hangs is seen too.
    const late = setTimeout(() => child.kill('SIGKILL'), testMilliseconds)
    child.once('close', (code) => {
      clearTimeout(late)
      resolve(code !== 0)
    })
  })

/** Also a server that does not start, or that makes the harness stumble, does not go unseen. */
const isSeen = ({ verdict }: Ending): boolean => verdict !== 'pass' && verdict !== 'not applicable'

type Seen = 'by the unit tests' | 'by the features' | 'by nobody'

interface Examined {
  readonly subject: Subject
  readonly mutant: Mutant
  readonly seen: Seen
}

const shown = ({ find, replace, file, line, rule }: Mutant): string => {
  const was = find.split('\n')
  const is = replace.split('\n')
  const at = was.findIndex((text, index) => text !== is[index])
  return `       ${file}:${line} ${rule}\n       - ${was[at]?.trim() ?? ''}\n       + ${is[at]?.trim() ?? ''}`
}

const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((part * 100) / whole)} %`)

const tally = (all: readonly Examined[]): string => {
  const by = (seen: Seen): number => all.filter((one) => one.seen === seen).length
  const [tests, features] = [by('by the unit tests'), by('by the features')]
  return `${all.length} mutants: ${tests} seen by unit tests, ${features} by features alone, ${by('by nobody')} by nobody: ${share(tests + features, all.length)} seen`
}

const run = async (): Promise<void> => {
  const draw = drawer(Number(options.seed))
  const chosen = subjects.filter(({ name }) => options.subject === undefined || name.startsWith(options.subject))
  const sources = filesBelow('server', '.ts').filter((name) => !helpers.test(name))
  const sample = chosen.flatMap((subject) =>
    drawn(
      sources
        .filter((file) => subject.sources.test(file))
        .flatMap((file) => mutantsOf(file, readFileSync(home(file), 'utf8'))),
      Math.round(Number(options.count) / chosen.length),
      draw,
    ).map((mutant) => ({ subject, mutant })),
  )
  const redBefore = new Map<Subject, ReadonlySet<string>>()
  await pooled(chosen, width, async (subject) => {
    if (await seenByTests(undefined, subject))
      throw new Error(`the unit tests of ${subject.name} fail without a mutant`)
    const { endings, fault } = await runTrial(undefined, featuresOf(subject), trialMilliseconds)
    if (fault !== undefined) throw new Error(`the features of ${subject.name}: ${fault}`)
    redBefore.set(subject, new Set(endings.filter(isRed).map(placeOf)))
  })
  const examined: Examined[] = []
  await pooled(sample, width, async ({ subject, mutant }) => {
    const byTests = await seenByTests(mutant, subject)
    let byFeatures = false
    if (!byTests || options['features-always']) {
      const before = redBefore.get(subject) ?? new Set<string>()
      const { endings, fault } = await runTrial(mutant, featuresOf(subject), trialMilliseconds, before.size === 0)
      byFeatures = fault !== undefined || endings.some((ending) => isSeen(ending) && !before.has(placeOf(ending)))
    }
    const seen = byTests ? 'by the unit tests' : byFeatures ? 'by the features' : 'by nobody'
    examined.push({ subject, mutant, seen })
    say(
      `seen ${seen}${options['features-always'] ? `, ${byFeatures ? 'and' : 'not'} by the features` : ''}: ${subject.name}`,
    )
    say(shown(mutant))
  })
  for (const subject of chosen) say(`${subject.name}: ${tally(examined.filter((one) => one.subject === subject))}`)
  say(`all: ${tally(examined)}`)
}

const cache = await mkdtemp(join(tmpdir(), 'smtpspec-eyesight-'))
process.env['NODE_COMPILE_CACHE'] = cache
try {
  await run()
} finally {
  await rm(cache, { recursive: true, force: true })
}
