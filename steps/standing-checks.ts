/**
 * What must hold after every scenario, whatever it was about (DESIGN §5). Each check gives sentences; none means it holds.
 */
import { acceptedRecipients, carries, fateOf } from './letters.ts'
import type { Letter } from './letters.ts'
import { readNotification } from './notifications.ts'
import type { QueuedRecipient } from '../targets/target.ts'
import type { MailWorld } from './world.ts'

/** (1) A refusal that no step looked at is a surprise that the scenario would have hidden. */
export const unseenRefusals = (world: MailWorld): readonly string[] =>
  world.letters
    .filter(({ looked, result }) => !looked && result.refused.length > 0)
    .map(
      (letter) =>
        `nobody looked at this refusal: ${letter.result.refused.map(({ recipient, code, text }) => `${recipient ?? 'the message'}: ${code} ${text}`).join('; ')}`,
    )

/** Names that everybody may ask for: reverse zones, and the machine itself (RFC 6761 §6.3), also as resolvers complete it. */
const isEverybodys = (name: string): boolean =>
  name.endsWith('.arpa') || name === 'localhost' || name === 'localhost.here.example'

/** (2) The server asked the DNS for a name that no Given declared. */
export const undeclaredNames = (world: MailWorld): readonly string[] => {
  const asked = new Set(world.scene.dns.questions.map(({ name }) => name.toLowerCase().replace(/\.$/, '')))
  return [...asked]
    .filter((name) => !isEverybodys(name) && !world.declaredNames.has(name))
    .map((name) => `the server asked the DNS for ${name}, which no Given declared`)
}

/** How often a letter came to rest for one of its recipients, and how it was told of otherwise. */
const endsOf = async (
  world: MailWorld,
  letter: Letter,
  recipient: string,
  queue: readonly QueuedRecipient[],
): Promise<readonly string[]> => {
  const ends: string[] = []
  const same = (address: string): boolean => address.toLowerCase() === recipient.toLowerCase()
  for (const exchanger of world.scene.exchangers) {
    for (const message of exchanger.received) {
      if (message.reversePath === '' && letter.from !== '') continue
      if (!carries(message.content, letter.token)) continue
      if (message.recipients.some(({ address }) => same(address))) ends.push(`delivered to ${exchanger.name}`)
    }
  }
  const target = world.target
  if (queue.some((entry) => same(entry.recipient) && entry.sender === letter.from)) ends.push('still queued')
  if (world.removed.has(recipient)) ends.push('removed by the operator')
  const inbox = (await target.mailbox?.(recipient)) ?? []
  for (const { content } of inbox) {
    if (carries(content, letter.token) && (await readNotification(content)) === undefined) ends.push('in the mailbox')
  }
  return ends
}

const events = (world: MailWorld, name: string, recipient: string): number =>
  (world.target.journal?.() ?? []).filter(
    ({ event, facts }) => event === name && String(facts['address'] ?? '').toLowerCase() === recipient.toLowerCase(),
  ).length

/** Ends that leave nothing to find outside: told by a notification, or by the journal where nobody may be told. */
const endedOtherwise = async (world: MailWorld, letter: Letter, recipient: string): Promise<boolean> => {
  if ((await world.target.ended?.(recipient)) === true) return true
  // Under another name here: an alias, the postmaster, a quoted form.
  if (events(world, 'recipient-expanded', recipient) + events(world, 'recipient-delivered', recipient) > 0) return true
  if (events(world, 'recipient-failed', recipient) + events(world, 'recipient-expired', recipient) > 0) return true
  const inbox = (await world.target.mailbox?.(letter.from)) ?? []
  const far = world.scene.exchangers.flatMap(({ received }) => received.filter(({ reversePath }) => reversePath === ''))
  for (const { content } of [...inbox, ...far]) {
    const notification = await readNotification(content)
    if (
      notification?.recipients.some(({ finalRecipient, action }) => finalRecipient === recipient && action === 'failed')
    )
      return true
  }
  return false
}

/** (3) Every accepted recipient is delivered, notified, still queued or removed, exactly once. */
export const unbalanced = async (world: MailWorld): Promise<readonly string[]> => {
  const faults: string[] = []
  // A server whose mailboxes nobody can look into has no ledger.
  const running = world.target.endpoint('relay') !== undefined && world.target.mailbox !== undefined
  if (!running || world.letters.length === 0) return faults
  // Once, and first: whatever leaves the queue meanwhile is found at its end.
  const queue = (await world.target.queue?.()) ?? []
  for (const letter of world.letters) {
    for (const recipient of new Set(acceptedRecipients(letter))) {
      if (fateOf(letter, recipient).kind !== 'accepted') continue
      const ends = await endsOf(world, letter, recipient, queue)
      const many = ends.filter((end) => end !== 'still queued')
      // A server without a journal does not tell under which of a letter's addresses a copy came.
      const once = world.target.journal === undefined ? letter.to.length : 1
      const copies = world.killed && world.target.isOurs !== true ? 2 * once : once
      if (many.length > copies)
        faults.push(`the ledger: ${recipient} got ${letter.token} more than once: ${many.join(', ')}`)
      if (ends.length === 0 && !(await endedOtherwise(world, letter, recipient))) {
        faults.push(`the ledger: ${letter.token} was accepted for ${recipient} and is nowhere`)
      }
    }
  }
  return faults
}
