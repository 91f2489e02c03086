/**
 * The report as one page: no network, no second file. The first screen is plain HTML; the matrix and the scenarios are data
 * in the page, shown by a small script as they are asked for, so that many thousands of them stay quick.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { countText, escaped, firstScreenOf } from './first-screen.ts'
import { scriptsOf } from './pack.ts'
import type { ReportDocument } from './schema.ts'

const select = (id: string, label: string, values: readonly string[] = []): string =>
  `<label>${label} <select id="${id}"><option value="">all</option>${values.map((value) => `<option>${value}</option>`).join('')}</select></label>`

/** One bar of filters for the matrix and the scenarios; what it says stands in the address, after `#`. */
const filters = `
  <form class="filters" role="search" aria-label="Filters">
    <label>Find <input type="search" id="find" placeholder="a word, an id, a reply code" autocomplete="off"></label>
    ${select('target', 'Server')}
    ${select('verdict', 'Verdict')}
    ${select('level', 'Level', ['MUST', 'SHOULD', 'MAY'])}
    ${select('source', 'RFC')}
    ${select('role', 'Role', ['receiver', 'sender'])}
    <label class="check"><input type="checkbox" id="evidence"> in the evidence too</label>
    <button type="reset">Clear</button>
    <output id="shown" for="find target verdict level source role evidence" aria-live="polite"></output>
  </form>`

const sections = (alone: boolean): string => `
  <section id="all" aria-label="Requirements and scenarios">${filters}
    <h2>${alone ? 'Requirements' : 'Requirement × server'}</h2>
    <p class="quiet">A cell opens the scenarios of that requirement at that server. Arrow keys go from cell to cell.</p>
    <div id="matrix"></div>
    <dialog id="cell" aria-labelledby="cell-title"></dialog>
    <h2>Everything that was tried</h2>
    <div id="features"></div>
    <noscript><p>The matrix and the scenarios are shown by a script in this page; report.json holds the same facts.</p></noscript>
  </section>`

const runLine = ({ target, command, machine, startedAt, shard }: ReportDocument['head']['runs'][number]): string =>
  `<li>${escaped(new Date(startedAt).toUTCString())} · <code>smtpspec verify ${escaped(`${command}${target === 'reference' ? '' : ` --target ${target}`}${shard === undefined ? '' : ` --shard ${shard}`}`.trim())}</code> · ${escaped(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  )}</li>`

/** `assets` is the folder with the style sheet and the scripts. */
export const pageOf = (report: ReportDocument, assets: string): string => {
  const { head, scenarios } = report
  const [first] = head.targets
  const alone = head.targets.length === 1 ? first : undefined
  const title = alone?.name ?? `${head.targets.length} servers`
  const when = head.runs.map(({ startedAt }) => startedAt).toSorted()[0]
  const { table, chunks } = scriptsOf(report)
  const asset = (name: string): string => readFileSync(join(assets, name), 'utf8')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}: smtpspec report</title>
<style>
${asset('style.css')}</style>
</head>
<body>
<header>
  <h1><span class="kicker">smtpspec report</span> ${escaped(title)}${alone === undefined ? '' : ` <small>${escaped(alone.version)}</small>`}</h1>
  <p class="quiet">${when === undefined ? '' : `${escaped(new Date(when).toUTCString())} · `}${countText(scenarios)} · ${Object.keys(report.requirements).length} requirements asked for</p>
</header>
<main>${firstScreenOf(report)}${sections(alone !== undefined)}
</main>
<footer>
  <p>smtpspec ${escaped(head.smtpspec)}</p>
  <ul>${head.runs.map(runLine).join('')}</ul>
</footer>
${table}
<script>
'use strict'
${['data.js', 'scenario.js', 'matrix.js', 'filters.js'].map(asset).join('')}</script>
${chunks}
</body>
</html>
`
}
