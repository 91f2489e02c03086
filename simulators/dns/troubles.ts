/**
 * The troubles declared for names: which one strikes the next question, counted.
 *
 * Troubles strike in the order in which they were declared, each until its count is used up, so that "twice SERVFAIL, then
 * silence" is two declarations. What a trouble does to an answer is the name server's business.
 */
import type { DnsTrouble, RecordType } from '../contract.ts'
import { canonicalName } from './zone.ts'

export interface StruckTrouble {
  readonly trouble: DnsTrouble
  readonly delayMilliseconds: number
}

export interface TroubleList {
  declare(
    name: string,
    trouble: DnsTrouble,
    options: { readonly type?: RecordType; readonly times?: number; readonly delayMilliseconds?: number },
  ): void
  /** Takes the trouble that strikes this question, and counts it. `ANY` names the troubles of every type. */
  strike(name: string, type: string): StruckTrouble | undefined
  /** True when some trouble was ever declared for the name. */
  declares(name: string): boolean
  forget(name: string): void
}

/** How late `slow` is when nothing else is said, in milliseconds: beyond a hasty client's patience, within a fair one's. */
const SLOW = 1000

export function openTroubleList(): TroubleList {
  const declared: { name: string; type?: RecordType; trouble: DnsTrouble; delay: number; left: number }[] = []
  return {
    declare(name, trouble, { type, times, delayMilliseconds }) {
      declared.push({
        name: canonicalName(name),
        ...(type === undefined ? {} : { type }),
        trouble,
        delay: delayMilliseconds ?? (trouble === 'slow' ? SLOW : 0),
        left: times ?? Number.POSITIVE_INFINITY,
      })
    },
    strike(name, type) {
      const asked = canonicalName(name)
      const found = declared.find(
        (one) => one.left > 0 && one.name === asked && (one.type === undefined || one.type === type),
      )
      if (found === undefined) return undefined
      found.left -= 1
      return { trouble: found.trouble, delayMilliseconds: found.delay }
    },
    declares(name) {
      const asked = canonicalName(name)
      return declared.some((one) => one.name === asked)
    },
    forget(name) {
      const asked = canonicalName(name)
      for (const one of declared) if (one.name === asked) one.left = 0
    },
  }
}
