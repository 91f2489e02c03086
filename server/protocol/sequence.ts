/**
 * The order of commands (RFC 5321 §4.1.4) as one literal: verb × phase → allowed, or why not.
 *
 * Theory of operation. A session is in exactly one phase, and only a positive reply moves it:
 *
 *   connecting ─220→ greeted ─EHLO→ identified ─MAIL→ mail ─RCPT→ recipients ─DATA, content, 250→ identified
 *        └─554, 521→ refused                                      └─BDAT→ chunks ─BDAT LAST→ identified
 *
 * EHLO and RSET lead back to identified (RSET before EHLO: to greeted) from everywhere and drop the mail transaction;
 * STARTTLS leads back to greeted, because RFC 3207 §4.2 forgets everything. A refused BDAT with octets behind it leads to
 * `failed`, because what was sent is no longer what was meant: RFC 3030 §2 asks for RSET there, and nothing but RSET,
 * EHLO or the end gets out. A refused command otherwise changes nothing.
 *
 * What an installation demands of the client before it serves it (TLS, authentication) is the second literal; the two
 * are read by `refusal`, in the order in which a client can mend things. The documentation prints both literals.
 */
import type { Verb } from './command.ts'
import { replies } from './replies.ts'
import type { Reply } from './reply.ts'

/** Phases in which commands are looked at. */
export type CommandPhase = 'refused' | 'greeted' | 'identified' | 'mail' | 'recipients' | 'chunks' | 'failed'

export type Phase = 'connecting' | CommandPhase | 'closing'

/** Why a command is out of order or not served yet. */
export type Refusal =
  /** The greeting refused the session (RFC 5321 §3.1, RFC 7504 §3). */
  | 'session refused'
  | 'EHLO first'
  | 'MAIL first'
  | 'RCPT first'
  /** No RCPT was accepted (RFC 5321 §3.3: 503 or 554; 554 tells more). */
  | 'no valid recipients'
  | 'nested MAIL'
  | 'transaction open'
  | 'chunks begun'
  | 'RSET first'
  | 'TLS first'
  | 'AUTH first'

export type Entry = 'allowed' | Refusal

/** The columns, in the order in which a session meets them. */
export const commandPhases: readonly CommandPhase[] = [
  'refused',
  'greeted',
  'identified',
  'mail',
  'recipients',
  'chunks',
  'failed',
]

type Row = Readonly<Record<CommandPhase, Entry>>

// rfc5321-3.1-03: after a 554 greeting everything but QUIT is out of order
const anyTime: Row = {
  refused: 'session refused',
  greeted: 'allowed',
  identified: 'allowed',
  mail: 'allowed',
  recipients: 'allowed',
  chunks: 'allowed',
  failed: 'allowed',
}

export const sequence: Readonly<Record<Verb, Row>> = {
  EHLO: anyTime, // rfc5321-4.1.4-03
  HELO: anyTime,
  MAIL: {
    refused: 'session refused',
    greeted: 'EHLO first', // rfc5321-4.1.4-01
    identified: 'allowed',
    mail: 'nested MAIL', // rfc5321-4.1.4-09
    recipients: 'nested MAIL',
    chunks: 'nested MAIL',
    failed: 'RSET first',
  },
  RCPT: {
    refused: 'session refused',
    greeted: 'EHLO first',
    identified: 'MAIL first', // rfc5321-3.3-09
    mail: 'allowed',
    recipients: 'allowed',
    chunks: 'chunks begun',
    failed: 'RSET first',
  },
  DATA: {
    refused: 'session refused',
    greeted: 'EHLO first',
    identified: 'MAIL first', // rfc5321-3.3-13
    mail: 'no valid recipients', // rfc2920-3.2-03
    recipients: 'allowed', // rfc2920-3.2-04
    chunks: 'chunks begun', // rfc3030-2-15
    failed: 'RSET first',
  },
  BDAT: {
    refused: 'session refused',
    greeted: 'EHLO first',
    identified: 'MAIL first', // rfc3030-2-08: also after BDAT LAST, which ended the transaction
    mail: 'RCPT first', // rfc3030-2-22
    recipients: 'allowed',
    chunks: 'allowed',
    failed: 'RSET first', // rfc3030-2-12, rfc3030-2-13
  },
  RSET: anyTime, // rfc5321-4.1.1.5-03
  NOOP: anyTime, // rfc5321-4.1.1.9-01
  QUIT: { ...anyTime, refused: 'allowed' }, // rfc5321-4.1.1.10-08
  VRFY: anyTime, // rfc5321-4.1.4-02
  EXPN: anyTime, // rfc5321-4.1.1.7-01
  HELP: anyTime, // rfc5321-4.1.1.8-01
  STARTTLS: anyTime, // rfc3207-4.2-03: a transaction may be open; it is dropped
  AUTH: {
    refused: 'session refused',
    greeted: 'EHLO first',
    identified: 'allowed',
    mail: 'transaction open', // rfc4954-4-03
    recipients: 'transaction open',
    chunks: 'transaction open',
    failed: 'RSET first',
  },
}

/** What must stand before a verb is served where the listener demands TLS or authentication. */
export const demands: Readonly<Record<Verb, { readonly tls: boolean; readonly user: boolean }>> = {
  EHLO: { tls: false, user: false },
  HELO: { tls: true, user: false }, // rfc3207-4-05 names EHLO, not HELO
  MAIL: { tls: true, user: true },
  RCPT: { tls: true, user: true },
  DATA: { tls: true, user: true },
  BDAT: { tls: true, user: true },
  RSET: { tls: false, user: false }, // rfc5321-4.1.1.5-03 is a MUST, rfc3207-4-05 a SHOULD
  NOOP: { tls: false, user: false },
  QUIT: { tls: false, user: false },
  VRFY: { tls: true, user: false }, // whom it may answer is policy's, which knows the user
  EXPN: { tls: true, user: false },
  HELP: { tls: true, user: false },
  STARTTLS: { tls: false, user: false },
  AUTH: { tls: true, user: false },
}

/** What `refusal` needs to know of the session. */
export interface Standing {
  readonly phase: CommandPhase
  readonly tlsMissing: boolean
  readonly userMissing: boolean
}

/** Why `verb` cannot be served now; `undefined` when it can. `…Missing` means demanded and not there. */
export function refusal(verb: Verb, standing: Standing): Refusal | undefined {
  const entry = sequence[verb][standing.phase]
  if (entry === 'session refused') return entry
  if (standing.tlsMissing && demands[verb].tls) return 'TLS first' // rfc3207-4-05
  if (entry === 'EHLO first') return entry // AUTH would be refused too
  if (standing.userMissing && demands[verb].user) return 'AUTH first' // rfc4954-6-04
  return entry === 'allowed' ? undefined : entry
}

const refusalReplies: Readonly<Record<Refusal, (verb: Verb, greetingCode: number) => Reply>> = {
  // rfc7504-3-03: 521 is repeated
  'session refused': (_verb, greetingCode) => (greetingCode === 521 ? replies.noMailHereStill : replies.sessionRefused),
  'EHLO first': replies.helloFirst,
  'MAIL first': replies.mailFirst,
  'RCPT first': replies.recipientFirst,
  'no valid recipients': replies.noValidRecipients,
  'nested MAIL': () => replies.nestedMail,
  'transaction open': () => replies.authInTransaction,
  'chunks begun': (verb) => (verb === 'DATA' ? replies.dataAfterBdat : replies.badSequence(verb)),
  'RSET first': (verb) => (verb === 'BDAT' ? replies.bdatNeedsReset : replies.badSequence(verb)),
  'TLS first': () => replies.tlsRequired,
  'AUTH first': () => replies.authenticationRequired,
}

/** The reply that says so. `greetingCode` is what the session was greeted with. */
export function refusalReply(reason: Refusal, verb: Verb, greetingCode: number): Reply {
  return refusalReplies[reason](verb, greetingCode)
}
