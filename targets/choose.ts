/**
 * The servers under test by name, and how one is made. A target is made for one scenario and started by it.
 */
import { createReferenceTarget } from './reference.ts'
import { createReferenceProcessTarget } from './reference-process.ts'
import { createSmtpServerTarget } from './smtp-server.ts'
import type { Target } from './target.ts'

export { NotApplicable, TargetUnavailable } from './faults.ts'

export interface TargetOptions {
  /** The scenario needs a process of its own, one that can be killed. */
  readonly ownProcess: boolean
}

const makers: Readonly<Record<string, (options: TargetOptions) => Target>> = {
  reference: ({ ownProcess }) => (ownProcess ? createReferenceProcessTarget() : createReferenceTarget()),
  'smtp-server': () => createSmtpServerTarget(),
}

export const targetNames: readonly string[] = Object.keys(makers)

/** Throws for a name that is not in `targetNames`; the commands check before. */
export const createTarget = (name: string, options: TargetOptions): Target => {
  const make = makers[name]
  if (make === undefined) throw new Error(`there is no target "${name}"; known are ${targetNames.join(', ')}`)
  return make(options)
}
