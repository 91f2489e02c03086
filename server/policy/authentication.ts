/**
 * Who may try to prove who they are, how, and for whom they may act.
 *
 * Guessing is made slow within a session (the delay doubles) and is bounded per host: after so many failures within ten
 * minutes a host is told to come back later, whatever password it has. Trusted hosts are not bounded, because they may
 * send without any proof.
 */
import { prepared } from '../protocol/authentication/saslprep.ts'
import type { Settings } from '../settings/schema.ts'
import { localKey } from './directory.ts'

/** The span over which a host's failures are counted, milliseconds. */
export const failureSpan = 10 * 60_000

/** A failure is never made to wait longer, milliseconds: the client's patience is about that long. */
const longestDelay = 60_000

/** How long the answer to the `failures`-th failed attempt of a session is held back: doubling from the first. */
export const failureDelay = (settings: Pick<Settings, 'authentication'>, failures: number): number =>
  Math.min(settings.authentication.failureDelay * 2 ** Math.min(failures - 1, 30), longestDelay)

/** rfc4954-4-20 rfc5802-5.1-16: two spellings of one name are equal once prepared; the user's own case does not matter. */
export const sameName = (one: string, other: string): boolean => {
  const [a, b] = [prepared(one), prepared(other)]
  return a !== undefined && b !== undefined && localKey(a) === localKey(b)
}

/** rfc4616-2-05 rfc5802-5-02: everybody acts for themselves and for nobody else. */
export const mayActFor = (name: string, actFor: string): boolean => actFor === '' || sameName(name, actFor)

/** Whether a new session must authenticate before it may send (rfc6409-4.3-01). */
export const authenticationRequired = (door: {
  readonly submission: boolean
  readonly trusted: boolean
  readonly openRelay: boolean
}): boolean => door.submission && !door.trusted && !door.openRelay
