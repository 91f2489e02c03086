/**
 * What this server remembers of other hosts between messages: sessions that are open, and hosts that could not be reached.
 *
 * Knowledge is short-lived on purpose (rfc5321-4.5.4.1-06, -08): it spares a dead host the attempts of a whole queue, and
 * is gone before the next retry is due. Nothing that a server said is remembered (rfc5321-4.5.4.1-09).
 */
import type { Clock, Milliseconds } from '../ports.ts'

/** A fruitless attempt is remembered for long when it cost long (a time-out), for a moment otherwise (a refusal). */
const memoryOfTimeout: Milliseconds = 60_000
const memoryOfRefusal: Milliseconds = 5000
/** Hosts remembered at most; the oldest goes first. */
const mostRemembered = 10_000

interface Slots {
  taken: number
  readonly waiting: (() => void)[]
}

export class Hosts {
  readonly #clock: Clock
  readonly #slots = new Map<string, Slots>()
  readonly #unreachable = new Map<string, { readonly until: Milliseconds; readonly fault: string }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Waits for one of the `limit` sessions that a host may have; resolves with the verb that gives it back (once). */
  async acquire(host: string, limit: number): Promise<() => void> {
    const slots = this.#slots.get(host) ?? { taken: 0, waiting: [] }
    this.#slots.set(host, slots)
    if (slots.taken < limit) {
      slots.taken += 1
    } else {
      const { promise, resolve } = Promise.withResolvers<void>()
      slots.waiting.push(resolve)
      await promise // the place comes from who gives it back
    }
    let given = false
    return () => {
      if (given) return
      given = true
      const next = slots.waiting.shift()
      if (next !== undefined) next()
      else {
        slots.taken -= 1
        if (slots.taken === 0) this.#slots.delete(host)
      }
    }
  }

  /** Why the host is not worth another connection yet. */
  fault(host: string): string | undefined {
    const known = this.#unreachable.get(host)
    if (known !== undefined && known.until > this.#clock.now()) return known.fault
    this.#unreachable.delete(host)
    return undefined
  }

  /** Until the `shortestWait` at most, so that the next attempt of whoever found out is a real one. */
  remember(host: string, fault: string, timedOut: boolean, shortestWait: Milliseconds = memoryOfTimeout): void {
    this.#unreachable.delete(host)
    const oldest = this.#unreachable.keys().next()
    if (this.#unreachable.size >= mostRemembered && oldest.done !== true) this.#unreachable.delete(oldest.value)
    this.#unreachable.set(host, {
      until: this.#clock.now() + Math.min(timedOut ? memoryOfTimeout : memoryOfRefusal, shortestWait),
      fault,
    })
  }

  /** The operator wants everything tried again. */
  forget(): void {
    this.#unreachable.clear()
  }
}
