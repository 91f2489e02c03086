/**
 * How far an attempt at one work has come: who is still unsettled, and what the hosts asked so far said.
 *
 * It keeps the promise that every recipient is settled exactly once, however often somebody tells what became of one: what
 * is settled stays so, and a result that comes once more counts for nothing.
 */
import type { Recipient } from '../message/envelope.ts'
import type { Result, Work } from '../queue/contract.ts'
import { conclude } from './outcome.ts'
import type { Kept } from './outcome.ts'
import type { Survey } from './survey.ts'

type Trouble = Kept['trouble']

/** The same failure for all of them. */
export const failedAll = (recipients: readonly Recipient[], trouble: Trouble): readonly Result[] =>
  recipients.map(({ id }) => ({ recipient: id, outcome: { kind: 'failed', trouble } }))

export class Ledger {
  readonly work: Work
  readonly survey: Survey
  #open: readonly Recipient[]
  readonly #kept = new Map<string, Kept[]>()

  constructor(work: Work, facts: Survey) {
    this.work = work
    this.survey = facts
    this.#open = work.recipients
  }

  /** Recipients that are not settled yet. */
  get open(): readonly Recipient[] {
    return this.#open
  }

  /** Resolves when the results are durable. */
  async settle(results: readonly Result[]): Promise<void> {
    const due = results.filter(({ recipient }) => this.#open.some(({ id }) => id === recipient))
    if (due.length === 0) return
    const settled = new Set(due.map(({ recipient }) => recipient))
    this.#open = this.#open.filter(({ id }) => !settled.has(id))
    await this.work.settle(due)
  }

  /** What a host came to for these recipients, while another may yet be asked. */
  keep(recipients: readonly Recipient[], kept: Kept): void {
    for (const { id } of recipients) this.#kept.set(id, [...(this.#kept.get(id) ?? []), kept])
  }

  /** No host is left to be asked. */
  async conclude(): Promise<void> {
    await this.settle(this.#open.map(({ id }) => ({ recipient: id, outcome: conclude(this.#kept.get(id) ?? []) })))
  }
}
