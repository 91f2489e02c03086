// The filters: one bar for the matrix and the scenarios, all combined, kept in the address after `#`.
const names = ['find', 'target', 'verdict', 'level', 'source', 'role', 'evidence']
const options = (id, values) => {
  for (const value of values) byId(id).append(new Option(value))
}
const present = new Set(report.verdicts)
options(
  'verdict',
  gravest.filter((kind) => present.has(kind)),
)
options('target', targets)
options('source', new Set(matrixRows.map((row) => row.source)))
if (targets.length < 2) byId('target').parentElement.hidden = true

/** Indexes of the results whose evidence holds the words; every chunk is looked into, one after the other. */
const inEvidence = async (words, isLatest) => {
  const found = new Set()
  for (const [number, size] of report.sizes.entries()) {
    if (!isLatest()) return undefined
    const text = await chunkText(number)
    const lower = text.toLowerCase()
    if (!words.every((word) => lower.includes(word))) continue
    const { scenarios: own } = JSON.parse(text)
    for (let place = 0; place < size; place += 1) {
      const { why, evidence } = own[place]
      const all = `${why ?? ''}\n${evidence.map((one) => one.text).join('\n')}`.toLowerCase()
      if (words.every((word) => all.includes(word))) found.add(beginnings[number] + place)
    }
  }
  return found
}

const groupOf = (own, few) => {
  const failed = own.filter((result) => failures.has(result.verdict)).length
  const [{ scenario }] = own
  const summary = element(
    'summary',
    {},
    markOf(kindOf(own)),
    `${scenario.feature} `,
    element(
      'span',
      { className: 'quiet' },
      `${own.length} ${own.length === 1 ? 'scenario' : 'scenarios'}${failed > 0 ? `, ${failed} fail` : ''} · ${scenario.file}`,
    ),
  )
  return group(few, summary, () => own.map(resultElement))
}

const valueOf = (id) => byId(id).value
let latest = 0
let shownResults = results
const show = async () => {
  const turn = (latest += 1)
  const [target, verdict, level, source, role] = ['target', 'verdict', 'level', 'source', 'role'].map(valueOf)
  const words = valueOf('find').toLowerCase().split(/\s+/).filter(Boolean)
  const deep = words.length > 0 && byId('evidence').checked
  if (deep) byId('shown').textContent = 'looking into the evidence …'
  const found = deep ? await inEvidence(words, () => turn === latest) : undefined
  if (turn !== latest) return
  const startedAt = performance.now()
  for (const scenario of scenarios) {
    scenario.fits =
      (!level || scenario.level === level) &&
      (!source || scenario.sources.has(source)) &&
      (!role || scenario.sides.has(role))
    scenario.named = words.every((word) => scenario.text.includes(word))
    scenario.found = scenario.named
  }
  for (const index of found ?? []) results[index].scenario.found = true
  shownResults = results.filter(
    (result) =>
      result.scenario.fits &&
      (result.scenario.named || (found?.has(result.index) ?? false)) &&
      (!target || result.target === target) &&
      (!verdict || result.verdict === verdict),
  )
  const shown = target ? [target] : targets
  const rows = matrixRows.filter(
    (row) =>
      (!source || row.source === source) &&
      (!level || row.level.startsWith(level)) &&
      (!role || row.sides.includes(role)) &&
      (words.every((word) => row.text.includes(word)) || row.scenarios.some(({ found: holds }) => holds)) &&
      (!verdict || shown.some((name) => row.kinds[targets.indexOf(name)] === verdict)),
  )
  showMatrix(rows, shown)
  const groups = Map.groupBy(shownResults, (result) => result.scenario.file)
  const few = shownResults.length <= 60
  byId('features').replaceChildren(...[...groups.values()].map((own) => groupOf(own, few)))
  byId('shown').textContent =
    `${rows.length} of ${matrixRows.length} requirements, ${shownResults.length} of ${results.length} scenarios`
  byId('all').dataset.milliseconds = String(Math.round(performance.now() - startedAt))
}

// What is filtered by stands in the address, so that it can be sent to somebody.
const read = () => {
  const asked = new URLSearchParams(location.hash.slice(1))
  for (const name of names) {
    const control = byId(name)
    if (control.type === 'checkbox') control.checked = asked.get(name) === 'yes'
    else control.value = asked.get(name) ?? ''
    if (control.selectedIndex === -1) control.value = ''
  }
}
const write = () => {
  const said = new URLSearchParams()
  for (const name of names) {
    const control = byId(name)
    const text = control.type === 'checkbox' ? (control.checked ? 'yes' : '') : control.value
    if (text) said.set(name, text)
  }
  const hash = said.size > 0 ? `#${said}` : '#'
  if (location.hash !== hash && (said.size > 0 || location.hash !== '')) history.replaceState(undefined, '', hash)
}

let waiting
const form = document.querySelector('.filters')
const soon = () => {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    write()
    void show()
  }, 120)
}
form.addEventListener('input', soon)
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('reset', () => setTimeout(soon, 0))
addEventListener('hashchange', () => {
  read()
  void show()
})
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
  if (/^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName ?? '') || dialog.open) return
  event.preventDefault()
  byId('find').focus()
})
// The first screen is painted before the tables are made.
requestAnimationFrame(() =>
  setTimeout(() => {
    read()
    void show()
  }, 0),
)

// On paper: the matrix whole, of the scenarios their names; of very many only the features in which something fails.
const manyResults = 3000
const opened = []
addEventListener('beforeprint', () => {
  const many = shownResults.length > manyResults
  for (const details of document.querySelectorAll('.group:not([open])')) {
    if (many && details.closest('#features') && !details.querySelector('summary .fail')) continue
    details.ensure()
    details.open = true
    opened.push(details)
  }
})
addEventListener('afterprint', () => {
  for (const details of opened.splice(0)) details.open = false
})
