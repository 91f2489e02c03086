/**
 * What steps are told of the run that they are in.
 */
import type { TargetOptions } from '../targets/choose.ts'

export interface RunParameters {
  readonly target: string
  readonly cache?: string
  readonly outOfProcess?: boolean
  readonly policy?: string
  /** The server is not on this machine. */
  readonly far?: boolean
  readonly offered?: TargetOptions['offered']
}
