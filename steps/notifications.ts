/**
 * Reading notifications that arrived (RFC 3464): which recipients they speak of, with which action and status.
 *
 * Stands on `mailparser`, an independent reader, so that a notification which only we could read is found out.
 */
import { simpleParser } from 'mailparser'
import { NotApplicable } from '../targets/faults.ts'
import type { MailWorld } from './world.ts'

export interface ReportedRecipient {
  readonly finalRecipient: string
  readonly action: string
  readonly status: string
  readonly fields: Readonly<Record<string, string>>
}

export interface ReadNotification {
  readonly subject: string
  readonly text: string
  readonly perMessage: Readonly<Record<string, string>>
  readonly recipients: readonly ReportedRecipient[]
  /** Content type and text of the returned part, when there is one. */
  readonly returned?: { readonly type: string; readonly text: string }
  readonly raw: Uint8Array
}

const fieldsOfBlock = (block: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    block
      .split(/\r?\n(?![ \t])/)
      .filter((line) => line.includes(':'))
      .map((line) => [
        line.slice(0, line.indexOf(':')).trim().toLowerCase(),
        line
          .slice(line.indexOf(':') + 1)
          .replaceAll(/\r?\n/g, '')
          .trim(),
      ]),
  )

/** The address without its type; code points that are written out (RFC 6533 §3) become what they stand for. */
const addressOf = (typed: string | undefined): string =>
  (typed ?? '')
    .replace(/^[^;]*;\s*/, '')
    .replaceAll(/\\x\{([0-9A-F]{2,6})\}/g, (_, point: string) => String.fromCodePoint(Number.parseInt(point, 16)))

/** Gives undefined for a message that is not a delivery report. */
/** Seven bits, whatever the label says, in lines that go by mail. */
export const isSevenBit = (body: string): boolean =>
  /^[\0-\x7f]*$/.test(body) && body.split('\r\n').every((line) => line.length < 999)

/** What lies in a mailbox of the server itself has not travelled: it may hold whatever that mailbox can. */
export const ownMailboxesTakeAll = (world: MailWorld, name: string): void => {
  if (world.target.isOurs !== true && world.person(name).mailbox.endsWith('@here.example'))
    throw new NotApplicable('puts eight bits and long lines into mailboxes of its own as they are')
}

/** Whom nobody can tell RET may return either (RFC 3461 §4.3). */
export const mayReturnHeader = ({ target }: MailWorld): void => {
  if (target.isOurs !== true && !target.capabilities.has('dsn'))
    throw new NotApplicable('returns the header alone, and offers nobody to ask for more')
}

export const readNotification = async (content: Uint8Array): Promise<ReadNotification | undefined> => {
  const parsed = await simpleParser(Buffer.from(content), {
    keepDeliveryStatus: true,
    skipHtmlToText: true,
    skipTextToHtml: true,
  })
  const status = parsed.attachments.find(({ contentType }) => /^message\/(global-)?delivery-status$/i.test(contentType))
  if (status === undefined) return undefined
  const [first = '', ...blocks] = status.content.toString('utf8').split(/\r?\n\r?\n/)
  const returned = parsed.attachments.find(({ contentType }) =>
    /^(message\/(rfc822|global)|text\/rfc822-headers|message\/global-headers)$/i.test(contentType),
  )
  return {
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    perMessage: fieldsOfBlock(first),
    recipients: blocks
      .map(fieldsOfBlock)
      .filter((fields) => fields['final-recipient'] !== undefined)
      .map((fields) => ({
        finalRecipient: addressOf(fields['final-recipient']),
        // A comment may stand behind it, as in every structured field.
        action: (fields['action'] ?? '').replace(/\s*\(.*\)\s*$/, '').toLowerCase(),
        status: fields['status'] ?? '',
        fields,
      })),
    ...(returned !== undefined && {
      returned: { type: returned.contentType, text: returned.content.toString('latin1') },
    }),
    raw: content,
  }
}

/** The moments that a report of a delay names, milliseconds since the epoch. */
export const timesOf = (raw: Uint8Array): { date: number; arrival: number; retryUntil: number } => {
  const text = Buffer.from(raw).toString('latin1')
  const at = (field: string): number => Date.parse(new RegExp(`^${field}: (.*)\\r$`, 'im').exec(text)?.[1] ?? '')
  return { date: at('Date'), arrival: at('Arrival-Date'), retryUntil: at('Will-Retry-Until') }
}
