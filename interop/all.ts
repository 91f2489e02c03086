/**
 * The whole suite on every server that can be had, a container among them, in one go and one report: `npm run verify:all`.
 *
 * `node interop/all.ts [--twice] [what verify takes]`, as root on Linux with the packages that `smtpspec targets install`
 * fetches. Every server has to be as its expectations say; with `--twice` all is done again, and no verdict may be another
 * than where the list of what is known says that chance decides.
 * Where containers cannot be, the other servers are tried all the same, and the sentence says what is missing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { home } from '../cli/home.ts'
import { expectationsOf } from '../cli/verify-target.ts'
import type { Deviation } from '../report/expectations.ts'
import { expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { containerFile, image, openContainers, ran } from './support/containers.ts'
import { compare } from './verdicts.ts'
import type { Told } from './verdicts.ts'

const program = home('cli/main.ts')
/** For one time; the goal is 900 on two cores of their own. */
const mostSeconds = 1800
/** Two for each processor of a small machine: some servers make everybody wait. */
const workers = 4

const [twice, asked] = process.argv.includes('--twice')
  ? ([true, process.argv.slice(2).filter((word) => word !== '--twice')] as const)
  : ([false, process.argv.slice(2)] as const)

/** The container's name as a target, and what its runtime is called by; undefined where there can be none. */
const container = async (
  checks: Checks,
): Promise<{ readonly target: string; readonly environment: Readonly<Record<string, string>> } | undefined> => {
  const opened = await openContainers(checks)
  if (!('environment' in opened)) {
    checks.missing('a server in a container', 'install' in opened ? opened.install : opened.kernel.trim())
    return undefined
  }
  await ran(process.execPath, [program, 'targets', 'install', 'container'], 120)
  // A name that is the same each time: it is the server's name in the report.
  const file = join('reports', 'server-in-a-container.yaml')
  await mkdir('reports', { recursive: true })
  await writeFile(file, containerFile(image, 'ready: { log: is ready }\n'))
  return { target: `container:${file}`, environment: opened.environment }
}

/** Where the report of each time lies. */
const folder = (time: number): string => (time === 1 ? 'reports' : `reports/time-${time}`)

/** Runs it with its own lines shown as they come; gives the exit code. */
const verify = async (
  checks: Checks,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> => {
  const child = spawn(process.execPath, [program, 'verify', ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  checks.own(() => ({
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }))
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : -1
}

const scenariosIn = async (place: string): Promise<readonly Told[]> => {
  const { scenarios } = JSON.parse(await readFile(join(place, 'report.json'), 'utf8')) as {
    readonly scenarios: readonly Told[]
  }
  return scenarios
}

const script = async (checks: Checks): Promise<void> => {
  const contained = await container(checks)
  const targets = ['all', ...(contained === undefined ? [] : [contained.target])].join(',')
  for (const time of twice ? [1, 2] : [1]) {
    await checks.check(
      time === 1 ? 'every server is as is known of it' : 'and so the second time',
      async () => {
        const words = ['--parallel', String(workers), ...asked, '--target', targets, '--report-dir', folder(time)]
        const startedAt = performance.now()
        const code = await verify(checks, words, contained?.environment ?? {})
        expect(code === 0, `verify ended with ${code}`)
        return `${Math.round((performance.now() - startedAt) / 1000)} s`
      },
      mostSeconds,
    )
  }
  if (!twice) return
  await checks.check('both times with the same verdicts', async () => {
    const [first, second] = [await scenariosIn(folder(1)), await scenariosIn(folder(2))]
    const known = new Map<string, readonly Deviation[]>()
    for (const target of new Set(first.map((one) => one.target)))
      known.set(target, (await expectationsOf(target, [])).deviations)
    const { other, byChance } = compare(first, second, (target) => known.get(target) ?? [])
    expect(other.length === 0, `another the second time: ${other.join('\n')}`)
    return [`${first.length} verdicts`, ...byChance.map((one) => `by chance ${one}`)].join('\n')
  })
}

await runScript((twice ? 2 : 1) * mostSeconds + 300, script)
