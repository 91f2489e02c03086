/**
 * How deep a document of unknown origin is nested, told without recursion: text of a few kilobytes can hold thousands of
 * brackets, and whoever walks them one call each runs out of stack.
 */

/** Groups and lists within one another; the settings themselves have five. */
export const deepestNesting = 32

/** Whether a value that JSON or YAML can hold is nested deeper than that. */
export function isTooDeep(value: unknown, deepest: number = deepestNesting): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= deepest; depth += 1) {
    // Each once: aliases of YAML can put one group into many places, and into itself.
    level = [...new Set(level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : [])))]
    if (level.length === 0) return false
  }
  return true
}
