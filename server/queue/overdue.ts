/**
 * What to do with recipients whose moment has come: due ones go to the dispatcher, and those that wait in vain are warned
 * of or given up (RFC 5321 §4.5.4.1).
 *
 * Recipients of one envelope that fall due together are told of in one settlement, hence in one notification.
 */
import type { Trouble } from '../message/envelope.ts'
import type { Clock, Milliseconds } from '../ports.ts'
import { dueOf } from './agenda.ts'
import type { Agenda } from './agenda.ts'
import type { Entries, Entry, Slot } from './entries.ts'
import type { Lanes } from './lanes.ts'
import type { Waits } from './schedule.ts'
import { decideWaiting } from './settle.ts'
import type { WaitingEnd } from './settle.ts'
import type { Settlements } from './settlements.ts'

export interface OverdueParts {
  readonly agenda: Agenda
  readonly entries: Entries
  readonly lanes: Lanes
  readonly settlements: Settlements
  readonly waits: () => Waits
  readonly clock: Pick<Clock, 'now'>
}

const notAttempted: Trouble = { status: '4.4.7', reason: 'No attempt could be made to deliver the message so far.' }

/** Looks after everything whose moment is not later than `now`. */
export const lookAfterOverdue = async (parts: OverdueParts, now: Milliseconds): Promise<void> => {
  const { agenda, entries, lanes, settlements, waits, clock } = parts
  if (agenda.next(now) === undefined) return
  const waiting = new Map<Entry, Map<Slot, WaitingEnd>>()
  for (let slot = agenda.next(now); slot !== undefined; slot = agenda.next(now)) {
    const due = dueOf(slot, waits(), now)
    if (due === 'attempt') {
      lanes.offer(slot)
    } else if (due !== 'nothing') {
      const trouble = slot.line?.trouble ?? lanes.troubleAt(slot.recipient.address) ?? notAttempted
      const slots = waiting.get(slot.entry) ?? new Map<Slot, WaitingEnd>()
      waiting.set(slot.entry, slots.set(slot, { what: due, trouble }))
      slot.telling = true
      if (due === 'expiry') {
        lanes.withdraw(slot)
        entries.move(slot, 'closing')
      }
    }
    agenda.rekey(slot)
  }
  const tell = async (entry: Entry, slots: ReadonlyMap<Slot, WaitingEnd>): Promise<void> => {
    const ends = new Map(Array.from(slots, ([slot, end]) => [slot.id, end]))
    await settlements.add(entry, (envelope) => decideWaiting(envelope, ends, clock.now()))
    for (const slot of slots.keys()) {
      slot.telling = false
      agenda.rekey(slot)
    }
  }
  await Promise.all(Array.from(waiting, ([entry, slots]) => tell(entry, slots)))
}
