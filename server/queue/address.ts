/**
 * Which addresses are the same recipient to the queue, and which recipients an operator's selection means.
 *
 * Domains compare without case, local-parts with it (RFC 5321 §2.4). What an address means beyond that (aliases,
 * subaddresses) is not asked here.
 */
import type { Recipient } from '../message/envelope.ts'
import type { Selection } from './contract.ts'

/** A text that is equal for addresses which differ only in the case of the domain. */
export const addressKey = (address: string): string => {
  const at = address.lastIndexOf('@')
  return at < 0 ? address.toLowerCase() : address.slice(0, at + 1) + address.slice(at + 1).toLowerCase()
}

/** A question that is asked of every recipient of an envelope that the selection names. */
export const selects = (selection: Selection): ((recipient: Pick<Recipient, 'address'>) => boolean) => {
  if (selection.recipient === undefined) return () => true
  const wanted = addressKey(selection.recipient)
  return (recipient) => addressKey(recipient.address) === wanted
}

/** A recipient that still waits or is held: it has not come to its end. */
export const isUnfinished = (recipient: Pick<Recipient, 'state'>): boolean =>
  recipient.state === 'queued' || recipient.state === 'held'
