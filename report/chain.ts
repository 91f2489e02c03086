/**
 * Evidence that can be checked: each scenario's outcome is hashed, and the hashes are chained in the report's order, so
 * that nothing can be changed, added or taken out without the last link showing it.
 *
 * SHA-256 over JSON with sorted keys. Whoever keeps the last link elsewhere (a log, a signature) can prove the rest.
 */
import { createHash } from 'node:crypto'

/** JSON whose text depends on the value alone: keys sorted at every depth. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )

export const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** SHA-256 of a text's octets in UTF-8, as `sha256sum` tells it. */
export const textHash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The link after `previous` for something with this hash. */
export const link = (previous: string, hash: string): string =>
  createHash('sha256').update(`${previous}\n${hash}`).digest('hex')

/** The last link over all hashes, begun with what the whole report says of itself. */
export const chainOf = (beginning: string, hashes: readonly string[]): string => hashes.reduce(link, beginning)
