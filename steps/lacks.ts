/** What is said of a target that lacks something, as the end of a sentence that begins with its name. */
import type { Capability } from '../targets/target.ts'

export const lacks = (missing: readonly Capability[]): string =>
  missing.includes('outgoing') ? 'sends nothing to other servers' : `has no ${missing.join(', ')}`
