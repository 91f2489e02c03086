/**
 * Final delivery into mailboxes that another program keeps: the POP and IMAP service, spoken to over LMTP (RFC 2033).
 *
 * One transaction takes a message to all its mailboxes (a hundred at most), and the session is kept for the next message.
 * Each recipient is settled as the service answers for it (rfc2033-5-04): delivered, tried again, or returned; whoever has no
 * answer yet when the session breaks is tried again (rfc2033-5-05). Should this server die between an answer and its being
 * written down, that recipient gets the message once more: RFC 5321 §6.1 prefers that to losing it, and LMTP has no way
 * to ask. The session itself is `attempt.ts`'s, as with any other host.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Work } from '../queue/contract.ts'
import type { LmtpSettings } from '../settings/schema.ts'
import type { LaneDelivery, RemoteDelivery } from './attempt.ts'

/** A recipient whose mail ends in a mailbox, and the address that the service knows it by. */
export interface Addressed {
  readonly recipient: Recipient
  readonly address: string
}

/** What one lane hands to the service. */
export interface ServiceDelivery {
  /** Settles each of these recipients of the work. */
  deliver(work: Work, mailboxes: readonly Addressed[], place: LmtpSettings): Promise<void>
  /** To be called once, last. */
  end(): Promise<void>
}

/**
 * NOTIFY, ORCPT, RET and ENVID stay here: delivery is final, and whom to tell of it is this server's own business, which
 * two should not do (rfc3461-5.2.3-01).
 */
const untold = (envelope: Envelope): Envelope => {
  const { return: _, envelopeId: __, ...rest } = envelope
  return rest
}

/** The same work for the service: its part of the recipients, under the addresses of their mailboxes. */
const partOf = (work: Work, mailboxes: readonly Addressed[]): Work => ({
  ...work,
  envelope: untold(work.envelope),
  recipients: mailboxes.map(({ recipient: { id, state, attempts, dueAt }, address }) => ({
    id,
    address,
    state,
    attempts,
    dueAt,
  })),
})

export const createServiceDelivery = (open: RemoteDelivery['open']): ServiceDelivery => {
  let current: { readonly place: LmtpSettings; readonly delivery: LaneDelivery } | undefined
  return {
    deliver: async (work, mailboxes, place) => {
      // The settings may have named another service meanwhile.
      if (current?.place !== place) {
        await current?.delivery.end()
        current = { place, delivery: open({ kind: 'lmtp', key: 'lmtp', host: place.host, port: place.port }) }
      }
      await current.delivery.attempt(partOf(work, mailboxes))
    },
    end: async () => {
      await current?.delivery.end()
    },
  }
}
