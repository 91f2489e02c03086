/**
 * `smtpspec serve`: runs the reference server with a settings file until it is told to stop.
 *
 * Ready is one line on standard output; everything else is said on standard error. SIGHUP reads the file again and either
 * applies it or says all that is wrong with it; SIGTERM and SIGINT end the server cleanly (421, transactions in flight
 * finish), a second one at once.
 */
import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { RunningServer, StartMistakes, StartOptions, StartServer } from '../server/admin/contract.ts'
import type { JournalEvent } from '../server/journal/events.ts'
import { isUrgent, lineOf } from '../server/journal/lines.ts'
import { readSettingsFile } from '../server/settings/load.ts'
import type { Mistake } from '../server/settings/mistake.ts'
import { openingWords } from '../server/settings/open-relay.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import { counted, mistakeLine } from './settings.ts'
import { keepMemorySteady } from './steady-memory.ts'
import { examples, exitCodes, usageFault } from './usage.ts'
import { version } from './version.ts'

export interface ServeOptions {
  readonly settings: string
  readonly data?: string
  readonly listen?: readonly string[]
  readonly json?: true
  readonly verbose?: true
  readonly untilInputEnds?: true
}

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

/** What `serve` has around it; the process itself, but in tests. */
export interface Surroundings {
  readonly start: StartServer
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Calls `act` for every such signal until the returned function is called. */
  readonly onSignal: (signal: Signal, act: () => void) => () => void
  /** Calls `act` when standard input ends, until the returned function is called. */
  readonly onInputEnd: (act: () => void) => () => void
  /** Ends the process at once. */
  readonly exit: (code: number) => void
}

/** How long transactions in flight may take to finish after SIGTERM. */
const graceMilliseconds = 30_000

type Listener = NonNullable<SettingsDocument['listeners']>[number]

/** `relay=127.0.0.1:2525`, `submission=[::1]:0` → a listener. */
export function listenerOf(text: string): Listener {
  const parts = /^([a-z]+)=(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const role = (['relay', 'submission', 'submissions'] as const).find((known) => known === parts?.[1])
  const address = parts?.[2] ?? parts?.[3] ?? ''
  const port = Number(parts?.[4])
  if (role === undefined || isIP(address) === 0 || port > 65_535) {
    throw usageFault(
      `--listen takes ROLE=HOST:PORT, with a role of relay, submission or submissions and an IP address, not "${text}"`,
    )
  }
  return { role, address, port }
}

/** Runs until a signal ends it; resolves with the exit code. */
export async function serve(options: ServeOptions, around: Surroundings): Promise<number> {
  const { settings: file } = options
  const listeners = options.listen?.map(listenerOf)
  const loaded = await readSettingsFile(file)
  if (loaded.kind === 'mistakes') return refuse(loaded.mistakes, options, around)
  const startOptions: StartOptions = {
    document: loaded.document,
    folder: resolve(options.data ?? join(dirname(file), 'smtpspec-data')),
    settingsPath: resolve(file),
    ...(listeners === undefined ? {} : { overrides: { listeners } }),
    onEvent: (event) => tell(event, options.verbose === true, around),
  }
  let started: Awaited<ReturnType<StartServer>>
  try {
    started = await around.start(startOptions)
  } catch (error) {
    around.err(`smtpspec: the server cannot use ${startOptions.folder}: ${wordsOf(error)}\n`)
    return exitCodes.inputOutput
  }
  if (started.kind === 'mistakes') return refuse(started.mistakes, options, around)
  const { server } = started
  const stopped = untilStopped(server, options, around)
  const leave = around.onSignal('SIGHUP', () => void reload(server, options, around))
  around.out(`${options.json === true ? readyJson(server) : readyLine(server)}\n`)
  await stopped
  leave()
  return exitCodes.good
}

/** Resolves when the first SIGTERM or SIGINT (or the end of input) has stopped the server; a second one does not wait. */
async function untilStopped(server: RunningServer, options: ServeOptions, around: Surroundings): Promise<void> {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  let count = 0
  const act = (): void => {
    count += 1
    if (count > 1) around.exit(exitCodes.software)
    ask()
  }
  const leave = (['SIGTERM', 'SIGINT'] as const).map((signal) => around.onSignal(signal, act))
  if (options.untilInputEnds === true) leave.push(around.onInputEnd(act))
  await asked
  await server.stop(graceMilliseconds)
  for (const one of leave) one()
}

/** Reads the file again; what is wrong with it is said, and the server goes on as it was. */
async function reload(
  server: RunningServer,
  { settings: file, json }: ServeOptions,
  around: Surroundings,
): Promise<void> {
  try {
    const loaded = await readSettingsFile(file)
    const applied = loaded.kind === 'mistakes' ? loaded : await server.apply(loaded.document)
    if (applied.kind === 'mistakes') {
      if (json === true) around.out(`${JSON.stringify({ mistakes: applied.mistakes })}\n`)
      around.err(mistakeText(file, applied))
      around.err('smtpspec: the settings stay as they were\n')
    } else {
      if (json === true) around.out(`${readyJson(server)}\n`)
      around.err(`smtpspec: the settings were applied; ${listening(server)}\n`)
    }
  } catch (error) {
    around.err(`smtpspec: the settings could not be applied: ${wordsOf(error)}\n`)
  }
}

function refuse(mistakes: readonly Mistake[], options: ServeOptions, around: Surroundings): number {
  if (options.json === true) around.out(`${JSON.stringify({ mistakes })}\n`)
  around.err(mistakeText(options.settings, { kind: 'mistakes', mistakes }))
  return exitCodes.settings
}

function mistakeText(file: string, { mistakes }: StartMistakes): string {
  const lines = mistakes.map((mistake) => `${mistakeLine(file, mistake)}\n`).join('')
  return `${lines}smtpspec: ${counted(mistakes.length)} in the settings\n`
}

/** Everything with --verbose; otherwise only what somebody should act on. */
function tell(event: JournalEvent, verbose: boolean, around: Surroundings): void {
  if (event.event === 'open-relay') {
    around.err(`\nWARNING: ${String(event.detail['says'])}\n${String(event.detail['remedy'])}\n\n`)
  }
  const reason = event.detail['reason']
  // The remark about it says the same as the warning above.
  const saidAlready = event.event === 'open-relay' || Object.values(openingWords).some(({ says }) => says === reason)
  if (verbose || (isUrgent(event) && !saidAlready)) around.err(`${lineOf(event)}\n`)
}

function readyLine(server: RunningServer): string {
  return `smtpspec ${version()} is ready: ${listening(server)}`
}

function readyJson(server: RunningServer): string {
  const admin = server.adminUrl()
  return JSON.stringify({ listeners: server.listeners(), ...(admin === undefined ? {} : { admin }) })
}

function listening(server: RunningServer): string {
  const open = server.listeners().map(({ role, address, port }) => {
    const host = isIP(address) === 6 ? `[${address}]` : address
    return `${role} on ${host}:${port}`
  })
  const admin = server.adminUrl()
  const doors = [...open, ...(admin === undefined ? [] : [`administration on ${admin}`])]
  return open.length === 0 ? ['SMTP is off (smtp.enabled)', ...doors].join(', ') : doors.join(', ')
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function register(program: Command): void {
  const command = program
    .command('serve')
    .description('Run the reference SMTP server.')
    .requiredOption('--settings <file>', 'the settings file, JSON or YAML; changes are saved to it')
    .option('--data <folder>', 'where queue, mailboxes and journal live (default: smtpspec-data beside the settings)')
    .option(
      '--listen <role=host:port>',
      'listen here instead of where the settings say; may be repeated; not saved',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option('--json', 'when ready, and whenever settings were read again, print one line of JSON with the addresses')
    .option('--until-input-ends', 'end when standard input ends too: with whatever program started it')
    .option('--verbose', 'print the journal on standard error')
    .addHelpText(
      'after',
      `
Signals: SIGTERM and SIGINT end the server (421 to everybody, transactions in flight may finish, exit code 0);
SIGHUP reads the settings file again and applies it, or says what is wrong with it.

Exit codes: 0 ended by a signal, 64 wrong usage, 74 the data folder cannot be used, 78 mistakes in the settings.`,
    )
    .action(async (options: ServeOptions) => {
      process.exitCode = await serve(options, processAround())
    })
  examples(command, [
    ['smtpspec serve --settings settings.yaml', 'as the settings say'],
    ['smtpspec serve --settings s.yaml --listen relay=127.0.0.1:2525', 'on another port'],
    ['smtpspec serve --settings s.yaml --listen relay=127.0.0.1:0 --json', 'on a free port, told as JSON'],
    ['smtpspec serve --settings s.yaml --data /var/lib/smtpspec --verbose', 'another folder, journal on the console'],
  ])
}

function processAround(): Surroundings {
  return {
    start: async (options) => {
      const { startServer } = await import('../server/main.ts')
      keepMemorySteady()
      return startServer({ ...options, version: version() })
    },
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    onSignal: (signal, act) => {
      process.on(signal, act)
      return () => void process.off(signal, act)
    },
    onInputEnd: (act) => {
      process.stdin.once('close', act).resume()
      return () => void process.stdin.off('close', act).destroy()
    },
    exit: (code) => process.exit(code),
  }
}
