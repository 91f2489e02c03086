/**
 * Chance that can be had again: numbers, choices and bytes from a seed, which is printed, so that a run that failed can be
 * repeated with the same decisions.
 */
export interface Chance {
  /** A whole number from 0, below `limit`. */
  below(limit: number): number
  /** True once in `times`, on average. */
  oneIn(times: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
  bytes(count: number): Buffer
}

export const openChance = (seed: number): Chance => {
  let state = seed >>> 0
  /** Mulberry32. */
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (from) => from[below(from.length)] ?? from[0],
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  }
}
