/**
 * The queue in memory: every accepted envelope, and for each unfinished recipient where it stands.
 *
 * The store is the truth; this is its index, metadata only. Tallies are kept as recipients move, so that counting costs
 * nothing.
 */
import type { Envelope, Recipient, Trouble } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import { isUnfinished } from './address.ts'
import type { Placed } from './heap.ts'

/** `waiting` for its time, `ready` in a destination's line, `under-way` in a work, `closing` towards its end, `held`. */
export type Standing = 'waiting' | 'ready' | 'under-way' | 'closing' | 'held' | 'gone'

/** What a slot sees of the destination in whose line it stands. */
export interface Line {
  readonly blockedUntil: Milliseconds
  readonly trouble: Trouble | undefined
  remove(slot: Slot): void
}

/** One unfinished recipient. */
export interface Slot extends Placed {
  readonly entry: Entry
  readonly id: string
  /** Its present value. */
  recipient: Recipient
  standing: Standing
  /** `recipient.dueAt`, or earlier when the operator is impatient. */
  dueAt: Milliseconds
  /** When the queue must look at it next; infinite when something else will bring it on. */
  wakeAt: Milliseconds
  /** Where it stands ready. */
  line: Line | undefined
  /** The operator wants it gone once its attempt has ended. */
  removing: boolean
  /** A settlement that needs no attempt (a warning, an expiry) is under way. */
  telling: boolean
}

/** One accepted message. `envelope` is replaced as a whole whenever a settlement has become durable. */
export interface Entry {
  envelope: Envelope
  readonly slots: Map<string, Slot>
  /** Settlements of one envelope happen one after the other; the first is the one under way. */
  readonly settlements: EntrySettlement[]
}

export interface EntrySettlement {
  readonly run: () => Promise<void>
  /** Lets whoever waits for this settlement go on, though the disk does not let it be done yet. */
  readonly release: () => void
}

export interface Entries {
  get(envelope: string): Entry | undefined
  all(): readonly Entry[]
  /** Takes in an envelope and gives the slots that came into being. */
  add(envelope: Envelope): readonly Slot[]
  /** Puts changed and new recipients into the envelope; slots of finished ones go, new ones come. */
  update(entry: Entry, changed: readonly Recipient[]): readonly Slot[]
  remove(entry: Entry): void
  move(slot: Slot, standing: Standing): void
  tally(standing: Standing): number
  messages(): number
  octets(): number
}

/** The names that every journal event about an envelope carries. */
export const idsOf = (envelope: Envelope): { session: string; transaction: string; envelope: string } => ({
  session: envelope.origin.session,
  transaction: envelope.origin.transaction,
  envelope: envelope.id,
})

/** The recipients of an envelope after some were replaced and others added. */
export const merged = (before: readonly Recipient[], changed: readonly Recipient[]): readonly Recipient[] => {
  const [only] = before
  if (before.length === 1 && changed.length === 1 && only?.id === changed[0]?.id) return changed
  const byId = new Map(before.map((recipient) => [recipient.id, recipient]))
  for (const recipient of changed) byId.set(recipient.id, recipient)
  return [...byId.values()]
}

/** Makes an empty index. */
export const createEntries = (): Entries => {
  const entries = new Map<string, Entry>()
  const tallies: Record<Standing, number> = { waiting: 0, ready: 0, 'under-way': 0, closing: 0, held: 0, gone: 0 }
  let octets = 0

  const move = (slot: Slot, standing: Standing): void => {
    tallies[slot.standing] -= 1
    tallies[standing] += 1
    slot.standing = standing
  }

  const open = (entry: Entry, recipient: Recipient): Slot => {
    const standing = recipient.state === 'held' ? 'held' : 'waiting'
    const slot: Slot = {
      entry,
      id: recipient.id,
      recipient,
      standing,
      dueAt: recipient.dueAt,
      wakeAt: Infinity,
      place: -1,
      line: undefined,
      removing: false,
      telling: false,
    }
    tallies[standing] += 1
    entry.slots.set(slot.id, slot)
    return slot
  }

  const drop = (slot: Slot): void => {
    move(slot, 'gone')
    slot.entry.slots.delete(slot.id)
  }

  return {
    get: (envelope) => entries.get(envelope),
    all: () => [...entries.values()],
    add: (envelope) => {
      const entry: Entry = { envelope, slots: new Map(), settlements: [] }
      entries.set(envelope.id, entry)
      octets += envelope.size
      return envelope.recipients.filter(isUnfinished).map((recipient) => open(entry, recipient))
    },
    update: (entry, changed) => {
      entry.envelope = { ...entry.envelope, recipients: merged(entry.envelope.recipients, changed) }
      const touched: Slot[] = []
      for (const recipient of changed) {
        const slot = entry.slots.get(recipient.id)
        if (!isUnfinished(recipient)) {
          if (slot !== undefined) {
            drop(slot)
            touched.push(slot)
          }
        } else if (slot === undefined) {
          touched.push(open(entry, recipient))
        } else {
          slot.recipient = recipient
          slot.dueAt = recipient.dueAt
          touched.push(slot)
        }
      }
      return touched
    },
    remove: (entry) => {
      for (const slot of entry.slots.values()) drop(slot)
      if (entries.delete(entry.envelope.id)) octets -= entry.envelope.size
    },
    move,
    tally: (standing) => tallies[standing],
    messages: () => entries.size,
    octets: () => octets,
  }
}
