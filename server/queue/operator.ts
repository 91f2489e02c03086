/**
 * The operator's hand in the queue: hold, release, remove.
 *
 * Each is durable before it is reported done. A recipient whose attempt is under way cannot be called back: holding it
 * keeps it from further attempts, removing it holds it now and removes it when the attempt ends without delivery.
 */
import type { EventName } from '../journal/events.ts'
import type { Recipient } from '../message/envelope.ts'
import type { Clock } from '../ports.ts'
import { isUnfinished, selects } from './address.ts'
import type { Selection } from './contract.ts'
import type { Entries, Entry, Slot } from './entries.ts'
import { decideState } from './settle.ts'
import type { Settlements } from './settlements.ts'

export interface Operator {
  hold(selection: Selection): Promise<number>
  release(selection: Selection): Promise<number>
  remove(selection: Selection): Promise<number>
}

interface Act {
  readonly event: EventName
  readonly applies: (recipient: Recipient) => boolean
  readonly state: (slot: Slot | undefined) => 'held' | 'queued' | 'removed'
  /** What the act wants of an attempt that is under way. */
  readonly removing: boolean
}

const acts = {
  hold: {
    event: 'recipient-held',
    applies: (recipient) => recipient.state === 'queued',
    state: () => 'held',
    removing: false,
  },
  release: {
    event: 'recipient-released',
    applies: (recipient) => recipient.state === 'held',
    state: () => 'queued',
    removing: false,
  },
  remove: {
    event: 'recipient-removed',
    applies: isUnfinished,
    state: (slot) => (slot?.standing === 'under-way' ? 'held' : 'removed'),
    removing: true,
  },
} as const satisfies Record<string, Act>

/** The envelopes that a selection may mean. */
export const entriesOf = (entries: Entries, selection: Selection): readonly Entry[] => {
  if (selection.envelope === undefined) return entries.all()
  const entry = entries.get(selection.envelope)
  return entry === undefined ? [] : [entry]
}

export const createOperator = (entries: Entries, settlements: Settlements, clock: Pick<Clock, 'now'>): Operator => {
  const actOn = async (entry: Entry, act: Act, selected: (recipient: Recipient) => boolean): Promise<number> => {
    let count = 0
    const before = new Map<Slot, boolean>()
    const done = settlements.attempt(entry, (envelope) => {
      const chosen = envelope.recipients.filter((recipient) => act.applies(recipient) && selected(recipient))
      count = chosen.length
      const now = clock.now()
      const decisions = chosen.map((recipient) => {
        const slot = entry.slots.get(recipient.id)
        if (slot !== undefined) {
          before.set(slot, slot.removing)
          slot.removing = act.removing
        }
        const state = act.state(slot)
        const event = act.removing && state === 'held' ? 'recipient-held' : act.event
        return decideState(recipient, { state, event }, now)
      })
      return {
        changed: decisions.map(({ recipient }) => recipient),
        told: [],
        attempted: [],
        copies: [],
        events: decisions.map(({ telling }) => telling),
      }
    })
    try {
      await done
      return count
    } catch (fault) {
      for (const [slot, removing] of before) slot.removing = removing
      throw fault
    }
  }

  const operate = async (act: Act, selection: Selection): Promise<number> => {
    const selected = selects(selection)
    const counts = await Promise.all(
      entriesOf(entries, selection)
        .filter((entry) => entry.envelope.recipients.some((recipient) => act.applies(recipient) && selected(recipient)))
        .map((entry) => actOn(entry, act, selected)),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  return {
    hold: (selection) => operate(acts.hold, selection),
    release: (selection) => operate(acts.release, selection),
    remove: (selection) => operate(acts.remove, selection),
  }
}
