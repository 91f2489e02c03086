/**
 * Who must be told what about the recipients of a message, and who must never be told (RFC 3461 §4.1, §5.2, §6.1).
 *
 * Pure. One settlement gives at most one notice of each kind, so that all failures of a moment stand in one notification.
 * What a notice looks like is `report.ts`'s job.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Told } from '../queue/contract.ts'

export type NoticeKind = 'failure' | 'delay' | 'success'

/** One notification to be written: what it is about, and the recipients that belong into it (rfc3461-5.2.8-01). */
export interface Notice {
  readonly kind: NoticeKind
  readonly told: readonly Told[]
}

/** A failure or delay of which nobody is told, and why; the journal must know (rfc3461-5.2-02). */
export interface Suppressed {
  readonly told: Told
  readonly reason: 'null reverse-path' | 'not asked for'
}

export interface Decision {
  readonly notices: readonly Notice[]
  readonly suppressed: readonly Suppressed[]
}

/** What the recipient's sender wants to hear; without NOTIFY failures and delays (rfc3461-4.1-04). */
const wants = (recipient: Recipient, kind: NoticeKind): boolean => {
  const { notify } = recipient
  if (notify === undefined) return kind !== 'success'
  // rfc3461-4.1-03 rfc3461-5.2.2-04 rfc3461-5.2.5-02 rfc3461-5.2.6-02
  return notify !== 'never' && notify.includes(kind)
}

/** The kind of notice that this event would make, if it is one that a sender can be told of at all. */
const kindOf = (told: Told): NoticeKind | undefined => {
  const { cause, outcome } = told
  if (cause === 'failed') return 'failure'
  if (cause === 'delayed') return 'delay'
  // rfc3461-5.2.1-06: the next hop took the duty over.
  if (outcome.kind === 'relayed' && outcome.dutyPassed) return undefined
  // rfc3461-5.2.7.2-01: an alias for one address is silent; its target carries the request on.
  if (outcome.kind === 'expanded' && outcome.listOwner === undefined && outcome.into.length < 2) return undefined
  return 'success'
}

/** Sorts the recipients of one settlement into notices. */
export const decide = (envelope: Envelope, told: readonly Told[]): Decision => {
  // rfc5321-6.1-06 rfc3461-5.2-01 rfc5321-3.6.3-04: never about a message that came from nobody, never about a notification.
  const nobody = envelope.reversePath === '' || envelope.kind === 'notification'
  const groups: Record<NoticeKind, Told[]> = { failure: [], delay: [], success: [] }
  const suppressed: Suppressed[] = []
  for (const one of told) {
    const kind = kindOf(one)
    if (kind === undefined) continue
    const wanted = wants(one.recipient, kind)
    if (wanted && !nobody) groups[kind].push(one)
    else if (kind !== 'success') suppressed.push({ told: one, reason: nobody ? 'null reverse-path' : 'not asked for' })
  }
  const notices = (['failure', 'delay', 'success'] as const)
    .map((kind) => ({ kind, told: groups[kind] }))
    .filter((notice) => notice.told.length > 0)
  return { notices, suppressed }
}
