/**
 * Draws trials from a seed, carries them out, and makes what breaks as small as it gets.
 *
 * What no single trial can see is watched around all of them: rejections that nobody handled, exceptions that nobody caught,
 * sockets that stayed open.
 */
import type { Chance } from './chance.ts'
import { drawPackets } from './generate/packets.ts'
import { drawRubbish } from './generate/replies.ts'
import { drawVisit } from './generate/sessions.ts'
import type { Good } from './generate/sessions.ts'
import { runPackets, runRubbish } from './outbound.ts'
import { becomes, runSessions } from './sessions.ts'
import type { Outcome } from './sessions.ts'
import { smallest, smaller } from './shrink.ts'
import type { Trial } from './trial.ts'

/** Sessions of one trial. */
const sessionsOfOne = 20

/** How long a trial may take with every deadline in it used up, milliseconds. */
const longestTrial = 300_000

/** How the rounds are shared out: most for the server's side. */
const kinds: readonly Trial['kind'][] = ['sessions', 'sessions', 'sessions', 'exchanger', 'names']

/** The trial of one round; of the given kind, or of any. */
export const drawTrial = (corpus: readonly Good[], chance: Chance, wanted?: Trial['kind']): Trial => {
  const kind = wanted ?? chance.of(kinds)
  switch (kind) {
    case 'sessions':
      return { kind, visits: Array.from({ length: sessionsOfOne }, () => drawVisit(corpus, chance.fork())) }
    case 'exchanger':
      return { kind, rubbish: drawRubbish(chance) }
    default:
      return { kind, packets: drawPackets(chance) }
  }
}

const carriedOut = async (trial: Trial): Promise<Outcome> => {
  switch (trial.kind) {
    case 'sessions':
      return await runSessions(trial.visits)
    case 'exchanger':
      return await runRubbish(trial.rubbish)
    default:
      return await runPackets(trial.packets)
  }
}

/** The outcome, or word that there is none in time; what hangs is left behind. */
const inTime = async (trial: Trial): Promise<Outcome> => {
  const late = Promise.withResolvers<Outcome>()
  const timer = setTimeout(() => late.resolve({ faults: ['the trial hangs'], sessions: 0, messages: 0 }), longestTrial)
  try {
    return await Promise.race([carriedOut(trial), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Sockets of any kind that this process holds open. */
const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|UDP|Pipe)/.test(name)).length

/** What a trial came to, and what it left behind. */
export const runTrial = async (trial: Trial): Promise<Outcome> => {
  const stray: string[] = []
  const onStray = (reason: unknown): void => {
    stray.push(`nobody handled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`)
  }
  const before = openSockets()
  process.on('unhandledRejection', onStray)
  process.on('uncaughtException', onStray)
  try {
    const outcome = await inTime(trial)
    const isClosed = await becomes(() => openSockets() <= before)
    const left = isClosed ? [] : [`${openSockets() - before} sockets are left open`]
    return { ...outcome, faults: [...outcome.faults, ...stray, ...left] }
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { faults: [`the trial itself broke: ${reason}`, ...stray], sessions: 0, messages: 0 }
  } finally {
    process.off('unhandledRejection', onStray)
    process.off('uncaughtException', onStray)
  }
}

/** A fault without what differs from run to run: names, numbers and what was said. */
const kindOf = (fault: string): string =>
  fault
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replaceAll(/\b[0-9a-z]{14,}\b/g, '…')
    .replaceAll(/\d+/g, 'n')

/** The smallest trial found that still breaks in one of the same ways. */
export const shrunk = async (
  trial: Trial,
  faults: readonly string[],
  budgetMilliseconds: number,
): Promise<{ readonly trial: Trial; readonly faults: readonly string[] }> => {
  const wanted = new Set(faults.map(kindOf))
  let last = faults
  const smallestTrial = await smallest(
    trial,
    smaller,
    async (candidate) => {
      const outcome = await runTrial(candidate)
      const isSame = outcome.faults.some((fault) => wanted.has(kindOf(fault)))
      if (isSame) last = outcome.faults
      return isSame
    },
    budgetMilliseconds,
  )
  return { trial: smallestTrial, faults: last }
}
