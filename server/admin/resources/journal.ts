/**
 * The journal over HTTP: what is kept, filtered, and what happens from now on, as a stream.
 */
import { z } from 'zod'
import type { EventName } from '../../journal/events.ts'
import type { JournalFilter } from '../../journal/journal.ts'
import { eventStream } from '../event-stream.ts'
import { countParameter, json, operation, type Operation } from '../operation.ts'

const aId = z.string().min(1).max(64).optional()

const filterQuery = {
  since: countParameter(Number.MAX_SAFE_INTEGER).optional().describe('Only events after this sequence number.'),
  event: z
    .string()
    .regex(/^[a-z-]+(,[a-z-]+)*$/)
    .optional()
    .describe('Only events of these names, separated by commas.'),
  session: aId.describe('Only events of this session.'),
  transaction: aId.describe('Only events of this transaction.'),
  envelope: aId.describe('Only events of this message.'),
  recipient: aId.describe('Only events of this recipient, by id.'),
  attempt: aId.describe('Only events of this attempt.'),
} as const

const eventView = z.object({
  sequence: z.int().describe('1, 2, 3 … within this run of the server.'),
  at: z.int().describe('Milliseconds since the epoch.'),
  event: z.string(),
  session: z.string().optional(),
  transaction: z.string().optional(),
  envelope: z.string().optional(),
  recipient: z.string().optional(),
  attempt: z.string().optional(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

type FilterQuery = z.output<z.ZodObject<typeof filterQuery>>

function filterOf({ event, ...rest }: FilterQuery): JournalFilter {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  // A name that no event has selects nothing, as it should.
  return event === undefined ? given : { ...given, events: event.split(',') as EventName[] }
}

export const journalOperations: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/api/journal',
    id: 'readJournal',
    tag: 'journal',
    summary: 'The events that are kept and match, oldest first.',
    query: {
      ...filterQuery,
      limit: countParameter(10_000)
        .default(1000)
        .describe('How many at most, the latest ones (1000; never more than 10000).'),
    },
    answer: { status: 200, description: 'The events.', schema: z.object({ events: z.array(eventView) }) },
    handle: ({ query: { limit, ...query } }, { administration }) =>
      json({ events: administration.journal.events({ ...filterOf(query), limit }) }),
  }),
  operation({
    method: 'get',
    path: '/api/journal/stream',
    id: 'streamJournal',
    tag: 'journal',
    summary: 'Events as they happen (Server-Sent Events); with since or Last-Event-ID, first what was missed.',
    query: filterQuery,
    answer: {
      status: 200,
      description: 'A stream of events, each as readJournal gives it.',
      type: 'text/event-stream',
    },
    handle: ({ query }, { administration, clock, closing, header }) => {
      const last = /^\d{1,15}$/.exec(header('last-event-id') ?? '')?.[0]
      const filter = { ...filterOf(query), ...(last === undefined ? {} : { since: Number(last) }) }
      return {
        kind: 'octets',
        type: 'text/event-stream',
        octets: eventStream({ journal: administration.journal, filter, clock, closing }),
      }
    },
  }),
]
