/**
 * How long a client may take: silence between commands and within content, one command line from its first octet to its
 * last, and the least rate of content (RFC 5321 §4.5.3.2.7 and defences against clients that trickle).
 *
 * Time counts only while it is the client that is waited for: `rest` stops it, `expect` starts it again. One timer is
 * enough: it is set once and looks, when it fires, whether it is needed; so that hearing something costs no timer.
 */
import type { Clock, Timer } from '../ports.ts'
import type { Settings } from '../settings/schema.ts'

export type Patience = Pick<Settings['limits'], 'commandTimeout' | 'dataTimeout' | 'commandDeadline' | 'minimumRate'>

/** Why patience ended. */
export type Impatience = 'silent' | 'command-too-long' | 'content-too-slow'

/** The span over which the least rate is measured, milliseconds. */
const rateSpan = 60_000

export interface Watch {
  /** Octets came; `inContent` and `lineOpen` (a line begun and not ended) tell what the client is in the middle of now. */
  heard(octets: number, inContent: boolean, lineOpen: boolean): void
  /** It is not the client who is waited for. */
  rest(): void
  /** It is again. */
  expect(): void
  close(): void
}

/** `expire` is called once, at most; the watch starts resting. */
export const createWatch = (clock: Clock, patience: Patience, expire: (why: Impatience) => void): Watch => {
  let resting = true
  let restedAt = clock.now()
  let closed = false
  let heardAt = restedAt
  let content = false
  let lineAt: number | undefined
  let windowAt = restedAt
  let windowOctets = 0
  let timer: Timer | undefined
  let timerAt = Infinity

  const silenceAt = (): number => heardAt + (content ? patience.dataTimeout : patience.commandTimeout)
  const lineEndAt = (): number => (lineAt === undefined || content ? Infinity : lineAt + patience.commandDeadline)
  const windowEndAt = (): number => (content && patience.minimumRate > 0 ? windowAt + rateSpan : Infinity)

  const why = (now: number): Impatience | undefined => {
    if (now >= lineEndAt()) return 'command-too-long'
    if (now >= silenceAt()) return 'silent'
    if (now < windowEndAt()) return undefined
    if (windowOctets < (patience.minimumRate * rateSpan) / 1000) return 'content-too-slow'
    windowAt = now
    windowOctets = 0
    return undefined
  }
  const arm = (): void => {
    if (resting || closed) return
    const at = Math.min(silenceAt(), lineEndAt(), windowEndAt())
    if (timer !== undefined && timerAt <= at) return
    timer?.cancel()
    timerAt = at
    timer = clock.after(at - clock.now(), () => {
      timer = undefined
      if (resting || closed) return
      const reason = why(clock.now())
      if (reason === undefined) return arm()
      closed = true
      expire(reason)
    })
  }
  return {
    heard: (octets, inContent, lineOpen) => {
      heardAt = clock.now()
      if (inContent && !content) {
        windowAt = heardAt
        windowOctets = 0
      }
      content = inContent
      windowOctets += octets
      lineAt = lineOpen && !inContent ? (lineAt ?? heardAt) : undefined
      arm()
    },
    rest: () => {
      if (resting) return
      resting = true
      restedAt = clock.now()
    },
    expect: () => {
      if (!resting) return
      resting = false
      const now = clock.now()
      heardAt = now
      windowAt += now - restedAt
      if (lineAt !== undefined) lineAt += now - restedAt
      arm()
    },
    close: () => {
      closed = true
      timer?.cancel()
    },
  }
}
