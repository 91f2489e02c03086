/**
 * The dispatcher: sees to it that due recipients go out, over bounded lanes, without any destination holding up another.
 *
 * A lane is one running `deliver`. Each destination has a few; all destinations beyond this host share a total, and what
 * stays in the house has a share of its own. Destinations wait for a lane in turn. The dispatcher learns from the results
 * whether a destination can be reached, and leaves it alone for a while when it cannot (rfc5321-4.5.4.1-06).
 */
import type { Tell } from '../journal/events.ts'
import type { Trouble } from '../message/envelope.ts'
import type { Clock, Ids, Milliseconds } from '../ports.ts'
import { printable } from '../protocol/text.ts'
import type { Settings } from '../settings/schema.ts'
import type { Deliver, Destination, Lane, Result, Work } from './contract.ts'
import { createDestinationQueue, failuresBeforeRest, reached } from './destination-queue.ts'
import type { DestinationQueue } from './destination-queue.ts'
import { idsOf } from './entries.ts'
import type { Entries, Entry, Slot } from './entries.ts'
import { createFifo } from './fifo.ts'
import type { Fifo } from './fifo.ts'
import { createHeap } from './heap.ts'

export interface LaneParts {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'unique'>
  readonly tell: Tell
  readonly settings: () => Settings['queue']
  readonly route: (address: string) => Destination
  readonly deliver: Deliver
  readonly signal: AbortSignal
  readonly entries: Entries
  readonly content: (envelope: string) => AsyncIterable<Uint8Array>
  readonly settle: (entry: Entry, attempt: string, results: readonly Result[]) => Promise<void>
  /** New attempts may begin. */
  readonly isOpen: () => boolean
  /** The slot's next moment must be worked out again. */
  readonly rekey: (slot: Slot) => void
  /** A lane ended: look around. */
  readonly changed: () => void
}

export interface Lanes {
  /** Puts a due recipient into its destination's line. */
  offer(slot: Slot): void
  /** Takes it out again. */
  withdraw(slot: Slot): void
  /** Starts the lanes that may run now. */
  start(): void
  /** Lets destinations go on whose rest is over. */
  unblock(now: Milliseconds): void
  nextUnblockAt(): Milliseconds | undefined
  /** Works that could be given out right now. */
  isWanted(): boolean
  running(): number
  /** What the destination of an address came to last, while it cannot be reached. */
  troubleAt(address: string): Trouble | undefined
  /** Forgets what was learnt of destinations. */
  forget(): void
}

/** Lanes for what stays in the house: mailboxes, and addresses that lead nowhere. */
const lanesInTheHouse = 8
/** Destinations remembered; beyond it the idle ones are forgotten. */
const mostRemembered = 10_000

const brokenOff: Trouble = { status: '4.3.0', reason: 'The attempt was broken off inside this server.' }

/** One work in a lane's hands. */
interface InHand {
  readonly open: Map<string, Slot>
  readonly entry: Entry
  readonly attempt: string
}

const sideOf = ({ destination: { kind } }: DestinationQueue): 'far' | 'near' =>
  kind === 'local' || kind === 'nowhere' ? 'near' : 'far'

/** A domain may be called `local` or `smarthost`, too. */
const nameOf = ({ kind, key }: Destination): string => `${kind} ${key}`

const isIdle = (queue: DestinationQueue): boolean => queue.lanes === 0 && queue.works() === 0

export const createLanes = (parts: LaneParts): Lanes => {
  const { clock, ids, tell, settings, signal, entries } = parts
  const queues = new Map<string, DestinationQueue>()
  const resting = createHeap<DestinationQueue>((queue) => queue.blockedUntil)
  const lines: Record<'far' | 'near', Fifo<DestinationQueue>> = { far: createFifo(), near: createFifo() }
  const busy = { far: 0, near: 0 }

  const capOf = (side: 'far' | 'near'): number => (side === 'far' ? settings().sessionsInAll : lanesInTheHouse)
  const limitOf = (queue: DestinationQueue): number => {
    if (queue.destination.kind === 'local' && queue.destination.key === 'lmtp')
      return Math.min(settings().sessionsPerDestination, lanesInTheHouse)
    if (sideOf(queue) === 'near') return lanesInTheHouse
    return queue.failures >= failuresBeforeRest ? 1 : settings().sessionsPerDestination
  }
  const isResting = (queue: DestinationQueue): boolean => queue.blockedUntil > clock.now()
  const wantsLane = (queue: DestinationQueue): boolean =>
    queue.works() > queue.starting && queue.lanes < limitOf(queue) && !isResting(queue)

  const prune = (): void => {
    for (const [key, queue] of queues) {
      if (!isIdle(queue) || isResting(queue)) continue
      resting.remove(queue)
      queues.delete(key)
    }
  }

  const queueFor = (destination: Destination): DestinationQueue => {
    const known = queues.get(nameOf(destination))
    if (known !== undefined) return known
    if (queues.size >= mostRemembered) prune()
    const queue = createDestinationQueue(destination)
    queues.set(nameOf(destination), queue)
    return queue
  }

  const enlist = (queue: DestinationQueue): void => {
    if (queue.lined || !wantsLane(queue)) return
    queue.lined = true
    lines[sideOf(queue)].push(queue)
  }

  const rest = (queue: DestinationQueue): void => {
    // The shortest of the waits: each message keeps its own schedule beside it (rfc5321-4.5.4.1-02).
    queue.blockedUntil = clock.now() + Math.max(settings().retryAfter[0] ?? 1, 1)
    if (queue.works() > 0) resting.put(queue)
    for (const slot of queue.slots()) parts.rekey(slot)
  }

  const learn = (queue: DestinationQueue, results: readonly Result[]): void => {
    if (sideOf(queue) === 'near') return
    const found = reached(results)
    if (found === undefined) return
    if (found) {
      queue.failures = 0
      queue.trouble = undefined
      queue.blockedUntil = 0
      resting.remove(queue)
      enlist(queue)
      return
    }
    const last = results.at(-1)?.outcome
    queue.trouble = last?.kind === 'deferred' ? last.trouble : queue.trouble
    queue.failures += 1
    if (queue.failures >= failuresBeforeRest) rest(queue)
  }

  const hand = (queue: DestinationQueue, inHand: Set<InHand>): Work | undefined => {
    const slots = queue.take()
    const entry = slots?.[0]?.entry
    if (slots === undefined || entry === undefined) return undefined
    const { envelope } = entry
    const one: InHand = { open: new Map(slots.map((slot) => [slot.id, slot])), entry, attempt: ids.unique() }
    for (const slot of slots) {
      slot.line = undefined
      entries.move(slot, 'under-way')
      parts.rekey(slot)
    }
    inHand.add(one)
    const names = { ...idsOf(envelope), attempt: one.attempt }
    tell('attempt-started', names, { destination: printable(queue.destination.key), recipients: slots.length })
    const all: Result[] = []
    return {
      attempt: one.attempt,
      envelope,
      recipients: slots.map((slot) => slot.recipient),
      content: () => parts.content(envelope.id),
      settle: async (results) => {
        const ours = results.filter(({ recipient }) => one.open.delete(recipient))
        if (ours.length < results.length) {
          tell('warning', names, { about: 'results came for recipients that are not part of the attempt' })
        }
        all.push(...ours)
        const last = one.open.size === 0 && ours.length > 0
        if (last) {
          inHand.delete(one)
          learn(queue, all)
        }
        if (ours.length > 0) await parts.settle(entry, one.attempt, ours)
        if (last) tell('attempt-ended', names, { recipients: all.length })
      },
    }
  }

  /** Recipients that a lane took and did not settle: nobody may be lost by a mistake in delivery. */
  const takeBack = async (one: InHand): Promise<void> => {
    const slots = [...one.open.values()]
    const names = { ...idsOf(one.entry.envelope), attempt: one.attempt }
    if (!signal.aborted) {
      tell('warning', names, { about: 'an attempt ended without a result', recipients: slots.length })
      const outcome = { kind: 'deferred', trouble: brokenOff } as const
      await parts.settle(
        one.entry,
        one.attempt,
        slots.map(({ id }) => ({ recipient: id, outcome })),
      )
    } else {
      for (const slot of slots) {
        entries.move(slot, 'waiting')
        parts.rekey(slot)
      }
    }
    tell('attempt-ended', names, { recipients: slots.length, brokenOff: true })
  }

  const run = async (queue: DestinationQueue): Promise<void> => {
    const side = sideOf(queue)
    const inHand = new Set<InHand>()
    let given = 0
    let asked = false
    const next = (): Work | undefined => {
      if (!asked) queue.starting -= 1
      asked = true
      if (signal.aborted || !parts.isOpen() || isResting(queue) || queue.lanes > limitOf(queue)) return undefined
      // After a session's worth of messages others have their turn.
      const othersWait = lines[side].size() > 0 && busy[side] >= capOf(side)
      if (othersWait && given >= settings().messagesPerSession) return undefined
      given += 1
      return hand(queue, inHand)
    }
    const lane: Lane = { destination: queue.destination, next }
    try {
      await parts.deliver(lane, signal)
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : String(fault)
      tell('warning', {}, { about: 'delivery failed inside this server', reason })
    }
    if (!asked) {
      queue.starting -= 1
      // A delivery that does not even ask for work must not be started over and over.
      if (!signal.aborted && queue.works() > 0) rest(queue)
    }
    for (const one of inHand) await takeBack(one)
    queue.lanes -= 1
    busy[side] -= 1
    enlist(queue)
    if (isIdle(queue) && queue.failures === 0 && !isResting(queue)) queues.delete(nameOf(queue.destination))
    parts.changed()
  }

  return {
    offer: (slot) => {
      const queue = queueFor(parts.route(slot.recipient.address))
      slot.line = queue
      queue.put(slot)
      entries.move(slot, 'ready')
      if (isResting(queue)) resting.put(queue)
      else enlist(queue)
    },
    withdraw: (slot) => {
      slot.line?.remove(slot)
      slot.line = undefined
    },
    start: () => {
      if (!parts.isOpen()) return
      for (const side of ['near', 'far'] as const) {
        const line = lines[side]
        while (line.size() > 0 && busy[side] < capOf(side)) {
          const queue = line.shift()
          if (queue === undefined) break
          queue.lined = false
          if (!wantsLane(queue)) continue
          queue.lanes += 1
          queue.starting += 1
          busy[side] += 1
          enlist(queue)
          void run(queue)
        }
      }
    },
    unblock: (now) => {
      for (let queue = resting.first(); queue !== undefined && queue.blockedUntil <= now; queue = resting.first()) {
        resting.remove(queue)
        enlist(queue)
      }
    },
    nextUnblockAt: () => {
      for (let queue = resting.first(); queue !== undefined; queue = resting.first()) {
        if (queue.works() > 0) return queue.blockedUntil
        resting.remove(queue) // everything was taken out of its line meanwhile
      }
      return undefined
    },
    isWanted: () =>
      parts.isOpen() &&
      ((lines.near.size() > 0 && busy.near < lanesInTheHouse) ||
        (lines.far.size() > 0 && busy.far < settings().sessionsInAll)),
    running: () => busy.near + busy.far,
    troubleAt: (address) => queues.get(nameOf(parts.route(address)))?.trouble,
    forget: () => {
      for (const queue of queues.values()) {
        queue.failures = 0
        queue.trouble = undefined
        queue.blockedUntil = 0
        resting.remove(queue)
        enlist(queue)
      }
    },
  }
}
