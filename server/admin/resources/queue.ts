/**
 * The queue over HTTP: list, show, and the operator's four verbs, on one message or on a selection.
 */
import { z } from 'zod'
import type { Envelope } from '../../message/envelope.ts'
import type { Selection } from '../../queue/contract.ts'
import { type Answer, type Context, countParameter, json, operation, type Operation } from '../operation.ts'
import { problem } from '../problem.ts'
import { messageView, viewOfMessage } from '../views.ts'

const id = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .describe('The id of the message.')
const recipient = z.string().min(1).describe('The address of a recipient, as the queue shows it.')

/** An empty selection could empty the queue by accident: who means everything says so. */
const selectionBody = z
  .strictObject({
    envelope: id.optional(),
    recipient: recipient.optional(),
    all: z.literal(true).optional().describe('Everything that waits.'),
  })
  .describe('Which recipients are meant: of a message, of an address, of both, or all.')

const changedView = z.object({ recipients: z.int().describe('How many recipients it was done to.') })

const verbs = {
  hold: 'Hold: no attempt until released.',
  release: 'Release what is held.',
  remove: 'Remove from the queue; nobody is told.',
  flush: 'Make the next attempt now.',
} as const
type Verb = keyof typeof verbs

const noSuchMessage = (message: string): Answer =>
  problem(
    404,
    'no-such-message',
    `There is no message "${message}" in the queue.`,
    'GET /api/queue lists what waits; a message that is finished is gone.',
  )

async function operate(verb: Verb, selection: Selection, { administration: { queue } }: Context): Promise<Answer> {
  if (verb !== 'flush') return json({ recipients: await queue[verb](selection) })
  const recipients = queue.list().reduce((count, envelope) => count + waiting(envelope, selection), 0)
  queue.flush(selection)
  return json({ recipients })
}

/** How many recipients of a message an attempt can be asked for. */
function waiting(envelope: Envelope, selection: Selection): number {
  if (selection.envelope !== undefined && selection.envelope !== envelope.id) return 0
  return envelope.recipients.filter(
    ({ state, address }) =>
      state === 'queued' && (selection.recipient === undefined || selection.recipient === address),
  ).length
}

const reading: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/api/queue',
    id: 'listQueue',
    tag: 'queue',
    summary: 'What waits in the queue, oldest first.',
    query: {
      recipient: recipient.optional(),
      state: z.enum(['queued', 'held']).optional().describe('Only messages with a recipient in this state.'),
      after: id.optional().describe('Go on after this message, to page.'),
      limit: countParameter(1000).default(100).describe('How many at most (100; never more than 1000).'),
    },
    answer: {
      status: 200,
      description: 'Messages and totals.',
      schema: z.object({
        messages: z.array(messageView),
        next: z.string().optional().describe('Ask again with after= this, for more.'),
        totals: z.object({
          messages: z.int(),
          queued: z.int().describe('Recipients that wait for an attempt.'),
          held: z.int().describe('Recipients that wait for the operator.'),
          underWay: z.int().describe('Recipients of attempts under way.'),
          octets: z.int(),
        }),
      }),
    },
    handle: ({ query }, { administration: { queue } }) => {
      const all = queue.list()
      const start = query.after === undefined ? 0 : all.findIndex((envelope) => envelope.id === query.after) + 1
      const found = all
        .slice(start)
        .filter((envelope) =>
          envelope.recipients.some(
            ({ address, state }) =>
              (query.recipient === undefined || address === query.recipient) &&
              (query.state === undefined || state === query.state),
          ),
        )
      const messages = found.slice(0, query.limit)
      const last = messages.at(-1)
      return json({
        messages: messages.map(viewOfMessage),
        ...(found.length > messages.length && last !== undefined ? { next: last.id } : {}),
        totals: queue.counts(),
      })
    },
  }),
  operation({
    method: 'get',
    path: '/api/queue/{id}',
    id: 'showMessage',
    tag: 'queue',
    summary: 'One message of the queue.',
    parameters: { id },
    answer: { status: 200, description: 'The message.', schema: messageView },
    problems: [404],
    handle: ({ parameters }, { administration }) => {
      const envelope = administration.queue.show(parameters.id)
      return envelope === undefined ? noSuchMessage(parameters.id) : json(viewOfMessage(envelope))
    },
  }),
  operation({
    method: 'get',
    path: '/api/queue/{id}/content',
    id: 'readMessageContent',
    tag: 'queue',
    summary: 'The content of a message, octet by octet as it is stored.',
    parameters: { id },
    answer: { status: 200, description: 'The message.', type: 'message/rfc822' },
    problems: [404],
    handle: ({ parameters }, { administration: { queue } }) => {
      if (queue.show(parameters.id) === undefined) return noSuchMessage(parameters.id)
      return { kind: 'octets', type: 'message/rfc822', octets: ReadableStream.from(queue.content(parameters.id)) }
    },
  }),
]

function acting(verb: Verb): readonly Operation[] {
  const answer = { status: 200, description: 'Done, and durable.', schema: changedView } as const
  return [
    operation({
      method: 'post',
      path: `/api/queue/${verb}`,
      id: `${verb}Selection`,
      tag: 'queue',
      summary: verbs[verb],
      body: { type: 'application/json', schema: selectionBody, example: { recipient: 'bob@there.example' } },
      answer,
      problems: [413, 415, 422],
      handle: ({ body }, context) => {
        const { envelope, recipient: address, all } = body
        if (envelope === undefined && address === undefined && all !== true) {
          return problem(
            422,
            'empty-selection',
            'Nothing was selected.',
            'Name an envelope or a recipient, or say {"all": true}.',
          )
        }
        const selection = {
          ...(envelope === undefined ? {} : { envelope }),
          ...(address === undefined ? {} : { recipient: address }),
        }
        return operate(verb, selection, context)
      },
    }),
    operation({
      method: 'post',
      path: `/api/queue/{id}/${verb}`,
      id: `${verb}Message`,
      tag: 'queue',
      summary: `${verbs[verb]} One message.`,
      parameters: { id },
      answer,
      problems: [404],
      handle: ({ parameters }, context) => {
        if (context.administration.queue.show(parameters.id) === undefined) return noSuchMessage(parameters.id)
        return operate(verb, { envelope: parameters.id }, context)
      },
    }),
  ]
}

export const queueOperations: readonly Operation[] = [
  ...reading,
  ...(['hold', 'release', 'remove', 'flush'] as const).flatMap(acting),
]
