/**
 * The queue: takes responsibility for messages, has every recipient attempted when it is due, and settles what comes of it
 * (RFC 5321 §4.5.4, §6.1).
 *
 * This file is the verbs and the pump. The pump looks what has fallen due, gives it to the dispatcher (`lanes.ts`) and sets
 * one timer for what comes next; it runs whenever something happened. Outcomes become states in `settle.ts` and durable in
 * `settlements.ts`. Delivery, routing and notifications are handed in; the queue knows nothing of them.
 */
import type { Tell } from '../journal/events.ts'
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Clock, Ids, Milliseconds, Store, Timer } from '../ports.ts'
import type { Settings } from '../settings/schema.ts'
import { createAgenda } from './agenda.ts'
import { selects } from './address.ts'
import type { Deliver, Destination, Notify, Queue } from './contract.ts'
import { createEntries, idsOf } from './entries.ts'
import type { Entry, Slot } from './entries.ts'
import { createLanes } from './lanes.ts'
import { createOperator, entriesOf } from './operator.ts'
import { lookAfterOverdue } from './overdue.ts'
import { recover } from './recovery.ts'
import { decide } from './settle.ts'
import type { Decision } from './settle.ts'
import { createSettlements } from './settlements.ts'

export interface QueueParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Pick<Ids, 'unique'>
  readonly tell: Tell
  /** The settings that hold now; `reconsider` must be called when they change. */
  readonly settings: () => Pick<Settings, 'smtp' | 'queue'>
  /** Where the mail of an address goes under the present settings; pure. */
  readonly route: (address: string) => Destination
  readonly deliver: Deliver
  readonly notify: Notify
}

/** Timers are set for a day at most: far moments are looked at again on the way. */
const longestTimer: Milliseconds = 86_400_000

/** A recipient that the operator held or released stands where it should not. */
const isMisplaced = (slot: Slot): boolean =>
  slot.standing !== 'under-way' && (slot.standing === 'held') !== (slot.recipient.state === 'held')

/** Opens the queue over a store and goes on where it was left; rejects when the store cannot be read. */
export const openQueue = async (parts: QueueParts): Promise<Queue> => {
  const { store, clock, ids, tell, settings, route } = parts
  const waits = (): Settings['queue'] => settings().queue
  const stopping = new AbortController()
  const entries = createEntries()
  const agenda = createAgenda(waits, clock)
  const resters: (() => void)[] = []
  let timer: Timer | undefined
  let timerAt = Infinity
  let pumping = false
  let pumpAgain = false
  let stopped: Promise<void> | undefined

  /** Enable SMTP off: nothing is delivered, nobody is warned, nothing expires until it is on again. */
  const isOpen = (): boolean => settings().smtp.enabled && !stopping.signal.aborted && !settlements.stalled()

  const unique = (): string => ids.unique()

  /** Puts a recipient back where its state wants it. */
  const place = (slot: Slot): void => {
    lanes.withdraw(slot)
    entries.move(slot, slot.recipient.state === 'held' ? 'held' : 'waiting')
    agenda.rekey(slot)
  }

  const applied = (entry: Entry, decision: Decision, offspring: readonly Envelope[], finished: boolean): void => {
    const attempted = new Set(decision.attempted)
    for (const slot of entries.update(entry, decision.changed)) {
      if (slot.standing === 'gone') {
        lanes.withdraw(slot)
        agenda.rekey(slot)
      } else if (attempted.has(slot.id) || isMisplaced(slot)) {
        place(slot)
      } else {
        agenda.rekey(slot)
      }
    }
    const names = idsOf(entry.envelope)
    const { attempt, events } = decision
    for (const { event, recipient, detail } of events) {
      tell(event, { ...names, recipient, ...(attempt !== undefined && { attempt }) }, detail)
    }
    for (const child of offspring) takeIn(child)
    if (!finished) return
    entries.remove(entry)
    tell('message-finished', names, { recipients: entry.envelope.recipients.length })
  }

  const takeIn = (envelope: Envelope): void => {
    for (const slot of entries.add(envelope)) agenda.rekey(slot)
  }

  const settlements = createSettlements({
    store,
    clock,
    tell,
    notify: parts.notify,
    applied,
    changed: () => pump(),
  })

  const lanes = createLanes({
    clock,
    ids,
    tell,
    settings: waits,
    route,
    deliver: parts.deliver,
    signal: stopping.signal,
    entries,
    content: (envelope) => store.content(envelope),
    settle: (entry, attempt, results) =>
      settlements.add(entry, (envelope, canCopy) => {
        const removing = new Set(Array.from(entry.slots.values(), (slot) => (slot.removing ? slot.id : '')))
        const around = { waits: waits(), now: clock.now(), unique, removing, canCopy }
        return { ...decide(envelope, results, around), attempt }
      }),
    isOpen,
    rekey: (slot) => agenda.rekey(slot),
    changed: () => pump(),
  })

  const operator = createOperator(entries, settlements, clock)

  const isIdle = (): boolean => {
    if (lanes.running() > 0 || settlements.underWay() > 0) return false
    return !isOpen() || (!lanes.isWanted() && agenda.next(clock.now()) === undefined)
  }

  const nextDueAt = (): Milliseconds | undefined => {
    if (settlements.stalled()) return settlements.nextAt()
    if (!isOpen()) return undefined
    if (lanes.isWanted()) return clock.now()
    const next = Math.min(agenda.nextAt() ?? Infinity, lanes.nextUnblockAt() ?? Infinity)
    return next === Infinity ? undefined : next
  }

  const setTimer = (): void => {
    const next = nextDueAt() ?? Infinity
    if (next === timerAt) return
    timer?.cancel()
    timer = undefined
    timerAt = next
    if (next === Infinity) return
    timer = clock.after(Math.min(next - clock.now(), longestTimer), () => {
      timerAt = Infinity
      pump()
    })
  }

  const pump = (): void => {
    pumpAgain = true
    if (pumping) return
    pumping = true
    while (pumpAgain) {
      pumpAgain = false
      if (!isOpen()) break
      const now = clock.now()
      lanes.unblock(now)
      void lookAfterOverdue({ agenda, entries, lanes, settlements, waits, clock }, now)
      lanes.start()
    }
    pumping = false
    setTimer()
    if (resters.length > 0 && isIdle()) for (const rested of resters.splice(0)) rested()
  }

  const rest = (): Promise<void> => {
    pump()
    if (isIdle()) return Promise.resolve()
    return new Promise((resolve) => {
      resters.push(resolve)
    })
  }

  const stop = async (graceMilliseconds: number): Promise<void> => {
    stopping.abort()
    timer?.cancel()
    let grace: Timer | undefined
    const patience = new Promise<void>((resolve) => {
      grace = clock.after(graceMilliseconds, resolve)
    })
    await Promise.race([rest(), patience])
    grace?.cancel()
    await settlements.finish()
    await store.close()
  }

  for (const slot of await recover(store, entries, tell)) agenda.rekey(slot)
  pump()

  return {
    begin: () => store.begin(),
    accept: async (envelope, container) => {
      const whole = envelope.size === container.size ? envelope : { ...envelope, size: container.size }
      await store.accept(whole, container) // rfc5321-6.1-01 rfc5321-6.1-02
      takeIn(whole)
      pump()
    },
    list: () => entries.all().map(({ envelope }) => envelope),
    show: (envelope) => entries.get(envelope)?.envelope,
    content: (envelope) => store.content(envelope),
    hold: (selection) => operator.hold(selection),
    release: (selection) => operator.release(selection),
    remove: (selection) => operator.remove(selection),
    flush: (selection) => {
      const selected: (recipient: Recipient) => boolean = selects(selection)
      for (const entry of entriesOf(entries, selection)) {
        for (const slot of entry.slots.values()) {
          if (slot.standing !== 'waiting' || !selected(slot.recipient)) continue
          slot.dueAt = clock.now()
          agenda.rekey(slot)
        }
      }
      lanes.forget()
      pump()
    },
    nextDueAt,
    rest,
    reconsider: () => {
      lanes.forget()
      for (const entry of entries.all()) {
        for (const slot of entry.slots.values()) {
          if (slot.standing === 'ready') place(slot)
          else agenda.rekey(slot)
        }
      }
      pump()
    },
    counts: () => ({
      messages: entries.messages(),
      queued: entries.tally('waiting') + entries.tally('ready') + entries.tally('closing'),
      held: entries.tally('held'),
      underWay: entries.tally('under-way'),
      octets: entries.octets(),
    }),
    stop: (graceMilliseconds) => (stopped ??= stop(graceMilliseconds)),
  }
}
