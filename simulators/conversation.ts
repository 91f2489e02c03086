/**
 * The recorder behind every conversation: each party writes into one what it heard and said, in order, with the time.
 *
 * What is recorded is evidence for people and scripts, so it is bounded: beyond `limit` octets only the count is kept.
 * Redaction of passwords belongs to whoever shows a conversation (`notation.ts`), not to the record.
 */
import type { Conversation, Spoken } from './contract.ts'

/** Octets kept of one conversation; the content of a huge message is found in `received`, not here. */
const LIMIT = 4 * 1024 * 1024

export interface Recorder {
  readonly conversation: Conversation
  record(side: 'C' | 'S', bytes: Uint8Array): void
  /** An event that no bytes show: `connected`, `TLS begins`, `C closes`. */
  note(text: string): void
}

export function openRecorder(title: string, limit: number = LIMIT): Recorder {
  const spoken: Spoken[] = []
  let octets = 0
  return {
    conversation: { title, spoken },
    record(side, bytes) {
      if (bytes.length === 0) return
      const room = Math.max(0, limit - octets)
      octets += bytes.length
      if (room >= bytes.length) {
        spoken.push({ at: Date.now(), side, bytes: Uint8Array.from(bytes) })
        return
      }
      if (room > 0) spoken.push({ at: Date.now(), side, bytes: Uint8Array.from(bytes.subarray(0, room)) })
      const last = spoken.at(-1)
      const left = octets - limit
      const note = `… ${left} more octets, not kept`
      if (last?.note?.startsWith('… ') === true) spoken.pop()
      spoken.push({ at: Date.now(), side: '!', bytes: new Uint8Array(), note })
    },
    note(text) {
      spoken.push({ at: Date.now(), side: '!', bytes: new Uint8Array(), note: text })
    },
  }
}
