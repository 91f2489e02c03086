/**
 * What is owed to a server that is not on this machine: a second between two sessions, and no scenario of dozens of them.
 */
import { setTimeout } from 'node:timers/promises'
import { pauseMilliseconds } from '../../cli/far.ts'
import { NotApplicable } from '../faults.ts'
import type { Worker } from '../worker.ts'

/** More would take longer than a step may, and be more than a server of somebody else's is asked for. */
export const mostSessions = 12

/** When each worker may open its next session. */
const due = new WeakMap<Worker, number>()

/** For one scenario: resolves when the next session may be opened; rejects with `NotApplicable` where it is one too many. */
export const paceOf = (worker: Worker, pause: number = pauseMilliseconds): (() => Promise<void>) => {
  let sessions = 0
  return async () => {
    sessions += 1
    if (sessions > mostSessions)
      throw new NotApplicable(`is not on this machine, and the scenario opens more than ${mostSessions} sessions`)
    const now = performance.now()
    const start = Math.max(now, due.get(worker) ?? 0)
    due.set(worker, start + pause)
    await setTimeout(start - now)
  }
}
