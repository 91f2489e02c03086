/**
 * The report as one page: no network, no second file. The first screen is plain HTML; the matrix and the scenarios are data
 * in the page, shown by a small script as they are asked for, so that thousands of them stay quick.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRelayAnswer, sinceBaseline, storiesOf } from './answers.ts'
import type { Story } from './answers.ts'
import type { ReportDocument, ReportedScenario, ReportedTarget } from './document.ts'
import { isFailure } from './verdict.ts'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** JSON that may stand inside a script element. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

const answers = { no: 'No.', yes: 'Yes, it must be taken for one.', unknown: 'Not known.' } as const
const shortAnswers = { no: 'no', yes: 'YES', unknown: 'not known' } as const

const storyCard = ({ title, says, standing, scenarios, failed }: Story): string => `
      <li class="story ${standing.replace(' ', '-')}">
        <h3>${escaped(title)}</h3>
        <p>${escaped(says)}</p>
        <p class="standing"><strong>${standing}</strong> · ${scenarios} scenarios${failed > 0 ? `, ${failed} failed` : ''}</p>
      </li>`

interface Count {
  readonly passed: number
  readonly failed: number
  readonly other: number
}

const countOf = (scenarios: readonly ReportedScenario[]): Count => {
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass').length
  const failed = scenarios.filter(({ verdict }) => isFailure(verdict)).length
  return { passed, failed, other: scenarios.length - passed - failed }
}

const countText = ({ passed, failed, other }: Count): string =>
  `${passed} scenarios hold, <span class="${failed > 0 ? 'bad' : ''}">${failed} fail</span>${other > 0 ? `, ${other} not judged` : ''}`

/** One target: its answer in words, its stories as cards. */
const oneTarget = (report: ReportDocument, { name }: ReportedTarget): string => {
  const relay = openRelayAnswer(report, name)
  return `
    <article class="answer ${relay.answer}">
      <h2>Is this server an open relay?</h2>
      <p class="big">${answers[relay.answer]}</p>
      <p>${escaped(relay.how)}</p>
    </article>`
}

const standingCell = ({ standing, failed, scenarios }: Story): string =>
  `<td class="${standing.replace(' ', '-')}"><strong>${standing}</strong>${failed > 0 ? ` <small>${failed}/${scenarios}</small>` : ''}</td>`

/** Several targets: a row for each, the open-relay answer first. */
const severalTargets = (report: ReportDocument): string => {
  const { targets } = report.head
  const [first] = targets
  const titles = first === undefined ? [] : storiesOf(report, first.name).map(({ title }) => title)
  const rows = targets.map(({ name, version }) => {
    const relay = openRelayAnswer(report, name)
    const count = countOf(report.scenarios.filter(({ target }) => target === name))
    return `
        <tr>
          <th scope="row">${escaped(name)} <small>${escaped(version)}</small></th>
          <td class="relay-${relay.answer}" title="${escaped(relay.how)}"><strong>${shortAnswers[relay.answer]}</strong></td>
          ${storiesOf(report, name).map(standingCell).join('')}
          <td>${count.passed}</td><td${count.failed > 0 ? ' class="fails"' : ''}>${count.failed}</td><td>${count.other}</td>
        </tr>`
  })
  return `
    <article class="targets">
      <h2>Which of these servers is an open relay, and which of the stories hold?</h2>
      <div class="wide"><table>
        <thead><tr><th scope="col">Server</th><th scope="col">Open relay?</th>${titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join('')}<th scope="col">hold</th><th scope="col">fail</th><th scope="col">not judged</th></tr></thead>
        <tbody>${rows.join('')}
        </tbody>
      </table></div>
      <p class="quiet">Judged by what the far mail exchanger received when strangers offered mail for a third server, not by the replies.</p>
    </article>`
}

const named = (scenarios: readonly ReportedScenario[]): string => {
  const rest = scenarios.length - 5
  const list = scenarios
    .slice(0, 5)
    .map(({ target, feature, name }) => `<li>${escaped(`${target}: ${feature} › ${name}`)}</li>`)
  return scenarios.length === 0 ? '' : `<ul>${list.join('')}${rest > 0 ? `<li>… and ${rest} more</li>` : ''}</ul>`
}

const baselineArticle = (report: ReportDocument): string => {
  const since = sinceBaseline(report)
  if (since === undefined) return ''
  const { listed, fresh, fixed, known } = since
  return `
    <article class="answer ${fresh.length > 0 || fixed.length > 0 ? 'yes' : 'no'}">
      <h2>What is new since the baseline?</h2>
      <p class="big">${fresh.length === 0 ? 'No new failure.' : `${fresh.length} new ${fresh.length === 1 ? 'failure' : 'failures'}.`}</p>
      ${named(fresh)}
      <p>${fixed.length} fixed${fixed.length > 0 ? ': take them out of the baseline' : ''}, ${known.length} known, of ${listed} listed.</p>
      ${named(fixed)}
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
      <p>Every scenario’s evidence is hashed and the hashes are chained. <code>smtpspec report check</code> tells whether anything was altered, and where. ${
        signature === undefined
          ? 'The last link of this report, to be kept elsewhere (whoever edits everything could chain it anew):'
          : `It is signed (Ed25519) with the key <code class="chain">${escaped(signature.key)}</code>; <code>smtpspec report check FILE --key PUBLIC.pem</code> tells whether that is so. The last link:`
      }</p>
      <p><code class="chain">${escaped(chain)}</code></p>
    </article>`

const matrixSection = (alone: boolean): string => `
  <section aria-label="Requirements">
    <h2>${alone ? 'Requirements' : 'Requirement × server'}</h2>
    <form class="filters" role="search">
      <label>Find <input type="search" id="matrix-find" placeholder="a word of the sentence, an id"></label>
      <label>Source <select id="matrix-source"><option value="">all</option></select></label>
      <label>Level <select id="matrix-level"><option value="">all</option></select></label>
      <label>Verdict <select id="matrix-verdict"><option value="">all</option></select></label>
      <output id="matrix-shown" for="matrix-find matrix-source matrix-level matrix-verdict"></output>
    </form>
    <p class="quiet">A cell opens the scenarios of that requirement at that server. Arrow keys go from cell to cell.</p>
    <div id="matrix"></div>
    <dialog id="cell" aria-labelledby="cell-title"></dialog>
  </section>`

const scenariosSection = `
  <section aria-label="Scenarios">
    <h2>Everything that was tried</h2>
    <form class="filters" role="search">
      <label>Find <input type="search" id="find" placeholder="a word, a requirement id, a reply code"></label>
      <label>Server <select id="target"><option value="">all</option></select></label>
      <label>Verdict <select id="verdict"><option value="">all</option></select></label>
      <label>Level <select id="level"><option value="">all</option><option>must</option><option>should</option><option>may</option></select></label>
      <output id="shown" for="find target verdict level"></output>
    </form>
    <div id="features"></div>
    <noscript><p>The matrix and the scenarios are shown by a script in this page; report.json holds the same facts.</p></noscript>
  </section>`

const runLine = ({ target, command, machine, startedAt, shard }: ReportDocument['head']['runs'][number]): string =>
  `<li>${escaped(new Date(startedAt).toUTCString())} · <code>smtpspec verify ${escaped(`${command}${target === 'reference' ? '' : ` --target ${target}`}${shard === undefined ? '' : ` --shard ${shard}`}`.trim())}</code> · ${escaped(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  )}</li>`

/** `assets` is the folder with `style.css` and `script.js`. */
export const pageOf = (report: ReportDocument, assets: string): string => {
  const { head, scenarios } = report
  const [first] = head.targets
  const alone = head.targets.length === 1 ? first : undefined
  const title = alone?.name ?? `${head.targets.length} servers`
  const when = head.runs.map(({ startedAt }) => startedAt).toSorted()[0]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}: smtpspec report</title>
<style>
${readFileSync(join(assets, 'style.css'), 'utf8')}</style>
</head>
<body>
<header>
  <p class="kicker">smtpspec report</p>
  <h1>${escaped(title)}${alone === undefined ? '' : ` <small>${escaped(alone.version)}</small>`}</h1>
  <p>${when === undefined ? '' : `${escaped(new Date(when).toUTCString())} · `}${countText(countOf(scenarios))} · ${Object.keys(report.requirements).length} requirements looked at</p>
</header>
<main>
  <section class="questions" aria-label="The questions that come first">${alone === undefined ? severalTargets(report) : oneTarget(report, alone)}${editedArticle(report)}${baselineArticle(report)}${retriedArticle(report)}
  </section>${
    alone === undefined
      ? ''
      : `
  <section aria-label="The four stories">
    <h2>The four stories</h2>
    <ul class="stories">${storiesOf(report, alone.name).map(storyCard).join('')}
    </ul>
  </section>`
  }${matrixSection(alone !== undefined)}${scenariosSection}
</main>
<footer>
  <p>smtpspec ${escaped(head.smtpspec)}</p>
  <ul>${head.runs.map(runLine).join('')}</ul>
</footer>
<script type="application/json" id="report">${embedded(report)}</script>
<script>
${readFileSync(join(assets, 'script.js'), 'utf8')}</script>
</body>
</html>
`
}
