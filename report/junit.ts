/**
 * The report as JUnit XML, which every CI reads: a suite for each feature at each target, a case for each scenario.
 *
 * What somebody must look at is a `failure` (or `error`, where nothing could be judged); a deviation or failure that is
 * known beforehand passes and says so on its output, as does a scenario that was retried.
 */
import type { ReportDocument, ReportedScenario } from './document.ts'

/** Characters that XML 1.0 cannot hold are told by their number. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0
      return `\\x${code.toString(16).padStart(2, '0')}`
    })

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

const outcomeOf = ({ verdict, why = '', steps, requirements }: ReportedScenario): readonly string[] => {
  const [line = ''] = why.split('\n')
  const whole = escaped([...requirements, ...steps.map(({ text, status }) => `${status}: ${text}`), '', why].join('\n'))
  switch (verdict) {
    case 'fail':
    case 'unexpected pass':
      return [`<failure type="${verdict}" message="${escaped(line)}">${whole}</failure>`]
    case 'harness error':
    case 'target unavailable':
      return [`<error type="${verdict}" message="${escaped(line)}">${whole}</error>`]
    case 'not applicable':
      return [`<skipped message="${escaped(line)}"/>`]
    default:
      return verdict === 'pass' ? [] : [`<system-out>${escaped(`${verdict}: ${why}`)}</system-out>`]
  }
}

const retriedNote = ({ retried }: ReportedScenario): readonly string[] =>
  retried === undefined ? [] : [`<system-err>${escaped(`retried: ${retried.join('\n')}`)}</system-err>`]

const caseOf = (one: ReportedScenario, several: boolean): string => {
  const inside = [...outcomeOf(one), ...retriedNote(one)]
  const named = several ? `${one.target}: ${one.feature}` : one.feature
  const [file, line] = [one.place.replace(/:\d+$/, ''), one.place.slice(one.place.lastIndexOf(':') + 1)]
  const head = `    <testcase classname="${escaped(named)}" name="${escaped(`${one.name} (line ${line})`)}" file="${escaped(file)}" time="${seconds(one.milliseconds)}"`
  return inside.length === 0 ? `${head}/>` : `${head}>\n      ${inside.join('\n      ')}\n    </testcase>`
}

const tallies = (scenarios: readonly ReportedScenario[]): string => {
  const of = (...kinds: readonly ReportedScenario['verdict'][]): number =>
    scenarios.filter(({ verdict }) => kinds.includes(verdict)).length
  const time = scenarios.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return `tests="${scenarios.length}" failures="${of('fail', 'unexpected pass')}" errors="${of('harness error', 'target unavailable')}" skipped="${of('not applicable')}" time="${seconds(time)}"`
}

export const junitOf = ({ head, scenarios }: ReportDocument): string => {
  const several = head.targets.length > 1
  const suites = Map.groupBy(scenarios, ({ place, target }) => `${target}\n${place.replace(/:\d+$/, '')}`)
  const written = [...suites.values()].map((own) => {
    const [first] = own
    const name = `${several ? `${first?.target}: ` : ''}${first?.feature ?? ''}`
    return `  <testsuite name="${escaped(name)}" ${tallies(own)}>\n${own.map((one) => caseOf(one, several)).join('\n')}\n  </testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="smtpspec" ${tallies(scenarios)}>\n${written.join('\n')}\n</testsuites>\n`
}
