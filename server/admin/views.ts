/**
 * How messages of the queue look from outside: the envelope as JSON, times as RFC 3339 text.
 */
import { z } from 'zod'
import type { Envelope, Recipient } from '../message/envelope.ts'

const moment = z.iso.datetime()

const replyView = z.object({
  code: z.int(),
  enhanced: z.string().optional(),
  lines: z.array(z.string()),
})

const troubleView = z.object({
  status: z.string().describe('Enhanced status code (RFC 3463).'),
  reason: z.string(),
  host: z.string().optional().describe('The host that was asked last.'),
  address: z.string().optional(),
  reply: replyView.optional().describe('What it said.'),
  radius: z.enum(['session', 'host', 'message', 'recipient']).optional(),
})

const recipientView = z.object({
  id: z.string(),
  address: z.string(),
  state: z.enum(['queued', 'held', 'delivered', 'relayed', 'expanded', 'failed', 'expired', 'removed']),
  attempts: z.int(),
  dueAt: moment.optional().describe('When the next attempt is due, while queued.'),
  trouble: troubleView.optional().describe('What the last attempt met.'),
})

export const messageView = z.object({
  id: z.string(),
  reversePath: z.string().describe('The sender; empty for the null reverse-path.'),
  acceptedAt: moment,
  size: z.int().describe('Octets of the content.'),
  body: z.enum(['7BIT', '8BITMIME', 'BINARYMIME']),
  smtputf8: z.boolean(),
  kind: z.enum(['message', 'notification']),
  envelopeId: z.string().optional().describe('ENVID (RFC 3461).'),
  origin: z.object({
    role: z.enum(['relay', 'submission', 'submissions', 'internal']),
    clientAddress: z.string(),
    clientName: z.string().optional(),
    helo: z.string(),
    protocol: z.string(),
    user: z.string().optional(),
    session: z.string(),
    transaction: z.string(),
  }),
  recipients: z.array(recipientView),
})

export function viewOfMessage(envelope: Envelope): z.input<typeof messageView> {
  const { id, reversePath, acceptedAt, size, body, smtputf8, kind, envelopeId, origin, recipients } = envelope
  return {
    id,
    reversePath,
    acceptedAt: textOf(acceptedAt),
    size,
    body,
    smtputf8,
    kind,
    ...(envelopeId === undefined ? {} : { envelopeId }),
    origin: { ...origin },
    recipients: recipients.map(viewOfRecipient),
  }
}

function viewOfRecipient(recipient: Recipient): z.input<typeof recipientView> {
  const { id, address, state, attempts, dueAt, trouble } = recipient
  const { reply, ...rest } = trouble ?? {}
  return {
    id,
    address,
    state,
    attempts,
    ...(state === 'queued' ? { dueAt: textOf(dueAt) } : {}),
    ...(trouble === undefined
      ? {}
      : {
          trouble: {
            ...rest,
            status: trouble.status,
            reason: trouble.reason,
            ...(reply === undefined ? {} : { reply: { ...reply, lines: [...reply.lines] } }),
          },
        }),
  }
}

/** Milliseconds since the epoch as RFC 3339 text. */
export function textOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
