/**
 * The first screen of the page, as plain HTML: is this server an open relay and how is that known, which of the four
 * stories hold, could anyone have edited this page, how much was tried, what is new. Readable without scripts.
 */
import { coverageAt, openRelayAnswer, sinceBaseline, storiesOf } from './answers.ts'
import type { Story } from './answers.ts'
import type { ReportDocument, ReportedScenario, ReportedTarget } from './schema.ts'
import { isFailure } from './verdict.ts'

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const answers = {
  no: 'No.',
  yes: 'Yes, mail of strangers passed.',
  'in part': 'Not to strangers from the network.',
  'not shown': 'Not shown to be one, nor to be none.',
  unknown: 'Not known.',
} as const
const shortAnswers = {
  no: 'no',
  yes: 'YES',
  'in part': 'in part',
  'not shown': 'not shown',
  unknown: 'not known',
} as const

const storyCard = ({ title, says, standing, scenarios, failed }: Story): string => `
      <li class="story ${standing.replace(' ', '-')}">
        <h3>${escaped(title)}: <strong>${standing}</strong></h3>
        <p>${escaped(says)}</p>
        <p class="quiet">${scenarios} scenarios${failed > 0 ? `, ${failed} failed` : ''}</p>
      </li>`

interface Count {
  readonly passed: number
  readonly failed: number
  /** Of those that failed: listed with their reason before the run. */
  readonly known: number
  readonly other: number
}

const countOf = (scenarios: readonly ReportedScenario[]): Count => {
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass').length
  const failed = scenarios.filter(({ verdict }) => isFailure(verdict)).length
  const known = scenarios.filter(({ verdict }) => verdict === 'differs' || verdict === 'known failure').length
  return { passed, failed, known, other: scenarios.length - passed - failed }
}

export const countText = (scenarios: readonly ReportedScenario[]): string => {
  const { passed, failed, known, other } = countOf(scenarios)
  return `${passed} scenarios hold, <span class="${failed > 0 ? 'bad' : ''}">${failed} fail</span>${known > 0 ? ` (${known} known before)` : ''}${other > 0 ? `, ${other} not judged` : ''}`
}

/** One target: its answer in words. */
const oneTarget = (report: ReportDocument, { name }: ReportedTarget): string => {
  const relay = openRelayAnswer(report, name)
  return `
    <article class="answer ${relay.answer.replace(' ', '-')}">
      <h2>Is this server an open relay?</h2>
      <p class="big">${answers[relay.answer]}</p>
      <p>${escaped(relay.how)}</p>
    </article>`
}

const cell = (label: string, kind: string, text: string, small = ''): string =>
  `<td data-label="${escaped(label)}" class="${kind}"><strong>${text}</strong>${small === '' ? '' : ` <small>${small}</small>`}</td>`

const storyCell = ({ title, standing, failed, scenarios }: Story): string =>
  cell(title, standing.replace(' ', '-'), standing, failed > 0 ? `${failed}/${scenarios}` : '')

/** How many of the failures were known before. */
const knownAmong = ({ failed, known }: Count): string =>
  known === 0 ? '' : ` <small>${known === failed ? 'all' : known} known</small>`

/** Several targets: a row for each, the open-relay answer first. */
const severalTargets = (report: ReportDocument): string => {
  const { targets } = report.head
  const [first] = targets
  const titles = first === undefined ? [] : storiesOf(report, first.name).map(({ title }) => title)
  const rows = targets.map(({ name, version }) => {
    const relay = openRelayAnswer(report, name)
    const count = countOf(report.scenarios.filter(({ target }) => target === name))
    const how = relay.tried === 0 ? '' : relay.failed > 0 ? `${relay.failed}/${relay.tried}` : `${relay.tried} tries`
    const [must] = coverageAt(report, name)
    return `
        <tr>
          <th scope="row">${escaped(name)} <small>${escaped(version)}</small></th>
          ${cell('Open relay', `relay-${relay.answer.replace(' ', '-')}`, shortAnswers[relay.answer], how)}
          ${storiesOf(report, name).map(storyCell).join('')}
          <td data-label="hold">${count.passed}</td><td data-label="fail"${count.failed > 0 ? ' class="fails"' : ''}>${count.failed}${knownAmong(count)}</td><td data-label="not judged">${count.other}</td>
          <td data-label="MUST tried">${must === undefined ? '' : `${must.tried}/${must.of}`}</td>
        </tr>`
  })
  const heads = ['Server', 'Open relay?', ...titles, 'hold', 'fail', 'not judged', 'MUST tried']
  return `
    <article class="targets">
      <h2>Which of these servers is an open relay, and which of the four stories hold?</h2>
      <table>
        <thead><tr>${heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr></thead>
        <tbody>${rows.join('')}
        </tbody>
      </table>
      <p class="quiet">Judged by what the far mail exchanger received when strangers offered mail for a third server, not by the replies. A failure is known when a list, or a baseline, gave it with its reason before the run.</p>
    </article>`
}

const named = (scenarios: readonly ReportedScenario[]): string => {
  const shown = scenarios.slice(0, 3)
  const rest = scenarios.length - shown.length
  const list = shown.map(({ target, feature, name }) => `<li>${escaped(`${target}: ${feature} › ${name}`)}</li>`)
  return scenarios.length === 0 ? '' : `<ul>${list.join('')}${rest > 0 ? `<li>… and ${rest} more</li>` : ''}</ul>`
}

const baselineArticle = (report: ReportDocument): string => {
  const since = sinceBaseline(report)
  if (since === undefined) return ''
  const { listed, fresh, fixed, known } = since
  return `
    <article class="answer ${fresh.length > 0 || fixed.length > 0 ? 'yes' : 'no'}">
      <h2>What is new since the baseline?</h2>
      <p><strong>${fresh.length === 0 ? 'No new failure.' : `${fresh.length} new ${fresh.length === 1 ? 'failure' : 'failures'}.`}</strong> ${fixed.length} fixed${fixed.length > 0 ? ' (take them out of the baseline)' : ''}, ${known.length} known, of ${listed} listed.</p>
      ${named([...fresh, ...fixed])}
    </article>`
}

const retriedArticle = ({ scenarios }: ReportDocument): string => {
  const retried = scenarios.filter((one) => one.retried !== undefined)
  return retried.length === 0
    ? ''
    : `
    <article class="answer unknown">
      <h2>Was anything tried again?</h2>
      <p>${retried.length} ${retried.length === 1 ? 'scenario' : 'scenarios'} failed first; each is marked “retried”.</p>
      ${named(retried)}
    </article>`
}

const editedArticle = ({ chain, signature }: ReportDocument): string => `
    <article>
      <h2>Could anyone have edited this page?</h2>
      <p>${
        signature === undefined
          ? '<strong>Not signed.</strong> <code>smtpspec report check FILE</code> finds whatever was altered, unless somebody chained everything anew: compare the last link with the one that was kept.'
          : `<strong>Signed</strong> with the key <code class="chain">${escaped(signature.key)}</code>. Whether that holds, and whether anything was altered, tells <code>smtpspec report check FILE --key PUBLIC.pem</code>.`
      }</p>
      <p class="quiet">Last link: <code class="chain">${escaped(chain)}</code></p>
    </article>`

const coverageArticle = (report: ReportDocument, { name }: ReportedTarget): string => `
    <article>
      <h2>How much was tried?</h2>
      <ul class="plain">${coverageAt(report, name)
        .map(
          ({ level, tried, of }) =>
            `<li><strong>${of === 0 ? '–' : `${Math.floor((tried * 100) / of)} %`}</strong> of what is ${level}: ${tried} of ${of} requirements</li>`,
        )
        .join('')}</ul>
      <p class="quiet">Of the catalogue, what can be seen from outside.</p>
    </article>`

/** Everything that stands above the tables. */
export const firstScreenOf = (report: ReportDocument): string => {
  const { targets } = report.head
  const [first] = targets
  if (first === undefined || targets.length > 1)
    return `
  <section class="questions" aria-label="The questions that come first">${severalTargets(report)}${editedArticle(report)}${baselineArticle(report)}${retriedArticle(report)}
  </section>`
  return `
  <section class="questions" aria-label="The questions that come first">${oneTarget(report, first)}${editedArticle(report)}${coverageArticle(report, first)}${baselineArticle(report)}${retriedArticle(report)}
  </section>
  <section aria-label="The four stories">
    <ul class="stories">${storiesOf(report, first.name).map(storyCard).join('')}
    </ul>
  </section>`
}
