/**
 * What is known to differ: the reasoned list of a product's deviations, and what it makes of a run's verdicts.
 *
 * A failure that is listed becomes `differs`. A scenario that is listed and passes becomes `unexpected pass`, which is red,
 * so that the list stays honest. Everything is pure: the text of a file in, verdicts in, verdicts out.
 */
import { parse } from 'yaml'
import { requirementsOf } from './verdict.ts'
import type { Judged } from './verdict.ts'

/** One deviation of one product. */
export interface Deviation {
  /** The requirement that does not hold. */
  readonly requirement: string
  /** The scenarios that show it, as `Feature › Example`. */
  readonly scenarios: readonly string[]
  /** Where it shows: a part of the failing step or of its message. A failure elsewhere is not the one that is known. */
  readonly at?: string
  /** Chance decides whether it shows: a run in which it does not is no surprise. */
  readonly sometimes?: true
  readonly observed: string
  /** The sentence that it breaks. */
  readonly breaks: string
  /** Why the product does so: its documentation or source. */
  readonly why: string
  /** The setting that changes it, or `none`. */
  readonly setting: string
}

export interface Expectations {
  readonly target: string
  /** The version of the product that was observed. */
  readonly version: string
  readonly deviations: readonly Deviation[]
}

export type ReadExpectations =
  | { readonly kind: 'read'; readonly expectations: Expectations }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const texts = ['requirement', 'observed', 'breaks', 'why', 'setting'] as const

const readDeviation = (value: unknown, place: string, mistakes: string[]): Deviation | undefined => {
  if (!isRecord(value)) {
    mistakes.push(`${place} is no mapping`)
    return undefined
  }
  const lacking = texts.filter((name) => typeof value[name] !== 'string' || value[name].trim() === '')
  for (const name of lacking) mistakes.push(`${place} lacks "${name}"`)
  const scenarios = value['scenarios']
  if (!Array.isArray(scenarios) || scenarios.length === 0 || scenarios.some((one) => typeof one !== 'string'))
    mistakes.push(`${place} lacks "scenarios", a list of Feature › Example`)
  const text = (name: string): string => {
    const found = value[name]
    return typeof found === 'string' ? found.trim() : ''
  }
  return {
    requirement: text('requirement'),
    scenarios: Array.isArray(scenarios) ? scenarios.map(String) : [],
    ...(typeof value['at'] === 'string' && { at: value['at'] }),
    ...(value['sometimes'] === true && { sometimes: true as const }),
    observed: text('observed'),
    breaks: text('breaks'),
    why: text('why'),
    setting: text('setting'),
  }
}

/** Reads the text of `fixtures/expectations/TARGET.yaml`; gives every mistake in it at once. */
export const readExpectations = (text: string): ReadExpectations => {
  let content: unknown
  try {
    content = parse(text)
  } catch (error) {
    return { kind: 'mistakes', mistakes: [error instanceof Error ? error.message : String(error)] }
  }
  const mistakes: string[] = []
  if (!isRecord(content)) return { kind: 'mistakes', mistakes: ['it holds no mapping'] }
  for (const name of ['target', 'version'])
    if (typeof content[name] !== 'string') mistakes.push(`it lacks "${name}", a text`)
  const list = content['deviations']
  if (!Array.isArray(list)) mistakes.push('it lacks "deviations", a list')
  const deviations = (Array.isArray(list) ? list : []).map((value, index) =>
    readDeviation(value, `deviation ${index + 1}`, mistakes),
  )
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes }
  return {
    kind: 'read',
    expectations: {
      target: String(content['target']),
      version: String(content['version']),
      deviations: deviations.filter((one) => one !== undefined),
    },
  }
}

const mark = '• '

/** A message that tells several things that are wrong, each of which has to be known for the scenario to differ. */
export const severalFindings = (findings: readonly string[]): string =>
  findings.length < 2
    ? findings.join('')
    : `${findings.length} things are wrong\n${findings.map((one) => mark + one).join('\n')}`

/** What `severalFindings` put together; a message of another form is one finding. */
const findingsIn = (why: string): readonly string[] => {
  const [first = '', ...findings] = why.split(`\n${mark}`)
  return findings.length === 0 ? [first] : findings
}

export const nameOf = ({ result }: Judged): string => `${result.feature} › ${result.name}`

const listed = (judged: Judged, deviations: readonly Deviation[]): readonly Deviation[] =>
  deviations.filter(
    ({ requirement, scenarios }) =>
      scenarios.includes(nameOf(judged)) && requirementsOf(judged.result).includes(requirement),
  )

/** A failure that is known, in all that it tells, becomes `differs`; everything else stays as it is. */
export const excuse = (judged: Judged, { deviations }: Expectations): Judged => {
  const { result, verdict } = judged
  if (verdict.kind !== 'fail') return judged
  const candidates = listed(judged, deviations)
  const known = findingsIn(verdict.why).map((finding) =>
    candidates.filter(({ at }) => at === undefined || `${verdict.step}\n${finding}`.includes(at)),
  )
  if (known.some((those) => those.length === 0)) return judged
  return { result, verdict: { kind: 'differs', why: verdict.why, deviations: [...new Set(known.flat())] } }
}

/**
 * Of a whole run: scenarios that are listed and pass become `unexpected pass`. Rows of an outline that share a name are
 * one here: it is enough that one of them differs.
 */
export const unexpectedPasses = (judged: readonly Judged[], { deviations }: Expectations): readonly Judged[] => {
  const differing = new Set(judged.filter(({ verdict }) => verdict.kind === 'differs').map(nameOf))
  return judged.map((one) => {
    if (one.verdict.kind !== 'pass' || differing.has(nameOf(one))) return one
    const [known] = listed(one, deviations)
    if (known === undefined || known.sometimes === true) return one
    const why = `it is listed as a deviation from ${known.requirement} (${known.observed}), and it passes`
    return { result: one.result, verdict: { kind: 'unexpected pass', why } }
  })
}

/**
 * Entries that can excuse nothing: their scenario is in the run and does not carry their requirement. Examples of several
 * rules may share a name: it is enough that one of them does.
 */
export const misplaced = (judged: readonly Judged[], { deviations }: Expectations): readonly string[] => {
  const carried = new Map<string, Set<string>>()
  for (const one of judged) {
    const known = carried.get(nameOf(one)) ?? new Set()
    for (const id of requirementsOf(one.result)) known.add(id)
    carried.set(nameOf(one), known)
  }
  return deviations.flatMap(({ requirement, scenarios }) =>
    scenarios
      .filter((name) => carried.get(name)?.has(requirement) === false)
      .map((name) => `the scenario "${name}" does not carry ${requirement}`),
  )
}
