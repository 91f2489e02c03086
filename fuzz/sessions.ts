/**
 * Carries out a trial of sessions in a house of its own, and judges everything that can be judged: each session by itself,
 * then that the server still serves, that nothing is left open, and that the ledger balances.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseScript } from '../simulators/notation.ts'
import { openHouse } from './house.ts'
import type { House } from './house.ts'
import { ledgerFaults } from './ledger.ts'
import type { Tolerance } from './ledger.ts'
import type { Acceptance } from './reckoning.ts'
import type { Visit } from './trial.ts'
import { playVisit } from './visit.ts'

/** Sessions beside one another. */
const beside = 4
/** How long ends may take to be noticed, milliseconds. */
const deadline = 10_000

/** What a trial came to. */
export interface Outcome {
  readonly faults: readonly string[]
  readonly sessions: number
  /** Messages for which 250 was said. */
  readonly messages: number
}

const correctVisit: Visit = {
  door: 'relay',
  source: 'trusted host',
  script: parseScript(`
    S: 220
    C: EHLO client.example
    S: 250
    C: MAIL FROM:<eve@there.example>
    C: RCPT TO:<alice@here.example>
    C: DATA
    S: 354
    C: Subject: still there
    C:
    C: Yes.
    C: .
    S: 250
    C: QUIT
    S: 221`),
}

/** True as soon as the condition holds; false when the deadline passes. */
export const becomes = async (holds: () => boolean, milliseconds: number = deadline): Promise<boolean> => {
  const end = performance.now() + milliseconds
  while (!holds()) {
    if (performance.now() > end) return false
    await pause(2)
  }
  return true
}

/** Resolves true when the queue has come to rest in time. */
export const rests = async ({ server }: House, milliseconds: number = deadline): Promise<boolean> => {
  const late = new AbortController()
  const rested = await Promise.race([
    server.queue.rest().then(() => true),
    pause(milliseconds, false, { signal: late.signal }).catch(() => false),
  ])
  late.abort()
  return rested
}

const count = (house: House, name: string): number => house.events.filter(({ event }) => event === name).length

/** What must hold when all clients are gone. */
export const afterwards = async (
  house: House,
  accepted: readonly Acceptance[],
  tolerance?: Tolerance,
): Promise<readonly string[]> => {
  const faults: string[] = []
  const allClosed = (): boolean => count(house, 'session-closed') === count(house, 'session-opened')
  if (!(await becomes(allClosed))) {
    faults.push(`of ${count(house, 'session-opened')} sessions ${count(house, 'session-closed')} were closed`)
  }
  if (!(await rests(house)))
    faults.push(`the queue does not come to rest: ${JSON.stringify(house.server.queue.counts())}`)
  faults.push(...(await ledgerFaults(house, accepted, tolerance)), ...house.faults())
  return faults
}

export const runSessions = async (visits: readonly Visit[]): Promise<Outcome> => {
  const house = await openHouse()
  const faults: string[] = []
  const accepted: Acceptance[] = []
  let next = 0
  const visitOn = async (): Promise<void> => {
    while (next < visits.length) {
      const visit = visits[next++]
      if (visit === undefined) return
      const visited = await playVisit(house, visit)
      faults.push(...visited.faults)
      accepted.push(...visited.accepted)
    }
  }
  try {
    await Promise.all(Array.from({ length: beside }, visitOn))
    const last = await playVisit(house, correctVisit)
    faults.push(...last.faults)
    if (last.accepted.length !== 1) faults.push('a correct session afterwards is not served')
    faults.push(...(await afterwards(house, [...accepted, ...last.accepted])))
  } finally {
    await house.close()
  }
  return { faults: [...new Set(faults)], sessions: visits.length, messages: accepted.length }
}
