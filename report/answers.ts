/**
 * The first screen of a report in plain words: the four stories, the open-relay answer, and how each is known.
 */
import type { ReportDocument, ReportedScenario } from './document.ts'

export type Standing = 'holds' | 'fails' | 'not tried'

export interface Story {
  readonly title: string
  readonly says: string
  readonly standing: Standing
  readonly scenarios: number
  readonly failed: number
}

const stories = [
  {
    file: 'enabling-smtp',
    title: 'Enabling SMTP',
    says: 'Off: nobody answers. On: the server answers, keeps its settings, drops nobody.',
  },
  { file: 'incoming-mail', title: 'Incoming mail', says: 'Local users get their mail, whoever sends it.' },
  {
    file: 'authenticated-relay',
    title: 'Authenticated relay',
    says: 'Mail to others only for those who authenticated or whose host is trusted.',
  },
  {
    file: 'open-relay',
    title: 'No open relay',
    says: 'Nobody else gets mail through, however the address is written.',
  },
] as const

const failing = ({ verdict }: ReportedScenario): boolean => verdict === 'fail'
const tried = ({ verdict }: ReportedScenario): boolean => verdict === 'pass' || verdict === 'fail'

const standingOf = (scenarios: readonly ReportedScenario[]): Standing =>
  scenarios.some(failing) ? 'fails' : scenarios.some(tried) ? 'holds' : 'not tried'

export const storiesOf = ({ scenarios }: ReportDocument): readonly Story[] =>
  stories.map(({ file, title, says }) => {
    const own = scenarios.filter(({ place }) => place.includes(`mail-service/${file}.feature`))
    return {
      title,
      says,
      standing: standingOf(own),
      scenarios: own.filter(tried).length,
      failed: own.filter(failing).length,
    }
  })

/** Requirements whose failure means that strangers' mail passes. */
const relayRequirement = /^(?:relay-probe-\d+|mail-service-(?:15|16|21|22))$/

export interface RelayAnswer {
  readonly answer: 'no' | 'yes' | 'unknown'
  readonly how: string
}

export const openRelayAnswer = ({ scenarios }: ReportDocument): RelayAnswer => {
  const probes = scenarios.filter(({ requirements }) => requirements.some((id) => relayRequirement.test(id)))
  const done = probes.filter(tried)
  const failed = done.filter(failing)
  if (done.length === 0) return { answer: 'unknown', how: 'No relay probe was tried in this run.' }
  if (failed.length > 0) {
    return {
      answer: 'yes',
      how: `${failed.length} of ${done.length} scenarios in which a stranger tries to relay did not end as they must; see them below.`,
    }
  }
  return {
    answer: 'no',
    how: `In ${done.length} scenarios strangers offered mail for a third server. It was judged by what the far mail exchanger received, not by the reply: nothing.`,
  }
}
