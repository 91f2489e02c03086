/**
 * The queue after a start: everything that was accepted and not finished is indexed again, and what could not be read is
 * reported (RFC 5321 §6.1).
 *
 * A recipient keeps its schedule over a restart. One whose attempt was under way when the server died is due at once; if
 * the remote 250 was lost with it, the message goes out twice, never not at all.
 */
import type { Tell } from '../journal/events.ts'
import type { Store } from '../ports.ts'
import { printable } from '../protocol/text.ts'
import { isUnfinished } from './address.ts'
import type { Entries, Slot } from './entries.ts'

/** Loads the store into the index; gives the slots that wait. Rejects only when the store cannot be read at all. */
export const recover = async (store: Store, entries: Entries, tell: Tell): Promise<readonly Slot[]> => {
  const { envelopes, setAside } = await store.load()
  for (const { what, where, reason } of setAside) {
    tell('set-aside', {}, { what: printable(what), where: printable(where), reason: printable(reason) })
  }
  const slots: Slot[] = []
  for (const envelope of envelopes) {
    if (envelope.recipients.some(isUnfinished)) {
      for (const slot of entries.add(envelope)) slots.push(slot)
    } else {
      await store.settle({ envelope: envelope.id, recipients: [], offspring: [], finished: true })
    }
  }
  tell('queue-recovered', {}, { messages: entries.messages(), recipients: slots.length, octets: entries.octets() })
  return slots
}
