/**
 * What a relay probe came to, on the ladder of the design: a reply proves nothing, so the verdict is decided by what the far
 * mail exchangers, the mailboxes here and the senders received.
 *
 *     refused@stage < deferred@stage < accepted, then notified < accepted, then dropped < delivered
 *
 * *Accepted* alone is said where nobody can look; *taken here* where a mailbox of the server's own got it, which is no
 * relaying, whatever the address looked like. Pure.
 */
import type { Attempt } from './relay.ts'

export type Rung =
  | 'refused'
  | 'deferred'
  | 'taken here'
  | 'accepted'
  | 'accepted, then notified'
  | 'accepted, then queued'
  | 'accepted, then dropped'
  | 'delivered'

/** What was found afterwards, by a probe's token. */
export interface Finds {
  /** Far exchangers that received it. */
  readonly delivered: readonly string[]
  /** It lies in a mailbox of the server's own. */
  readonly here: boolean
  /** Somebody was told that it could not be delivered. */
  readonly notified: boolean
  /** It waits in the queue still. */
  readonly queued: boolean
}

export interface RelayVerdict {
  readonly attempt: Attempt
  readonly rung: Rung
  /** In words: `refused@RCPT 550 …`, `delivered to mx1.there.example`. */
  readonly words: string
  /** The server did what it must not: took responsibility for mail that is not its own, sent its own away, or lost it. */
  readonly breach: boolean
  /** It refused what it owes its users. */
  readonly withheld: boolean
}

const rungOf = (attempt: Attempt, finds: Finds | undefined): Rung => {
  const { outcome, session, probe } = attempt
  if (outcome.kind === 'deferred') return 'deferred'
  // A probe in company leaves a copy here in any case: that one proves nothing about a recipient elsewhere.
  const proves = session.first !== 'recipient here' || probe.belongs !== 'elsewhere'
  if (finds !== undefined && finds.delivered.length > 0) return 'delivered'
  if (outcome.kind !== 'accepted') return 'refused'
  if (finds === undefined) return 'accepted'
  if (finds.here && proves) return 'taken here'
  if (finds.notified) return 'accepted, then notified'
  return finds.queued ? 'accepted, then queued' : 'accepted, then dropped'
}

const wordsOf = ({ outcome }: Attempt, rung: Rung, finds: Finds | undefined): string => {
  const stage = outcome.kind === 'accepted' ? '' : `@${outcome.stage}`
  if (rung === 'delivered') return `delivered to ${finds?.delivered.join(', ') ?? ''}`
  if (outcome.kind === 'ended') return `${rung}${stage} by silence or closing: ${outcome.reply}`
  return `${rung}${stage} ${outcome.reply}`
}

export const verdictOf = (attempt: Attempt, finds?: Finds): RelayVerdict => {
  const rung = rungOf(attempt, finds)
  const { belongs, owed } = attempt.probe
  const goneAway = rung === 'delivered' && belongs !== 'forwarded'
  const taken = rung.startsWith('accepted') && belongs === 'elsewhere'
  const lost = rung === 'accepted, then dropped'
  return {
    attempt,
    rung,
    words: wordsOf(attempt, rung, finds),
    breach: goneAway || taken || lost,
    withheld: owed && (rung === 'refused' || rung === 'deferred'),
  }
}

/** One line a verdict, for people. */
export const verdictText = ({ attempt, words, breach, withheld }: RelayVerdict): string => {
  const mark = breach ? 'RELAYS  ' : withheld ? 'WITHHELD' : 'ok      '
  const { probe, sender, recipient } = attempt
  return `${mark} ${probe.id} ${JSON.stringify(sender).slice(1, -1)} → ${JSON.stringify(recipient).slice(1, -1)}: ${words}`
}
