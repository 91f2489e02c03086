/**
 * The first screen of a report in plain words, target by target: the four stories, the open-relay answer and how each is
 * known, and what is new since the baseline. A failure counts here whether it was known beforehand or not.
 */
import { fixedWhy } from './baseline.ts'
import { plainName } from './results.ts'
import type { ReportDocument, ReportedScenario } from './document.ts'
import { isFailure, isTried } from './verdict.ts'

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
    title: 'No silent open relay',
    says: 'Where anybody may relay, the server says so loudly; elsewhere nobody gets mail through.',
  },
] as const

const failing = ({ verdict }: ReportedScenario): boolean => isFailure(verdict)
const tried = ({ verdict }: ReportedScenario): boolean => isTried(verdict)

const ownOf = ({ scenarios }: ReportDocument, target: string): readonly ReportedScenario[] =>
  scenarios.filter((one) => one.target === target)

const standingOf = (scenarios: readonly ReportedScenario[]): Standing =>
  scenarios.some(failing) ? 'fails' : scenarios.some(tried) ? 'holds' : 'not tried'

export const storiesOf = (report: ReportDocument, target: string): readonly Story[] => {
  const scenarios = ownOf(report, target)
  return stories.map(({ file, title, says }) => {
    const own = scenarios.filter(({ place }) => place.includes(`mail-service/${file}.feature`))
    return {
      title,
      says,
      standing: standingOf(own),
      scenarios: own.filter(tried).length,
      failed: own.filter(failing).length,
    }
  })
}

/** Requirements whose failure means that strangers' mail passes. */
const relayRequirement = /^(?:relay-probe-\d+|mail-service-(?:15|16|21|22))$/

/** Probes of somebody who speaks from the machine itself, or who had authenticated before STARTTLS: no strangers from the network. */
const insiderRequirement = /^relay-probe-(?:121|203|208)$/

export interface RelayAnswer {
  /**
   * `in part`: only insiders' mail reached a third server. `not shown`: something did not end as it must, and yet nothing that
   * was offered reached a third server.
   */
  readonly answer: 'no' | 'yes' | 'in part' | 'not shown' | 'unknown'
  readonly how: string
  /** In how many scenarios strangers tried, and how many of those did not end as they must. */
  readonly tried: number
  readonly failed: number
}

/** The far exchangers received what must not have been sent: probes say which; elsewhere anything they received counts. */
const reachedOthers = ({ evidence }: ReportedScenario): boolean => {
  const named = (name: string): readonly string[] =>
    evidence.filter((one) => plainName(one) === name).map(({ text }) => text)
  const probes = named('relay probes')
  return probes.length > 0
    ? probes.some((text) => /^RELAYS .*: delivered to /m.test(text))
    : named('mail exchangers').some((text) => / octets by (?:DATA|BDAT)/.test(text))
}

export const openRelayAnswer = (report: ReportDocument, target: string): RelayAnswer => {
  const probes = ownOf(report, target).filter(({ requirements }) =>
    requirements.some((id) => relayRequirement.test(id)),
  )
  const done = probes.filter(tried)
  const failed = done.filter(failing)
  if (done.length === 0) return { answer: 'unknown', how: 'No relay probe was tried in this run.', tried: 0, failed: 0 }
  const counted = { tried: done.length, failed: failed.length }
  const proofs = failed.filter(reachedOthers)
  const insiders = proofs.filter(({ requirements }) => requirements.some((id) => insiderRequirement.test(id)))
  if (proofs.length > insiders.length) {
    return {
      ...counted,
      answer: 'yes',
      how: `In ${proofs.length} of ${done.length} scenarios in which a stranger tries to relay, a third server received the mail; see them below.`,
    }
  }
  if (insiders.length > 0) {
    return {
      ...counted,
      answer: 'in part',
      how: `In ${insiders.length} of ${done.length} scenarios a third server received the mail: of who speaks from the machine itself, or had authenticated before STARTTLS; see them below. Strangers from the network were refused.`,
    }
  }
  if (failed.length > 0) {
    return {
      ...counted,
      answer: 'not shown',
      how: `${failed.length} of ${done.length} scenarios in which a stranger tries to relay did not end as they must, but no third server received anything; see them below.`,
    }
  }
  return {
    ...counted,
    answer: 'no',
    how: `In ${done.length} scenarios strangers offered mail for a third server. It was judged by what the far mail exchanger received, not by the reply: nothing.`,
  }
}

export interface Tried {
  readonly level: 'MUST' | 'SHOULD' | 'MAY'
  /** Requirements of which some scenario was tried. */
  readonly tried: number
  readonly of: number
}

/** How many of the catalogue's requirements were tried at a target. */
export const coverageAt = (report: ReportDocument, target: string): readonly Tried[] => {
  const ids = new Set(
    ownOf(report, target)
      .filter(tried)
      .flatMap(({ requirements }) => requirements),
  )
  const rows = Object.entries(report.requirements).filter(([id, { counts }]) => counts && ids.has(id))
  const { must, should, may } = report.head.catalogue
  const of = (level: Tried['level'], all: number): Tried => ({
    level,
    tried: rows.filter(([, row]) => row.level.startsWith(level)).length,
    of: all,
  })
  return [of('MUST', must), of('SHOULD', should), of('MAY', may)]
}

export interface Difference {
  /** How many failures the baselines listed. */
  readonly listed: number
  readonly fresh: readonly ReportedScenario[]
  readonly known: readonly ReportedScenario[]
  /** Listed, and passing now. */
  readonly fixed: readonly ReportedScenario[]
}

/** What changed since the baseline, at the targets that were judged against one; nothing where there was none. */
export const sinceBaseline = ({ head, scenarios }: ReportDocument): Difference | undefined => {
  const listed = new Map(
    head.runs.flatMap(({ target, baseline }) => (baseline === undefined ? [] : [[target, baseline]])),
  )
  if (listed.size === 0) return undefined
  const of = (kind: ReportedScenario['verdict']): readonly ReportedScenario[] =>
    scenarios.filter(({ verdict, target }) => verdict === kind && listed.has(target))
  return {
    listed: [...listed.values()].reduce((sum, number) => sum + number, 0),
    fresh: of('fail'),
    known: of('known failure'),
    fixed: of('unexpected pass').filter(({ why }) => why === fixedWhy),
  }
}
