/**
 * Reads the command line, loads the one command that is meant, runs it, and turns what went wrong into an exit code.
 *
 * Wrong usage: what was wrong, in one sentence, and 64. A file that the system refuses: that, and 74. A bug: its trace, and 70. Commands set their own exit codes.
 */
import { constants } from 'node:os'
import { Command, CommanderError } from 'commander'
import { sentenceOf } from './system-faults.ts'
import { exitCodes, UsageFault } from './usage.ts'
import { version } from './version.ts'

interface CommandModule {
  register(program: Command): void
}

const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  serve: () => import('./serve.ts'),
  verify: () => import('./verify.ts'),
  coverage: () => import('./coverage.ts'),
  report: () => import('./report.ts'),
  probe: () => import('./probe.ts'),
  settings: () => import('./settings.ts'),
  doctor: () => import('./doctor.ts'),
  targets: () => import('./targets.ts'),
}

/** `words` are the arguments after the program's name. Never rejects. */
export async function run(words: readonly string[]): Promise<void> {
  process.stdout.on('error', leaveQuietly)
  try {
    const program = await programFor(words)
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

/** Who reads our output may stop reading (`| head`): that is no fault, and there is nothing left to say. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(128 + constants.signals.SIGPIPE)
}

/** Only the command that is meant is loaded (`verify` brings much along); for help, all of them. */
async function programFor(words: readonly string[]): Promise<Command> {
  const program = new Command('smtpspec')
    .description('A reference SMTP server, and features that tell what an SMTP server owes its users.')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'smtpspec: ')) })
    .addHelpText(
      'after',
      `
Examples:
  smtpspec doctor                          what this machine can run
  smtpspec settings defaults --yaml        a settings file to begin with
  smtpspec serve --settings settings.yaml  run the reference server
  smtpspec verify                          hold the reference server to the features
  smtpspec probe 127.0.0.1:2525            does that server relay for strangers?
  smtpspec help serve                      all about one command`,
    )
  const named = words[0] === undefined ? undefined : commands[words[0]]
  const loading = named === undefined || !Object.hasOwn(commands, words[0] ?? '') ? Object.values(commands) : [named]
  for (const command of await Promise.all(loading.map((load) => load()))) command.register(program)
  return program
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help that is shown because a command is missing; the fault has not been said yet.
    if (error.code === 'commander.help') process.stderr.write('\nsmtpspec: a command is needed\n')
    return error.exitCode === 0 ? exitCodes.good : exitCodes.usage
  }
  if (error instanceof UsageFault) {
    process.stderr.write(`smtpspec: ${error.message}\n`)
    return exitCodes.usage
  }
  const sentence = sentenceOf(error)
  if (sentence !== undefined) {
    process.stderr.write(`smtpspec: ${sentence}\n`)
    return exitCodes.inputOutput
  }
  process.stderr.write(
    `smtpspec: this is a bug, please report it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.software
}
