/**
 * Two runs of the same servers, compared verdict by verdict. Where the list of what is known of a product says that chance
 * decides whether a deviation shows (`sometimes`), passing and differing are one; how often that was so is told.
 */
import type { Deviation } from '../report/expectations.ts'

/** A scenario of a report, as far as it matters here. */
export interface Told {
  readonly target: string
  readonly place: string
  readonly feature: string
  readonly name: string
  readonly verdict: string
}

export interface Comparison {
  /** What is another the second time, in words. */
  readonly other: readonly string[]
  /** What is another and may be. */
  readonly byChance: readonly string[]
}

/** `known` gives the deviations of a target. Rows of an outline may share a place: each is compared with its own. */
export const compare = (
  first: readonly Told[],
  second: readonly Told[],
  known: (target: string) => readonly Deviation[],
): Comparison => {
  const keyed = (scenarios: readonly Told[]): ReadonlyMap<string, Told> =>
    new Map(scenarios.map((one) => [`${one.target} ${one.place} ${one.name}`, one]))
  const [before, after] = [keyed(first), keyed(second)]
  const mayBeEither = ({ target, feature, name }: Told): boolean =>
    known(target).some(({ sometimes, scenarios }) => sometimes === true && scenarios.includes(`${feature} › ${name}`))
  const other: string[] = []
  const byChance: string[] = []
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(key), after.get(key)]
    if (one?.verdict === two?.verdict) continue
    const text = `${key}: ${one?.verdict ?? 'not there'}, then ${two?.verdict ?? 'not there'}`
    const verdicts = new Set([one?.verdict, two?.verdict])
    const isChance = verdicts.has('pass') && verdicts.has('differs') && one !== undefined && mayBeEither(one)
    if (isChance) byChance.push(text)
    else other.push(text)
  }
  return { other, byChance }
}
