/**
 * The journal as Server-Sent Events (the HTML standard, §9.2): one event a message, its sequence number as the id.
 *
 * A reader that is slower than the server is told so and let go; it can come back with `Last-Event-ID` and gets what is
 * still kept. Ends when the reader leaves or the API closes, and leaves nothing behind.
 */
import type { JournalEvent } from '../journal/events.ts'
import { type Journal, type JournalFilter, matches } from '../journal/journal.ts'
import type { Clock, Timer } from '../ports.ts'

/** Events that may wait for a slow reader. */
const mostWaiting = 1000
/** A comment keeps middleboxes and readers from taking silence for death. */
const silence = 15_000

export interface EventStreamOptions {
  readonly journal: Journal
  /** With `since`, what is still kept comes first. */
  readonly filter: JournalFilter
  readonly clock: Clock
  readonly closing: AbortSignal
}

export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { journal, filter, clock, closing } = options
  const encoder = new TextEncoder()
  let leave: (() => void) | undefined

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let heartbeat: Timer | undefined
        const say = (text: string): void => controller.enqueue(encoder.encode(text))
        const end = (): void => {
          leave?.()
          controller.close()
        }
        const beat = (): void => {
          heartbeat = clock.after(silence, () => {
            say(': still here\n\n')
            beat()
          })
        }
        const hear = (event: JournalEvent): void => {
          if (!matches(event, filter)) return
          if ((controller.desiredSize ?? 0) <= -mostWaiting) {
            say('event: too-slow\ndata: {}\n\n')
            end()
            return
          }
          say(`id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`)
        }
        const unsubscribe = journal.subscribe(hear)
        leave = () => {
          leave = undefined
          unsubscribe()
          heartbeat?.cancel()
          closing.removeEventListener('abort', end)
        }
        // Something at once, so that the reader knows that it is heard.
        say(': the journal\n\n')
        if (filter.since !== undefined) {
          for (const event of journal.events({ ...filter, limit: mostWaiting })) hear(event)
        }
        beat()
        if (closing.aborted) end()
        else closing.addEventListener('abort', end, { once: true })
      },
      cancel() {
        leave?.()
      },
    },
    { highWaterMark: 1 },
  )
}
