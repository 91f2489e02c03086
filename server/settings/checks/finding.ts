/**
 * What every check across fields is given: the settings as read, and where to put what it finds.
 */
import type { Path } from '../mistake.ts'
import type { Settings } from '../schema.ts'

/** Checks report places in the settings that they were given; `check.ts` turns them into places of the document. */
export interface Findings {
  /** `value` is what stands at the place, for showing. */
  mistake(path: Path, value: unknown, wrong: string, remedy: string): void
  remark(path: Path, says: string, remedy: string): void
}

export type Check = (settings: Settings, findings: Findings) => void
