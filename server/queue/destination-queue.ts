/**
 * One destination's line: the due recipients that go there together, grouped by envelope, first come first served, and
 * what the server has learnt of the destination lately.
 *
 * A destination that could not be reached several times in a row is left alone for a while (RFC 5321 §4.5.4.1); one bad
 * session alone proves nothing (rfc5321-4.5.4.1-08). This file keeps the line; `lanes.ts` works on it.
 */
import type { Trouble } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import type { Destination, Result } from './contract.ts'
import type { Entry, Slot } from './entries.ts'
import { createFifo } from './fifo.ts'
import type { Placed } from './heap.ts'

/** The due recipients of one envelope: one work. rfc5321-4.5.4.1-10 */
interface Group {
  readonly entry: Entry
  readonly slots: Set<Slot>
}

export interface DestinationQueue extends Placed {
  readonly destination: Destination
  /** Lanes that run. */
  lanes: number
  /** Lanes that run and have not asked for work yet. */
  starting: number
  /** It stands in the dispatcher's line for a lane. */
  lined: boolean
  /** Works in a row that could not reach it. */
  failures: number
  /** No attempt before this moment. */
  blockedUntil: Milliseconds
  /** What it came to last, while it could not be reached. */
  trouble: Trouble | undefined
  /** How many works wait. */
  works(): number
  slots(): Iterable<Slot>
  put(slot: Slot): void
  remove(slot: Slot): void
  take(): readonly Slot[] | undefined
}

/** After so many works in a row a destination counts as out of reach. */
export const failuresBeforeRest = 3

/** Makes an empty line for a destination. */
export const createDestinationQueue = (destination: Destination): DestinationQueue => {
  const groups = createFifo<Group>()
  const byEntry = new Map<Entry, Group>()
  return {
    destination,
    lanes: 0,
    starting: 0,
    lined: false,
    failures: 0,
    blockedUntil: 0,
    trouble: undefined,
    place: -1,
    works: () => byEntry.size,
    slots: function* () {
      for (const group of byEntry.values()) yield* group.slots
    },
    put: (slot) => {
      let group = byEntry.get(slot.entry)
      if (group === undefined) {
        group = { entry: slot.entry, slots: new Set() }
        byEntry.set(slot.entry, group)
        groups.push(group)
      }
      group.slots.add(slot)
    },
    remove: (slot) => {
      const group = byEntry.get(slot.entry)
      group?.slots.delete(slot)
      if (group?.slots.size === 0) byEntry.delete(slot.entry)
    },
    take: () => {
      for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
        // Groups whose recipients were all taken out meanwhile are only passed over here.
        if (byEntry.get(group.entry) !== group) continue
        byEntry.delete(group.entry)
        return [...group.slots]
      }
      return undefined
    },
  }
}

/** Whether the results of a work tell that the destination was reached; undefined when they tell nothing. */
export const reached = (results: readonly Result[]): boolean | undefined => {
  let out: boolean | undefined
  for (const { outcome } of results) {
    if (outcome.kind === 'delivered' || outcome.kind === 'relayed') return true
    if (outcome.kind !== 'deferred' && outcome.kind !== 'failed') continue
    const { radius } = outcome.trouble
    // rfc5321-4.5.4.1-09: what was said to MAIL, RCPT or the content is never held against the next message.
    if (radius === 'message' || radius === 'recipient') return true
    if (outcome.kind === 'deferred' && radius !== undefined) out = false
  }
  return out
}
