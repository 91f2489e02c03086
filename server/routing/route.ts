/**
 * Where the mail of an address goes: to us, to the smarthost, to a domain's exchangers, to a literal, or nowhere.
 *
 * Pure: an address and the settings in, a `Destination` out. Only the part right of the `@` counts; the local-part is
 * never given a meaning (rfc5321-2.3.11-01), so `user%far@here` is a matter of `here` alone, and names are never
 * completed (rfc5321-5.1-03). Whether the address may be used at all was policy's question when it came in.
 */
import type { Destination } from '../queue/contract.ts'
import type { Settings } from '../settings/schema.ts'
import { parseMailbox } from '../protocol/path.ts'
import { canonicalAddress } from './address.ts'
import { canonicalDomain, sameDomain } from './domain.ts'

/** What routing reads of the settings. */
export type RoutingSettings = Pick<Settings, 'hostName' | 'incoming' | 'outgoing' | 'mailboxes'>

const nowhere = (address: string, status: string, reason: string): Destination => ({
  kind: 'nowhere',
  key: `nowhere ${address}`,
  status,
  reason,
})

/**
 * `address` is `local-part@domain` as on the wire, or `postmaster`. `ownAddresses` are the IP addresses that the server
 * is reached at: a literal of one of them is a local domain.
 */
export const route = (address: string, settings: RoutingSettings, ownAddresses: readonly string[]): Destination => {
  const here: Destination = { kind: 'local', key: settings.mailboxes.lmtp === undefined ? 'local' : 'lmtp' }
  if (!address.includes('@')) {
    return address.toLowerCase() === 'postmaster'
      ? here // rfc5321-4.5.1: postmaster without a domain is always ours
      : nowhere(address, '5.1.3', 'The address has no domain.') // rfc5321-5.1-02, rfc5321-2.3.5-03: never completed
  }
  const mailbox = parseMailbox(address)
  if (mailbox === undefined) return nowhere(address, '5.1.3', 'The address is not well formed.')
  const { host } = mailbox

  if (host.kind === 'general') {
    return nowhere(address, '5.1.2', `Address literals of the kind ${host.tag} lead nowhere.`)
  }
  if (host.kind !== 'domain') {
    const literal = canonicalAddress(host.address)
    if (ownAddresses.some((own) => canonicalAddress(own) === literal)) return here
    if (settings.outgoing.smarthost !== undefined) return { kind: 'smarthost', key: 'smarthost' }
    // rfc5321-4.1.3-05: straight to that address, no DNS
    return { kind: 'literal', key: `[${literal}]`, address: literal, family: host.kind === 'ipv4' ? 4 : 6 }
  }

  const domain = canonicalDomain(host.name)
  if (domain === undefined) return nowhere(address, '5.1.2', 'The domain is not a name that DNS can be asked for.')
  const local = [...settings.incoming.domains, settings.hostName]
  if (local.some((name) => sameDomain(name, domain))) return here
  const relayed = settings.incoming.relayDomains.some((name) => sameDomain(name, domain))
  if (settings.outgoing.smarthost !== undefined && !relayed) return { kind: 'smarthost', key: 'smarthost' }
  return { kind: 'domain', key: domain, domain }
}
