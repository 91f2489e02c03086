/**
 * From DNS answers to the ordered list of addresses to try (RFC 5321 §5, RFC 7505), or to a verdict when there is none.
 *
 * Pure, in two steps, because address lookups come between: `exchangersOf` reads the MX answer, `targetsOf` puts the
 * exchangers' addresses in order. Lower preference first, random among equals, null MX and NXDOMAIN final, never
 * ourselves nor a worse exchanger. Asking DNS is delivery's job (`delivery/lookup.ts`).
 */
import { isIP } from 'node:net'
import type { Trouble } from '../message/envelope.ts'
import type { Address, Lookup, MxRecord } from '../ports.ts'
import { canonicalAddress, isLoopback } from './address.ts'
import { canonicalDomain } from './domain.ts'

/** A host to ask for addresses. */
export interface Exchanger {
  readonly preference: number
  readonly name: string
}

/** One address to try. `name` is the exchanger's, or a literal in brackets. */
export interface Target {
  readonly name: string
  readonly address: string
  readonly family: 4 | 6
}

/** There is nothing to try: for now (`soft`), or ever. */
export interface DeadEnd {
  readonly kind: 'dead-end'
  readonly soft: boolean
  readonly trouble: Trouble
}

/** Who we are, so that mail never comes back to us. */
export interface Own {
  /** Host names of ours. */
  readonly names: readonly string[]
  /** Addresses at which we ourselves answer on the port that exchangers are asked on. */
  readonly addresses: readonly string[]
}

export interface Targets {
  readonly kind: 'targets'
  readonly targets: readonly Target[]
  /** Why a better exchanger is missing for now: whatever the others say, the mail may yet go there. */
  readonly missing?: DeadEnd
}

export interface TargetRules {
  readonly own: Own
  /** An exchanger on a loopback address is ourselves. */
  readonly refuseLoopback: boolean
  readonly ipv6: boolean
}

/** So many exchangers are looked up, and so many addresses tried, at most (rfc5321-5.1-15); §5.1 wants two at least. */
export const mostTargets = 32

const deadEnd = (soft: boolean, status: string, reason: string): DeadEnd => ({
  kind: 'dead-end',
  soft,
  trouble: { status, reason, radius: 'host' },
})

const shuffled = <T>(items: readonly T[], fraction: () => number): readonly T[] =>
  items
    .map((item) => ({ item, rank: fraction() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item)

/**
 * The exchangers of a domain by preference, equal ones in random order; `implicit` when the domain has no MX and its own
 * address records count as an exchanger of preference 0.
 */
export const exchangersOf = (
  domain: string,
  answer: Lookup<MxRecord>,
  fraction: () => number,
): { readonly kind: 'exchangers'; readonly exchangers: readonly Exchanger[]; readonly implicit: boolean } | DeadEnd => {
  switch (answer.kind) {
    case 'failed': // rfc5321-5.1-07, rfc3463-3.5-03
      return deadEnd(
        true,
        '4.4.3',
        `The name server could not tell the mail exchangers of ${domain}: ${answer.reason}.`,
      )
    case 'no-such-name': // rfc5321-5.1-06
      return deadEnd(false, '5.1.2', `There is no domain ${domain}.`)
    case 'none': // rfc5321-5.1-08
      return { kind: 'exchangers', exchangers: [{ preference: 0, name: domain }], implicit: true }
    case 'found':
      break
  }
  if (answer.records.length === 0) {
    return { kind: 'exchangers', exchangers: [{ preference: 0, name: domain }], implicit: true }
  }
  if (answer.records.length === 1 && answer.records[0]?.exchange === '') {
    // rfc7505-3-01, rfc7505-4.1-01: fails at once, its address records are not looked at
    return deadEnd(false, '5.1.10', `${domain} does not accept mail (null MX).`)
  }
  const exchangers = answer.records.flatMap(({ preference, exchange }) => {
    const name = canonicalDomain(exchange) // rfc7505-3-03: `.` beside others is left out; so is an IP address
    return name === undefined || isIP(name) !== 0 ? [] : [{ preference, name }]
  })
  // rfc5321-5.1-16, rfc5321-5.1-17: a stable sort of a shuffled list is random among equals only
  const ordered = [...shuffled(exchangers, fraction)].sort((one, other) => one.preference - other.preference)
  const seen = new Set<string>()
  const distinct = ordered.filter(({ name }) => !seen.has(name) && seen.add(name))
  return { kind: 'exchangers', exchangers: distinct.slice(0, mostTargets), implicit: false }
}

/** Takes turns between the families, each in the resolver's order, so that no bound cuts one off (rfc5321-5.2-01). */
const alternating = (addresses: readonly Address[]): readonly Address[] => {
  const six = addresses.filter(({ family }) => family === 6)
  const four = addresses.filter(({ family }) => family === 4) // rfc5321-5.1-18
  return Array.from({ length: Math.max(six.length, four.length) }, (_, at) => [six[at], four[at]])
    .flat()
    .filter((address) => address !== undefined)
}

/** The addresses of these hosts, host by host; what the addresses of `answers` cannot give is left out. */
export const targetsOf = (
  domain: string,
  exchangers: readonly Exchanger[],
  answers: ReadonlyMap<string, Lookup<Address>>,
  rules: TargetRules,
): Targets | DeadEnd => {
  const ownNames = new Set(rules.own.names.map((name) => canonicalDomain(name)))
  const ownAddresses = new Set(rules.own.addresses.map(canonicalAddress))
  const isOurs = ({ address }: Address): boolean =>
    ownAddresses.has(canonicalAddress(address)) || (rules.refuseLoopback && isLoopback(address))
  const addressesOf = (name: string): readonly Address[] => {
    const answer = answers.get(name)
    return answer?.kind === 'found' ? answer.records : []
  }

  // rfc5321-5.1-19, rfc5321-5.1-20: our own preference, and all that is not better, drops out
  const limit = Math.min(
    ...exchangers
      .filter(({ name }) => ownNames.has(name) || addressesOf(name).some(isOurs))
      .map(({ preference }) => preference),
    Number.POSITIVE_INFINITY,
  )
  const better = exchangers.filter(({ preference }) => preference < limit)
  const targets = better.flatMap(({ name }) =>
    alternating(addressesOf(name))
      .filter(({ family }) => rules.ipv6 || family === 4)
      .map(({ address, family }) => ({ name, address, family })),
  )
  const unanswered = better.find(({ name }) => answers.get(name)?.kind === 'failed')
  // rfc5321-5.1-07
  const missing =
    unanswered && deadEnd(true, '4.4.3', `The name server could not tell the addresses of ${unanswered.name}.`)
  if (targets.length > 0) {
    return { kind: 'targets', targets: targets.slice(0, mostTargets), ...(missing !== undefined && { missing }) }
  }
  if (missing !== undefined) return missing
  if (limit !== Number.POSITIVE_INFINITY) {
    return deadEnd(false, '5.4.6', `Mail for ${domain} leads back to this server.`) // rfc5321-5.1-21
  }
  // rfc5321-5.1-09, rfc5321-5.1-10, rfc3463-3.5-04
  return deadEnd(false, '5.4.4', `${domain} has no mail exchanger with a usable address.`)
}
