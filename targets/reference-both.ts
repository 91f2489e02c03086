/** What is the same of the reference server however it is run: what it can do; how it is run adds the rest (a clock that can be moved, a process to kill). */
import type { Mistake } from '../server/settings/mistake.ts'
import { usualExtensions } from './target.ts'
import type { Capability } from './target.ts'

export const everyReference: readonly Capability[] = [
  ...usualExtensions,
  'queue-view',
  'mailboxes',
  'submission',
  'submissions',
  'tls',
  'admin',
  'dsn',
  'chunking',
  'binarymime',
  'smtputf8',
  'outgoing',
  'lmtp',
  'enhanced-codes',
  'own-address',
  'limits-by-user',
  'scram',
  'scram-plus',
  'own-certificate',
]

export const sentencesOf = (mistakes: readonly Mistake[]): string =>
  mistakes.map(({ place, wrong, remedy }) => `${place}: ${wrong} ${remedy}`).join('\n')

/** Mailboxes are named for their users, and the users of the scenarios for their local-parts. */
export const mailboxName = (address: string): string => (address.split('@')[0] ?? address).toLowerCase()
