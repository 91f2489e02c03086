/**
 * The faults declared on one exchanger: which of them strike at this moment, counted across all its connections.
 *
 * Every fault counts the moments that it matches, whoever struck there, so that "the first two attempts, then something
 * else once" is two declarations. Delays and slow reading add up; of the rest the first that is due decides.
 */
import type { Fault, Misbehaviour, Moment } from '../contract.ts'

export interface FaultLedger {
  declare(fault: Fault): void
  /** Counts the moment and tells what happens there: any delays, then at most one thing that decides. */
  strike(moment: Moment, path?: string): readonly Misbehaviour[]
}

export function openFaultLedger(): FaultLedger {
  const entries: { readonly fault: Fault; seen: number }[] = []
  return {
    declare(fault) {
      entries.push({ fault, seen: 0 })
    },
    strike(moment, path = '') {
      const struck: Misbehaviour[] = []
      for (const entry of entries) {
        const { fault } = entry
        if (fault.at !== moment || (fault.path !== undefined && !path.includes(fault.path))) continue
        const index = entry.seen - (fault.after ?? 0)
        entry.seen += 1
        if (index < 0 || index >= (fault.times ?? Number.POSITIVE_INFINITY)) continue
        if (struck.every(passes) || passes(fault.misbehaviour)) struck.push(fault.misbehaviour)
      }
      return struck.toSorted((one, other) => Number(passes(other)) - Number(passes(one)))
    },
  }
}

/** True for what only takes time and leaves the outcome to others. */
function passes(misbehaviour: Misbehaviour): boolean {
  return misbehaviour.do === 'delay' || misbehaviour.do === 'hold' || misbehaviour.do === 'read-slowly'
}

/** The code of the first complete reply in these bytes; 0 when there is none. */
export function codeOf(bytes: Uint8Array): number {
  const match = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?: [^\n]*|\r)?\n/.exec(Buffer.from(bytes).toString('latin1'))
  return match === null ? 0 : Number(match[1])
}
