/**
 * Chance from a seed: the same seed gives the same choices for ever, on every machine.
 *
 * Not for secrets. A fork is a stream of its own, so that what one part of a trial draws never shifts what another draws.
 */
export interface Chance {
  /** A whole number from 0 up to, but not, `limit`; 0 when the limit is 0. */
  below(limit: number): number
  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T
  yes(probability: number): boolean
  octets(count: number): Buffer
  fork(): Chance
}

/** `seed` counts as a 32-bit number. */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  /** mulberry32: small, even enough, and one line of state. */
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => (limit <= 0 ? 0 : draw() % limit)
  return {
    below,
    of: (list) => {
      const one = list[below(list.length)]
      if (one === undefined) throw new Error('nothing to choose from')
      return one
    },
    yes: (probability) => draw() < probability * 2 ** 32,
    octets: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
    fork: () => chanceFrom(draw()),
  }
}

/** The seed of one round of a run, so that a round can be had again without those before it. */
export const roundSeed = (seed: number, round: number): number =>
  (Math.imul(seed, 0x9e3779b1) ^ (round * 0x85ebca6b)) >>> 0
