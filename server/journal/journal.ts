/**
 * The journal: what the server tells about itself, kept for a while in memory and told to whoever subscribed.
 *
 * Append and subscribe, nothing else; it never decides. It keeps the last `keep` events, numbers them 1, 2, 3 … and is
 * safe to call from anywhere: a subscriber that throws is dropped and reported, and a string that is not printable is
 * made so. Writing to disk is `file.ts`, wording for the console `lines.ts`.
 */
import type { Clock } from '../ports.ts'
import type { Detail, EventName, Ids, JournalEvent, Tell } from './events.ts'
import { isPrintable, printable } from './printable.ts'

export type JournalListener = (event: JournalEvent) => void

/** Which events are asked for; everything given must hold. */
export interface JournalFilter extends Ids {
  /** Only events with a greater sequence number. */
  readonly since?: number
  readonly events?: readonly EventName[]
  /** At most so many, the latest ones. */
  readonly limit?: number
}

export interface Journal {
  readonly tell: Tell
  /** Hears every event from now on, synchronously and in order, until the returned function is called. */
  subscribe(listener: JournalListener): () => void
  /** What is still kept and matches, oldest first. */
  events(filter?: JournalFilter): readonly JournalEvent[]
}

export interface JournalOptions {
  readonly clock: Pick<Clock, 'now'>
  /** How many events stay in memory (default 10,000). */
  readonly keep?: number
}

const idNames = ['session', 'transaction', 'envelope', 'recipient', 'attempt'] as const satisfies readonly (keyof Ids)[]
const longestString = 1000

export function createJournal(options: JournalOptions): Journal {
  const { clock, keep = 10_000 } = options
  const ring: JournalEvent[] = []
  const listeners = new Set<JournalListener>()
  let sequence = 0

  function append(event: JournalEvent): void {
    ring[(event.sequence - 1) % keep] = event
    const failures: string[] = []
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        listeners.delete(listener)
        failures.push(wordsOf(error))
      }
    }
    // Told when everybody has heard the event itself, so that nobody hears the two in the wrong order.
    for (const failure of failures) {
      tell('warning', {}, { reason: `a journal subscriber failed and was dropped: ${failure}` })
    }
  }

  const tell: Tell = (event, ids, detail = {}) => {
    sequence += 1
    append({ sequence, at: clock.now(), event, ...onlyIds(ids), detail: safe(detail) })
  }

  return {
    tell,
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    events(filter = {}) {
      const first = Math.max(sequence - keep, filter.since ?? 0) + 1
      const limit = filter.limit ?? keep
      const found: JournalEvent[] = []
      for (let number = sequence; number >= first && found.length < limit; number -= 1) {
        const event = ring[(number - 1) % keep]
        if (event !== undefined && matches(event, filter)) found.push(event)
      }
      return found.toReversed()
    },
  }
}

/** Whether an event is among those that the filter asks for (`limit` apart). */
export function matches(event: JournalEvent, filter: JournalFilter): boolean {
  if (filter.since !== undefined && event.sequence <= filter.since) return false
  if (filter.events !== undefined && !filter.events.includes(event.event)) return false
  return idNames.every((name) => filter[name] === undefined || filter[name] === event[name])
}

function onlyIds(ids: Ids): Ids {
  return Object.fromEntries(
    idNames.flatMap((name) => {
      const id = ids[name]
      return id === undefined ? [] : [[name, made(id)]]
    }),
  )
}

function safe(detail: Detail): Detail {
  return Object.fromEntries(
    Object.entries(detail).map(([name, fact]) => [name, typeof fact === 'string' ? made(fact) : fact]),
  )
}

/** Rooms hand over printable strings; what slipped through is made printable here, once (never escaped twice). */
function made(text: string): string {
  return isPrintable(text) && text.length <= longestString ? text : printable(text, longestString)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
