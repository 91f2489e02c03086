/**
 * A change of one source: what stands at one place, and what shall stand there instead.
 *
 * The place is found by its exact text, which must occur exactly once, so that a change whose place has moved on is noticed
 * and never made somewhere else. A patch travels to other threads and processes as JSON in the environment.
 */

export interface Patch {
  /** From the package's own folder: `server/protocol/data.ts`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export type Patched =
  | { readonly kind: 'patched'; readonly text: string }
  | { readonly kind: 'fault'; readonly why: string }

/** The environment variable that carries the patch to `plant.ts`. */
export const patchVariable = 'SMTPSPEC_PATCH'

/** The source with the change in it. */
export const patched = (source: string, { file, find, replace }: Patch): Patched => {
  const at = source.indexOf(find)
  if (at === -1) return { kind: 'fault', why: `${file} has no such text any more` }
  if (source.includes(find, at + 1)) return { kind: 'fault', why: `${file} has the text more than once` }
  return { kind: 'patched', text: source.slice(0, at) + replace + source.slice(at + find.length) }
}

/** The patch that the environment carries. */
export const carriedPatch = (text: string): Patch => JSON.parse(text) as Patch
