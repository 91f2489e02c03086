/**
 * JSON Merge Patch (RFC 7396): a document with the changes that a patch describes.
 *
 * Groups are merged field by field, `null` removes a field, everything else (lists too) replaces what stood there.
 */
import { isTooDeep } from './depth.ts'

/** RFC 7396 §2. Neither argument is changed. A patch that is nested too deep for any settings is given back as it is. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  return isTooDeep(patch) ? patch : merge(target, patch)
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isGroup(patch)) return patch
  const merged = new Map(isGroup(target) ? Object.entries(target) : [])
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) merged.delete(name)
    else merged.set(name, merge(merged.get(name), change))
  }
  // Own properties whatever their names, so that `__proto__` in a patch is a field like any other.
  return Object.fromEntries(merged)
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
