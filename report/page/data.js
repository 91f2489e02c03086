// The report that stands in this page: its table, read at once, and its chunks, unpacked as they are asked for.
const report = JSON.parse(document.getElementById('report').textContent)
const byId = (id) => document.getElementById(id)
const targets = report.head.targets.map((target) => target.name)

const element = (name, attributes, ...children) => {
  const made = Object.assign(document.createElement(name), attributes)
  made.append(...children)
  return made
}

/** Verdicts from the gravest on: what a cell of several results says. */
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
const kindOf = (results) => {
  const kinds = new Set(results.map((result) => result.verdict))
  return gravest.find((kind) => kinds.has(kind)) ?? 'none'
}
const classOf = (kind) => (kind === 'pass' ? 'pass' : failures.has(kind) ? 'fail' : 'other')
const shortNames = { 'not applicable': 'n/a', 'unexpected pass': 'passes now', 'known failure': 'known' }
const nameOf = (kind) => shortNames[kind] ?? kind
const markOf = (kind) => element('span', { className: `mark ${classOf(kind)}` }, nameOf(kind))

/** `rfc5321-4.5.2-02` stands under `rfc5321`, `relay-probe-3` under `relay-probe`. */
const sourceOf = (id) => /^rfc\d+/.exec(id)?.[0] ?? id.replace(/-\d+$/, '')

/** Whom a requirement binds, as the catalogue says it, and on which side of a conversation that stands. */
const sides = {
  'server-receiver': ['receiver'],
  'client-sender': ['sender'],
  submission: ['receiver'],
  service: ['receiver', 'sender'],
  relay: ['receiver', 'sender'],
  gateway: ['receiver', 'sender'],
  all: ['receiver', 'sender'],
  role: ['receiver', 'sender'],
  'delivery-MDA': ['receiver'],
}
const sidesOf = (id) => sides[report.requirements[id]?.role] ?? ['receiver', 'sender']

const scenarios = report.scenarios.map(([place, feature, rule, name, level, requirements, steps]) => ({
  place,
  file: place.replace(/:\d+$/, ''),
  feature,
  rule,
  name,
  level: level.toUpperCase(),
  requirements,
  sources: new Set(requirements.map(sourceOf)),
  sides: new Set(requirements.flatMap(sidesOf)),
  text: [feature, rule, name, place, ...requirements, ...requirements.map((id) => report.requirements[id]?.what), steps]
    .join('\n')
    .toLowerCase(),
}))
const results = report.results.map(([scenario, target, verdict, retried], index) => ({
  index,
  scenario: scenarios[scenario],
  target: targets[target],
  verdict: report.verdicts[verdict],
  retried: retried > 0,
}))

/** The first result of each chunk. */
const beginnings = report.sizes.map((_size, number) =>
  report.sizes.slice(0, number).reduce((sum, size) => sum + size, 0),
)

const loaded = new Promise((resolve) => {
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', resolve, { once: true })
  else resolve()
})
const octetsOf = (text) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text)
  return Uint8Array.from(atob(text), (character) => character.codePointAt(0))
}
const unpackedTexts = new Map()
/** The text of a chunk; a few stay unpacked. */
const chunkText = async (number) => {
  await loaded
  const known = unpackedTexts.get(number)
  if (known !== undefined) return known
  const octets = octetsOf(document.querySelectorAll('script.chunk')[number].textContent)
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const text = await new Response(stream).text()
  if (unpackedTexts.size > 8) unpackedTexts.delete(unpackedTexts.keys().next().value)
  unpackedTexts.set(number, text)
  return text
}
const chunkOf = (index) => beginnings.findLastIndex((first) => first <= index)
/** Everything that the report says of a result. */
const detailsOf = async ({ index }) => {
  const number = chunkOf(index)
  const chunk = JSON.parse(await chunkText(number))
  const details = chunk.scenarios[index - beginnings[number]]
  return { ...details, told: chunk.configurations[details.configuration] }
}
