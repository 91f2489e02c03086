/**
 * What a trial proves: was the defect seen, and was what turned red what its table names?
 *
 * A defect is *seen* when every id of `reds` is carried by a scenario that turned red. It is seen *as named* when every
 * scenario that turned red is accounted for: it carries an id of `reds` or `also`, or one of the same section of the same
 * source, or it stands in a feature in which a named red stands. Anything else is a stray. A server that cannot start, or
 * features that were not run to their end, prove nothing. Scenarios that are red without the defect do not count.
 */
import type { Ending } from './trial.ts'

export interface Named {
  readonly reds: readonly string[]
  readonly also: readonly string[]
}

export type Judgement =
  | { readonly kind: 'seen'; readonly reds: readonly Ending[] }
  | { readonly kind: 'not seen'; readonly missing: readonly string[]; readonly reds: readonly Ending[] }
  | { readonly kind: 'seen otherwise'; readonly strays: readonly Ending[]; readonly reds: readonly Ending[] }
  | { readonly kind: 'proves nothing'; readonly why: string }

/** `rfc5321-4.5.2-02` → `rfc5321-4.5.2`; an id without a section stands for itself. */
export const sectionOf = (id: string): string => (id.startsWith('rfc') ? id.replace(/-\d+$/, '') : id)

export const placeOf = ({ feature, line }: Ending): string => `${feature}:${line}`

export const isRed = ({ verdict }: Ending): boolean => verdict === 'fail'

/** `redBefore`: the places of scenarios that are red without any defect. */
export const judgeTrial = (
  { reds, also }: Named,
  endings: readonly Ending[],
  redBefore: ReadonlySet<string> = new Set(),
): Judgement => {
  const useless = endings.find(({ verdict }) => verdict === 'target unavailable' || verdict === 'harness error')
  if (useless !== undefined) return { kind: 'proves nothing', why: useless.why.split('\n')[0] ?? '' }
  const judged = endings.filter((ending) => !redBefore.has(placeOf(ending)))
  const red = judged.filter(isRed)
  if (red.length > 5 && red.length === judged.length) {
    return { kind: 'proves nothing', why: `all ${red.length} scenarios turned red: the server does not work at all` }
  }
  const missing = reds.filter((id) => !red.some(({ ids }) => ids.includes(id)))
  if (missing.length > 0) return { kind: 'not seen', missing, reds: red }
  const sections = new Set([...reds, ...also].map(sectionOf))
  const features = new Set(red.filter(({ ids }) => ids.some((id) => reds.includes(id))).map(({ feature }) => feature))
  const strays = red.filter(
    ({ feature, ids }) => !features.has(feature) && !ids.some((id) => sections.has(sectionOf(id))),
  )
  return strays.length > 0 ? { kind: 'seen otherwise', strays, reds: red } : { kind: 'seen', reds: red }
}
