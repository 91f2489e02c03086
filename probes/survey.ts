/**
 * The relay probes against one server, wherever it is: what will be tried, and what came of it, in one value.
 *
 * Every address probe in one kind of session, and a few telling ones in each other kind that needs nobody's password. Mail
 * for people of that server is left alone. At most `longestSilence` probes in a row may go unanswered; then the rest is
 * left, so that a dead server costs seconds and not minutes.
 */
import type { WireClient } from '../simulators/contract.ts'
import { commandsOf, makeProbes } from './relay.ts'
import type { Attempt, Names } from './relay.ts'
import { relayProbes, relaySessions } from './relay-probes.ts'
import type { RelayProbe, RelaySession } from './relay-probes.ts'

export interface Portion {
  readonly session: RelaySession
  readonly probes: readonly RelayProbe[]
}

export interface SurveyErrand {
  readonly names: Names
  readonly dial: () => Promise<WireClient>
  readonly token: (probe: RelayProbe) => string
  readonly pause?: () => Promise<void>
}

const longestSilence = 5

/** Plain from elsewhere, plain in the name of somebody there, percent, source route. */
const telling: ReadonlySet<string> = new Set(['relay-probe-09', 'relay-probe-10', 'relay-probe-24', 'relay-probe-46'])

/** Kinds of session that a stranger can have on one port. */
const isForStrangers = ({ listener, opening, known }: RelaySession): boolean =>
  listener === undefined && known !== true && !opening.some((line) => line.includes('{credentials}'))

/** What will be tried, as far as the names suffice. */
export const plan = (names: Names): readonly Portion[] => {
  const [base, ...others] = relaySessions.filter(isForStrangers)
  const possible = (session: RelaySession, probes: readonly RelayProbe[]): Portion => ({
    session,
    probes: probes.filter((probe) => commandsOf(probe, session, names) !== undefined),
  })
  const addresses = relayProbes.filter(({ belongs }) => belongs === 'elsewhere')
  const few = addresses.filter(({ id }) => telling.has(id))
  return [
    ...(base === undefined ? [] : [possible(base, addresses)]),
    ...others.map((session) => possible(session, few)),
  ].filter(({ probes }) => probes.length > 0)
}

export interface Survey {
  readonly attempts: readonly Attempt[]
  /** The server fell silent, and the rest was left. */
  readonly cutShort: boolean
}

/** Makes every probe of the plan, in order. Never rejects for what the server does. */
export async function survey({ names, dial, token, pause }: SurveyErrand): Promise<Survey> {
  const attempts: Attempt[] = []
  let silent = 0
  for (const { session, probes } of plan(names)) {
    for (let at = 0; at < probes.length; at += longestSilence) {
      const made = await makeProbes({
        probes: probes.slice(at, at + longestSilence),
        session,
        names,
        dial,
        token,
        ...(pause !== undefined && { pause }),
      })
      attempts.push(...made)
      const unanswered = made.every(({ outcome }) => outcome.kind === 'ended' && outcome.stage === 'connection')
      silent = unanswered ? silent + made.length : 0
      if (silent >= longestSilence) return { attempts, cutShort: true }
    }
  }
  return { attempts, cutShort: false }
}
