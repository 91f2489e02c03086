/**
 * MAIL: whose name a client may send in.
 *
 * The null reverse-path is always taken, from anybody and with any number of recipients (rfc2505-2.6.1-01, -02,
 * rfc6409-3.2-02): it is how notifications travel. A reverse-path of our own domain from outside is not refused as such
 * (rfc2505-2.6.2-01). Whether the sender's domain exists is asked by reception, where the settings want it.
 */
import { asciiHost } from '../protocol/path.ts'
import type { Mailbox, ReversePath } from '../protocol/path.ts'
import type { MailParameters } from '../protocol/parameters.ts'
import { replies } from '../protocol/replies.ts'
import type { Settings } from '../settings/schema.ts'
import type { Client } from './client.ts'
import { domainKey, localKey, addressOf } from './directory.ts'
import type { Directory, Resident } from './directory.ts'
import { domainMatches } from './patterns.ts'
import { isUnqualified } from './recipients.ts'
import { granted, refused } from './ruling.ts'
import type { PolicyRuling } from './ruling.ts'

export type SenderSettings = Pick<Settings, 'refusals' | 'submission'>

/** Whether an entry of `refusals.senders` (address or domain) means this mailbox. Local parts as strangers write them. */
const means = (entry: string, mailbox: Mailbox): boolean => {
  const domain = asciiHost(mailbox.host)
  if (!entry.includes('@')) return domainMatches(entry, domain)
  if (entry.startsWith('@')) return domainMatches(entry.slice(1), domain)
  const address = addressOf(entry)
  return (
    address.domain !== undefined &&
    domainKey(address.domain) === domain &&
    localKey(address.localPart) === localKey(mailbox.localPart)
  )
}

/** Whether the address is the user's own: the login name, a further address, or an alias that leads to the user. */
const isOwn = (user: string, mailbox: Mailbox, directory: Directory, localAddress: string): boolean => {
  const isUser = (resident: Resident | undefined): boolean =>
    resident?.kind === 'user' && localKey(resident.user.name) === localKey(user)
  const resident = directory.resident(mailbox.localPart, mailbox.host)
  if (directory.isLocal(mailbox.host, localAddress)) {
    if (resident?.kind !== 'alias') return isUser(resident)
    return resident.alias.to.some((target) => isUser(directory.residentAt(target)))
  }
  // A further address may lie at a domain that is served elsewhere; it is still the user's.
  return (
    resident?.kind === 'user' &&
    isUser(resident) &&
    resident.user.addresses.some((address) => addressOf(address).domain !== undefined && means(address, mailbox))
  )
}

/** Rules on a reverse-path. Rates are judged elsewhere (limits). */
export const ruleSender = (
  settings: SenderSettings,
  directory: Directory,
  client: Client,
  reversePath: ReversePath,
): PolicyRuling => {
  if (reversePath.kind === 'null') return granted
  const { mailbox } = reversePath
  // rfc2505-2.7-01
  const { senders, answers } = settings.refusals
  if (answers.senders !== 'accept' && senders.some((entry) => means(entry, mailbox))) {
    // rfc2505-2.13-01
    return refused('sender-refused', answers.senders === 'refuse' ? replies.senderRefused : replies.senderDeferred)
  }
  // rfc6409-6.1-01 rfc5068-3.1-03
  if (
    client.user !== undefined &&
    settings.submission.senderMustBeOwn &&
    !isOwn(client.user, mailbox, directory, client.localAddress)
  ) {
    return refused('sender-not-own', replies.senderNotOwn)
  }
  // rfc6409-4.2-01
  if (client.role !== 'relay' && isUnqualified(mailbox.host) && !directory.isLocal(mailbox.host, client.localAddress)) {
    return refused('unqualified-domain', replies.senderDomainUnqualified)
  }
  return granted
}

/**
 * The identity that AUTH= of MAIL names, as far as we believe the client: only the authenticated and trusted are believed,
 * for everybody else it is `<>` (rfc4954-5-05). Undefined when the client gave none and proved none.
 */
export const submitterOf = (parameters: MailParameters, insider: boolean): string | undefined => {
  if (parameters.auth === undefined) return undefined
  return insider ? parameters.auth : '<>'
}
