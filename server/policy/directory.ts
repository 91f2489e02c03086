/**
 * Who lives here: the local domains, and what each address at them stands for. An index over the settings, built once
 * for each version of them and never changed.
 *
 * Domains are compared without regard to case and with U-labels and A-labels equal (rfc5321-2.4-06, rfc6531-3.2-03).
 * Local parts of our own users are compared without regard to case, which is this site's convention (RFC 5321 §2.4 leaves
 * it to us); what came on the wire is kept as it came by everybody else. A percent sign, an exclamation mark or a quoted
 * `@` in a local part means nothing here: it is a character of a name that most likely nobody has.
 */
import { asciiHost } from '../protocol/path.ts'
import type { Host } from '../protocol/path.ts'
import type { Settings, UserSettings } from '../settings/schema.ts'
import { mailAddressOf } from '../settings/shapes.ts'
import type { MailAddress } from '../settings/shapes.ts'
import { parseAddress } from './hosts.ts'

/** What an address at a local domain stands for. */
export type Resident =
  | { readonly kind: 'user'; readonly user: UserSettings }
  | { readonly kind: 'alias'; readonly alias: Settings['aliases'][number] }
  | { readonly kind: 'list'; readonly list: Settings['lists'][number] }
  /** The postmaster, whom nobody had to set up (RFC 5321 §4.5.1). */
  | { readonly kind: 'postmaster' }

export type DirectorySettings = Pick<
  Settings,
  'hostName' | 'incoming' | 'users' | 'aliases' | 'lists' | 'subaddressSeparator' | 'listeners'
>

export interface Directory {
  /** The domain that unqualified names belong to: the first local domain, or the host name where there is none. */
  readonly primaryDomain: string
  /** The host is a local domain, or an address literal of our own; `localAddress` is the session's end here. */
  isLocal(host: Host, localAddress?: string): boolean
  /** The host is a domain whose mail is taken for its own exchangers. */
  isBackup(host: Host): boolean
  /** Who has this address; `host` must be local. Undefined: nobody. */
  resident(localPart: string, host: Host): Resident | undefined
  /** Who has an address as settings write it (`local-part` alone or with a domain), if it is an address here. */
  residentAt(address: string): Resident | undefined
  /** Everybody who goes by that bare name at some local domain, or by that full name, each once. */
  named(name: string): readonly { readonly resident: Resident; readonly localPart: string; readonly domain: string }[]
}

/** The form in which two spellings of a domain are equal. */
export const domainKey = (name: string): string => asciiHost({ kind: 'domain', name })

/** The form in which two spellings of a local user's name are equal. */
export const localKey = (localPart: string): string => localPart.normalize('NFC').toLowerCase()

/** Whom every domain has, in any case of letters: mail for abuse is the postmaster's. rfc5321-4.5.1-03 rfc2142-2-01 -02 */
const roles: ReadonlySet<string> = new Set(['postmaster', 'abuse'])

/** `local-part` or `local-part@domain` as people write it in settings; other text is a name as it stands. */
export const addressOf = (text: string): MailAddress => mailAddressOf(text) ?? { localPart: text }

export const createDirectory = (settings: DirectorySettings): Directory => {
  const { hostName, incoming, subaddressSeparator } = settings
  const primaryDomain = incoming.domains[0] ?? hostName
  // Mail for the host's own name is ours, too: notifications and cron jobs come from there.
  const local = new Set([...incoming.domains, hostName].map(domainKey))
  const backup = new Set(incoming.relayDomains.map(domainKey).filter((domain) => !local.has(domain)))
  const ownAddresses = new Set(settings.listeners.map((listener) => parseAddress(listener.address)?.join()))

  /** By local part at every local domain (the empty one) and at one domain; what stands first in the settings wins. */
  const entries = new Map<string, Resident>()
  // A NUL parts the two, because a quoted local part may hold an `@` of its own.
  const keyOf = (localPart: string, domain = ''): string =>
    `${domain === '' ? '' : domainKey(domain)}\0${localKey(localPart)}`
  const enter = ({ localPart, domain }: MailAddress, resident: Resident): void => {
    const key = keyOf(localPart, domain)
    if (!entries.has(key)) entries.set(key, resident)
  }
  for (const list of settings.lists) enter(addressOf(list.address), { kind: 'list', list })
  for (const alias of settings.aliases) enter(addressOf(alias.address), { kind: 'alias', alias })
  for (const user of settings.users) {
    enter({ localPart: user.name }, { kind: 'user', user })
    for (const address of user.addresses) enter(addressOf(address), { kind: 'user', user })
  }
  // rfc2142-6-01: who has to do with a list, not with its members, writes to LIST-request.
  for (const list of settings.lists) {
    const { localPart, ...at } = addressOf(list.address)
    const request = { localPart: `${localPart}-request`, ...at }
    const address = [request.localPart, ...(request.domain === undefined ? [] : [request.domain])].join('@')
    enter(request, { kind: 'alias', alias: { address, to: [list.owner], moved: 'silently' } })
  }

  const domainOf = (host: Host): string => (host.kind === 'domain' ? host.name : primaryDomain)
  const find = (localPart: string, domain: string): Resident | undefined =>
    entries.get(keyOf(localPart, domain)) ?? entries.get(keyOf(localPart))
  const resident = (localPart: string, host: Host): Resident | undefined => {
    const domain = domainOf(host)
    const exact = find(localPart, domain)
    if (exact !== undefined) return exact
    // rfc5321-4.5.1-02 rfc2142-1-02: always, at every domain served.
    if (roles.has(localKey(localPart))) return { kind: 'postmaster' }
    const at = subaddressSeparator === '' ? -1 : localPart.indexOf(subaddressSeparator, 1)
    return at === -1 ? undefined : resident(localPart.slice(0, at), host)
  }

  const isLocal = (host: Host, localAddress?: string): boolean => {
    if (host.kind === 'domain') return local.has(domainKey(host.name))
    if (host.kind === 'general') return false
    // rfc5321-4.1.3-06: a literal of one of our own addresses.
    const octets = parseAddress(host.address)?.join()
    if (octets === undefined) return false
    return ownAddresses.has(octets) || (localAddress !== undefined && parseAddress(localAddress)?.join() === octets)
  }

  return {
    primaryDomain,
    isLocal,
    residentAt: (address) => {
      // A user's name is an address as it stands, even where it could not be written as one.
      const named = entries.get(keyOf(address))
      if (named !== undefined) return named
      const { localPart, domain } = addressOf(address)
      const host: Host = { kind: 'domain', name: domain ?? primaryDomain }
      return isLocal(host) ? resident(localPart, host) : undefined
    },
    isBackup: (host) => host.kind === 'domain' && backup.has(domainKey(host.name)),
    resident,
    named: (name) => {
      const wanted = localKey(name)
      const found = new Map<unknown, { resident: Resident; localPart: string; domain: string }>()
      const note = (one: Resident, localPart: string, domain: string): void => {
        const identity =
          one.kind === 'user' ? one.user : one.kind === 'alias' ? one.alias : one.kind === 'list' ? one.list : 0
        if (!found.has(identity)) found.set(identity, { resident: one, localPart, domain })
      }
      const bare = resident(name, { kind: 'domain', name: primaryDomain })
      if (bare !== undefined) note(bare, name, primaryDomain)
      for (const domain of incoming.domains) {
        const there = entries.get(keyOf(name, domain))
        if (there !== undefined) note(there, name, domain)
      }
      for (const user of settings.users) {
        if (user.fullName === undefined || localKey(user.fullName) !== wanted) continue
        note({ kind: 'user', user }, user.name, primaryDomain)
      }
      return [...found.values()]
    },
  }
}
