/**
 * Final delivery: works for the local destination end in mailboxes, or as further addresses (RFC 5321 §3.9, §4.4).
 *
 * A message for several local users is one work and is settled at once, so that its failures stand in one notification.
 * A delivery that is repeated after a crash finds its message in the mailbox and adds none. What the disk or a quota
 * refuses is deferred; only a user who vanished since acceptance is a failure. Where the settings name a POP and IMAP
 * service the mailboxes are there: what would end in one is handed to `lmtp.ts`, and what does not is settled before.
 */
import type { Tell } from '../journal/events.ts'
import type { Mailboxes } from '../mailbox/contract.ts'
import type { Outcome, Recipient } from '../message/envelope.ts'
import { withReturnPath } from '../message/return-path.ts'
import { printable } from '../protocol/text.ts'
import type { Deliver, Result, Work } from '../queue/contract.ts'
import type { Settings } from '../settings/schema.ts'
import type { RemoteDelivery } from './attempt.ts'
import { createExpansion } from './expansion.ts'
import type { Expansion, ExpansionSettings, Place } from './expansion.ts'
import { createServiceDelivery } from './lmtp.ts'
import type { Addressed } from './lmtp.ts'

export type LocalSettings = ExpansionSettings & Pick<Settings, 'mailboxes'>

export interface LocalDeliveryParts {
  readonly mailboxes: Mailboxes
  /** The settings that hold now; the same object as long as they stay the same. */
  readonly settings: () => LocalSettings
  readonly tell: Tell
  /** The way to the POP and IMAP service, when the settings name one. */
  readonly open: RemoteDelivery['open']
}

const trouble = (kind: 'failed' | 'deferred', status: string, reason: string): Outcome => ({
  kind,
  trouble: { status, reason, radius: 'recipient' },
})

// rfc3463-3.2-01 rfc3463-3.5-05 rfc3463-3.3-02 rfc3463-3.4-01
const unknownUser = trouble('failed', '5.1.1', 'There is no mailbox of that name here.')
const aliasLoop = trouble('failed', '5.4.6', 'The address leads back to itself over other addresses.')
const emptyList = trouble('failed', '5.2.4', 'The mailing list has no members that mail can go to.')
const mailboxFull = trouble('deferred', '4.2.2', 'The mailbox is full.')
const storageFull = trouble('deferred', '4.3.1', 'The server has no room for the message at the moment.')
const storageFault = trouble('deferred', '4.3.0', 'The server cannot reach the mailbox at the moment.')

const isStorageFull = (reason: string): boolean => reason === 'ENOSPC' || reason === 'EDQUOT'

/** What becomes of an address that is not a mailbox's own. */
const outcomeOf = (place: Exclude<Place, { readonly kind: 'mailbox' }>): Outcome => {
  switch (place.kind) {
    case 'alias':
      // rfc5321-3.9.1-01: only the recipient changes.
      return { kind: 'expanded', into: place.into }
    case 'list':
      // rfc5321-3.9-02 rfc5321-3.9.2-01
      return place.into.length === 0 ? emptyList : { kind: 'expanded', into: place.into, listOwner: place.owner }
    case 'nobody':
      return unknownUser
    default:
      return aliasLoop
  }
}

/** The Deliver of the queue's contract for the local destination. */
export const createLocalDelivery = ({ mailboxes, settings, tell, open }: LocalDeliveryParts): Deliver => {
  let current: { readonly settings: LocalSettings; readonly expansion: Expansion } | undefined
  const expansion = (): Expansion => {
    const now = settings()
    if (current?.settings !== now) current = { settings: now, expansion: createExpansion(now) }
    return current.expansion
  }

  const intoMailbox = async (work: Work, recipient: Recipient, user: string, quota: number): Promise<Outcome> => {
    const ids = { envelope: work.envelope.id, recipient: recipient.id, attempt: work.attempt }
    try {
      const content = withReturnPath(work.envelope.reversePath, work.content())
      const result = await mailboxes.deliver(user, `${work.envelope.id}-${recipient.id}`, content, quota)
      if (result.kind !== 'disk') return result.kind === 'full' ? mailboxFull : { kind: 'delivered' }
      tell('warning', ids, {
        about: 'the mailbox folder refuses mail',
        mailbox: printable(user),
        reason: result.reason,
      })
      return isStorageFull(result.reason) ? storageFull : storageFault
    } catch (fault) {
      // The content could not be read, or a bug: this message waits, the others go on.
      const reason = fault instanceof Error ? fault.message : String(fault)
      tell('warning', ids, {
        about: 'a message could not be put into its mailbox',
        mailbox: printable(user),
        reason: printable(reason),
      })
      return storageFault
    }
  }

  return async (lane, signal) => {
    const service = createServiceDelivery(open)
    try {
      for (let work = lane.next(); work !== undefined; work = signal.aborted ? undefined : lane.next()) {
        const { lmtp } = settings().mailboxes
        const results: Result[] = []
        const elsewhere: Addressed[] = []
        for (const recipient of work.recipients) {
          const place = expansion().place(work.envelope, recipient)
          if (place.kind !== 'mailbox') results.push({ recipient: recipient.id, outcome: outcomeOf(place) })
          else if (lmtp !== undefined) elsewhere.push({ recipient, address: place.address })
          else {
            const outcome = await intoMailbox(work, recipient, place.user, place.quota)
            results.push({ recipient: recipient.id, outcome })
          }
        }
        if (results.length > 0) await work.settle(results)
        if (lmtp !== undefined && elsewhere.length > 0) await service.deliver(work, elsewhere, lmtp)
      }
    } finally {
      await service.end()
    }
  }
}
