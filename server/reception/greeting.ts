/**
 * The moment before the greeting: the policy's ruling on the connection, the wait, and who talks meanwhile.
 *
 * A client must not speak before it was greeted (RFC 5321 §4.3.1); one that does is in a hurry to say something that does
 * not depend on who answers. It is told 554 and, as after every 554 greeting, left to say QUIT.
 */
import { setImmediate } from 'node:timers/promises'
import type { Client } from '../policy/client.ts'
import type { PolicyRuling } from '../policy/ruling.ts'
import type { Ruling } from '../protocol/exchange.ts'
import type { Desk } from './desk.ts'

/**
 * Lets the event loop look at the socket once. No clock takes part in it: what the client sent together with its
 * connection lies in the socket already and is read in the next round.
 */
const oneLook = async (): Promise<void> => {
  await setImmediate()
  await setImmediate()
}

/** `opening` is policy's ruling on the connection; what it refuses is told at once. */
export const greet = (
  desk: Desk,
  session: string,
  client: Client,
  opening: PolicyRuling,
  spoken: () => boolean,
): Ruling | Promise<Ruling> => {
  if (opening.kind === 'refused') {
    desk.tell(
      'session-refused',
      { session },
      { client: client.address, cause: opening.cause, code: opening.reply.code },
    )
    return opening
  }
  const { limits, refusals } = desk.settings()
  if (limits.greetingDelay === 0 && refusals.earlyTalkers === 'allow') return opening
  const wait = async (): Promise<Ruling> => {
    if (limits.greetingDelay > 0) await new Promise<void>((resolve) => desk.clock.after(limits.greetingDelay, resolve))
    // A timer that is late, because the machine is busy, runs before what came meanwhile has been read.
    await oneLook()
    if (!spoken()) return opening
    desk.tell('early-talker', { session }, { client: client.address, refused: refusals.earlyTalkers === 'refuse' })
    return refusals.earlyTalkers === 'refuse' ? desk.policy().earlyTalker() : opening
  }
  return wait()
}
