/**
 * `npm run test:eyesight [--part 1/4] [name…]`: plants every defect of `fixtures/defects/` (or every fourth, or those whose name or room begins so), runs
 * its features, and tells whether the suite sees it.
 *
 * The features are first run as they are: what is red there makes the whole run fail, and is not counted for any defect.
 * One line a defect, the details of what went wrong, `N passed, N failed`; exit code 0 or 1, 64 for wrong usage.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { home } from '../cli/home.ts'
import { faultsOf, featuresOf, readDefects, readTags } from './defects.ts'
import type { Defect } from './defects.ts'
import { judgeTrial, placeOf } from './judgement.ts'
import type { Judgement } from './judgement.ts'
import { pooled, runTrial } from './pool.ts'
import type { Trial } from './pool.ts'
import type { Ending } from './trial.ts'

const trialMilliseconds = 120_000
const unplantedMilliseconds = 300_000

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    parallel: { type: 'string' },
    /** `2/4`: every fourth defect, from the second on. */
    part: { type: 'string', default: '1/1' },
    /** Also show each scenario that turned red. */
    verbose: { type: 'boolean', default: false },
  },
})
/** One more than processors: a planted server often makes a scenario wait. */
const width = Number(options.parallel ?? availableParallelism() + 1)

const [part = 0, parts = 0] = (/^(\d{1,3})\/(\d{1,3})$/.exec(options.part) ?? []).slice(1).map(Number)

const chosen = (defects: readonly Defect[]): readonly Defect[] => {
  const named = defects.filter(({ name, room }) => names.some((word) => name.startsWith(word) || room.startsWith(word)))
  return (names.length === 0 ? defects : named).filter((_, index) => index % parts === part - 1)
}

const describe = ({ feature, line, name, ids, why }: Ending): string =>
  `       ${feature}:${line} ${name} [${ids.join(' ')}]: ${why.split('\n')[0] ?? ''}`

/** One line, and what a reader needs to mend it. */
const verdictText = (defect: Defect, judgement: Judgement, { seconds }: Trial): string => {
  const head = `${judgement.kind === 'seen' ? 'pass' : 'FAIL'} ${defect.room}/${defect.name} (${seconds.toFixed(1)} s)`
  switch (judgement.kind) {
    case 'seen':
      return [
        `${head}: ${judgement.reds.length} red, as named`,
        ...(options.verbose ? judgement.reds.map(describe) : []),
      ].join('\n')
    case 'not seen':
      return [
        `${head}: not seen by ${judgement.missing.join(', ')} — ${defect.story}`,
        ...judgement.reds.map(describe),
      ].join('\n')
    case 'seen otherwise':
      return [`${head}: red, but not named:`, ...judgement.strays.map(describe)].join('\n')
    default:
      return `${head}: ${judgement.why}`
  }
}

/** The features as they are: the places that are red, and the run's own verdict. */
const unplanted = async (features: readonly string[]): Promise<ReadonlySet<string>> => {
  const red: Ending[] = []
  const faults: string[] = []
  const shares = Array.from({ length: width }, (_, index) => features.filter((__, at) => at % width === index))
  await pooled(
    shares.filter((share) => share.length > 0),
    width,
    async (share) => {
      const { endings, fault } = await runTrial(undefined, share, unplantedMilliseconds)
      red.push(...endings.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not applicable'))
      if (fault !== undefined) faults.push(fault)
    },
  )
  for (const ending of red) say(`FAIL without any defect:\n${describe(ending)}`)
  for (const fault of faults) say(`FAIL without any defect: ${fault}`)
  if (red.length + faults.length > 0) process.exitCode = 1
  return new Set(red.map(placeOf))
}

const run = async (): Promise<void> => {
  if (!Number.isInteger(width) || width < 1) {
    say(`--parallel takes a number of processes, not ${options.parallel ?? ''}`)
    process.exitCode = 64
    return
  }
  if (part < 1 || part > parts) {
    say(`--part takes part/parts, for example 2/4, not ${options.part}`)
    process.exitCode = 64
    return
  }
  const startedAt = performance.now()
  const defects = chosen(readDefects(home('fixtures/defects')))
  if (defects.length === 0) {
    say(`no defect's name or room begins with ${names.join(' or ')}`)
    process.exitCode = 64
    return
  }
  const carriers = readTags(home())
  const unfit = new Set<Defect>()
  for (const defect of defects) {
    const faults = faultsOf(defect, home(), carriers)
    if (faults.length > 0) unfit.add(defect)
    for (const fault of faults) say(`FAIL ${fault}`)
  }
  const fit = defects.filter((defect) => !unfit.has(defect))
  const redBefore = await unplanted([...new Set(fit.flatMap((defect) => featuresOf(defect, carriers)))])
  let passed = 0
  await pooled(fit, width, async (defect) => {
    const trial = await runTrial(defect, featuresOf(defect, carriers), trialMilliseconds)
    const judgement: Judgement =
      trial.fault === undefined
        ? judgeTrial(defect, trial.endings, redBefore)
        : { kind: 'proves nothing', why: trial.fault }
    if (judgement.kind === 'seen') passed += 1
    say(verdictText(defect, judgement, trial))
  })
  say(`${defects.length} defects in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  say(`${passed} passed, ${defects.length - passed} failed`)
  if (passed < defects.length) process.exitCode = 1
}

/** Compiled modules are shared by all trials, and gone afterwards. */
const cache = await mkdtemp(join(tmpdir(), 'smtpspec-eyesight-'))
process.env['NODE_COMPILE_CACHE'] = cache
try {
  await run()
} finally {
  await rm(cache, { recursive: true, force: true })
}
