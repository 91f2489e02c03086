/**
 * Keeps the size of a long-running process steady: V8's young generation stops growing at 32 MiB.
 *
 * By itself V8 doubles it under load up to 128 MiB and more, all of which is soon filled with garbage, so that the process
 * would grow by more than a large message could ever explain. A smaller one is collected more often, in about a millisecond.
 * It is a matter of the whole process, so whoever owns the process asks for it; where V8 does not listen, nothing happens.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Octets, both halves together. */
const enough = 32 * 1024 * 1024

const youngOctets = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0

/** Watches collections for as long as the process lives, and holds it open for none. */
export const keepMemorySteady = (): void => {
  let growing = true
  const observer = new PerformanceObserver(() => {
    const mayGrow = youngOctets() < enough
    if (mayGrow === growing) return
    growing = mayGrow
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
  })
  observer.observe({ entryTypes: ['gc'] })
}
