/**
 * The settings of a mail service read as other products need them: who lives here under which full address, what leads
 * elsewhere, who may relay. Every target that renders settings into a product's own configuration starts from this.
 *
 * What a product has no setting for is found by `beyond`, so that a scenario about it is "not applicable" instead of
 * a failure of a server that was never told.
 */
import { readFile } from 'node:fs/promises'
import { BlockList, isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import { settingsSchema } from '../server/settings/schema.ts'
import type { Settings, SettingsDocument } from '../server/settings/schema.ts'
import { NotApplicable } from './faults.ts'

/** Most products are told their host's official name, and do not start, or name themselves otherwise, with another. */
export const isFullyQualified = (hostName: string): boolean => !/^localhost(?:\.|$)|^[^.]+$/.test(hostName)

export interface House {
  readonly settings: Settings
  /** Domains whose addresses are ours, the host's own name among them; the first is the one that bare names belong to. */
  readonly domains: readonly string[]
  /** Full address, in lower case, to the name of the mailbox. */
  readonly mailboxes: ReadonlyMap<string, string>
  /** Full address, in lower case, to full addresses here or elsewhere. */
  readonly redirects: ReadonlyMap<string, readonly string[]>
  /** Full address, in lower case, to the users whose own it is: their mailboxes, and what leads to one of these. */
  readonly owners: ReadonlyMap<string, readonly string[]>
  /** Neither a method of authentication nor a trusted host is set: anybody may relay. */
  readonly openRelay: boolean
}

/** The certificate that the settings name, or else one that is made; PEM, with its key. */
export const certificateOf = async (
  { tls }: Settings,
  otherwise: () => Promise<{ readonly cert: string; readonly key: string }>,
): Promise<{ readonly cert: string; readonly key: string }> =>
  tls.certificate === undefined || tls.key === undefined
    ? otherwise()
    : { cert: await readFile(tls.certificate, 'utf8'), key: await readFile(tls.key, 'utf8') }

const flatten = (value: unknown, place: string, into: Map<string, string>): ReadonlyMap<string, string> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(inner, place === '' ? name : `${place}.${name}`, into)
  } else into.set(place, JSON.stringify(value) ?? '')
  return into
}

/** Every field of settings by its dotted name, its value as JSON. */
export const fieldsOf = (settings: object): ReadonlyMap<string, string> => flatten(settings, '', new Map())

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')

/** Whether an address lies in one of the networks (`10.0.0.0/8`, `::1`); without a prefix, each is one address. */
export const isWithin = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const all = family(address) === 'ipv4' ? 32 : 128
    list.addSubnet(address, bits === undefined ? all : Number(bits), family(address))
  }
  return (address) => list.check(address, family(address))
}

/** The fields whose value is not the default and which none of the names (or groups of them) covers. */
export const beyond = (settings: Settings, known: readonly string[]): readonly string[] => {
  const given = fieldsOf(settings)
  const usual = fieldsOf(settingsSchema.parse({}))
  const covered = (place: string): boolean => known.some((name) => place === name || place.startsWith(`${name}.`))
  return [...given].filter(([place, value]) => usual.get(place) !== value && !covered(place)).map(([place]) => place)
}

/** Throws `NotApplicable` where the settings say something that the product has no setting for. */
export const houseOf = (document: SettingsDocument, known: readonly string[]): House => {
  const settings = settingsSchema.parse(document)
  if (settings.users.some(({ quota }) => quota > 0)) throw new NotApplicable('has no quota for a user here')
  if (settings.users.some(({ password }) => password === undefined))
    throw new NotApplicable('keeps passwords in a form of its own')
  if (settings.aliases.some(({ moved }) => moved !== 'silently'))
    throw new NotApplicable('has no setting here that tells senders of a new address')
  if (!settings.incoming.internationalHeaders) throw new NotApplicable('knows no readers of mail who read no UTF-8')
  if (settings.relay.trustedHosts.some((host) => /[*a-z]/i.test(host) && !host.includes(':')))
    throw new NotApplicable('is told trusted hosts by their addresses and networks here')
  const unknown = beyond(settings, known)
  if (unknown.length > 0) throw new NotApplicable(`has no setting like ${unknown.join(', ')}`)
  const { hostName, incoming, users, aliases, postmaster, authentication, relay } = settings
  const domains = [...new Set([...incoming.domains, hostName].map((name) => domainToASCII(name).toLowerCase()))]
  const everywhere = (address: string): readonly string[] =>
    address.includes('@') ? [address.toLowerCase()] : domains.map((domain) => `${address.toLowerCase()}@${domain}`)
  const full = (address: string): string => (address.includes('@') ? address : `${address}@${domains[0] ?? hostName}`)
  const mailboxes = new Map<string, string>()
  const redirects = new Map<string, readonly string[]>()
  for (const { address, to } of aliases) for (const name of everywhere(address)) redirects.set(name, to.map(full))
  for (const { name, addresses } of users)
    for (const address of [name, ...addresses].flatMap(everywhere))
      if (!redirects.has(address)) mailboxes.set(address, name)
  for (const address of ['postmaster', 'abuse'].flatMap(everywhere)) {
    if (redirects.has(address) || mailboxes.has(address)) continue
    if (postmaster === undefined) mailboxes.set(address, 'postmaster')
    else redirects.set(address, [full(postmaster)])
  }
  const userAt = (address: string): readonly string[] => {
    const name = mailboxes.get(address)
    return name !== undefined && users.some((user) => user.name === name) ? [name] : []
  }
  const owners = new Map(
    [...mailboxes.keys(), ...redirects.keys()]
      .map((address) => [address, (redirects.get(address) ?? [address]).flatMap(userAt)] as const)
      .filter(([, names]) => names.length > 0),
  )
  return {
    settings,
    domains,
    mailboxes,
    redirects,
    owners,
    openRelay: authentication.methods.length === 0 && relay.trustedHosts.length === 0,
  }
}

/** The name before the at-sign as mailboxes have it: quotes are only a way of writing (RFC 5321 §4.1.2). */
export const localPartOf = (address: string): string => {
  const written = address.slice(0, address.lastIndexOf('@'))
  const plain = written.startsWith('"') ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written
  return plain.toLowerCase()
}
