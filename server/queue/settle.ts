/**
 * From outcomes to states: what an attempt means for each recipient, who is to be told, and what the journal says.
 *
 * Pure. The duties of RFC 3461 §5.2 stand here as causes; whether a sender wanted to hear of them is bounce's decision.
 * Making a decision durable is `settlements.ts`'s job.
 */
import type { Detail, EventName } from '../journal/events.ts'
import type { Envelope, Outcome, Recipient, Trouble } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import { printable } from '../protocol/text.ts'
import type { Result, Told } from './contract.ts'
import { isUnfinished } from './address.ts'
import { expandAlias, expandList } from './expand.ts'
import { afterDeferral } from './schedule.ts'
import type { Waits } from './schedule.ts'

export interface Telling {
  readonly event: EventName
  readonly recipient: string
  readonly detail: Detail
}

/** One step of an envelope, not yet durable. */
export interface Decision {
  /** Recipients that changed, and new ones. */
  readonly changed: readonly Recipient[]
  readonly told: readonly Told[]
  /** Recipients whose attempt is over. */
  readonly attempted: readonly string[]
  /** The attempt that led here. */
  readonly attempt?: string
  /** Messages to list members: their content is a copy of this envelope's. */
  readonly copies: readonly Envelope[]
  readonly events: readonly Telling[]
}

export interface Circumstances {
  readonly waits: Waits
  readonly now: Milliseconds
  readonly unique: () => string
  /** Recipients that the operator wants gone. */
  readonly removing: ReadonlySet<string>
  /** False when the content could not be copied: mailing lists wait then. */
  readonly canCopy: boolean
}

interface Step {
  readonly recipient: Recipient
  readonly told?: Omit<Told, 'recipient'>
  readonly added?: readonly Recipient[]
  readonly copy?: Envelope
  readonly event: EventName
  readonly detail?: Detail
}

const loop: Trouble = {
  status: '5.4.6',
  reason: 'The address leads back to itself over other addresses.',
  radius: 'recipient',
}
const cannotCopy: Trouble = {
  status: '4.3.0',
  reason: 'The server cannot store the copies for the mailing list at the moment.',
  radius: 'recipient',
}

const troubleDetail = ({ status, reason, host, reply }: Trouble): Detail => ({
  status,
  reason: printable(reason),
  ...(host !== undefined && { host: printable(host) }),
  ...(reply !== undefined && { reply: reply.code }),
})

const fail = (recipient: Recipient, trouble: Trouble, removing: boolean): Step =>
  removing
    ? { recipient: { ...recipient, state: 'removed', trouble }, event: 'recipient-removed' }
    : {
        recipient: { ...recipient, state: 'failed', trouble },
        // rfc3461-5.2.6-01 rfc3461-5.2.6-03 rfc5321-6.1-03
        told: { cause: 'failed', outcome: { kind: 'failed', trouble } },
        event: 'recipient-failed',
        detail: troubleDetail(trouble),
      }

const defer = (envelope: Envelope, recipient: Recipient, trouble: Trouble, around: Circumstances): Step => {
  const { now, waits } = around
  const known: Recipient = { ...recipient, trouble }
  if (around.removing.has(recipient.id)) {
    return { recipient: { ...known, state: 'removed' }, event: 'recipient-removed' }
  }
  const detail = troubleDetail(trouble)
  const outcome: Outcome = { kind: 'deferred', trouble }
  if (recipient.state === 'held') return { recipient: { ...known, dueAt: now }, event: 'recipient-deferred', detail }
  const verdict = afterDeferral(envelope, recipient, recipient.attempts, waits, now)
  if (verdict.kind === 'expired') {
    const told = { cause: 'failed', outcome } as const
    return { recipient: { ...known, state: 'expired' }, told, event: 'recipient-expired', detail }
  }
  const { dueAt, warn } = verdict
  return {
    recipient: { ...known, dueAt, ...(warn && { delayToldAt: now }) },
    ...(warn && { told: { cause: 'delayed', outcome } as const }),
    event: 'recipient-deferred',
    detail: { ...detail, dueAt },
  }
}

const expand = (
  envelope: Envelope,
  present: ReadonlyMap<string, Recipient>,
  recipient: Recipient,
  outcome: Extract<Outcome, { readonly kind: 'expanded' }>,
  around: Circumstances,
): Step => {
  const { into, listOwner } = outcome
  const { now, unique } = around
  const removing = around.removing.has(recipient.id)
  const done: Recipient = { ...recipient, state: 'expanded' }
  const event = 'recipient-expanded'
  if (listOwner === undefined) {
    const expanded = expandAlias([...present.values()], recipient, into, now, unique)
    if (expanded.kind === 'too-long') return fail(recipient, loop, removing) // rfc5321-6.3-02
    const { recipients } = expanded
    const told = { cause: 'expanded', outcome } as const
    return { recipient: done, told, added: recipients, event, detail: { into: recipients.length } }
  }
  const told = { cause: 'delivered', outcome } as const // rfc3461-5.2.7.1-01
  if (into.length === 0) return { recipient: done, told, event }
  if (!around.canCopy) return defer(envelope, recipient, cannotCopy, around)
  const copy = expandList(envelope, recipient, { owner: listOwner, members: into }, now, unique)
  if (copy === undefined) return fail(recipient, loop, removing)
  const detail = { into: copy.recipients.length, list: copy.id }
  return { recipient: done, told, copy, event, detail }
}

const stepFor = (
  envelope: Envelope,
  present: ReadonlyMap<string, Recipient>,
  before: Recipient,
  outcome: Outcome,
  around: Circumstances,
): Step => {
  const recipient: Recipient = { ...before, attempts: before.attempts + 1 }
  switch (outcome.kind) {
    case 'delivered':
      return {
        recipient: { ...recipient, state: 'delivered' },
        told: { cause: 'delivered', outcome },
        event: 'recipient-delivered',
      }
    case 'relayed': {
      const { host, address, reply, dutyPassed } = outcome
      return {
        recipient: { ...recipient, state: 'relayed' },
        ...(!dutyPassed && { told: { cause: 'relayed', outcome } as const }), // rfc3461-5.2.1-06 rfc3461-5.2.2-02
        event: 'recipient-relayed',
        detail: { host: printable(host), hostAddress: address, reply: reply.code },
      }
    }
    case 'expanded':
      return expand(envelope, present, recipient, outcome, around)
    case 'failed':
      return fail(recipient, outcome.trouble, around.removing.has(recipient.id))
    default:
      return defer(envelope, recipient, outcome.trouble, around)
  }
}

/** Decides what the results of an attempt come to. Results of recipients that have ended meanwhile count for nothing. */
export const decide = (envelope: Envelope, results: readonly Result[], around: Circumstances): Decision => {
  /** The recipients as they are after the steps so far. */
  const present = new Map(envelope.recipients.map((recipient) => [recipient.id, recipient]))
  const changed: Recipient[] = []
  const told: Told[] = []
  const copies: Envelope[] = []
  const events: Telling[] = []
  for (const { recipient: id, outcome } of results) {
    const before = present.get(id)
    if (before === undefined || !isUnfinished(before)) continue
    const step = stepFor(envelope, present, before, outcome, around)
    for (const recipient of [step.recipient, ...(step.added ?? [])]) {
      changed.push(recipient)
      present.set(recipient.id, recipient)
    }
    if (step.told !== undefined) told.push({ recipient: step.recipient, ...step.told })
    if (step.copy !== undefined) copies.push(step.copy)
    events.push({
      event: step.event,
      recipient: id,
      detail: { address: printable(before.address), attempts: step.recipient.attempts, ...step.detail },
    })
  }
  return { changed, told, attempted: results.map(({ recipient }) => recipient), copies, events }
}

/** The end or the warning that came to a recipient while it waited, and why it had to wait. */
export interface WaitingEnd {
  readonly what: 'expiry' | 'warning'
  readonly trouble: Trouble
}

/** Warns of recipients, or gives them up, without an attempt. */
export const decideWaiting = (
  envelope: Envelope,
  due: ReadonlyMap<string, WaitingEnd>,
  now: Milliseconds,
): Decision => {
  const changed: Recipient[] = []
  const told: Told[] = []
  const events: Telling[] = []
  for (const before of envelope.recipients) {
    const one = due.get(before.id)
    if (one === undefined || before.state !== 'queued') continue
    const trouble = before.trouble ?? one.trouble
    const outcome: Outcome = { kind: 'deferred', trouble }
    const expired = one.what === 'expiry'
    if (!expired && before.delayToldAt !== undefined) continue
    const recipient: Recipient = expired ? { ...before, state: 'expired', trouble } : { ...before, delayToldAt: now }
    changed.push(recipient)
    told.push({ recipient, cause: expired ? 'failed' : 'delayed', outcome })
    if (expired) {
      const detail = { address: printable(before.address), attempts: before.attempts, ...troubleDetail(trouble) }
      events.push({ event: 'recipient-expired', recipient: before.id, detail })
    }
  }
  return { changed, told, attempted: [], copies: [], events }
}

/** A recipient that the operator holds, releases or removes. */
export const decideState = (
  recipient: Recipient,
  act: { readonly state: 'held' | 'queued' | 'removed'; readonly event: EventName },
  now: Milliseconds,
): { readonly recipient: Recipient; readonly telling: Telling } => ({
  recipient: { ...recipient, state: act.state, ...(act.state === 'queued' && { dueAt: now }) },
  telling: { event: act.event, recipient: recipient.id, detail: { address: printable(recipient.address) } },
})
