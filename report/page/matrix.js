// Requirement × server: rows grouped by where they stand, filled when opened; cells open their results.
const numeric = new Intl.Collator('en', { numeric: true })
const matrixRows = (() => {
  const rows = new Map()
  for (const result of results) {
    for (const id of result.scenario.requirements) {
      let row = rows.get(id)
      if (row === undefined) {
        const known = report.requirements[id]
        row = {
          id,
          source: sourceOf(id),
          sides: sidesOf(id),
          cells: new Map(),
          scenarios: new Set(),
          level: known?.level ?? '',
          what: known?.what,
        }
        row.text = `${id} ${row.what ?? ''}`.toLowerCase()
        rows.set(id, row)
      }
      row.scenarios.add(result.scenario)
      const cell = row.cells.get(result.target)
      if (cell === undefined) row.cells.set(result.target, [result])
      else cell.push(result)
    }
  }
  return [...rows.values()].sort((one, other) => numeric.compare(one.id, other.id))
})()
for (const row of matrixRows) row.scenarios = [...row.scenarios]
for (const row of matrixRows) row.kinds = targets.map((target) => kindOf(row.cells.get(target) ?? []))
const rowsById = new Map(matrixRows.map((row) => [row.id, row]))

const cellElement = (row, target, kind) => {
  const own = row.cells.get(target) ?? []
  if (own.length === 0) return element('td', { className: 'none' }, '·')
  const bad = own.filter((result) => result.verdict === kind).length
  const label = failures.has(kind) && own.length > 1 ? `${nameOf(kind)} ${bad}/${own.length}` : nameOf(kind)
  const button = element('button', { type: 'button', className: classOf(kind), tabIndex: -1 }, label)
  button.setAttribute('aria-label', `${row.id} at ${target}: ${label}`)
  button.dataset.id = row.id
  button.dataset.target = target
  return element('td', {}, button)
}

const matrixTable = (rows, shown) => {
  const table = element(
    'table',
    { className: 'matrix' },
    element(
      'thead',
      {},
      element('tr', {}, ...['Requirement', ...shown].map((text) => element('th', { scope: 'col' }, text))),
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
            element('span', { className: 'quiet' }, ` ${row.level}`),
            element('span', { className: 'sentence' }, row.what ?? '(no such requirement)'),
          ),
          ...shown.map((target) => cellElement(row, target, row.kinds[targets.indexOf(target)])),
        ),
      ),
    ),
  )
  const first = table.querySelector('button')
  if (first) first.tabIndex = 0
  return element('div', { className: 'wide' }, table)
}

const dialog = byId('cell')
const openCell = (button) => {
  const row = rowsById.get(button.dataset.id)
  const close = element('button', { type: 'button', className: 'close' }, 'Close')
  close.addEventListener('click', () => dialog.close())
  const shown = row.cells.get(button.dataset.target).map(resultElement)
  dialog.replaceChildren(
    close,
    element('h2', { id: 'cell-title' }, `${row.id} at ${button.dataset.target}`),
    element('p', {}, element('strong', {}, `${row.level} `), row.what ?? ''),
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
  const button = event.target.closest('td button')
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

/** So many rows at most are shown without being asked for. */
const fewRows = 60

const showMatrix = (rows, shown) => {
  const columns = shown.map((target) => targets.indexOf(target))
  const sources = Map.groupBy(rows, (row) => row.source)
  byId('matrix').replaceChildren(
    ...[...sources].map(([name, own]) => {
      const failing = columns.flatMap((column) => {
        const bad = own.filter((row) => failures.has(row.kinds[column])).length
        return bad === 0 ? [] : [shown.length > 1 ? `${targets[column]} ${bad}` : `${bad}`]
      })
      const summary = element(
        'summary',
        {},
        element('strong', {}, name),
        element('span', { className: 'quiet' }, ` ${own.length} ${own.length === 1 ? 'requirement' : 'requirements'}`),
        element('span', { className: 'bad' }, failing.length > 0 ? ` · fail: ${failing.join(', ')}` : ''),
      )
      return group(rows.length <= fewRows, summary, () => [matrixTable(own, shown)])
    }),
  )
}
