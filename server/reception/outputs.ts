/**
 * The outputs of a session that wait to be carried out, in order.
 */
import type { Output } from '../protocol/exchange.ts'

export class Outputs {
  #waiting: Output[] = []
  #at = 0

  add(outputs: readonly Output[]): void {
    for (const output of outputs) this.#waiting.push(output)
  }

  next(): Output | undefined {
    const output = this.#waiting[this.#at]
    if (output === undefined) {
      this.#waiting = []
      this.#at = 0
    } else {
      this.#at += 1
    }
    return output
  }

  /** Everything that was not carried out; nothing waits afterwards. */
  drain(): readonly Output[] {
    const rest = this.#waiting.slice(this.#at)
    this.#waiting = []
    this.#at = 0
    return rest
  }
}
