/**
 * Lists of hosts as an administrator writes them: addresses (`192.0.2.7`, `2001:db8::7`), networks (`192.0.2.0/24`,
 * `192.0.2.*`) and names (`host.example`, `*.example`).
 *
 * Matching is on the binary form, so that spelling does not matter; an IPv4 address that arrives mapped into IPv6
 * (`::ffff:192.0.2.7`, as dual-stack sockets report it) counts as the IPv4 address that it is. What cannot be parsed
 * matches nothing: a typing mistake may shut somebody out, never let somebody in. Names are not looked up here: they are
 * compared with the name that whoever asks has confirmed.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { domainMatches } from './patterns.ts'

/** An address or network in binary: 4 or 16 octets, of which the first `bits` bits count. */
export interface Network {
  readonly octets: readonly number[]
  readonly bits: number
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const

const isMapped = (octets: readonly number[]): boolean =>
  octets.length === 16 && mappedPrefix.every((octet, index) => octets[index] === octet)

const ipv4Octets = (text: string): readonly number[] => text.split('.').map(Number)

/** The octets of `a:b:c` (a part of an IPv6 address without `::`), an IPv4 tail included. */
const groupOctets = (text: string): readonly number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (group.includes('.')) return ipv4Octets(group)
        const value = Number.parseInt(group, 16)
        return [value >> 8, value & 0xff]
      })

const ipv6Octets = (text: string): readonly number[] => {
  const [head = '', tail] = text.split('::')
  const before = groupOctets(head)
  if (tail === undefined) return before
  const after = groupOctets(tail)
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after]
}

/** The octets of an IP address: 4 for IPv4 and for IPv4 mapped into IPv6, else 16; undefined when it is none. */
export const parseAddress = (text: string): readonly number[] | undefined => {
  if (isIPv4(text)) return ipv4Octets(text)
  // A link-local address carries its interface behind a `%`: it is no part of the address.
  const plain = text.replace(/%.*$/s, '')
  if (!isIPv6(plain)) return undefined
  const octets = ipv6Octets(plain)
  return isMapped(octets) ? octets.slice(12) : octets
}

/** A network of whole octets: `10.*.*.*`, `192.168.1.*`. rfc2505-2.1-05 */
const parseStarred = (text: string): Network | undefined => {
  const parts = text.split('.')
  const fixed = parts.findIndex((part) => part === '*')
  if (parts.length !== 4 || fixed < 1 || !parts.slice(fixed).every((part) => part === '*')) return undefined
  const address = parts.map((part) => (part === '*' ? '0' : part)).join('.')
  return isIPv4(address) ? { octets: ipv4Octets(address), bits: fixed * 8 } : undefined
}

/** `ADDRESS`, `ADDRESS/BITS` or stars for octets; undefined when it is none. Bits set beyond the prefix are ignored. */
export const parseNetwork = (text: string): Network | undefined => {
  if (text.includes('*')) return parseStarred(text)
  const slash = text.indexOf('/')
  if (slash === -1) {
    const octets = parseAddress(text)
    return octets === undefined ? undefined : { octets, bits: octets.length * 8 }
  }
  const address = text.slice(0, slash)
  const length = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(length) || address.includes('%')) return undefined
  const bits = Number(length)
  if (isIPv4(address)) return bits > 32 ? undefined : { octets: ipv4Octets(address), bits }
  if (!isIPv6(address) || bits > 128) return undefined
  const octets = ipv6Octets(address)
  // `::ffff:192.0.2.0/120` is `192.0.2.0/24`; a shorter prefix is a network of IPv6, to which no IPv4 host belongs.
  return isMapped(octets) && bits >= 96 ? { octets: octets.slice(12), bits: bits - 96 } : { octets, bits }
}

/** Whether the address (as `parseAddress` gave it) lies in the network. */
export const contains = (network: Network, address: readonly number[]): boolean => {
  if (address.length !== network.octets.length) return false
  const whole = network.bits >> 3
  for (let index = 0; index < whole; index += 1) {
    if (address[index] !== network.octets[index]) return false
  }
  const rest = network.bits & 7
  if (rest === 0) return true
  const mask = (0xff << (8 - rest)) & 0xff
  return ((address[whole] ?? 0) & mask) === ((network.octets[whole] ?? 0) & mask)
}

/** Whether an entry is the name of a host, or of many. */
const isName = (text: string): boolean =>
  parseNetwork(text) === undefined && /[a-z\u0080-\uffff]/i.test(text) && !text.includes(':')

export interface HostList {
  /** Whether this host belongs to it; `name` only where its owner and its address agree on it. */
  has(address: string, name?: string): boolean
  /** Names stand in it: without one, not everything can be told. */
  readonly names: boolean
}

/** A list made ready for questions. */
export const hostList = (texts: readonly string[]): HostList => {
  const networks = texts.map(parseNetwork).filter((network) => network !== undefined)
  const patterns = texts.filter(isName)
  return {
    names: patterns.length > 0,
    has: (text, name) => {
      if (name !== undefined && patterns.some((pattern) => domainMatches(pattern, name))) return true
      if (networks.length === 0) return false
      const address = parseAddress(text)
      return address !== undefined && networks.some((network) => contains(network, address))
    },
  }
}
