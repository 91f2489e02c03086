/**
 * What is wrong, or worth a word, in a settings document, as values an administrator can act on: place, finding, remedy.
 *
 * A mistake keeps the settings from being used; a remark does not. Neither ever shows a password, secret, verifier or
 * token, whatever stood there.
 */
export interface Mistake {
  /** `incoming.domains[1]`; `(document)` for the whole. */
  readonly place: string
  /** Line in the file, from 1, where the document came from one. */
  readonly line?: number
  /** What stood there, as JSON in printable ASCII, cut when long. */
  readonly found: string
  /** One sentence. */
  readonly wrong: string
  /** One sentence. */
  readonly remedy: string
}

export interface Remark {
  readonly place: string
  readonly line?: number
  /** One sentence. */
  readonly says: string
  /** One sentence. */
  readonly remedy: string
}

export type Path = readonly (string | number)[]
/** The line of a path in the file it came from; undefined when it has none. */
export type LineOf = (path: Path) => number | undefined

const secretNames: ReadonlySet<string> = new Set(['password', 'verifier', 'secret', 'token'])
const longestFound = 80

/** `['incoming', 'domains', 1]` → `incoming.domains[1]`. */
export function placeOf(path: Path): string {
  if (path.length === 0) return '(document)'
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('')
    .replaceAll(/[^\x20-\x7e]/g, '?')
}

/** A value as a mistake may show it; what a secret's place held is never shown. */
export function shown(value: unknown, path: Path): string {
  if (value === undefined) return 'nothing'
  if (path.some((step) => typeof step === 'string' && secretNames.has(step))) return '(not shown)'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a group of fields'
  const text = (JSON.stringify(value) ?? typeof value).replaceAll(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return text.length <= longestFound ? text : `${text.slice(0, longestFound)} ...`
}

export function mistake(path: Path, value: unknown, wrong: string, remedy: string, lineOf?: LineOf): Mistake {
  return { place: placeOf(path), ...lineAt(path, lineOf), found: shown(value, path), wrong, remedy }
}

export function remark(path: Path, says: string, remedy: string, lineOf?: LineOf): Remark {
  return { place: placeOf(path), ...lineAt(path, lineOf), says, remedy }
}

function lineAt(path: Path, lineOf: LineOf | undefined): { readonly line?: number } {
  const line = lineOf?.(path)
  return line === undefined ? {} : { line }
}

/** `"a", "b" or "c"`. */
export function either(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`)
  const last = quoted.at(-1) ?? ''
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`
}

/** The word that was probably meant: its beginning, or the nearest by edits if near enough; case does not count. */
export function closest(written: string, words: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined
  const wanted = written.slice(0, 64).toLowerCase()
  for (const word of words) {
    const beginning = wanted.length >= 3 && word.toLowerCase().startsWith(wanted)
    const distance = beginning ? 0.5 : editDistance(wanted, word.toLowerCase())
    if (best === undefined || distance < best.distance) best = { word, distance }
  }
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  return best !== undefined && best.distance <= allowed ? best.word : undefined
}

/** Insertions, removals, changes and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
