/**
 * What every command shares: wrong usage as an error of its own, examples under every help text, and exit codes.
 *
 * Wrong usage is said in one sentence that tells what was wrong, and ends with exit code 64. The codes of a `verify` run
 * are in `report/verdict.ts`; those from 64 on are the customary ones of `sysexits.h`.
 */
import type { Command } from 'commander'

export const exitCodes = {
  good: 0,
  /** EX_USAGE: the command line was wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: this machine lacks what the command needs. */
  unavailable: 69,
  /** EX_SOFTWARE: a bug. */
  software: 70,
  /** EX_IOERR: a file could not be read or written, or an address not be listened on. */
  inputOutput: 74,
  /** EX_CONFIG: the settings have mistakes. */
  settings: 78,
} as const

/** Thrown by a command whose arguments make no sense; the message is a clause that follows `smtpspec: `. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault'
}

export function usageFault(sentence: string): UsageFault {
  return new UsageFault(sentence)
}

/** Puts examples, a line each with what they do, below a command's help. */
export function examples(command: Command, lines: readonly (readonly [command: string, meaning: string])[]): Command {
  const width = Math.max(...lines.map(([line]) => line.length))
  const text = lines.map(([line, meaning]) => `  ${line.padEnd(width)}   ${meaning}`).join('\n')
  return command.addHelpText('after', `\nExamples:\n${text}`)
}
