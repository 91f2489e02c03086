/**
 * Envelopes and recipients as the JSON text of a database row, and back again with every field checked.
 *
 * What comes from a disk is not to be trusted: reading gives either the value or a sentence about what is wrong with it,
 * so that one bad row is set aside instead of stopping the queue.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'

export type Reading<T> = { readonly value: T } | { readonly fault: string }

type Fields = Readonly<Record<string, unknown>>
type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isFlag: Check = (value) => typeof value === 'boolean'
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const among =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const shaped =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && Object.entries(checks).every(([name, check]) => check(value[name]))

const envelopeChecks: Readonly<Record<string, Check>> = {
  id: isText,
  reversePath: isText,
  acceptedAt: isNumber,
  origin: shaped({
    session: isText,
    transaction: isText,
    role: among('relay', 'submission', 'submissions', 'internal'),
    clientAddress: isText,
    clientName: maybe(isText),
    helo: isText,
    protocol: isText,
    user: maybe(isText),
  }),
  size: isNumber,
  body: among('7BIT', '8BITMIME', 'BINARYMIME'),
  smtputf8: isFlag,
  return: maybe(among('FULL', 'HDRS')),
  envelopeId: maybe(isText),
  submitter: maybe(isText),
  kind: among('message', 'notification'),
}

const notifyWords = listOf(among('success', 'failure', 'delay'))

const recipientChecks: Readonly<Record<string, Check>> = {
  id: isText,
  address: isText,
  originalRecipient: maybe(shaped({ type: isText, address: isText })),
  notify: maybe((value) => value === 'never' || notifyWords(value)),
  state: among('queued', 'held', 'delivered', 'relayed', 'expanded', 'failed', 'expired', 'removed'),
  attempts: isNumber,
  dueAt: isNumber,
  trouble: maybe(
    shaped({
      status: isText,
      reason: isText,
      host: maybe(isText),
      address: maybe(isText),
      reply: maybe(shaped({ code: isNumber, enhanced: maybe(isText), lines: listOf(isText) })),
      radius: maybe(among('session', 'host', 'message', 'recipient')),
    }),
  ),
  delayToldAt: maybe(isNumber),
  expandedFrom: maybe(listOf(isText)),
}

const read = (what: string, checks: Readonly<Record<string, Check>>, text: unknown): Reading<Fields> => {
  if (typeof text !== 'string') return { fault: `${what} is not text` }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: `${what} is not JSON` }
  }
  if (!isFields(value)) return { fault: `${what} is not an object` }
  const fields = value
  const wrong = Object.entries(checks).find(([name, check]) => !check(fields[name]))
  return wrong === undefined ? { value: fields } : { fault: `${what} has no good ${wrong[0]}` }
}

/** The envelope without its recipients, which have rows of their own. */
export const writeEnvelope = (envelope: Envelope): string => {
  const { recipients: _, ...rest } = envelope
  return JSON.stringify(rest)
}

export const writeRecipient = (recipient: Recipient): string => JSON.stringify(recipient)

/** Puts an envelope together from its row and the rows of its recipients, in their order. */
export const readEnvelope = (document: unknown, recipientDocuments: readonly unknown[]): Reading<Envelope> => {
  const envelope = read('the envelope', envelopeChecks, document)
  if ('fault' in envelope) return envelope
  const recipients: Recipient[] = []
  for (const text of recipientDocuments) {
    const recipient = read('a recipient', recipientChecks, text)
    if ('fault' in recipient) return recipient
    recipients.push(recipient.value as unknown as Recipient)
  }
  if (recipients.length === 0) return { fault: 'the envelope has no recipients' }
  return { value: { ...(envelope.value as unknown as Omit<Envelope, 'recipients'>), recipients } }
}
