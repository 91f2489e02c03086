/**
 * Asks DNS for what routing needs and gives the addresses to try for a destination, in order.
 *
 * MX first, addresses after (rfc5321-5.1-04); a literal asks nothing; of the smarthost and of the POP and IMAP service the
 * own address records are asked for, not the MX. What the answers mean is decided in `routing/mx.ts`.
 */
import { isIP } from 'node:net'
import type { Destination } from '../queue/contract.ts'
import type { Address, Ids, Lookup, Resolver } from '../ports.ts'
import { exchangersOf, targetsOf } from '../routing/mx.ts'
import type { DeadEnd, Exchanger, Targets } from '../routing/mx.ts'
import type { Settings } from '../settings/schema.ts'

/** Who we are to others: our names, and where our relay listeners answer. */
export interface Identity {
  readonly names: readonly string[]
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
}

export interface LookupParts {
  readonly resolver: Resolver
  readonly ids: Pick<Ids, 'fraction'>
}

export type Found = Targets | DeadEnd

/** The POP and IMAP service, where local mail that ends in a mailbox goes over LMTP; the queue knows nothing of it. */
export interface MailboxService {
  readonly kind: 'lmtp'
  readonly key: 'lmtp'
  readonly host: string
  readonly port: number
}

export type RemoteDestination = Exclude<Destination, { kind: 'local' | 'nowhere' }> | MailboxService

const withBrackets = (address: string, family: 4 | 6): string => (family === 4 ? `[${address}]` : `[IPv6:${address}]`)

const addressesOf = async (
  resolver: Resolver,
  exchangers: readonly Exchanger[],
): Promise<ReadonlyMap<string, Lookup<Address>>> =>
  new Map(await Promise.all(exchangers.map(async ({ name }) => [name, await resolver.addresses(name)] as const)))

const misconfigured = (reason: string): DeadEnd => ({
  kind: 'dead-end',
  soft: true,
  trouble: { status: '4.3.5', reason, radius: 'host' },
})

/** An address that is known already, as DNS would give it. */
const given = (name: string, address: string, family: 4 | 6): ReadonlyMap<string, Lookup<Address>> =>
  new Map([[name, { kind: 'found', records: [{ address, family }] }]])

/** A host that the settings name and that cannot be found is our own mistake: mail waits for its remedy. */
const findNamed = async (
  what: string,
  place: { readonly host: string; readonly port: number } | undefined,
  ipv6: boolean,
  ownAddresses: (port: number) => readonly string[],
  resolver: Resolver,
): Promise<Found> => {
  if (place === undefined) return misconfigured(`There is no ${what} any more.`)
  const { host, port } = place
  // RFC 6761 §6.3: that name is this machine, whatever a name server makes of it
  const address = host.toLowerCase() === 'localhost' ? '127.0.0.1' : host
  const family = isIP(address)
  const exchangers = [{ preference: 0, name: host }]
  const answers = family === 4 || family === 6 ? given(host, address, family) : await addressesOf(resolver, exchangers)
  const own = { names: [], addresses: ownAddresses(port) }
  const found = targetsOf(host, exchangers, answers, { own, refuseLoopback: false, ipv6 })
  return found.kind === 'dead-end' && !found.soft ? misconfigured(`The ${what} cannot be found.`) : found
}

export const findTargets = async (
  destination: RemoteDestination,
  settings: Pick<Settings, 'hostName' | 'outgoing'>,
  identity: Identity,
  { resolver, ids }: LookupParts,
): Promise<Found> => {
  const { outgoing } = settings
  const ownAddresses = (port: number): readonly string[] =>
    identity.endpoints.filter((endpoint) => endpoint.port === port).map(({ address }) => address)
  if (destination.kind === 'smarthost') {
    return await findNamed('smarthost', outgoing.smarthost, outgoing.ipv6, ownAddresses, resolver)
  }
  if (destination.kind === 'lmtp') {
    // Whether mail goes out over IPv6 says nothing of a service of our own.
    return await findNamed('POP and IMAP service', destination, true, ownAddresses, resolver)
  }

  const own = { names: [settings.hostName, ...identity.names], addresses: ownAddresses(outgoing.port) }
  const rules = { own, refuseLoopback: outgoing.refuseLoopback, ipv6: outgoing.ipv6 }
  if (destination.kind === 'literal') {
    const { address, family } = destination
    const name = withBrackets(address, family)
    return targetsOf(name, [{ preference: 0, name }], given(name, address, family), rules)
  }
  const { domain } = destination
  const read = exchangersOf(domain, await resolver.mx(domain), () => ids.fraction())
  if (read.kind === 'dead-end') return read
  return targetsOf(domain, read.exchangers, await addressesOf(resolver, read.exchangers), rules)
}
