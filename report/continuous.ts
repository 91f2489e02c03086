/**
 * What continuous integration shows of a report: annotations and a summary for GitHub, a badge, and an index as Autobahn's
 * test suite writes it. Text out of values; writing is the caller's.
 */
import { openRelayAnswer, sinceBaseline, storiesOf } from './answers.ts'
import type { ReportDocument, ReportedScenario } from './document.ts'
import { isFailure } from './verdict.ts'

const escapedMessage = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapedProperty = (text: string): string => escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Red: what somebody must look at. */
const red = ({ verdict }: ReportedScenario): boolean =>
  verdict !== 'pass' && verdict !== 'not applicable' && verdict !== 'differs' && verdict !== 'known failure'

/** GitHub shows ten annotations of a kind in a step; so many are written. */
const longest = 10

const annotation = (one: ReportedScenario, kind: string, says: string): string => {
  const colon = one.place.lastIndexOf(':')
  const title = `${one.target}: ${one.feature} › ${one.name}`
  return `::${kind} file=${escapedProperty(one.place.slice(0, colon))},line=${one.place.slice(colon + 1)},title=${escapedProperty(title)}::${escapedMessage(says)}`
}

const whyOf = ({ verdict, why = '', requirements }: ReportedScenario): string =>
  [verdict, ...requirements, why].join('\n').slice(0, 2000)

/** `::error file=features/x.feature,line=9,title=…::…`, a line each. */
export const annotationsOf = ({ scenarios }: ReportDocument): readonly string[] => {
  const light = scenarios.filter(({ verdict, level }) => verdict === 'fail' && level !== 'must')
  const grave = scenarios.filter((one) => red(one) && !light.includes(one))
  const retried = scenarios.filter((one) => one.retried !== undefined)
  return [
    ...grave.slice(0, longest).map((one) => annotation(one, 'error', whyOf(one))),
    ...light.slice(0, longest).map((one) => annotation(one, 'warning', whyOf(one))),
    ...retried.slice(0, longest).map((one) => annotation(one, 'notice', `retried: ${one.retried?.[0] ?? ''}`)),
  ]
}

const cell = (text: string): string =>
  text
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('<', '&lt;')

const itemOf = (one: ReportedScenario): string =>
  `- **${cell(one.target)}** ${cell(`${one.feature} › ${one.name}`)}: ${one.verdict} (\`${one.place}\`)`

const section = (title: string, found: readonly ReportedScenario[]): readonly string[] =>
  found.length === 0
    ? []
    : [
        '',
        `### ${title}`,
        '',
        ...found.slice(0, 50).map(itemOf),
        ...(found.length > 50 ? [`- … ${found.length - 50} more`] : []),
      ]

/** The job summary, in Markdown. */
export const summaryOf = (report: ReportDocument): string => {
  const { head, scenarios, chain } = report
  const [one] = head.targets
  const titles = one === undefined ? [] : storiesOf(report, one.name).map(({ title }) => title)
  const rows = head.targets.map(({ name, version }) => {
    const own = scenarios.filter(({ target }) => target === name)
    const stories = storiesOf(report, name).map(({ standing }) => standing)
    const passed = own.filter(({ verdict }) => verdict === 'pass').length
    const failed = own.filter(({ verdict }) => isFailure(verdict)).length
    return `| ${[`${name} ${version}`, openRelayAnswer(report, name).answer, ...stories, String(passed), String(failed)].map(cell).join(' | ')} |`
  })
  const since = sinceBaseline(report)
  const wrong = scenarios.filter(red)
  const retried = scenarios.filter((each) => each.retried !== undefined)
  return `${[
    '## smtpspec',
    '',
    `| ${['target', 'open relay', ...titles, 'hold', 'fail'].join(' | ')} |`,
    `|${' --- |'.repeat(titles.length + 4)}`,
    ...rows,
    ...(since === undefined
      ? []
      : [
          '',
          `Since the baseline: ${since.fresh.length} new, ${since.fixed.length} fixed, ${since.known.length} known.`,
        ]),
    ...section('To be looked at', wrong),
    ...section('Retried', retried),
    '',
    `Last link of the evidence: \`${chain}\``,
  ].join('\n')}\n`
}

/** The endpoint form that badge servers read. */
export const badgeOf = ({ scenarios }: ReportDocument): Readonly<Record<string, unknown>> => {
  const failed = scenarios.filter(({ verdict, level }) => isFailure(verdict) && level === 'must').length
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass').length
  const broken =
    scenarios.length === 0 ||
    scenarios.some(({ verdict }) => verdict === 'harness error' || verdict === 'target unavailable')
  return {
    schemaVersion: 1,
    label: 'smtpspec',
    message: broken ? 'not judged' : failed > 0 ? `${failed} MUST fail` : `${passed} scenarios hold`,
    color: broken ? 'lightgrey' : failed > 0 ? 'red' : 'brightgreen',
  }
}

/** In the words of Autobahn's index. */
const behaviours: Readonly<Record<ReportedScenario['verdict'], string>> = {
  pass: 'OK',
  'unexpected pass': 'OK',
  fail: 'FAILED',
  differs: 'FAILED',
  'known failure': 'FAILED',
  'not applicable': 'UNIMPLEMENTED',
  'target unavailable': 'UNKNOWN',
  'harness error': 'UNKNOWN',
}

/** Target → case → behaviour; what only SHOULD or MAY be so is `NON-STRICT` where it is not. */
export const indexOf = ({ head, scenarios }: ReportDocument): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    head.targets.map(({ name }) => [
      name,
      Object.fromEntries(
        scenarios
          .filter(({ target }) => target === name)
          .map(({ place, verdict, level, milliseconds, requirements }) => [
            place,
            {
              behavior: isFailure(verdict) && level !== 'must' ? 'NON-STRICT' : behaviours[verdict],
              duration: milliseconds,
              requirements,
              reportfile: 'report.html',
            },
          ]),
      ),
    ]),
  )
