/**
 * The ledger: every message that the server said 250 for is in a mailbox, at an exchanger, in the queue or told of by a
 * notification, once for each of its recipients (RFC 5321 §6.1).
 *
 * It holds three accounts against one another: what was said on the wire, what the journal tells, and what is found in
 * mailboxes and at exchangers. A message is known by the name in its first Received field.
 */
import type { JournalEvent } from '../server/journal/events.ts'
import type { House } from './house.ts'
import type { Acceptance } from './reckoning.ts'

const ends: ReadonlySet<string> = new Set([
  'recipient-delivered',
  'recipient-relayed',
  'recipient-expanded',
  'recipient-failed',
  'recipient-expired',
  'recipient-removed',
])

/** The name that the first Received field of a content gives it; undefined when it has none (a notification). */
export const nameOf = (content: Uint8Array): string | undefined => {
  const text = Buffer.from(content).toString('latin1')
  const top = /^(?:Return-Path:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n)?Received:((?:[^\r\n]|\r\n[ \t])*)/.exec(text)?.[1]
  return top === undefined ? undefined : /\bid ([A-Za-z0-9]+)/.exec(top)?.[1]
}

interface Found {
  readonly where: string
  readonly content: Uint8Array
  /** For how many recipients this copy is. */
  readonly copies: number
}

const everythingFound = async (house: House): Promise<readonly Found[]> => {
  const { mailboxes } = house.server
  const found: Found[] = []
  for (const user of await mailboxes.names()) {
    for (const { id } of await mailboxes.list(user)) {
      const content = await mailboxes.read(user, id)
      if (content !== undefined) found.push({ where: `mailbox of ${user}`, content, copies: 1 })
    }
  }
  for (const { name, received } of house.exchangers) {
    for (const { content, recipients } of received) found.push({ where: name, content, copies: recipients.length })
  }
  return found
}

/** One envelope of the journal, and what became of it. */
interface Account {
  /** Recipients it had, those that aliases added included. */
  recipients: number
  readonly ended: Map<string, string[]>
  /** Copies that must be found somewhere. */
  copies: number
  failed: number
  told: number
  /** List copies: their content is this message's. */
  readonly lists: string[]
}

const accountsOf = (events: readonly JournalEvent[]): ReadonlyMap<string, Account> => {
  const accounts = new Map<string, Account>()
  const of = (envelope: string): Account => {
    const known = accounts.get(envelope)
    if (known !== undefined) return known
    const made: Account = { recipients: 0, ended: new Map(), copies: 0, failed: 0, told: 0, lists: [] }
    accounts.set(envelope, made)
    return made
  }
  for (const { event, envelope, recipient, detail } of events) {
    if (envelope === undefined) continue
    const account = of(envelope)
    if (event === 'message-accepted') account.recipients += Number(detail['recipients'])
    if (event === 'notification-queued') {
      if (detail['about'] === 'failure') account.told += Number(detail['recipients'])
      of(String(detail['notification'])).recipients += 1
    }
    if (event === 'notification-suppressed' && detail['cause'] === 'failed') account.told += 1
    if (!ends.has(event) || recipient === undefined) continue
    account.ended.set(recipient, [...(account.ended.get(recipient) ?? []), event])
    if (event === 'recipient-delivered' || event === 'recipient-relayed') account.copies += 1
    if (event === 'recipient-failed' || event === 'recipient-expired') account.failed += 1
    if (event !== 'recipient-expanded') continue
    const list = detail['list']
    if (typeof list === 'string') {
      account.lists.push(list)
      of(list).recipients += Number(detail['into'])
    } else account.recipients += Number(detail['into'] ?? 0)
  }
  return accounts
}

const isWhole = (stored: Uint8Array, sent: Buffer): boolean => {
  const whole = Buffer.from(stored)
  if (whole.subarray(whole.length - sent.length).equals(sent)) return true
  // At the users' doors a last line gets its end (RFC 5321 §4.1.1.4).
  const ended = Buffer.concat([sent, Buffer.from('\r\n')])
  return whole.subarray(whole.length - ended.length).equals(ended)
}

/** Whether so many copies may be found where the journal tells of so many others: what an exchanger said can be at fault. */
export type Tolerance = (told: number, found: number) => boolean

const none: Tolerance = () => false

/** Sentences; none when the ledger balances. Call it when the queue has come to rest. */
export const ledgerFaults = async (
  house: House,
  accepted: readonly Acceptance[],
  tolerance: Tolerance = none,
): Promise<readonly string[]> => {
  const faults: string[] = []
  const accounts = accountsOf(house.events)
  const waiting = new Map(
    house.server.queue
      .list()
      .map(({ id, recipients }) => [
        id,
        recipients.filter(({ state }) => state === 'queued' || state === 'held').length,
      ]),
  )
  const found = Map.groupBy(await everythingFound(house), ({ content }) => nameOf(content))
  const wire = new Map(accepted.map((one) => [one.id, one]))

  for (const { id, recipients } of accepted) {
    const account = accounts.get(id)
    if (account === undefined) faults.push(`250 was said for ${id}, and the journal does not know it`)
    else if (account.recipients < 1 || recipients < 1) faults.push(`${id} was accepted for nobody`)
  }
  for (const [id, account] of accounts) {
    const { recipients, ended, failed, told } = account
    for (const [recipient, several] of ended) {
      if (several.length > 1) faults.push(`${recipient} of ${id} ended more than once: ${several.join(', ')}`)
    }
    const queued = waiting.get(id) ?? 0
    if (recipients !== ended.size + queued) {
      faults.push(`${id} had ${recipients} recipients; ${ended.size} have ended and ${queued} wait`)
    }
    if (failed !== told) faults.push(`${failed} recipients of ${id} failed, and ${told} were told of`)
    const copies = [account, ...account.lists.flatMap((list) => accounts.get(list) ?? [])].reduce(
      (sum, one) => sum + one.copies,
      0,
    )
    const here = found.get(id) ?? []
    const there = here.reduce((sum, one) => sum + one.copies, 0)
    if (account.lists.length + here.length > 0 || wire.has(id)) {
      if (copies !== there && !tolerance(copies, there))
        faults.push(`the journal tells of ${copies} copies of ${id}; ${there} are found`)
    }
    const sent = wire.get(id)
    if (sent === undefined) continue
    for (const { where, content } of here) {
      if (!isWhole(content, sent.content)) faults.push(`${id} in ${where} is not what was sent`)
    }
  }
  return faults
}
