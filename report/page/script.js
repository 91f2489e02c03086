'use strict'
// Shows the scenarios of the report that stands in this page: grouped by feature, opened as they are asked for.
const report = JSON.parse(document.getElementById('report').textContent)
const find = document.getElementById('find')
const verdict = document.getElementById('verdict')
const level = document.getElementById('level')
const shown = document.getElementById('shown')
const features = document.getElementById('features')

const element = (name, attributes, ...children) => {
  const made = Object.assign(document.createElement(name), attributes)
  made.append(...children)
  return made
}
const markOf = (kind) =>
  element(
    'span',
    { className: `mark ${kind === 'pass' || kind === 'fail' ? kind : 'other'}` },
    kind === 'not applicable' ? 'n/a' : kind,
  )

for (const kind of new Set(report.scenarios.map((scenario) => scenario.verdict))) verdict.append(new Option(kind))

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
  for (const { name, text } of scenario.evidence)
    parts.push(element('details', {}, element('summary', {}, name), element('pre', {}, text)))
  const again = `smtpspec verify ${scenario.place} --target ${report.head.target}`
  parts.push(
    element(
      'p',
      { className: 'rule' },
      'To see it again: ',
      element('code', {}, again),
      ` · ${scenario.milliseconds} ms · hash ${scenario.hash.slice(0, 16)}…`,
    ),
  )
  return parts
}

const scenarioElement = (scenario) => {
  const details = element(
    'details',
    { className: scenario.verdict },
    element('summary', {}, markOf(scenario.verdict), scenario.name),
  )
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(...body(scenario))
  })
  return details
}

const matches = (scenario, words) => {
  if (verdict.value && scenario.verdict !== verdict.value) return false
  if (level.value && scenario.level !== level.value) return false
  if (words.length === 0) return true
  const text = [
    scenario.feature,
    scenario.rule,
    scenario.name,
    scenario.place,
    ...scenario.requirements,
    ...scenario.steps.map((step) => step.text),
    scenario.why,
    ...scenario.evidence.map((one) => one.text),
  ]
    .join('\n')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

const show = () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean)
  const chosen = report.scenarios.filter((scenario) => matches(scenario, words))
  const groups = Map.groupBy(chosen, (scenario) => scenario.place.replace(/:\d+$/, ''))
  features.replaceChildren(
    ...[...groups].map(([place, scenarios]) => {
      const failed = scenarios.filter((scenario) => scenario.verdict === 'fail').length
      const group = element(
        'details',
        { open: failed > 0 },
        element(
          'summary',
          {},
          markOf(failed > 0 ? 'fail' : scenarios.some((scenario) => scenario.verdict === 'pass') ? 'pass' : 'n/a'),
          `${scenarios[0].feature} `,
          element('span', { className: 'rule' }, `${scenarios.length} scenarios · ${place}`),
        ),
      )
      const fill = () => {
        if (group.open && group.children.length === 1) group.append(...scenarios.map(scenarioElement))
      }
      group.addEventListener('toggle', fill)
      fill()
      return group
    }),
  )
  shown.textContent = `${chosen.length} of ${report.scenarios.length} scenarios`
}
for (const control of [find, verdict, level]) control.addEventListener('input', show)
document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault())
show()
