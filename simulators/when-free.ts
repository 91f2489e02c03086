/**
 * Listening again on an address and port that were ours a moment ago.
 *
 * While any thread of this process starts a program, the new process has all our sockets open until that program runs: a
 * port that was closed here may be in use for some milliseconds more, on a busy machine for longer.
 */
import { setTimeout } from 'node:timers/promises'

const patienceMilliseconds = 5000
const pauseMilliseconds = 20

/** Opens something that listens; tries again while its address is in use, for at most 5 s. */
export async function whenFree<T>(open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMilliseconds
  for (;;) {
    try {
      return await open()
    } catch (error) {
      const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!inUse || performance.now() > deadline) throw error
      await setTimeout(pauseMilliseconds)
    }
  }
}
