/**
 * Programs that nobody here wrote, run as child processes: found on PATH or in an unpacked Postfix, bounded in time and
 * output, and ended when their owner is closed.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface Finished {
  /** The exit code; -1 when a signal ended it. */
  readonly code: number
  /** What it said on both outputs, in the order in which it came. */
  readonly output: string
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly environment?: Readonly<Record<string, string>>
  readonly seconds?: number
}

const usualSeconds = 20
const mostOctets = 1_000_000
const graceMilliseconds = 3000

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The program's file, or nothing when it is not installed. */
export const findProgram = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(executable)

/** A started program that goes on until it is stopped. */
export interface Running {
  readonly child: ChildProcess
  output(): string
  /** The end of its input and SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void>
}

export const start = (
  file: string,
  parameters: readonly string[],
  { input, environment }: Omit<RunOptions, 'seconds'> = {},
): Running => {
  const child = spawn(file, parameters, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  const hear = (piece: string): void => {
    if (output.length < mostOctets) output += piece
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  child.on('error', (fault) => hear(`\n${file} cannot be run: ${fault.message}\n`))
  // A program that does not read its input to the end says so by its exit code.
  child.stdin.on('error', () => {})
  if (input !== undefined) child.stdin.end(input)
  return {
    child,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      const gone = once(child, 'close')
      child.stdin.end()
      child.kill('SIGTERM')
      const ended = await Promise.race([gone.then(() => true), setTimeout(graceMilliseconds, false, { ref: false })])
      if (ended) return
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Runs a program to its end; one that takes too long is ended, and says so in its output. */
export const run = async (
  file: string,
  parameters: readonly string[],
  { seconds = usualSeconds, ...options }: RunOptions = {},
): Promise<Finished> => {
  const running = start(file, parameters, { input: '', ...options })
  const finished = new Promise<number>((resolve) => {
    running.child.once('close', (code) => resolve(code ?? -1))
  })
  const code = await Promise.race([finished, setTimeout(seconds * 1000, undefined, { ref: false })])
  if (code !== undefined) return { code, output: running.output() }
  running.child.kill('SIGKILL')
  await finished
  return { code: -1, output: `${running.output()}\n(it was ended after ${seconds} s)` }
}
