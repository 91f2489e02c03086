/**
 * The Clock port on the machine's own time.
 */
import type { Clock } from '../ports.ts'

/** What `setTimeout` can wait at most; longer waits are made of several. */
const longestWait = 2_147_483_647

export const createClock = (): Clock => {
  let latest = 0
  return {
    now: () => {
      latest = Math.max(latest, Date.now())
      return latest
    },
    after: (delay, act) => {
      let left = Math.max(0, delay)
      let timer: NodeJS.Timeout
      const wait = (): void => {
        const span = Math.min(left, longestWait)
        left -= span
        timer = setTimeout(left > 0 ? wait : act, span)
      }
      wait()
      return { cancel: () => clearTimeout(timer) }
    },
  }
}
