/**
 * Delivery to other hosts: empties a lane, message after message over as few sessions as possible, host after host until
 * each recipient is settled (RFC 5321 §5.1).
 *
 * The addresses to try are looked up once for a run of the lane (and again when that is long ago). A session stays open
 * for the lane's next message. Every recipient of every work is settled exactly once; what another host said to some is
 * settled as soon as it is known. The service that keeps the mailboxes of users is such a host, too, spoken to over LMTP;
 * what goes to it, and all other local delivery, is decided elsewhere (`local.ts`).
 */
import type { Deliver, Result, Work } from '../queue/contract.ts'
import type { Clock, Dialer, Ids, Milliseconds, Resolver } from '../ports.ts'
import type { Tell } from '../journal/events.ts'
import type { Verdict, Verdicts } from '../protocol/conversation.ts'
import { printable } from '../protocol/text.ts'
import type { Target } from '../routing/mx.ts'
import type { Settings } from '../settings/schema.ts'
import { Hosts } from './hosts.ts'
import { failedAll, Ledger } from './ledger.ts'
import { findTargets } from './lookup.ts'
import type { Found, Identity, RemoteDestination } from './lookup.ts'
import { mannerOf } from './manner.ts'
import type { Avoid, Manner } from './manner.ts'
import { judge } from './outcome.ts'
import type { Kept } from './outcome.ts'
import { neverSendable, outgoingMail, unsayable } from './outgoing.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'
import { inPieces, survey } from './survey.ts'

export interface DeliveryParts {
  readonly resolver: Resolver
  readonly dialer: Dialer
  readonly clock: Clock
  readonly ids: Ids
  readonly tell: Tell
  /** The settings of the moment. */
  readonly settings: () => Settings
  readonly identity: () => Identity
  /** PEM text of a file that the settings name; rejects when it cannot be read. */
  readonly certificates: (file: string) => Promise<string>
}

/** Attempts at works for one destination, one after the other, over as few sessions as possible. */
export interface LaneDelivery {
  /** Settles every recipient of the work. */
  attempt(work: Work): Promise<void>
  /** Ends the session that is still open; to be called once, last. */
  end(): Promise<void>
}

export interface RemoteDelivery {
  readonly deliver: Deliver
  /** For whoever takes works off a lane of another destination. Connects when there is something to send. */
  readonly open: (destination: RemoteDestination) => LaneDelivery
  /** Forgets which hosts could not be reached, when the operator flushes the queue. */
  forget(): void
}

/** After so long what DNS said is asked again. */
const lookupLifetime: Milliseconds = 300_000

export const createDelivery = (parts: DeliveryParts): RemoteDelivery => {
  const hosts = new Hosts(parts.clock)
  const open: RemoteDelivery['open'] = (destination) => new HostDelivery(destination, parts, hosts)
  return {
    open,
    deliver: async (lane, signal) => {
      const { destination } = lane
      switch (destination.kind) {
        case 'local':
          throw new Error('local mail is not delivered here')
        case 'nowhere': {
          const { status, reason } = destination
          for (let work = lane.next(); work !== undefined; work = signal.aborted ? undefined : lane.next()) {
            const trouble = { status, reason, radius: 'recipient' } as const
            await work.settle(failedAll(work.recipients, trouble))
          }
          return
        }
        case 'domain':
        case 'literal':
        case 'smarthost': {
          const delivery = open(destination)
          try {
            for (let work = lane.next(); work !== undefined; work = signal.aborted ? undefined : lane.next()) {
              await delivery.attempt(work)
            }
          } finally {
            await delivery.end()
          }
        }
      }
    },
    forget: () => hosts.forget(),
  }
}

/** The server had closed the session, or closes it now (421), before it heard of the message. */
const isLostAtMail = (verdict: Verdict): boolean =>
  (verdict.kind === 'breakdown' && verdict.stage === 'MAIL') ||
  (verdict.kind === 'refused' && verdict.stage === 'MAIL' && verdict.reply.code === 421)

/** What these verdicts settle, whatever other hosts may say. */
const settledBy = ({ target, protocol }: Session, verdicts: Verdicts): readonly Result[] =>
  [...verdicts].flatMap(([recipient, verdict]) => {
    const judgment = verdict.kind === 'too-many' ? undefined : judge(target, verdict, protocol)
    return judgment?.kind === 'settled' ? [{ recipient, outcome: judgment.outcome }] : []
  })

class HostDelivery implements LaneDelivery {
  readonly #destination: RemoteDestination
  readonly #parts: DeliveryParts
  readonly #hosts: Hosts
  #found: { readonly result: Found; readonly at: Milliseconds; readonly outgoing: Settings['outgoing'] } | undefined
  #session: Session | undefined
  readonly #avoid = new Map<string, Avoid>()

  constructor(destination: RemoteDestination, parts: DeliveryParts, hosts: Hosts) {
    this.#destination = destination
    this.#parts = parts
    this.#hosts = hosts
  }

  async attempt(work: Work): Promise<void> {
    await this.#serve(work)
    const session = this.#session
    const limit = this.#parts.settings().queue.messagesPerSession
    if (session !== undefined && (session.spent || session.transactions >= limit)) await this.end()
  }

  async end(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await session?.end()
  }

  async #serve(work: Work): Promise<void> {
    const { envelope } = work
    const facts = await survey(work.content(), envelope.smtputf8)
    const ledger = new Ledger(work, facts)
    const never = neverSendable(envelope, facts)
    if (never !== undefined) {
      await ledger.settle(failedAll(ledger.open, never))
      return
    }
    const reason = 'The address holds characters that must not be sent.'
    await ledger.settle(failedAll(unsayable(ledger.open), { status: '5.1.3', reason, radius: 'recipient' }))
    if (ledger.open.length > 0) await this.#tryHosts(ledger)
    await ledger.conclude()
  }

  async #tryHosts(ledger: Ledger): Promise<void> {
    const found = await this.#lookUp(ledger.work)
    if (found.kind === 'dead-end') {
      ledger.keep(ledger.open, found)
      return
    }
    if (found.missing !== undefined) ledger.keep(ledger.open, found.missing)
    const manner = await this.#manner()
    if ('soft' in manner) {
      ledger.keep(ledger.open, manner)
      return
    }
    const session = this.#session
    const targets = session === undefined ? found.targets : [session.target, ...found.targets]
    const tried = new Set<string>()
    for (const target of targets) {
      if (ledger.open.length === 0) return // rfc5321-5.1-13
      if (!tried.has(target.address)) await this.#tryHost(target, manner, ledger)
      tried.add(target.address)
    }
  }

  /** A session that ends before everybody was asked is followed by another one, as long as each brings us further. */
  async #tryHost(target: Target, manner: Manner, ledger: Ledger): Promise<void> {
    const avoid = this.#avoid.get(target.address) ?? { tls: false, ehlo: false }
    this.#avoid.set(target.address, avoid)
    const ids = { envelope: ledger.work.envelope.id, attempt: ledger.work.attempt }
    const parts = { ...this.#parts, hosts: this.#hosts }
    const asked = new Set<string>()
    const session = this.#session
    if (session?.target.address === target.address) await this.#send(session, ledger, asked)
    while (ledger.open.some(({ id }) => !asked.has(id))) {
      await this.end() // never two at a time: whoever holds one waits for none
      const result = await openSession(target, manner, avoid, this.#parts.settings(), parts, ids)
      if (result.kind === 'none') {
        ledger.keep(
          ledger.open.filter(({ id }) => !asked.has(id)),
          result.kept,
        )
        return
      }
      this.#session = result.session
      await this.#send(result.session, ledger, asked)
    }
  }

  /**
   * Sends to all open recipients that were not asked yet, in as many transactions as it takes while the session lasts.
   * What is known of one before the transaction is over (RFC 2033 §5) is settled while the others are waited for. Nobody
   * counts as asked when the session turned out to have been closed meanwhile: that proves nothing of the host.
   */
  async #send(session: Session, ledger: Ledger, asked: Set<string>): Promise<void> {
    const stale = session.transactions > 0
    const { work, survey: facts } = ledger
    let first = true
    while (!session.spent) {
      const batch = ledger.open.filter(({ id }) => !asked.has(id)).slice(0, session.recipientLimit)
      if (batch.length === 0) break
      const mail = outgoingMail(work.envelope, batch, facts)
      const content = inPieces(facts.content === undefined ? work.content() : [facts.content])
      let settling = Promise.resolve()
      const verdicts = await session.transact(mail, content, (early) => {
        const known = settledBy(session, early)
        settling = settling.then(() => ledger.settle(known)) // rfc2033-5-04
        settling.catch(() => undefined) // looked at below, when the transaction is over
      })
      await settling
      const settled: Result[] = []
      const passedOver = new Set<string>()
      let full = false
      for (const recipient of batch) {
        const verdict = verdicts.get(recipient.id)
        if (verdict === undefined) throw new Error('a recipient was left without a verdict')
        if (verdict.kind === 'too-many') {
          full = true // rfc5321-4.5.3.1.8-05: in the next transaction
          continue
        }
        if (stale && first && isLostAtMail(verdict)) return
        asked.add(recipient.id)
        const judgment = judge(session.target, verdict, session.protocol)
        if (judgment.kind === 'settled') settled.push({ recipient: recipient.id, outcome: judgment.outcome })
        else {
          ledger.keep([recipient], judgment.kept)
          passedOver.add(judgment.kept.trouble.reason)
        }
      }
      first = false
      for (const reason of passedOver) this.#tellPassedOver(session, work, reason)
      if (full) session.recipientLimit = Math.max(1, batch.filter(({ id }) => asked.has(id)).length)
      await ledger.settle(settled)
    }
  }

  #tellPassedOver({ target }: Session, work: Work, reason: string): void {
    const ids = { envelope: work.envelope.id, attempt: work.attempt }
    this.#parts.tell('host-passed-over', ids, { host: printable(target.name), address: target.address, reason })
  }

  async #lookUp(work: Work): Promise<Found> {
    const { clock, identity, settings, tell } = this.#parts
    const now = clock.now()
    const { outgoing } = settings()
    if (this.#found?.outgoing !== outgoing) await this.end() // new settings were applied
    if (this.#found?.outgoing !== outgoing || now - this.#found.at > lookupLifetime) {
      const result = await findTargets(this.#destination, settings(), identity(), this.#parts)
      this.#found = { result, at: now, outgoing }
    }
    const { result } = this.#found
    const ids = { envelope: work.envelope.id, attempt: work.attempt }
    const destination = printable(this.#destination.key)
    if (result.kind === 'dead-end') {
      const { status, reason } = result.trouble
      tell('route-chosen', ids, { destination, status, reason: printable(reason) })
    } else {
      const hosts = result.targets.map(({ name, address }) => `${name} ${address}`).join(', ')
      tell('route-chosen', ids, { destination, hosts: printable(hosts) })
    }
    return result
  }

  async #manner(): Promise<Manner | Kept> {
    const { certificates, settings } = this.#parts
    try {
      return await mannerOf(this.#destination, settings().outgoing, certificates)
    } catch {
      const reason = "The smarthost's certificates cannot be read."
      return { soft: true, trouble: { status: '4.3.5', reason, radius: 'host' } }
    }
  }
}
