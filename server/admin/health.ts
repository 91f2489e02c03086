/**
 * How the server is: `ok`, or `degraded` with reasons, each with a remedy. An open relay is said first and loudest.
 */
import { openingWords, relayOpening } from '../settings/open-relay.ts'
import type { Health, HealthFacts, HealthReason } from './contract.ts'

/** The health that follows from the facts. */
export function healthOf(facts: HealthFacts): Health {
  const reasons = [...openRelay(facts), ...closed(facts), ...setAside(facts), ...lost(facts)]
  return { status: reasons.length === 0 ? 'ok' : 'degraded', reasons }
}

function openRelay({ settings }: HealthFacts): readonly HealthReason[] {
  const opening = relayOpening(settings)
  return opening === undefined || !settings.smtp.enabled ? [] : [{ reason: 'open-relay', ...openingWords[opening] }]
}

function closed({ closedListeners }: HealthFacts): readonly HealthReason[] {
  return closedListeners.map((listener) => ({
    reason: 'listener-closed',
    says: `The listener ${listener} is not open.`,
    remedy: 'See the journal for the reason, and apply the settings again when it is gone.',
  }))
}

function setAside({ setAside: items }: HealthFacts): readonly HealthReason[] {
  return items.map(({ what, where, reason }) => ({
    reason: 'set-aside',
    says: `The queue could not read ${what} (${reason}); it is kept in ${where}.`,
    remedy: 'Look at it, send on by hand what matters, then remove it and restart the server.',
  }))
}

function lost({ lostEvents }: HealthFacts): readonly HealthReason[] {
  if (lostEvents === 0) return []
  return [
    {
      reason: 'journal-lost',
      says: `${lostEvents} events of the journal could not be written to disk.`,
      remedy: 'See that the disk is not full and that the server may write to its folder.',
    },
  ]
}
