/**
 * Reads a faulty document as far as it can be read, so that the checks across fields can still speak.
 *
 * Whatever the schema refuses is left out, and what cannot do without it in turn, until the rest is good. Places keep
 * their numbers: the reading tells where each remaining entry of a list stood in the document.
 */
import type { z } from 'zod'
import type { Path } from './mistake.ts'
import { type Settings, settingsSchema } from './schema.ts'
import { pathOf } from './words.ts'

export interface Reading {
  readonly settings: Settings
  /** From a path in the settings that were read to the path in the document. */
  readonly original: (path: Path) => Path
  /** Whether this place, something in it, or something it lies in was left out. */
  readonly leftOut: (path: Path) => boolean
}

/** Enough for the deepest chain of things that depend on each other: a text, its entry, the list, the group. */
const mostRounds = 10

/** The good part of a document; undefined when nothing of it can be read (it is not a group of fields). */
export function readWhatIsGood(document: unknown): Reading | undefined {
  const removed = new Map<string, Path>()
  for (let round = 0; round < mostRounds; round += 1) {
    const original = originalPlaces(removed)
    const result = settingsSchema.safeParse(without(document, [], removed))
    if (result.success) {
      return {
        settings: result.data,
        original,
        leftOut: (path) => [...removed.values()].some((gone) => startsWith(gone, path) || startsWith(path, gone)),
      }
    }
    for (const path of result.error.issues.flatMap(faultyPaths)) remove(original(path), removed)
    if (removed.has(key([]))) return undefined
  }
  return undefined
}

function faultyPaths(issue: z.core.$ZodIssue): readonly Path[] {
  const path = pathOf(issue)
  return issue.code === 'unrecognized_keys' ? issue.keys.map((name) => [...path, name]) : [path]
}

/** Leaves a place out; when it is out already, what needs it goes too. */
function remove(path: Path, removed: Map<string, Path>): void {
  let gone = path
  while (removed.has(key(gone)) && gone.length > 0) gone = gone.slice(0, -1)
  removed.set(key(gone), gone)
}

function without(value: unknown, path: Path, removed: ReadonlyMap<string, Path>): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((entry: unknown, index) => {
      const at = [...path, index]
      return removed.has(key(at)) ? [] : [without(entry, at, removed)]
    })
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]: readonly [string, unknown]) => {
      const at = [...path, name]
      return removed.has(key(at)) ? [] : [[name, without(inner, at, removed)]]
    }),
  )
}

/** Where the entries of shortened lists stood before. */
function originalPlaces(removed: ReadonlyMap<string, Path>): (path: Path) => Path {
  const gone: ReadonlySet<string> = new Set(removed.keys())
  return (path) => {
    const original: (string | number)[] = []
    for (const step of path) original.push(typeof step === 'number' ? nthLeft(step, original, gone) : step)
    return original
  }
}

/** The place of the entry that has `count` entries left before it. */
function nthLeft(count: number, list: Path, gone: ReadonlySet<string>): number {
  let place = 0
  let left = 0
  while (left < count || gone.has(key([...list, place]))) {
    if (!gone.has(key([...list, place]))) left += 1
    place += 1
  }
  return place
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((step, index) => path[index] === step)
}

function key(path: Path): string {
  return JSON.stringify(path)
}
