/**
 * What all sessions of one reception share: the ports, the queue's door, the policy of the day, and the few things that
 * must be counted across sessions.
 */
import { failureSpan } from '../policy/authentication.ts'
import { createMeter } from '../policy/limits.ts'
import type { Meter } from '../policy/limits.ts'
import { createPolicy } from '../policy/policy.ts'
import type { Policy } from '../policy/policy.ts'
import type { Tell } from '../journal/events.ts'
import type { Clock, Ids, Resolver } from '../ports.ts'
import type { Queue } from '../queue/contract.ts'
import type { Settings } from '../settings/schema.ts'

export interface ReceptionParts {
  /** The settings of this moment; a new object when they change. */
  readonly settings: () => Settings
  readonly clock: Clock
  readonly ids: Ids
  readonly tell: Tell
  readonly queue: Pick<Queue, 'begin' | 'accept' | 'counts'>
  readonly resolver: Resolver
  /**
   * At least 32 unpredictable octets, the same over restarts if possible: from them come the salts that unknown users are
   * answered with. Absent: made anew.
   */
  readonly secret?: Uint8Array
}

/** Meters of one minute, by host or user; failures by host over ten minutes. */
export interface Meters {
  readonly connections: Meter
  readonly messages: Meter
  readonly recipients: Meter
  readonly failures: Meter
}

export interface Desk extends Required<ReceptionParts> {
  readonly meters: Meters
  /** The policy for the settings of this moment. */
  readonly policy: () => Policy
}

const minute = 60_000

export const createDesk = (parts: ReceptionParts): Desk => {
  let policy: Policy | undefined
  return {
    ...parts,
    secret: parts.secret ?? parts.ids.secret(32),
    meters: {
      connections: createMeter(minute),
      messages: createMeter(minute),
      recipients: createMeter(minute),
      failures: createMeter(failureSpan),
    },
    policy: () => {
      const settings = parts.settings()
      if (policy?.settings !== settings) policy = createPolicy(settings)
      return policy
    },
  }
}
