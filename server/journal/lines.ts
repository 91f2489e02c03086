/**
 * One readable line per event, for a person at a console.
 *
 * Time, event, then the facts as `name=value` (values with blanks in quotes), then the ids. Events that somebody should
 * act on begin with a mark, so that they are found by eye and by `grep '^!'`.
 */
import type { EventName, JournalEvent } from './events.ts'

const urgent: ReadonlySet<EventName> = new Set(['open-relay', 'warning', 'settings-refused', 'set-aside'])

/** Whether somebody should act on it, or at least know of it. */
export function isUrgent(event: JournalEvent): boolean {
  return urgent.has(event.event)
}

/** The line of an event, without a line end; printable ASCII, as the event's strings are. */
export function lineOf(event: JournalEvent): string {
  const { sequence: _sequence, at, event: name, detail, ...ids } = event
  const mark = isUrgent(event) ? '!' : ' '
  const facts = [...Object.entries(detail), ...Object.entries(ids)].map(([key, fact]) => ` ${key}=${quoted(fact)}`)
  return `${mark} ${new Date(at).toISOString()} ${name}${facts.join('')}`
}

function quoted(fact: string | number | boolean): string {
  const text = String(fact)
  return text === '' || /[ "=]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text
}
