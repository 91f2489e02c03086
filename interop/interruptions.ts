/**
 * A run that is ended from outside leaves nothing behind: no process, no mount, no file; and the next one works.
 *
 * `node interop/interruptions.ts`: Ctrl-C, a polite kill and `kill -9` in the middle of a run, a full disk under the report
 * and under the scenarios. Full disks are small memory file systems in a mount namespace of their own, which needs root.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, runScript, within } from './support/checks.ts'
import type { Evidence } from './support/checks.ts'

const program = join(import.meta.dirname, '../cli/main.ts')
/** Long enough to be in the middle of it, with servers in processes of their own among the scenarios. */
const selection = ['features/mail-service', 'features/queue/durability.feature', '--out-of-process', '--parallel', '2']
const middleMilliseconds = 200
const goneSeconds = 8

interface Run {
  readonly child: ChildProcess
  /** Everything that it said so far. */
  readonly said: () => string
  readonly ended: Promise<number | string>
}

const start = (command: string, words: readonly string[], folder: string): Run => {
  const said: string[] = []
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, NO_COLOR: '1' },
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => void said.push(String(bytes)))
  const ended = once(child, 'exit').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)))
  return { child, said: () => said.join(''), ended }
}

const verify = (folder: string, ...words: readonly string[]): Run =>
  start(process.execPath, [program, 'verify', ...words], folder)

/** Folders of scenarios of that process, wherever they are made. */
const foldersOf = async (pid: number | undefined, folder: string): Promise<readonly string[]> => {
  const found = await Promise.all(
    ['/dev/shm', folder].map(async (base) =>
      (await readdir(base).catch(() => []))
        .filter((name) => name.startsWith('smtpspec-') && name.endsWith(`-${pid ?? 0}`))
        .map((name) => join(base, name)),
    ),
  )
  return found.flat()
}

/** Servers whose data lie in a folder of that process. */
const serversOf = async (pid: number | undefined): Promise<readonly string[]> => {
  const found: string[] = []
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue
    const line = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    if (line.includes(`-${pid ?? 0}/scenario-`)) found.push(`${name}: ${line}`)
  }
  return found
}

const underWay = async (run: Run): Promise<void> => {
  await within(
    60,
    'the first scenarios',
    (async () => {
      while (!/^pass /m.test(run.said())) await setTimeout(middleMilliseconds)
    })(),
  )
  await setTimeout(middleMilliseconds)
}

const untilGone = async (look: () => Promise<readonly string[]>): Promise<readonly string[]> => {
  const deadline = performance.now() + goneSeconds * 1000
  for (;;) {
    const left = await look()
    if (left.length === 0 || performance.now() > deadline) return left
    await setTimeout(50)
  }
}

const interrupted = async (
  signal: NodeJS.Signals,
  code: number | string,
  folder: string,
  evidence: Evidence,
): Promise<Run> => {
  const run = verify(folder, ...selection)
  await underWay(run)
  expect((await foldersOf(run.child.pid, folder)).length > 0, 'scenarios have a folder while they run')
  run.child.kill(signal)
  const ended = await within(10, 'the end', run.ended)
  evidence.note('what it said', run.said())
  expect(ended === code, `it should end with ${code}, not with ${ended}`)
  const servers = await untilGone(() => serversOf(run.child.pid))
  expect(servers.length === 0, `servers are left: ${servers.join('; ')}`)
  return run
}

/** Runs `verify` where a folder is a disk of so many KiB, in a mount namespace that nobody else sees. */
const onSmallDisk = (place: string, kibibytes: number, folder: string, ...words: readonly string[]): Run =>
  start(
    'unshare',
    [
      '--mount',
      '--propagation',
      'private',
      '/bin/sh',
      '-c',
      'mount -t tmpfs -o size="$1"k none "$2" && shift 2 && exec "$@"',
      'sh',
      String(kibibytes),
      place,
      process.execPath,
      program,
      'verify',
      ...words,
    ],
    folder,
  )

await runScript(280, async (checks) => {
  const { folder } = checks
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    await checks.check(
      `${signal} in the middle leaves no process and no file`,
      async (evidence) => {
        const run = await interrupted(signal, code, folder, evidence)
        expect(/interrupted/.test(run.said()), 'it says that it was interrupted')
        const left = await foldersOf(run.child.pid, folder)
        expect(left.length === 0, `left behind: ${left.join(', ')}`)
      },
      80,
    )
  }
  await checks.check(
    'kill -9 in the middle leaves no process, and the next run sweeps what it left',
    async (evidence) => {
      const run = await interrupted('SIGKILL', 'SIGKILL', folder, evidence)
      const next = verify(folder, 'features/mail-service/incoming-mail.feature')
      const code = await within(60, 'the next run', next.ended)
      evidence.note('the next run', next.said())
      expect(code === 0, `the next run ended with ${code}`)
      const left = [...(await foldersOf(run.child.pid, folder)), ...(await foldersOf(next.child.pid, folder))]
      expect(left.length === 0, `left behind: ${left.join(', ')}`)
    },
    120,
  )
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    checks.missing('full disks', 'run this on Linux as root')
    return
  }
  await checks.check(
    'a full disk under the report is said in a sentence, with exit code 4',
    async (evidence) => {
      const place = folder
      const run = onSmallDisk(place, 64, folder, 'features/mail-service/incoming-mail.feature', '--report-dir', place)
      const code = await within(60, 'the run', run.ended)
      evidence.note('what it said', run.said())
      expect(code === 4, `it ended with ${code}`)
      expect(/the disk is full/.test(run.said()), 'it says that the disk is full')
      expect(!/this is a bug/.test(run.said()), 'it is no bug')
    },
    80,
  )
  await checks.check(
    'a full disk under the scenarios is no failure of the server: exit code 3',
    async (evidence) => {
      const run = onSmallDisk('/dev/shm', 64, '/dev/shm', 'features/mail-service/incoming-mail.feature')
      const code = await within(80, 'the run', run.ended)
      evidence.note('what it said', run.said())
      expect(code === 3, `it ended with ${code}`)
    },
    100,
  )
})
