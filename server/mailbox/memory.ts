/**
 * Mailboxes in memory, for tests and for virtual time: the same promises as Maildir, but for the disk.
 */
import type { Clock } from '../ports.ts'
import type { Mailboxes, StoredMessage } from './contract.ts'

interface Kept extends StoredMessage {
  readonly content: Uint8Array
}

export const createMemoryMailboxes = (clock: Pick<Clock, 'now'>): Mailboxes => {
  /** By user, then by key, in the order of delivery. */
  const boxes = new Map<string, Map<string, Kept>>()
  const boxOf = (user: string): Map<string, Kept> => boxes.get(user) ?? new Map<string, Kept>()

  return {
    deliver: async (user, key, content, quota) => {
      if (boxOf(user).has(key)) return { kind: 'delivered' }
      const pieces: Uint8Array[] = []
      for await (const bytes of content) pieces.push(Uint8Array.from(bytes))
      const whole = Uint8Array.from(Buffer.concat(pieces))
      const box = boxOf(user)
      if (box.has(key)) return { kind: 'delivered' }
      const used = [...box.values()].reduce((sum, message) => sum + message.size, 0)
      if (quota > 0 && used + whole.length > quota) return { kind: 'full' }
      boxes.set(
        user,
        box.set(key, { id: key, size: whole.length, deliveredAt: clock.now(), flags: '', content: whole }),
      )
      return { kind: 'delivered' }
    },
    names: async () => [...boxes.keys()].toSorted(),
    list: async (user) =>
      [...boxOf(user).values()].map(({ id, size, deliveredAt, flags }) => ({ id, size, deliveredAt, flags })),
    read: async (user, id) => boxOf(user).get(id)?.content,
    remove: async (user, id) => boxOf(user).delete(id),
  }
}
