/**
 * VRFY and EXPN (RFC 5321 §3.5, §7.3): whom they answer and what.
 *
 * Whoever may not ask gets 252, which says neither yes nor no (rfc5321-7.3-01, -02). A 250 is given only for an address
 * that was found (rfc5321-3.5.3-01), shows it in a form that RCPT takes (rfc5321-3.5.2-03), fully qualified and in angle
 * brackets (rfc5321-3.5.2-01, -02), and is never a route, a command or a path of a file (rfc5321-3.5.2-04, -05).
 */
import { formatMailbox, parseForwardPath, parseMailbox } from '../protocol/path.ts'
import type { Mailbox } from '../protocol/path.ts'
import { replies } from '../protocol/replies.ts'
import type { Reply } from '../protocol/reply.ts'
import type { Settings } from '../settings/schema.ts'
import { domainKey } from './directory.ts'
import type { Directory, Resident } from './directory.ts'

export interface Inquiry {
  readonly argument: string
  /** The command carried SMTPUTF8 (RFC 6531 §3.7.4.2). */
  readonly smtputf8: boolean
  /** The client authenticated, or its host is trusted. */
  readonly insider: boolean
  /** The session's end here, for address literals. */
  readonly localAddress: string
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const mayAsk = (who: Settings['verify']['vrfy'], insider: boolean): boolean =>
  who === 'everybody' || (who === 'authenticated' && insider)

/** What stands between the quotes of a quoted string, or the text itself (rfc5321-4.1.1.6-03). */
const unquoted = (text: string): string => {
  const inner = /^"(.*)"$/s.exec(text)?.[1]
  return inner === undefined ? text : inner.replace(/\\(.)/gs, '$1')
}

interface Found {
  readonly resident: Resident
  readonly mailbox: Mailbox
}

const mailboxOf = (localPart: string, domain: string): Mailbox => ({
  localPart,
  host: { kind: 'domain', name: domain },
  text: '',
})

/** Who is meant: an address, with or without brackets, a bare name, or a full name. */
const find = (directory: Directory, inquiry: Inquiry): readonly Found[] | 'elsewhere' => {
  const text = inquiry.argument.trim()
  const bare = /^<(.*)>$/s.exec(text)?.[1] ?? text
  const path = parseForwardPath(text)
  // rfc5321-3.5.1-09; a source route is passed over here as in RCPT.
  const mailbox = path?.kind === 'mailbox' ? path.mailbox : parseMailbox(bare)
  if (mailbox === undefined) {
    // rfc5321-3.5.1-08
    return directory.named(unquoted(bare)).map(({ resident, localPart, domain }) => ({
      resident,
      mailbox: mailboxOf(localPart, domain),
    }))
  }
  if (!directory.isLocal(mailbox.host, inquiry.localAddress)) {
    return inquiry.insider || directory.isBackup(mailbox.host) ? 'elsewhere' : []
  }
  const resident = directory.resident(mailbox.localPart, mailbox.host)
  return resident === undefined ? [] : [{ resident, mailbox }]
}

/** `Full Name <mailbox>` or `<mailbox>` (rfc5321-3.5.1-03); undefined when it can only be shown with SMTPUTF8. */
const entry = (mailbox: Mailbox, fullName: string | undefined, smtputf8: boolean): string | undefined => {
  // rfc6531-3.7-01: A-labels where UTF-8 was not asked for.
  const shown =
    !smtputf8 && mailbox.host.kind === 'domain'
      ? { ...mailbox, host: { kind: 'domain', name: domainKey(mailbox.host.name) } as const }
      : mailbox
  const address = `<${formatMailbox(shown)}>`
  // rfc6531-3.7.4.2-01
  if (!smtputf8 && !isAscii(address)) return undefined
  const name = fullName?.replace(/[<>\p{Cc}]/gu, '').trim()
  return name === undefined || name === '' || !(smtputf8 || isAscii(name)) ? address : `${name} ${address}`
}

export const verify = (who: Settings['verify'], directory: Directory, inquiry: Inquiry): Reply => {
  if (!mayAsk(who.vrfy, inquiry.insider)) return replies.cannotVerify
  const found = find(directory, inquiry)
  // rfc5321-3.5.3-03
  if (found === 'elsewhere') return replies.cannotVerify
  const [first, ...others] = found
  if (first === undefined) return replies.noSuchUserToVerify
  // rfc5321-3.5.1-04
  if (others.length > 0) return replies.ambiguousUser
  const { resident, mailbox } = first
  // rfc5321-3.5.1-06: a list, or an alias that leads elsewhere, may yet fail.
  if (resident.kind === 'list') return replies.cannotVerify
  if (
    resident.kind === 'alias' &&
    !resident.alias.to.every((target) => directory.residentAt(target)?.kind === 'user')
  ) {
    return replies.cannotVerify
  }
  const line = entry(mailbox, resident.kind === 'user' ? resident.user.fullName : undefined, inquiry.smtputf8)
  // rfc6531-3.7.4.2-02
  return line === undefined ? replies.verifiedButNeedsUtf8 : replies.verified(line, inquiry.smtputf8)
}

/** A member as a mailbox that RCPT takes, with the full name of a user who lives here. */
const memberEntry = (directory: Directory, member: string, smtputf8: boolean): string | undefined => {
  const mailbox = parseMailbox(member) ?? mailboxOf(member, directory.primaryDomain)
  const resident = directory.residentAt(member)
  return entry(mailbox, resident?.kind === 'user' ? resident.user.fullName : undefined, smtputf8)
}

export const expand = (who: Settings['verify'], directory: Directory, inquiry: Inquiry): Reply => {
  if (!mayAsk(who.expn, inquiry.insider)) return replies.cannotExpand
  const found = find(directory, inquiry)
  if (found === 'elsewhere') return replies.cannotExpand
  const [first, ...others] = found.filter(({ resident }) => resident.kind === 'list' || resident.kind === 'alias')
  if (first === undefined) return replies.noSuchList
  if (others.length > 0) return replies.ambiguousList
  const members =
    first.resident.kind === 'list'
      ? first.resident.list.members
      : first.resident.kind === 'alias'
        ? first.resident.alias.to
        : []
  // rfc5321-3.5.1-05, -07: one mailbox a line.
  const lines = members.map((member) => memberEntry(directory, member, inquiry.smtputf8))
  const shown = lines.filter((line) => line !== undefined)
  return shown.length < lines.length ? replies.verifiedButNeedsUtf8 : replies.expanded(shown, inquiry.smtputf8)
}
