/**
 * Which notifications reached whom, in a mailbox here or at an exchanger, each held to its form, and what they say of a recipient.
 */
import assert from 'node:assert/strict'
import { contentOf } from './content.ts'
import { deviationsOf } from './notification-lint.ts'
import { readNotification } from './notifications.ts'
import type { ReadNotification } from './notifications.ts'
import type { MailWorld } from './world.ts'

const attachDeviations = (world: MailWorld, deviations: readonly string[]): void => {
  if (deviations.length > 0)
    world.attach(deviations.join('\n'), { mediaType: 'text/plain', fileName: 'notification lint' })
}

/** Every notification that reached a person: in the mailbox here, or at any exchanger for their address. */
export const notificationsTo = async (world: MailWorld, address: string): Promise<readonly ReadNotification[]> => {
  world.needs('outgoing', 'sends no notifications')
  await world.rest()
  const here = address.endsWith('@here.example') ? await world.mailbox(address) : []
  const far = world.scene.exchangers.flatMap(({ received }) =>
    received.filter(({ recipients }) => recipients.some((recipient) => recipient.address === address)),
  )
  const read = await Promise.all([...here, ...far].map(({ content }) => readNotification(content)))
  const notifications = read.filter((notification) => notification !== undefined)
  for (const { raw } of notifications) {
    const deviations = deviationsOf(raw)
    // As with the reply lint: one habit of another server is evidence, and not every scenario's failure.
    if (world.target.isOurs !== true) attachDeviations(world, deviations)
    else assert.deepEqual(deviations, [], `not in order: ${deviations.join('; ')}\n${contentOf(raw)}`)
  }
  return notifications
}

export const told = (notifications: readonly ReadNotification[]): string =>
  notifications
    .flatMap(({ recipients }) =>
      recipients.map(({ finalRecipient, action, status }) => `${finalRecipient}: ${action} (${status})`),
    )
    .join('\n') || 'no notification'

export const theOne = async (world: MailWorld, person: string): Promise<ReadNotification> => {
  const notifications = await notificationsTo(world, world.person(person).mailbox)
  const last = notifications.at(-1)
  assert.ok(last !== undefined, 'no notification arrived')
  return last
}

/** What is reported of a recipient; another server may tell only the address that it was given (RFC 3464 §2.3.2). */
export const about = (
  world: MailWorld,
  notifications: readonly ReadNotification[],
  recipient: string,
): ReadNotification['recipients'] => {
  const addresses = world.letters.flatMap(({ to }) => to)
  const given = world.target.isOurs === true || addresses.includes(recipient) ? [] : addresses
  return notifications
    .flatMap(({ recipients }) => recipients)
    .filter(({ finalRecipient }) => finalRecipient === recipient || given.includes(finalRecipient))
}
