/**
 * When a recipient is tried again, when its sender is warned of the delay, and when it is given up (RFC 5321 §4.5.4.1).
 *
 * Pure: an envelope, a recipient, the settings and the present moment go in, moments come out. The lifetime counts from
 * acceptance. Nobody is given up early: where the next wait would reach beyond the lifetime, the last attempt is made at
 * its very end, and a deferral at or after that end is final.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import type { Settings } from '../settings/schema.ts'

/** The settings that the schedule reads. rfc5321-4.5.4.1-05: every one of them is the operator's. */
export type Waits = Pick<Settings['queue'], 'retryAfter' | 'lifetime' | 'notificationLifetime' | 'delayWarning'>

/** What a deferral means: another attempt at `dueAt` (and a warning now), or the end. */
export type Verdict =
  | { readonly kind: 'again'; readonly dueAt: Milliseconds; readonly warn: boolean }
  | { readonly kind: 'expired' }

/** Time always moves on between two attempts, whatever the settings say (rfc5321-4.5.4.1-02). */
const leastWait: Milliseconds = 1

/** The moment from which a further deferral is final. rfc5321-4.5.4.1-07: notifications have a life of their own. */
export const endOfLife = (envelope: Pick<Envelope, 'acceptedAt' | 'kind'>, waits: Waits): Milliseconds =>
  envelope.acceptedAt + (envelope.kind === 'notification' ? waits.notificationLifetime : waits.lifetime)

/** How long to wait after the `attempts`-th attempt (1, 2, 3 …) was deferred; the last wait of the list repeats. */
export const waitAfter = (attempts: number, waits: Pick<Waits, 'retryAfter'>): Milliseconds => {
  const index = Math.min(Math.max(attempts, 1), waits.retryAfter.length) - 1
  return Math.max(waits.retryAfter[index] ?? leastWait, leastWait)
}

/**
 * When the sender is to be told that the message waits; undefined when that has happened, is switched off, or there is
 * nobody to tell (a null reverse-path, rfc5321-4.5.4-02).
 */
export const warningAt = (
  envelope: Pick<Envelope, 'acceptedAt' | 'reversePath' | 'kind'>,
  recipient: Pick<Recipient, 'delayToldAt'>,
  waits: Waits,
): Milliseconds | undefined => {
  if (recipient.delayToldAt !== undefined || waits.delayWarning <= 0) return undefined
  if (envelope.reversePath === '' || envelope.kind === 'notification') return undefined
  const moment = envelope.acceptedAt + waits.delayWarning
  return moment < endOfLife(envelope, waits) ? moment : undefined
}

/** Judges a deferral that happened `now`; `attempts` counts the attempt that was just deferred. */
export const afterDeferral = (
  envelope: Pick<Envelope, 'acceptedAt' | 'reversePath' | 'kind'>,
  recipient: Pick<Recipient, 'delayToldAt'>,
  attempts: number,
  waits: Waits,
  now: Milliseconds,
): Verdict => {
  const end = endOfLife(envelope, waits)
  if (now >= end) return { kind: 'expired' } // rfc5321-4.5.4.1-04
  const warning = warningAt(envelope, recipient, waits)
  return {
    kind: 'again',
    dueAt: Math.min(now + waitAfter(attempts, waits), end),
    warn: warning !== undefined && now >= warning,
  }
}
