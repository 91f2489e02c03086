/**
 * Makes notifications for the queue: decides who is told, writes the reports, gives each its envelope (RFC 3461 §6.1).
 *
 * The queue takes them in together with the settlement that caused them, so that a failure is never durable without its
 * notification. Nothing is sent from here.
 */
import type { Tell } from '../journal/events.ts'
import type { Envelope } from '../message/envelope.ts'
import type { Clock, Ids } from '../ports.ts'
import { printable } from '../protocol/text.ts'
import type { Notification, Notify } from '../queue/contract.ts'
import type { Settings } from '../settings/schema.ts'
import { decide } from './decide.ts'
import type { Notice } from './decide.ts'
import { report } from './report.ts'

export interface NotifyParts {
  /** The settings that hold now; asked anew for every notification. */
  readonly settings: () => Pick<Settings, 'hostName' | 'queue'>
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'unique' | 'secret'>
  readonly tell: Tell
}

/** The notification's own envelope. */
const envelopeOf = (
  original: Envelope,
  facts: {
    readonly id: string
    readonly recipient: string
    readonly at: number
    readonly hostName: string
    readonly to: string
    readonly smtputf8: boolean
  },
): Envelope => ({
  id: facts.id,
  // rfc5321-4.4-24 rfc5321-6.1-04 rfc3461-6.1-01
  reversePath: '',
  acceptedAt: facts.at,
  origin: {
    session: original.origin.session,
    transaction: original.origin.transaction,
    role: 'internal',
    clientAddress: '',
    helo: facts.hostName,
    protocol: facts.smtputf8 ? 'UTF8SMTP' : 'ESMTP',
  },
  // Known once the queue has written the content into a container.
  size: 0,
  body: facts.smtputf8 ? '8BITMIME' : '7BIT',
  smtputf8: facts.smtputf8,
  // rfc3461-6.1-03: no RET.
  kind: 'notification',
  recipients: [
    {
      id: facts.recipient,
      // rfc5321-4.5.5-04 rfc5321-6.1-05 rfc5321-6.1-07 rfc3461-6.1-02: the reverse-path, its source route gone.
      address: facts.to,
      // rfc3461-6.1-04 rfc3834-3.3-02
      notify: 'never',
      state: 'queued',
      attempts: 0,
      dueAt: facts.at,
    },
  ],
})

/** The Notify of the queue's contract. It rejects only when the original cannot be read. */
export const createNotify = ({ settings, clock, ids, tell }: NotifyParts): Notify => {
  const write = async (
    original: Envelope,
    notice: Notice,
    content: () => AsyncIterable<Uint8Array>,
  ): Promise<Notification> => {
    const { hostName, queue } = settings()
    const id = ids.unique()
    const at = clock.now()
    const written = await report(
      {
        envelope: original,
        told: notice.told,
        kind: notice.kind,
        hostName,
        at,
        retryUntil: original.acceptedAt + queue.lifetime,
        id,
        boundary: `=_${Buffer.from(ids.secret(18)).toString('hex')}`,
      },
      content,
    )
    const { to, smtputf8 } = written
    const envelope = envelopeOf(original, { id, recipient: ids.unique(), at, hostName, to, smtputf8 })
    tell(
      'notification-queued',
      { envelope: original.id },
      { notification: id, about: notice.kind, recipients: notice.told.length, to: printable(to) },
    )
    return { envelope, content: written.content }
  }

  return async (envelope, told, content) => {
    const { notices, suppressed } = decide(envelope, told)
    // rfc3461-5.2-02: what no notification may tell, the journal tells the postmaster.
    for (const { told: one, reason } of suppressed) {
      const about = { envelope: envelope.id, recipient: one.recipient.id }
      tell('notification-suppressed', about, { cause: one.cause, reason, recipient: printable(one.recipient.address) })
    }
    const notifications: Notification[] = []
    for (const notice of notices) notifications.push(await write(envelope, notice, content))
    return notifications
  }
}
