/**
 * The baseline: failures that are known and not yet mended, so that only new ones fail a run.
 *
 * Written from one run, read by later ones. An entry means a scenario by its file and names; its line only tells rows of
 * one outline apart, so that a feature may grow above it. A listed scenario that passes is red until it is taken out.
 * Expectations (`expectations.ts`) are reasoned and belong to a product; a baseline gives no reasons and belongs to one
 * project's own server.
 */
import { requirementsOf } from './verdict.ts'
import type { Judged } from './verdict.ts'

export interface KnownFailure {
  /** `features/relay/limits.feature:12` */
  readonly place: string
  /** `Feature › Example` */
  readonly name: string
  readonly target: string
  readonly requirements: readonly string[]
}

export interface Baseline {
  readonly format: 'smtpspec baseline 1'
  readonly failures: readonly KnownFailure[]
}

export type ReadBaseline =
  | { readonly kind: 'read'; readonly baseline: Baseline }
  | { readonly kind: 'mistake'; readonly mistake: string }

const isText = (value: unknown): value is string => typeof value === 'string'

const isKnownFailure = (value: unknown): value is KnownFailure => {
  const { place, name, target, requirements } = (value ?? {}) as Partial<Record<keyof KnownFailure, unknown>>
  return isText(place) && isText(name) && isText(target) && Array.isArray(requirements) && requirements.every(isText)
}

export const readBaseline = (text: string): ReadBaseline => {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    return { kind: 'mistake', mistake: error instanceof Error ? error.message : String(error) }
  }
  const { format, failures } = (content ?? {}) as Partial<Record<keyof Baseline, unknown>>
  if (format !== 'smtpspec baseline 1') return { kind: 'mistake', mistake: 'its format is not "smtpspec baseline 1"' }
  if (!Array.isArray(failures)) return { kind: 'mistake', mistake: 'it lacks "failures", a list' }
  const wrong = failures.findIndex((one) => !isKnownFailure(one))
  if (wrong >= 0)
    return { kind: 'mistake', mistake: `failure ${wrong + 1} lacks one of place, name, target, requirements` }
  return { kind: 'read', baseline: { format, failures: failures.filter(isKnownFailure) } }
}

const fileOf = (place: string): string => place.replace(/:\d+$/, '')
const placeOf = ({ result }: Judged): string => `${result.uri}:${result.line}`
const nameOf = ({ result }: Judged): string => `${result.feature} › ${result.name}`

/** What fails in this run. */
export const baselineOf = (judged: readonly Judged[], target: string): Baseline => ({
  format: 'smtpspec baseline 1',
  failures: judged
    .filter(({ verdict }) => verdict.kind === 'fail' || verdict.kind === 'known failure')
    .map((one) => ({ place: placeOf(one), name: nameOf(one), target, requirements: requirementsOf(one.result) }))
    .toSorted((one, other) => one.place.localeCompare(other.place, 'en', { numeric: true })),
})

/** Whether an entry speaks of the same requirement; a scenario that proves something else now fails anew. */
const sameClaim = ({ requirements }: KnownFailure, { result }: Judged): boolean => {
  const own = requirementsOf(result)
  return (requirements.length === 0 && own.length === 0) || own.some((id) => requirements.includes(id))
}

/** The scenario that each entry means: the one at its place, or else the first of its name in its file. */
const meant = (judged: readonly Judged[], { failures }: Baseline, target: string): ReadonlySet<Judged> => {
  const found = new Set<Judged>()
  const own = failures.filter((entry) => entry.target === target)
  const named = Map.groupBy(judged, (one) => `${one.result.uri}\n${nameOf(one)}`)
  const later: KnownFailure[] = []
  const candidates = (entry: KnownFailure): readonly Judged[] =>
    (named.get(`${fileOf(entry.place)}\n${entry.name}`) ?? []).filter((one) => sameClaim(entry, one))
  for (const entry of own) {
    const exact = candidates(entry).find((one) => placeOf(one) === entry.place)
    if (exact === undefined) later.push(entry)
    else found.add(exact)
  }
  for (const entry of later) {
    const moved = candidates(entry).find((one) => !found.has(one))
    if (moved !== undefined) found.add(moved)
  }
  return found
}

export const fixedWhy = 'fixed: take it out of the baseline'

/** The same run in the light of a baseline: listed failures are known, listed passes are red. */
export const againstBaseline = (judged: readonly Judged[], baseline: Baseline, target: string): readonly Judged[] => {
  const listed = meant(judged, baseline, target)
  return judged.map((one) => {
    if (!listed.has(one)) return one
    const { result, verdict } = one
    if (verdict.kind === 'fail') return { result, verdict: { ...verdict, kind: 'known failure' } }
    if (verdict.kind === 'pass') return { result, verdict: { kind: 'unexpected pass', why: fixedWhy } }
    return one
  })
}
