/**
 * How every script of `interop/` runs: checks counted one line each, a bound on the time of each and of the whole, and
 * nothing left behind, whether all went well, a check failed, or Ctrl-C came.
 *
 * Prints `pass …`, `FAIL …` with all evidence, `skipped: …`, and last `N passed, N failed, N skipped`. The exit code is 0
 * only when nothing failed. What a program that is not installed would have shown is skipped by hand and failed under CI.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** What a check saw; printed when it fails. */
export interface Evidence {
  note(title: string, text: string): void
}

export interface Checks {
  /**
   * Passes when `act` resolves (to a remark, if it likes); fails with its reason and its evidence when it rejects or takes
   * longer than `seconds`.
   */
  check(what: string, act: (evidence: Evidence) => Promise<string | void>, seconds?: number): Promise<void>
  /** Something that cannot be shown here; a failure under CI, where nothing may be missing. */
  missing(what: string, remedy: string): void
  /** Closed last opened first at the end, whatever happens. Nothing can be added once that has begun. */
  readonly stops: AsyncDisposableStack
  /** Starts something that is to be stopped at the end; rejects to start it when the end has begun. */
  own<T extends { stop(): Promise<unknown> }>(start: () => T): T
  /** A folder of this run's own, removed at the end. */
  readonly folder: string
}

const usualSeconds = 30
const evidenceOctets = 20_000

export const underCi = (): boolean => (process.env['CI'] ?? '') === 'true'

/** Fails a check: an observation that should have been otherwise. */
export const expect = (holds: boolean, sentence: string): void => {
  if (!holds) throw new Error(sentence)
}

/** Waits until the act gives something, at most `seconds`. */
export const eventually = async <T>(seconds: number, act: () => Promise<T | undefined>): Promise<T | undefined> => {
  for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; await pause(50)) {
    const found = await act()
    if (found !== undefined) return found
  }
  return undefined
}

/** Rejects when the time is over; the act itself is expected to have bounds of its own. */
export const within = async <T>(seconds: number, what: string, act: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${what} took longer than ${seconds} s`)), seconds * 1000)
  try {
    return await Promise.race([act, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const reasonOf = (fault: unknown): string => (fault instanceof Error ? (fault.stack ?? fault.message) : String(fault))

const shortened = (text: string): string =>
  text.length <= evidenceOctets
    ? text
    : `${text.slice(0, evidenceOctets / 2)}\n… ${text.length - evidenceOctets} octets left out …\n${text.slice(-evidenceOctets / 2)}`

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '    ')

/**
 * Runs a script to its end and sets the exit code. After `seconds` in all, or on SIGINT or SIGTERM, everything is closed
 * and the process ends by itself.
 */
export const runScript = async (seconds: number, script: (checks: Checks) => Promise<void>): Promise<void> => {
  const count = { passed: 0, failed: 0, skipped: 0 }
  const stops = new AsyncDisposableStack()
  /** Where whoever still runs after an interruption waits for the process to end. */
  const forever = new Promise<never>(() => {})
  let over = false
  const folder = await mkdtemp(join(tmpdir(), 'smtpspec-interop-'))
  stops.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

  const fail = (what: string, why: string): void => {
    count.failed += 1
    say(`FAIL ${what}\n${indented(why)}`)
  }
  const end = async (): Promise<void> => {
    try {
      await within(60, 'closing everything', stops.disposeAsync())
    } catch (fault) {
      fail('everything is closed', reasonOf(fault))
    }
    say(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  }
  const interrupted = (why: string, code: number) => async (): Promise<void> => {
    if (over) return
    over = true
    fail('the script runs to its end', why)
    await end()
    process.exit(code)
  }
  const overdue = setTimeout(() => void interrupted(`it took longer than ${seconds} s`, 1)(), seconds * 1000)
  process.once('SIGINT', () => void interrupted('it was interrupted (SIGINT)', 130)())
  process.once('SIGTERM', () => void interrupted('it was ended (SIGTERM)', 143)())

  const checks: Checks = {
    stops,
    folder,
    own(start) {
      if (over) throw new Error('the script is over: nothing is started any more')
      const started = start()
      stops.defer(async () => void (await started.stop()))
      return started
    },
    async check(what, act, most = usualSeconds) {
      if (over) await forever
      const notes: string[] = []
      const startedAt = performance.now()
      try {
        const remark = await within(
          most,
          'the check',
          act({ note: (title, text) => void notes.push(`── ${title} ──\n${shortened(text)}`) }),
        )
        if (over) await forever
        count.passed += 1
        const milliseconds = Math.round(performance.now() - startedAt)
        say(`pass ${what} (${milliseconds} ms)${typeof remark === 'string' ? `: ${remark}` : ''}`)
      } catch (fault) {
        if (over) await forever
        fail(what, [reasonOf(fault), ...notes].join('\n'))
      }
    },
    missing(what, remedy) {
      if (underCi()) fail(what, `it cannot be shown here, and under CI nothing is skipped: ${remedy}`)
      else {
        count.skipped += 1
        say(`skipped: ${what}: ${remedy}`)
      }
    },
  }
  try {
    await script(checks)
  } catch (fault) {
    if (!over) fail('the script runs to its end', reasonOf(fault))
  }
  if (over) await forever
  over = true
  clearTimeout(overdue)
  await end()
  // Whatever is still open now was forgotten by a stop: it must not keep the process.
  process.exit(count.failed === 0 ? 0 : 1)
}
