/**
 * The report as one page: no network, no second file. The first screen is plain HTML; the scenarios are data in the page,
 * shown by a small script as they are asked for, so that thousands of them stay quick.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRelayAnswer, storiesOf } from './answers.ts'
import type { ReportDocument } from './document.ts'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** JSON that may stand inside a script element. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

const answers = { no: 'No.', yes: 'Yes, it must be taken for one.', unknown: 'Not known.' } as const

const storyCard = ({ title, says, standing, scenarios, failed }: ReturnType<typeof storiesOf>[number]): string => `
      <li class="story ${standing.replace(' ', '-')}">
        <h3>${escaped(title)}</h3>
        <p>${escaped(says)}</p>
        <p class="standing"><strong>${standing}</strong> · ${scenarios} scenarios${failed > 0 ? `, ${failed} failed` : ''}</p>
      </li>`

const count = (report: ReportDocument, kind: string): number =>
  report.scenarios.filter(({ verdict }) => verdict === kind).length

/** `assets` is the folder with `style.css` and `script.js`. */
export const pageOf = (report: ReportDocument, assets: string): string => {
  const { head, chain } = report
  const relay = openRelayAnswer(report)
  const failed = count(report, 'fail')
  const passed = count(report, 'pass')
  const other = report.scenarios.length - passed - failed
  const proved = Object.keys(report.requirements).length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(head.target)}: smtpspec report</title>
<style>
${readFileSync(join(assets, 'style.css'), 'utf8')}</style>
</head>
<body>
<header>
  <p class="kicker">smtpspec report</p>
  <h1>${escaped(head.target)} <small>${escaped(head.targetVersion)}</small></h1>
  <p>${escaped(new Date(head.startedAt).toUTCString())} · ${passed} scenarios hold, <span class="${failed > 0 ? 'bad' : ''}">${failed} fail</span>${other > 0 ? `, ${other} not judged` : ''} · ${proved} requirements looked at</p>
</header>
<main>
  <section class="questions" aria-label="The questions that come first">
    <article class="answer ${relay.answer}">
      <h2>Is this server an open relay?</h2>
      <p class="big">${answers[relay.answer]}</p>
      <p>${escaped(relay.how)}</p>
    </article>
    <article>
      <h2>Could anyone have edited this page?</h2>
      <p>Every scenario’s evidence is hashed and the hashes are chained. <code>smtpspec report check</code> tells whether anything was altered, and where. The last link of this report, to be kept elsewhere:</p>
      <p><code class="chain">${chain}</code></p>
    </article>
  </section>
  <section aria-label="The four stories">
    <h2>The four stories</h2>
    <ul class="stories">${storiesOf(report).map(storyCard).join('')}
    </ul>
  </section>
  <section aria-label="Scenarios">
    <h2>Everything that was tried</h2>
    <form class="filters" role="search">
      <label>Find <input type="search" id="find" placeholder="a word, a requirement id, a reply code"></label>
      <label>Verdict <select id="verdict"><option value="">all</option></select></label>
      <label>Level <select id="level"><option value="">all</option><option>must</option><option>should</option><option>may</option></select></label>
      <output id="shown" for="find verdict level"></output>
    </form>
    <div id="features"></div>
    <noscript><p>Scenarios are shown by a script in this page; report.json holds the same facts.</p></noscript>
  </section>
</main>
<footer>
  <p>smtpspec ${escaped(head.smtpspec)} · <code>smtpspec verify ${escaped(head.command)}</code> · ${escaped(
    Object.entries(head.machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  )}</p>
</footer>
<script type="application/json" id="report">${embedded(report)}</script>
<script>
${readFileSync(join(assets, 'script.js'), 'utf8')}</script>
</body>
</html>
`
}
