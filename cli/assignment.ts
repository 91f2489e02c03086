/**
 * Which scenario a worker gets that has become free: features are kept together.
 *
 * The scenarios of a feature mostly have the same settings, so that a server that lives longer than a scenario serves them
 * one after another; dealt out to everybody, each would cost it a new start. A feature is one worker's as long as there are
 * features that nobody has begun; then whoever is free helps with what is left.
 */
import type { Envelope, Pickle } from '@cucumber/messages'

export class Assignment {
  /** The feature of each scenario, by the scenario's id. */
  readonly #features = new Map<string, string>()
  /** How many scenarios of a feature nobody has begun. */
  readonly #left = new Map<string, number>()

  /** Reads what the runner says before it begins: which scenarios there are. */
  take({ pickle, testCase }: Envelope): void {
    if (pickle !== undefined) this.#features.set(pickle.id, pickle.uri)
    const feature = testCase === undefined ? undefined : this.#features.get(testCase.pickleId)
    if (feature !== undefined) this.#left.set(feature, (this.#left.get(feature) ?? 0) + 1)
  }

  /** Asked for one scenario after another, in their order, until it says yes; that one is begun. */
  readonly mayBegin = ({ uri }: Pickle, running: readonly Pickle[]): boolean => {
    const busy = new Set(running.map((one) => one.uri))
    if (busy.has(uri) && !this.#left.keys().every((feature) => busy.has(feature))) return false
    const left = (this.#left.get(uri) ?? 1) - 1
    if (left > 0) this.#left.set(uri, left)
    else this.#left.delete(uri)
    return true
  }
}
