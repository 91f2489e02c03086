/** What the reference server can do however it is run; how it is run adds the rest (a clock that can be moved, a process to kill). */
import type { Capability } from './target.ts'

export const everyReference: readonly Capability[] = [
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
  'enhanced-codes',
  'own-address',
  'scram',
  'scram-plus',
]
