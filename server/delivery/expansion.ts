/**
 * What a local recipient's address comes to: a mailbox, further addresses, or nobody (RFC 5321 §3.9).
 *
 * Stands on the same directory as acceptance does (`policy/directory.ts`), so that what was accepted is also delivered.
 * Pure, and bounded whatever aliases and lists say about each other: an alias that leads back to itself means the mailbox
 * of that name, and lists within lists are opened at once, so that no list ever writes to a list.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Directory, DirectorySettings, Resident } from '../policy/directory.ts'
import { createDirectory } from '../policy/directory.ts'
import { formatMailbox, parseMailbox } from '../protocol/path.ts'
import type { Host } from '../protocol/path.ts'
import type { Settings, UserSettings } from '../settings/schema.ts'

export type Place =
  /** `address` is the user's at the first local domain; `quota` in octets; 0 means none. */
  | { readonly kind: 'mailbox'; readonly user: string; readonly address: string; readonly quota: number }
  | { readonly kind: 'alias'; readonly into: readonly string[] }
  | { readonly kind: 'list'; readonly into: readonly string[]; readonly owner: string }
  | { readonly kind: 'nobody' }
  /** Aliases lead in a circle and no mailbox stands in it. */
  | { readonly kind: 'loop' }

export type ExpansionSettings = DirectorySettings & Pick<Settings, 'postmaster'>

export interface Expansion {
  place(envelope: Envelope, recipient: Recipient): Place
}

/** How many aliases may lead to each other (RFC 5321 §6.3: loops must end). */
const longestChain = 10

interface Named {
  readonly localPart: string
  readonly host: Host
}

/** Works places out for one version of the settings. */
export const createExpansion = (settings: ExpansionSettings): Expansion => {
  const directory = createDirectory(settings)
  /** The same without aliases and lists: whose mailbox a name is. */
  const mailboxes = createDirectory({ ...settings, aliases: [], lists: [] })

  /** rfc5321-4.1.1.3-08: bare postmaster is the postmaster of this server. */
  const named = (address: string): Named | undefined =>
    parseMailbox(address) ??
    (address.includes('@')
      ? undefined
      : { localPart: address, host: { kind: 'domain', name: directory.primaryDomain } })

  /** Who has an address that routing found to be local. */
  const residentAt = (address: string, among: Directory): Resident | undefined => {
    const name = named(address)
    return name === undefined ? undefined : among.resident(name.localPart, name.host)
  }

  /** The same for an address that may lie elsewhere. */
  const here = (address: string): Resident | undefined => {
    const name = named(address)
    return name !== undefined && directory.isLocal(name.host) ? residentAt(address, directory) : undefined
  }

  /** An entry of the settings, a user's name or an address, as an address. */
  const addressOf = (entry: string): string => {
    const name = parseMailbox(entry) === undefined ? named(entry) : undefined
    return name === undefined ? entry : formatMailbox(name)
  }

  const mailboxNamed = (user: string, quota: number): Place => ({
    kind: 'mailbox',
    user,
    address: addressOf(user),
    quota,
  })
  const userMailbox = ({ name, quota }: UserSettings): Place => mailboxNamed(name, quota)
  /** The mailbox for mail to the postmaster when nobody was named (RFC 5321 §4.5.1). */
  const postmasterMailbox = mailboxNamed('postmaster', 0)
  const mailboxOf = (resident: Resident | undefined): Place | undefined => {
    if (resident?.kind === 'user') return userMailbox(resident.user)
    return resident?.kind === 'postmaster' ? postmasterMailbox : undefined
  }

  /** Whether mail to that address ends at a list, over whatever aliases. `seen` is added to. */
  const leadsToList = (address: string, seen: Set<Resident>): boolean => {
    const resident = here(address)
    if (resident === undefined || seen.has(resident)) return false
    seen.add(resident)
    if (resident.kind === 'list') return true
    return resident.kind === 'alias' && resident.alias.to.some((entry) => leadsToList(entry, seen))
  }

  /**
   * The members of a list, as they stand there (rfc5321-3.9-04: nobody is left out); what leads to another list is opened,
   * once. `opened` is added to.
   */
  const membersOf = (entries: readonly string[], opened: Set<Resident>): readonly string[] =>
    entries.flatMap((entry) => {
      if (!leadsToList(entry, new Set())) return [addressOf(entry)]
      const resident = here(entry)
      if (resident === undefined || opened.has(resident)) return []
      opened.add(resident)
      if (resident.kind === 'list') return membersOf(resident.list.members, opened)
      return resident.kind === 'alias' ? membersOf(resident.alias.to, opened) : []
    })

  /** Where the postmaster's mail goes; never nowhere. */
  const postmaster = (chain: ReadonlySet<Resident>): Place => {
    const entry = settings.postmaster
    if (entry === undefined) return postmasterMailbox
    const address = addressOf(entry)
    const resident = here(address)
    if (resident?.kind === 'user') return userMailbox(resident.user)
    const local = directory.isLocal(named(address)?.host ?? { kind: 'domain', name: directory.primaryDomain })
    // A name that nobody has, or a circle: the mailbox of its own keeps the mail.
    if (local && (resident === undefined || resident.kind === 'postmaster' || chain.has(resident))) {
      return postmasterMailbox
    }
    return { kind: 'alias', into: [address] }
  }

  const place = (envelope: Envelope, recipient: Recipient): Place => {
    const ancestors = new Set(recipient.expandedFrom)
    const chain = new Set(
      envelope.recipients
        .filter((other) => ancestors.has(other.id))
        .map((other) => residentAt(other.address, directory))
        .filter((resident) => resident !== undefined),
    )
    const resident = residentAt(recipient.address, directory)
    if (resident === undefined) return { kind: 'nobody' }
    switch (resident.kind) {
      case 'postmaster':
        return postmaster(chain)
      case 'user':
        return userMailbox(resident.user)
      case 'alias': {
        // rfc5321-6.3-02: `alice: alice, alice@elsewhere` keeps a copy; a circle without a mailbox ends.
        if (chain.has(resident) || ancestors.size >= longestChain) {
          return mailboxOf(residentAt(recipient.address, mailboxes)) ?? { kind: 'loop' }
        }
        return { kind: 'alias', into: resident.alias.to.map(addressOf) }
      }
      default: {
        const into = membersOf(resident.list.members, new Set([resident]))
        // rfc5321-4.5.5-03: mail from nobody stays mail from nobody.
        const owner = envelope.reversePath === '' ? '' : addressOf(resident.list.owner)
        return { kind: 'list', into, owner }
      }
    }
  }

  return { place }
}
