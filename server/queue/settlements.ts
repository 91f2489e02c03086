/**
 * Makes decisions durable: notifications and list copies are written, states and offspring are stored in one step, then
 * the index and the journal follow.
 *
 * Settlements of one envelope happen one after the other. A disk that refuses is asked again until it gives in or the
 * server stops; meanwhile nothing is forgotten, whoever waited is let go on, and no new attempts begin (`stalled`).
 * A notification that cannot be written never keeps a settlement from happening.
 */
import type { Tell } from '../journal/events.ts'
import type { Envelope } from '../message/envelope.ts'
import type { Clock, Container, Milliseconds, Offspring, Settlement, Store } from '../ports.ts'
import { isUnfinished } from './address.ts'
import type { Notification, Notify } from './contract.ts'
import { idsOf, merged } from './entries.ts'
import type { Entry } from './entries.ts'
import type { Decision } from './settle.ts'

/** Decides on the envelope as it is when its turn has come. */
export type Plan = (envelope: Envelope, canCopy: boolean) => Decision

export interface SettlementParts {
  readonly store: Store
  readonly clock: Clock
  readonly tell: Tell
  readonly notify: Notify
  /** The decision is durable: brings the index up to date. */
  readonly applied: (entry: Entry, decision: Decision, offspring: readonly Envelope[], finished: boolean) => void
  /** Something ended, or came to a halt. */
  readonly changed: () => void
}

export interface Settlements {
  /** Resolves when durable, or when the disk refuses for now: then it goes on behind the scenes. */
  add(entry: Entry, plan: Plan): Promise<void>
  /** Tries once; rejects when the disk refuses, and then nothing has happened. */
  attempt(entry: Entry, plan: Plan): Promise<void>
  /** Settlements that go on now; those that wait to ask the disk again do not count. */
  underWay(): number
  /** The disk refuses settlements at the moment. */
  stalled(): boolean
  /** When the disk is asked next. */
  nextAt(): Milliseconds | undefined
  /** Asks the disk one last time for everything that stalled; resolves when nothing is left. */
  finish(): Promise<void>
}

const firstPause: Milliseconds = 1000
const longestPause: Milliseconds = 60_000
/** How often a notification is written anew before its settlement goes without it. */
const writings = 5

/** An envelope whose settlements wait to ask the disk again. */
interface Pause {
  readonly entry: Entry
  readonly until: Milliseconds
  readonly end: () => void
}

const reasonOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

export const createSettlements = (parts: SettlementParts): Settlements => {
  const { store, clock, tell, notify, applied, changed } = parts
  const pauses = new Set<Pause>()
  const running = new Set<Promise<void>>()
  /** Envelopes whose settlements are worked off now: what comes meanwhile waits in the line for its turn. */
  const draining = new Set<Entry>()
  /** Envelopes whose settlement the disk refused and has not taken yet. */
  const refused = new Set<Entry>()
  let queued = 0
  let finishing = false

  const pause = async (entry: Entry, round: number): Promise<void> => {
    const wait = Math.min(firstPause * 2 ** round, longestPause)
    await new Promise<void>((resolve) => {
      const timer = clock.after(wait, () => end())
      const one: Pause = { entry, until: clock.now() + wait, end: () => end() }
      const end = (): void => {
        timer.cancel()
        pauses.delete(one)
        resolve()
      }
      pauses.add(one)
      changed()
    })
  }

  const stall = async (entry: Entry, round: number, about: string, fault: unknown): Promise<void> => {
    tell('warning', idsOf(entry.envelope), { about, reason: reasonOf(fault) })
    refused.add(entry)
    for (const { release } of entry.settlements) release()
    await pause(entry, round)
  }

  const fill = async (content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Container> => {
    const container = store.begin()
    try {
      for await (const bytes of content) await container.write(bytes)
      return container
    } catch (fault) {
      container.discard()
      throw fault
    }
  }

  const fillAll = async (notifications: readonly Notification[]): Promise<readonly Offspring[]> => {
    const filled: Offspring[] = []
    try {
      for (const { envelope, content } of notifications) {
        const container = await fill(content)
        filled.push({ envelope: { ...envelope, size: container.size }, container })
      }
      return filled
    } catch (fault) {
      for (const { container } of filled) container.discard()
      throw fault
    }
  }

  /** The list copies of the decision; undefined when they cannot be made now. */
  const copy = async (envelope: Envelope, decision: Decision): Promise<readonly Offspring[] | undefined> => {
    if (decision.copies.length === 0) return []
    try {
      return await fillAll(decision.copies.map((child) => ({ envelope: child, content: store.content(envelope.id) })))
    } catch (fault) {
      tell('warning', idsOf(envelope), { about: 'a mailing list could not be served', reason: reasonOf(fault) })
      return undefined
    }
  }

  const notifications = async (entry: Entry, decision: Decision, insist: boolean): Promise<readonly Offspring[]> => {
    if (decision.told.length === 0) return []
    const { envelope } = entry
    const updated: Envelope = { ...envelope, recipients: merged(envelope.recipients, decision.changed) }
    const content = (): AsyncIterable<Uint8Array> => store.content(envelope.id)
    for (let round = 0; ; round++) {
      let step = 'a notification could not be made'
      try {
        const written = await notify(updated, decision.told, content)
        step = 'a notification could not be stored'
        return await fillAll(written)
      } catch (fault) {
        const again = step.endsWith('stored') && insist && round + 1 < writings && !finishing
        if (again) {
          await stall(entry, round, step, fault)
          continue
        }
        tell('notification-suppressed', idsOf(envelope), { about: step, reason: reasonOf(fault) })
        return []
      }
    }
  }

  /** Puts the settlement on disk; false when the server stopped before the disk gave in. */
  const record = async (entry: Entry, settlement: Settlement, insist: boolean): Promise<boolean> => {
    for (let round = 0; ; round++) {
      try {
        await store.settle(settlement)
        return true
      } catch (fault) {
        if (!insist) throw fault
        if (finishing) {
          tell('warning', idsOf(entry.envelope), {
            about: 'the end of an attempt could not be recorded; recipients may get the message once more',
            reason: reasonOf(fault),
          })
          return false
        }
        await stall(entry, round, 'the disk refuses to record the end of an attempt; it is asked again', fault)
      }
    }
  }

  const carryOut = async (entry: Entry, plan: Plan, insist: boolean): Promise<void> => {
    const { envelope } = entry
    let decision = plan(envelope, true)
    if (decision.changed.length === 0) return
    let copies = await copy(envelope, decision)
    if (copies === undefined) {
      decision = plan(envelope, false)
      copies = []
    }
    const offspring = [...copies, ...(await notifications(entry, decision, insist))]
    const finished = !merged(envelope.recipients, decision.changed).some(isUnfinished)
    const settlement: Settlement = { envelope: envelope.id, recipients: decision.changed, offspring, finished }
    let durable = false
    try {
      durable = await record(entry, settlement, insist)
    } finally {
      if (!durable) for (const { container } of offspring) container.discard()
    }
    if (!durable) return
    applied(
      entry,
      decision,
      offspring.map((child) => child.envelope),
      finished,
    )
  }

  /** Works an envelope's settlements off, in order; `changed` may bring on a further one while nothing stands in the line. */
  const drain = async (entry: Entry): Promise<void> => {
    draining.add(entry)
    for (let next = entry.settlements[0]; next !== undefined; next = entry.settlements[0]) {
      await next.run()
      entry.settlements.shift()
      refused.delete(entry)
      queued -= 1
      changed()
    }
    draining.delete(entry)
  }

  const enqueue = (entry: Entry, plan: Plan, insist: boolean): Promise<void> => {
    const outcome = Promise.withResolvers<void>()
    let givenUp = false
    const release = (): void => {
      if (insist) {
        outcome.resolve()
      } else {
        givenUp = true
        outcome.reject(new Error('the disk refuses to record changes of this message at the moment'))
      }
    }
    const run = async (): Promise<void> => {
      if (givenUp) return
      try {
        await carryOut(entry, plan, insist)
        outcome.resolve()
      } catch (fault) {
        if (insist) tell('warning', idsOf(entry.envelope), { about: 'a settlement failed', reason: reasonOf(fault) })
        outcome.reject(fault)
      }
    }
    queued += 1
    entry.settlements.push({ run, release })
    if (!draining.has(entry)) {
      const drained = drain(entry).finally(() => running.delete(drained))
      running.add(drained)
    } else if (refused.has(entry)) {
      release()
      for (const one of pauses) if (one.entry === entry) one.end() // somebody asks: so is the disk
    }
    return outcome.promise
  }

  const parked = (): number => {
    let count = 0
    for (const { entry } of pauses) count += entry.settlements.length
    return count
  }

  return {
    add: (entry, plan) => enqueue(entry, plan, true),
    attempt: (entry, plan) => enqueue(entry, plan, false),
    underWay: () => queued - parked(),
    stalled: () => refused.size > 0,
    nextAt: () => (pauses.size === 0 ? undefined : Math.min(...Array.from(pauses, ({ until }) => until))),
    finish: async () => {
      finishing = true
      for (const { end } of pauses) end()
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
