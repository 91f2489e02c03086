'use strict'
// Shows the matrix and the scenarios of the report that stands in this page: rows and details as they are asked for.
const report = JSON.parse(document.getElementById('report').textContent)
const byId = (id) => document.getElementById(id)
const targets = report.head.targets.map((target) => target.name)

const element = (name, attributes, ...children) => {
  const made = Object.assign(document.createElement(name), attributes)
  made.append(...children)
  return made
}

/** Verdicts from the gravest on: what a cell of several scenarios says. */
const gravest = [
  'harness error',
  'target unavailable',
  'fail',
  'unexpected pass',
  'known failure',
  'differs',
  'pass',
  'not applicable',
]
const failures = new Set(['fail', 'known failure', 'differs'])
const kindOf = (scenarios) => gravest.find((kind) => scenarios.some((scenario) => scenario.verdict === kind)) ?? 'none'
const classOf = (kind) => (kind === 'pass' ? 'pass' : failures.has(kind) ? 'fail' : 'other')
const shortNames = { 'not applicable': 'n/a', 'unexpected pass': 'passes now', 'known failure': 'known' }
const nameOf = (kind) => shortNames[kind] ?? kind
const markOf = (kind) => element('span', { className: `mark ${classOf(kind)}` }, nameOf(kind))

const options = (select, values) => {
  for (const value of values) byId(select).append(new Option(value))
}
const verdicts = gravest.filter((kind) => report.scenarios.some((scenario) => scenario.verdict === kind))
options('verdict', verdicts)
options('matrix-verdict', verdicts)
options('target', targets)
if (targets.length < 2) byId('target').parentElement.hidden = true

/** Calls `work` a moment after the last call. */
const soon = (work) => {
  let waiting
  return () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => work(), 150)
  }
}
const listen = (ids, work) => {
  for (const id of ids) byId(id).addEventListener('input', work)
}
for (const form of document.querySelectorAll('.filters'))
  form.addEventListener('submit', (event) => event.preventDefault())

// One scenario.

const body = (scenario) => {
  const parts = []
  if (scenario.rule) parts.push(element('p', { className: 'rule' }, scenario.rule))
  if (scenario.requirements.length > 0) {
    parts.push(
      element(
        'dl',
        { className: 'ids' },
        ...scenario.requirements.flatMap((id) => {
          const row = report.requirements[id]
          return [
            element('dt', {}, row ? `${id} ${row.level}` : id),
            element('dd', {}, row ? row.what : '(no such requirement)'),
          ]
        }),
      ),
    )
  }
  parts.push(
    element(
      'ol',
      { className: 'steps' },
      ...scenario.steps.map((step) => element('li', { className: step.status }, step.text)),
    ),
  )
  if (scenario.why) parts.push(element('pre', {}, scenario.why))
  for (const [index, fault] of (scenario.retried ?? []).entries())
    parts.push(element('details', {}, element('summary', {}, `attempt ${index + 1} failed`), element('pre', {}, fault)))
  for (const { name, text } of scenario.evidence)
    parts.push(element('details', {}, element('summary', {}, name), element('pre', {}, text)))
  const again = [`smtpspec verify ${scenario.place} --target ${scenario.target}`, ...(scenario.reproduce ?? [])]
  parts.push(
    element('p', { className: 'rule' }, 'To see it again:'),
    element('pre', {}, again.join('\n')),
    element(
      'p',
      { className: 'rule' },
      `${scenario.place} · ${scenario.milliseconds} ms · hash ${scenario.hash.slice(0, 16)}…`,
    ),
  )
  return parts
}

const scenarioElement = (scenario) => {
  const details = element(
    'details',
    { className: `scenario ${classOf(scenario.verdict)}` },
    element(
      'summary',
      {},
      markOf(scenario.verdict),
      ...(scenario.retried ? [element('span', { className: 'mark other' }, 'retried')] : []),
      ...(targets.length > 1 ? [element('b', {}, `${scenario.target} `)] : []),
      scenario.name,
    ),
  )
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(...body(scenario))
  })
  return details
}

/** A group that fills itself when it is opened. */
const group = (open, summary, fill) => {
  const details = element('details', { className: 'group' }, summary)
  const ensure = () => {
    if (details.children.length === 1) details.append(...fill())
  }
  details.ensure = ensure
  details.addEventListener('toggle', () => {
    if (details.open) ensure()
  })
  if (open) {
    ensure()
    details.open = true
  }
  return details
}

// The matrix.

/** `rfc5321-4.5.2-02` stands under `rfc5321`, `relay-probe-3` under `relay-probe`. */
const sourceOf = (id) => /^rfc\d+/.exec(id)?.[0] ?? id.replace(/-\d+$/, '')

const numeric = new Intl.Collator('en', { numeric: true })
const matrixRows = (() => {
  const rows = new Map()
  for (const scenario of report.scenarios) {
    for (const id of scenario.requirements) {
      const row = rows.get(id) ?? { id, source: sourceOf(id), cells: new Map(), ...report.requirements[id] }
      rows.set(id, row)
      row.cells.set(scenario.target, [...(row.cells.get(scenario.target) ?? []), scenario])
    }
  }
  for (const row of rows.values()) row.text = `${row.id} ${row.what ?? ''}`.toLowerCase()
  return [...rows.values()].sort((one, other) => numeric.compare(one.id, other.id))
})()
const cellKinds = (row) => targets.map((target) => kindOf(row.cells.get(target) ?? []))
for (const row of matrixRows) row.kinds = cellKinds(row)

options('matrix-source', new Set(matrixRows.map((row) => row.source)))
options('matrix-level', [...new Set(matrixRows.flatMap((row) => (row.level ? [row.level] : [])))].sort(numeric.compare))

const cellElement = (row, target, kind) => {
  const scenarios = row.cells.get(target) ?? []
  if (scenarios.length === 0) return element('td', { className: 'none' }, '·')
  const bad = scenarios.filter((scenario) => scenario.verdict === kind).length
  const label = failures.has(kind) && scenarios.length > 1 ? `${nameOf(kind)} ${bad}/${scenarios.length}` : nameOf(kind)
  const button = element('button', { type: 'button', className: classOf(kind), tabIndex: -1 }, label)
  button.setAttribute('aria-label', `${row.id} at ${target}: ${label}`)
  button.dataset.id = row.id
  button.dataset.target = target
  return element('td', {}, button)
}

const matrixTable = (rows) => {
  const table = element(
    'table',
    { className: 'matrix' },
    element(
      'thead',
      {},
      element('tr', {}, ...['Requirement', ...targets].map((text) => element('th', { scope: 'col' }, text))),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row) =>
        element(
          'tr',
          {},
          element(
            'th',
            { scope: 'row' },
            element('code', {}, row.id),
            element('span', { className: 'quiet' }, ` ${row.level ?? ''}`),
            element('span', { className: 'sentence' }, row.what ?? '(no such requirement)'),
          ),
          ...targets.map((target, index) => cellElement(row, target, row.kinds[index])),
        ),
      ),
    ),
  )
  const first = table.querySelector('button')
  if (first) first.tabIndex = 0
  return element('div', { className: 'wide' }, table)
}

const rowsByid = new Map(matrixRows.map((row) => [row.id, row]))
const dialog = byId('cell')
const openCell = (button) => {
  const row = rowsByid.get(button.dataset.id)
  const scenarios = row.cells.get(button.dataset.target)
  const close = element('button', { type: 'button', className: 'close' }, 'Close')
  close.addEventListener('click', () => dialog.close())
  const shown = scenarios.map(scenarioElement)
  dialog.replaceChildren(
    close,
    element('h2', { id: 'cell-title' }, `${row.id} at ${button.dataset.target}`),
    element('p', {}, element('strong', {}, `${row.level ?? ''} `), row.what ?? ''),
    ...shown,
  )
  if (shown.length === 1) shown[0].open = true
  dialog.showModal()
}
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close()
})

const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
/** The next cell in that direction that can be opened, in this table. */
const neighbour = (cell, [down, right]) => {
  const rows = [...cell.closest('tbody').rows]
  let row = rows.indexOf(cell.parentElement) + down
  let column = cell.cellIndex + right
  while (rows[row]?.cells[column]) {
    const button = rows[row].cells[column].querySelector('button')
    if (button) return button
    row += down
    column += right
  }
  return undefined
}
byId('matrix').addEventListener('click', (event) => {
  const button = event.target.closest('button')
  if (button) openCell(button)
})
byId('matrix').addEventListener('keydown', (event) => {
  const move = moves[event.key]
  const button = event.target.closest('td button')
  if (!move || !button) return
  event.preventDefault()
  const next = neighbour(button.parentElement, move)
  if (!next) return
  button.tabIndex = -1
  next.tabIndex = 0
  next.focus()
})

const showMatrix = () => {
  const words = byId('matrix-find').value.toLowerCase().split(/\s+/).filter(Boolean)
  const source = byId('matrix-source').value
  const level = byId('matrix-level').value
  const verdict = byId('matrix-verdict').value
  const chosen = matrixRows.filter(
    (row) =>
      (!source || row.source === source) &&
      (!level || row.level === level) &&
      (!verdict || row.kinds.includes(verdict)) &&
      words.every((word) => row.text.includes(word)),
  )
  const sources = Map.groupBy(chosen, (row) => row.source)
  byId('matrix').replaceChildren(
    ...[...sources].map(([name, rows]) => {
      const counts = targets.map((target, index) => {
        const bad = rows.filter((row) => failures.has(row.kinds[index])).length
        return bad === 0 ? undefined : targets.length > 1 ? `${target} ${bad}` : `${bad}`
      })
      const failing = counts.filter(Boolean)
      const note = failing.length > 0 ? ` · fail: ${failing.join(', ')}` : ''
      const summary = element(
        'summary',
        {},
        element('strong', {}, name),
        element('span', { className: 'quiet' }, ` ${rows.length} requirements`),
        element('span', { className: 'bad' }, note),
      )
      return group(chosen.length <= 60, summary, () => [matrixTable(rows)])
    }),
  )
  byId('matrix-shown').textContent = `${chosen.length} of ${matrixRows.length} requirements`
}
listen(['matrix-find', 'matrix-source', 'matrix-level', 'matrix-verdict'], soon(showMatrix))
showMatrix()

// All scenarios.

const texts = new Map()
const textOf = (scenario) => {
  const known = texts.get(scenario)
  if (known !== undefined) return known
  const made = [
    scenario.feature,
    scenario.rule,
    scenario.name,
    scenario.place,
    scenario.target,
    ...scenario.requirements,
    ...scenario.steps.map((step) => step.text),
    scenario.why,
    ...scenario.evidence.map((one) => one.text),
  ]
    .join('\n')
    .toLowerCase()
  texts.set(scenario, made)
  return made
}

const show = () => {
  const words = byId('find').value.toLowerCase().split(/\s+/).filter(Boolean)
  const target = byId('target').value
  const verdict = byId('verdict').value
  const level = byId('level').value
  const chosen = report.scenarios.filter(
    (scenario) =>
      (!target || scenario.target === target) &&
      (!verdict || scenario.verdict === verdict) &&
      (!level || scenario.level === level) &&
      words.every((word) => textOf(scenario).includes(word)),
  )
  const groups = Map.groupBy(chosen, (scenario) => scenario.place.replace(/:\d+$/, ''))
  byId('features').replaceChildren(
    ...[...groups].map(([place, scenarios]) => {
      const failed = scenarios.filter((scenario) => failures.has(scenario.verdict)).length
      const summary = element(
        'summary',
        {},
        markOf(kindOf(scenarios)),
        `${scenarios[0].feature} `,
        element(
          'span',
          { className: 'quiet' },
          `${scenarios.length} scenarios${failed > 0 ? `, ${failed} fail` : ''} · ${place}`,
        ),
      )
      return group(chosen.length <= 60 || (failed > 0 && targets.length === 1), summary, () =>
        scenarios.map(scenarioElement),
      )
    }),
  )
  byId('shown').textContent = `${chosen.length} of ${report.scenarios.length} scenarios`
}
listen(['find', 'target', 'verdict', 'level'], soon(show))
show()

// On paper everything is open that fits: the matrix whole, of the scenarios their names.
const opened = []
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('.group:not([open])')) {
    details.ensure()
    details.open = true
    opened.push(details)
  }
})
addEventListener('afterprint', () => {
  for (const details of opened.splice(0)) details.open = false
})
