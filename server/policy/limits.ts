/**
 * How many and how fast: connections open at once, and connections, messages and recipients in a span of time.
 *
 * A `Tally` is a value that counts over a sliding span in two halves: what happened in the present window, and what
 * happened in the one before, which weighs less the further the present one has come. Time is an argument; whoever keeps
 * tallies (reception) keeps them in a `Meter`, which is bounded. A limit of 0 means no limit. What was refused is not counted, so that
 * a client that keeps trying gets in again as soon as its own past allows.
 */
export interface Tally {
  /** When the present window began, milliseconds since the epoch. */
  readonly since: number
  readonly present: number
  readonly before: number
}

const turned = (tally: Tally, at: number, span: number): Tally => {
  const passed = at - tally.since
  if (passed < span) return tally
  const windows = Math.floor(passed / span)
  return { since: tally.since + windows * span, present: 0, before: windows === 1 ? tally.present : 0 }
}

/** How much happened in the `span` milliseconds before `at`. */
export const weight = (tally: Tally | undefined, at: number, span: number): number => {
  if (tally === undefined) return 0
  const now = turned(tally, at, span)
  return now.present + now.before * (1 - (at - now.since) / span)
}

/** The tally with one more. */
export const counted = (tally: Tally | undefined, at: number, span: number): Tally => {
  if (tally === undefined) return { since: at, present: 1, before: 0 }
  const now = turned(tally, at, span)
  return { ...now, present: now.present + 1 }
}

/** Whether one more would be too many. */
export const exceeded = (tally: Tally | undefined, at: number, span: number, limit: number): boolean =>
  limit > 0 && weight(tally, at, span) + 1 > limit

/** Forgets, in place, the tallies that no longer weigh anything. */
export const prune = (tallies: Map<string, Tally>, at: number, span: number): void => {
  for (const [key, tally] of tallies) if (at - tally.since >= 2 * span) tallies.delete(key)
}

/** Keys that a meter remembers before it looks for what it may forget. */
const meterSize = 10_000

/**
 * Tallies of one kind, by host or user. Remembers at most about 10,000 keys that are still warm; when more come within one
 * span the oldest are forgotten, which errs towards letting people in.
 */
export interface Meter {
  /** Counts one more for the key and says true, unless that would exceed the limit. */
  take(key: string, at: number, limit: number): boolean
  /** Whether the limit is already used up; counts nothing. */
  full(key: string, at: number, limit: number): boolean
}

/** `span` in milliseconds. */
export const createMeter = (span: number, size: number = meterSize): Meter => {
  const tallies = new Map<string, Tally>()
  const make = (at: number): void => {
    if (tallies.size < size) return
    prune(tallies, at, span)
    for (const key of tallies.keys()) {
      if (tallies.size < size) return
      tallies.delete(key)
    }
  }
  return {
    take: (key, at, limit) => {
      if (limit === 0) return true
      const tally = tallies.get(key)
      if (exceeded(tally, at, span, limit)) return false
      if (tally === undefined) make(at)
      tallies.set(key, counted(tally, at, span))
      return true
    },
    full: (key, at, limit) => exceeded(tallies.get(key), at, span, limit),
  }
}
