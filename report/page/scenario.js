// One result: what was asked, what happened, and the evidence; filled when it is opened.
const partyOf = (name) => name.replace(/^conversation: /, '')

/** All parties on one line of time: who, when, what. */
const timeLine = (details) => {
  const texts = details.evidence.map(({ text }) => text.split('\n'))
  const rows = details.timeLine.map(([at, piece, first, last]) => {
    const lines = texts[piece].slice(first, last + 1).filter((line) => line !== '')
    return element(
      'tr',
      {},
      element('td', { className: 'at' }, (at / 1000).toFixed(3)),
      element('td', { className: 'party' }, partyOf(details.evidence[piece].name)),
      element('td', { className: 'said' }, lines.join('\n')),
    )
  })
  const head = ['seconds', 'who', 'what'].map((text) => element('th', { scope: 'col' }, text))
  return element(
    'div',
    { className: 'wide' },
    element(
      'table',
      { className: 'time' },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...rows),
    ),
  )
}

const folded = (title, fill, open = false) => {
  const details = element('details', {}, element('summary', {}, title))
  const ensure = () => {
    if (details.children.length === 1) details.append(fill())
  }
  details.addEventListener('toggle', () => details.open && ensure())
  if (open) ensure()
  details.open = open
  return details
}
const preformatted = (text) => element('pre', { tabIndex: 0 }, text)

const body = (details) => {
  const failed = details.verdict !== 'pass' && details.verdict !== 'not applicable'
  const again = [`smtpspec verify ${details.place} --target ${details.target}`, ...(details.reproduce ?? [])]
  const sentences = details.requirements.flatMap((id) => {
    const row = report.requirements[id]
    return [
      element('dt', {}, row ? `${id} ${row.level} (${row.role})` : id),
      element('dd', {}, row ? row.what : '(no such requirement)'),
    ]
  })
  return [
    ...(details.rule ? [element('p', { className: 'rule' }, details.rule)] : []),
    ...(sentences.length > 0 ? [element('dl', { className: 'ids' }, ...sentences)] : []),
    element(
      'ol',
      { className: 'steps' },
      ...details.steps.map((step) => element('li', { className: step.status }, step.text)),
    ),
    ...(details.why ? [preformatted(details.why)] : []),
    ...(details.retried ?? []).map((fault, index) => folded(`attempt ${index + 1} failed`, () => preformatted(fault))),
    ...(details.timeLine ? [folded('Everything in order of time', () => timeLine(details), failed)] : []),
    ...details.evidence.map(({ name, text }) => folded(name, () => preformatted(text))),
    ...(details.told ? [folded('what the server was told', () => preformatted(details.told))] : []),
    ...(failed
      ? [element('p', { className: 'rule' }, 'To see it again:'), preformatted(again.join('\n'))]
      : [element('p', { className: 'rule' }, element('code', {}, again[0]))]),
    element(
      'p',
      { className: 'rule' },
      `${details.place} · ${details.milliseconds} ms · hash ${details.hash.slice(0, 16)}…`,
    ),
  ]
}

const resultElement = (result) => {
  const details = element(
    'details',
    { className: `scenario ${classOf(result.verdict)}` },
    element(
      'summary',
      {},
      markOf(result.verdict),
      ...(result.retried ? [element('span', { className: 'mark other' }, 'retried')] : []),
      ...(targets.length > 1 ? [element('b', {}, `${result.target} `)] : []),
      result.scenario.name,
    ),
  )
  let filled = false
  details.addEventListener('toggle', async () => {
    if (!details.open || filled) return
    filled = true
    details.append(...body(await detailsOf(result)))
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
  details.addEventListener('toggle', () => details.open && ensure())
  if (open) {
    ensure()
    details.open = true
  }
  return details
}
