/**
 * What becomes of a recipient that stands for others: an alias's targets join the same envelope, a mailing list's members
 * get a message of their own (RFC 5321 §3.9, RFC 3461 §5.2.7).
 *
 * Pure. Loops end: an address may stand at the end of a chain of at most ten.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Milliseconds } from '../ports.ts'
import { addressKey, isUnfinished } from './address.ts'

/** How long a chain of expansions may be. */
const longestChain = 10

/** `failed`: the chain is too long. */
export type Expanded =
  | { readonly kind: 'expanded'; readonly recipients: readonly Recipient[] }
  | { readonly kind: 'too-long' }

const distinct = (addresses: readonly string[]): readonly string[] => [
  ...new Map(addresses.map((address) => [addressKey(address), address])).values(),
]

/** NOTIFY for the targets of an alias. rfc3461-5.2.7.2-02: one target inherits it as it is. */
const inherited = (notify: Recipient['notify'], targets: number): Recipient['notify'] => {
  if (targets === 1 || notify === undefined || notify === 'never') return notify
  // rfc3461-5.2.7.3-01: with several, SUCCESS stays with the alias, whose sender is told "expanded".
  const rest = notify.filter((word) => word !== 'success')
  return rest.length === 0 ? 'never' : rest
}

const chainOf = (recipient: Recipient): readonly string[] => [...(recipient.expandedFrom ?? []), recipient.id]

const newRecipient = (
  id: string,
  address: string,
  now: Milliseconds,
  expandedFrom: readonly string[],
  wishes: Pick<Recipient, 'originalRecipient' | 'notify'>,
): Recipient => ({ id, address, ...wishes, state: 'queued', attempts: 0, dueAt: now, expandedFrom })

/** The recipients that an alias adds to those `present` in its envelope; those who get the message anyway are not added twice. */
export const expandAlias = (
  present: readonly Recipient[],
  recipient: Recipient,
  into: readonly string[],
  now: Milliseconds,
  unique: () => string,
): Expanded => {
  const expandedFrom = chainOf(recipient)
  if (expandedFrom.length > longestChain) return { kind: 'too-long' }
  const served = new Set(
    present
      .filter((other) => other.id !== recipient.id)
      .filter((other) => isUnfinished(other) || other.state === 'delivered' || other.state === 'relayed')
      .map((other) => addressKey(other.address)),
  )
  const targets = distinct(into)
  const notify = inherited(recipient.notify, targets.length)
  const wishes: Pick<Recipient, 'originalRecipient' | 'notify'> = {
    ...(recipient.originalRecipient !== undefined && { originalRecipient: recipient.originalRecipient }),
    ...(notify !== undefined && { notify }),
  }
  const recipients = targets
    .filter((address) => !served.has(addressKey(address)))
    .map((address) => newRecipient(unique(), address, now, expandedFrom, wishes))
  return { kind: 'expanded', recipients }
}

/** The message that the members of a list get, in the name of the owner; undefined when the chain is too long. */
export const expandList = (
  envelope: Envelope,
  recipient: Recipient,
  list: { readonly owner: string; readonly members: readonly string[] },
  now: Milliseconds,
  unique: () => string,
): Envelope | undefined => {
  const expandedFrom = chainOf(recipient)
  if (expandedFrom.length > longestChain) return undefined
  return {
    id: unique(),
    // rfc5321-3.9-02 rfc3461-5.2.7.1-02; rfc5321-4.5.5-03: a null reverse-path stays one.
    reversePath: envelope.reversePath === '' ? '' : list.owner,
    acceptedAt: now,
    origin: { ...envelope.origin, role: 'internal' },
    size: envelope.size,
    body: envelope.body,
    smtputf8: envelope.smtputf8,
    kind: envelope.kind,
    // rfc3461-5.2.7.1-03: nothing of the sender's RET, ENVID, NOTIFY or ORCPT. rfc5321-3.9-04: everybody on the list.
    recipients: distinct(list.members).map((address) => newRecipient(unique(), address, now, expandedFrom, {})),
  }
}
