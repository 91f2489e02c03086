import type { Terms } from './exchange.ts'

export function offeredKeywords(
  _terms: Terms,
  _now: { readonly secure: boolean; readonly authenticated: boolean },
): readonly string[] {
  throw new Error('not built yet')
}

/** The keywords of EHLO lines without their parameters, in upper case. */
export function keywordSet(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.map((line) => (line.split(' ')[0] ?? '').toUpperCase()))
}
