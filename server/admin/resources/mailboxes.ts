/**
 * The mailboxes over HTTP: who has how much, and the messages in them, to read or to remove.
 */
import { z } from 'zod'
import type { StoredMessage } from '../../mailbox/contract.ts'
import { type Answer, type Context, json, operation, type Operation } from '../operation.ts'
import { problem } from '../problem.ts'
import { textOf } from '../views.ts'

const user = z.string().min(1).describe('The name of the user.')
const id = z.string().min(1).describe('The id of the message in its mailbox.')

const storedView = z.object({
  id: z.string(),
  size: z.int().describe('Octets as stored.'),
  deliveredAt: z.iso.datetime(),
  flags: z.string().describe('Maildir flags: S for seen, and so on.'),
})

const viewOf = ({ id: name, size, deliveredAt, flags }: StoredMessage): z.input<typeof storedView> => ({
  id: name,
  size,
  deliveredAt: textOf(deliveredAt),
  flags,
})

const noSuchMailbox = (who: string): Answer =>
  problem(404, 'no-such-mailbox', `There is no mailbox "${who}".`, 'GET /api/mailboxes lists the mailboxes.')
const noSuchMessage = (who: string, name: string): Answer =>
  problem(
    404,
    'no-such-message',
    `The mailbox "${who}" has no message "${name}".`,
    'GET /api/mailboxes/{user} lists its messages.',
  )

/** Only mailboxes that exist, or whose user does, are asked for: a name from a request never reaches the disk unknown. */
async function exists(who: string, { administration }: Context): Promise<boolean> {
  if (administration.settings.settings().users.some(({ name }) => name === who)) return true
  return (await administration.mailboxes.names()).includes(who)
}

export const mailboxOperations: readonly Operation[] = [
  operation({
    method: 'get',
    path: '/api/mailboxes',
    id: 'listMailboxes',
    tag: 'mailboxes',
    summary: 'All mailboxes, and how much is in them.',
    answer: {
      status: 200,
      description: 'The mailboxes.',
      schema: z.object({
        mailboxes: z.array(z.object({ user: z.string(), messages: z.int(), octets: z.int() })),
      }),
    },
    handle: async (_values, { administration: { mailboxes } }) => {
      const found: { user: string; messages: number; octets: number }[] = []
      for (const name of await mailboxes.names()) {
        const messages = await mailboxes.list(name)
        const octets = messages.reduce((sum, { size }) => sum + size, 0)
        found.push({ user: name, messages: messages.length, octets })
      }
      return json({ mailboxes: found })
    },
  }),
  operation({
    method: 'get',
    path: '/api/mailboxes/{user}',
    id: 'listMailbox',
    tag: 'mailboxes',
    summary: 'The messages of a mailbox.',
    parameters: { user },
    answer: { status: 200, description: 'The messages.', schema: z.object({ messages: z.array(storedView) }) },
    problems: [404],
    handle: async ({ parameters }, context) => {
      if (!(await exists(parameters.user, context))) return noSuchMailbox(parameters.user)
      const messages = await context.administration.mailboxes.list(parameters.user)
      return json({ messages: messages.map(viewOf) })
    },
  }),
  operation({
    method: 'get',
    path: '/api/mailboxes/{user}/{id}',
    id: 'readMailboxMessage',
    tag: 'mailboxes',
    summary: 'A message of a mailbox, octet by octet.',
    parameters: { user, id },
    answer: { status: 200, description: 'The message.', type: 'message/rfc822' },
    problems: [404],
    handle: async ({ parameters }, context) => {
      if (!(await exists(parameters.user, context))) return noSuchMailbox(parameters.user)
      const octets = await context.administration.mailboxes.read(parameters.user, parameters.id)
      return octets === undefined
        ? noSuchMessage(parameters.user, parameters.id)
        : { kind: 'octets', type: 'message/rfc822', octets }
    },
  }),
  operation({
    method: 'delete',
    path: '/api/mailboxes/{user}/{id}',
    id: 'removeMailboxMessage',
    tag: 'mailboxes',
    summary: 'Remove a message from a mailbox.',
    parameters: { user, id },
    answer: { status: 204, description: 'It is gone.' },
    problems: [404],
    handle: async ({ parameters }, context) => {
      if (!(await exists(parameters.user, context))) return noSuchMailbox(parameters.user)
      const removed = await context.administration.mailboxes.remove(parameters.user, parameters.id)
      return removed ? { kind: 'nothing' } : noSuchMessage(parameters.user, parameters.id)
    },
  }),
]
