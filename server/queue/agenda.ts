/**
 * What falls due when: for every unfinished recipient the moment at which the queue must look at it next.
 *
 * One heap holds them all, whatever they wait for: an attempt, a delay warning, or the end of their lifetime. Recipients
 * that something else will bring on (an attempt under way, a lane that gets free, the operator) have no moment.
 */
import type { Clock, Milliseconds } from '../ports.ts'
import type { Slot } from './entries.ts'
import { createHeap } from './heap.ts'
import { endOfLife, warningAt } from './schedule.ts'
import type { Waits } from './schedule.ts'

/** What became of a recipient's time. */
export type Due = 'attempt' | 'warning' | 'expiry' | 'nothing'

export interface Agenda {
  /** Works the slot's next moment out anew; needed after every change of the slot, its line or the settings. */
  rekey(slot: Slot): void
  /** The next slot whose moment has come. */
  next(now: Milliseconds): Slot | undefined
  nextAt(): Milliseconds | undefined
}

const isBlocked = (slot: Slot, now: Milliseconds): boolean => slot.line !== undefined && slot.line.blockedUntil > now

/** Nobody is given up before the lifetime's end, and nobody waits longer, whatever the last wait was. */
const attemptAt = (slot: Slot, waits: Waits): Milliseconds =>
  Math.min(slot.dueAt, endOfLife(slot.entry.envelope, waits))

const warnAt = (slot: Slot, waits: Waits): Milliseconds =>
  slot.telling ? Infinity : (warningAt(slot.entry.envelope, slot.recipient, waits) ?? Infinity)

const wakeAt = (slot: Slot, waits: Waits, now: Milliseconds): Milliseconds => {
  if (slot.standing === 'waiting') return Math.min(attemptAt(slot, waits), warnAt(slot, waits))
  // A recipient that only waits for a free lane will be attempted, and warned of or given up by what comes of that.
  if (slot.standing !== 'ready' || !isBlocked(slot, now)) return Infinity
  return Math.min(endOfLife(slot.entry.envelope, waits), warnAt(slot, waits))
}

/** What is to be done now with a slot whose moment has come. */
export const dueOf = (slot: Slot, waits: Waits, now: Milliseconds): Due => {
  if (slot.standing === 'waiting' && attemptAt(slot, waits) <= now) return 'attempt'
  if (slot.standing === 'ready') {
    if (!isBlocked(slot, now)) return 'nothing'
    if (endOfLife(slot.entry.envelope, waits) <= now) return 'expiry'
  }
  return warnAt(slot, waits) <= now ? 'warning' : 'nothing'
}

/** Makes an empty agenda. */
export const createAgenda = (waits: () => Waits, clock: Pick<Clock, 'now'>): Agenda => {
  const heap = createHeap<Slot>((slot) => slot.wakeAt)
  return {
    rekey: (slot) => {
      slot.wakeAt = wakeAt(slot, waits(), clock.now())
      if (slot.wakeAt === Infinity) heap.remove(slot)
      else heap.put(slot)
    },
    next: (now) => {
      const slot = heap.first()
      return slot !== undefined && slot.wakeAt <= now ? slot : undefined
    },
    nextAt: () => heap.first()?.wakeAt,
  }
}
