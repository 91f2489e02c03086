/**
 * A clock that keeps real time and can be sent ahead: days pass in milliseconds, and every timer that falls due on the way
 * fires in its order, at its own moment.
 *
 * It fits the server's `Clock` port by shape. It fires timers and nothing else: letting the I/O that they start come to
 * rest between two jumps is the caller's job (`jumpToNext`).
 */

export interface VirtualClock {
  /** Whole milliseconds since the epoch, real time plus all jumps; never goes back. */
  now(): number
  after(delay: number, act: () => void): { cancel(): void }
  /** Milliseconds until the next timer is due (0 when it is overdue); undefined when there is none. */
  nextDue(): number | undefined
  /** Jumps to the next timer and fires it; false when there is none, or it is due later than `within` milliseconds. */
  jumpToNext(within?: number): boolean
  /** Lets so much time pass at once: fires all that is due by then, also what was set on the way, and ends at that moment. */
  advance(milliseconds: number): void
  advanceTo(moment: number): void
  /** Forgets all timers; later ones never fire. */
  close(): void
}

interface Pending {
  readonly due: number
  readonly order: number
  readonly act: () => void
  alarm: NodeJS.Timeout | undefined
}

/** The longest delay that a timer of Node takes, in milliseconds. */
const LONGEST_ALARM = 2_147_483_647
/** Timers fired by one `advance`; more means that a timer sets itself again without end. */
const MOST_FIRED = 100_000

/** @param start The moment at which it begins; the real present when absent. */
export function createVirtualClock(start?: number): VirtualClock {
  const pending = new Set<Pending>()
  let ahead = start === undefined ? 0 : Math.trunc(start) - realNow()
  let latest = Number.NEGATIVE_INFINITY
  let orders = 0
  let closed = false

  const now = (): number => (latest = Math.max(latest, realNow() + ahead))
  const jump = (moment: number): void => {
    ahead += Math.max(0, Math.ceil(moment) - now())
  }
  const next = (): Pending | undefined => {
    let first: Pending | undefined
    for (const one of pending) {
      if (first === undefined || one.due < first.due || (one.due === first.due && one.order < first.order)) first = one
    }
    return first
  }
  const fire = (one: Pending): void => {
    clearTimeout(one.alarm)
    pending.delete(one)
    one.act()
  }
  /** In real time too a timer fires; jumps make its alarm late, and firing sets that right. */
  const arm = (one: Pending): void => {
    const left = one.due - now()
    one.alarm = setTimeout(
      () => {
        if (one.due > now()) arm(one)
        else fire(one)
      },
      Math.min(LONGEST_ALARM, Math.max(0, left)),
    )
  }
  /** Alarms of what is left after a jump would ring too late. */
  const rearm = (): void => {
    for (const one of pending) {
      clearTimeout(one.alarm)
      arm(one)
    }
  }
  const jumpToNext = (within: number = Number.POSITIVE_INFINITY): boolean => {
    const first = next()
    if (first === undefined || first.due > now() + within) return false
    jump(first.due)
    fire(first)
    return true
  }

  const clock: VirtualClock = {
    now,
    after(delay, act) {
      const one: Pending = { due: Math.ceil(now() + Math.max(0, delay)), order: (orders += 1), act, alarm: undefined }
      if (!closed) {
        pending.add(one)
        arm(one)
      }
      return {
        cancel() {
          clearTimeout(one.alarm)
          pending.delete(one)
        },
      }
    },
    nextDue() {
      const first = next()
      return first === undefined ? undefined : Math.max(0, first.due - now())
    },
    jumpToNext(within) {
      const jumped = jumpToNext(within)
      rearm()
      return jumped
    },
    advance: (milliseconds) => clock.advanceTo(now() + milliseconds),
    advanceTo(moment) {
      for (let fired = 0; jumpToNext(moment - now()); fired += 1) {
        if (fired > MOST_FIRED)
          throw new Error(`More than ${MOST_FIRED} timers on the way: one sets itself without end`)
      }
      jump(moment)
      rearm()
    },
    close() {
      closed = true
      for (const one of pending) clearTimeout(one.alarm)
      pending.clear()
    },
  }
  return clock
}

/** Real time that does not go back when the machine's clock is set. */
function realNow(): number {
  return Math.floor(performance.timeOrigin + performance.now())
}
