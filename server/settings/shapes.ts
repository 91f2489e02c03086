/**
 * The shapes of names and addresses as settings write them: domains, networks, hosts with ports, mail addresses.
 *
 * Only what a settings file needs to be checked; the grammar of the wire is `protocol/path`.
 */
import { BlockList, isIP, isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'

/** A domain name of letters, digits and hyphens (RFC 1035 §2.3.1), or with U-labels that map to such (RFC 5890). */
export function isDomainName(text: string): boolean {
  const ascii = /^[\x20-\x7e]*$/.test(text) ? text : domainToASCII(text)
  return (
    ascii.length > 0 &&
    ascii.length <= 253 &&
    isIP(ascii) === 0 &&
    ascii.split('.').every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  )
}

/** `[192.0.2.7]` or `[IPv6:2001:db8::7]` (RFC 5321 §4.1.3). */
export function isAddressLiteral(text: string): boolean {
  const inside = /^\[(?:(IPv6:)?([0-9A-Fa-f.:]+))\]$/i.exec(text)
  return inside !== null && isIP(inside[2] ?? '') === (inside[1] === undefined ? 4 : 6)
}

export interface Network {
  readonly address: string
  readonly family: 4 | 6
  readonly prefix: number
}

/** `192.0.2.7`, `192.0.2.0/24`, `192.0.2.*`, `2001:db8::/32`; undefined when it is none of them. */
export function networkOf(text: string): Network | undefined {
  const starred = /^(\d{1,3}(?:\.\d{1,3}){0,2})((?:\.\*){1,3})$/.exec(text)
  const [, fixed = '', stars = ''] = starred ?? []
  if (starred !== null) {
    const address = fixed + '.0'.repeat(stars.length / 2)
    return isIP(address) === 4 ? { address, family: 4, prefix: 32 - 4 * stars.length } : undefined
  }
  const parts = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text)
  const address = parts?.[1] ?? ''
  const family = isIP(address)
  if (family !== 4 && family !== 6) return undefined
  const longest = family === 4 ? 32 : 128
  const prefix = parts?.[2] === undefined ? longest : Number(parts[2])
  return prefix <= longest ? { address, family, prefix } : undefined
}

/** 127.0.0.0/8 and ::1, also in the clothes of IPv6 (::ffff:127.0.0.1). */
export function isLoopback(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  return loopback.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** `0.0.0.0` and `::`. */
export function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || (isIP(address) === 6 && /^[0:]+$/.test(address))
}

export interface HostAndPort {
  readonly host: string
  readonly port?: number
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`; the host is an IP address. */
export function addressAndPortOf(text: string): HostAndPort | undefined {
  if (isIP(text) !== 0) return { host: text }
  const parts = /^(?:\[([0-9A-Fa-f.:]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text)
  const host = parts?.[1] ?? parts?.[2] ?? ''
  const port = Number(parts?.[3])
  if (isIP(host) === 0 || port > 65_535) return undefined
  return parts?.[1] === undefined && !isIPv4(host) ? undefined : { host, port }
}

export interface MailAddress {
  readonly localPart: string
  /** Absent where the local-part stands alone (valid at every local domain). */
  readonly domain?: string
}

/** `local-part` or `local-part@domain`; undefined when it is neither. Quotes round a local-part are taken off. */
export function mailAddressOf(text: string): MailAddress | undefined {
  const parts = /^("(?:[^"\\]|\\.)+"|[^\s@"<>,;:\\()[\]]+)(?:@(.+))?$/u.exec(text)
  const written = parts?.[1]
  const domain = parts?.[2]
  if (written === undefined || hasControl(text)) return undefined
  if (domain !== undefined && !isDomainName(domain) && !isAddressLiteral(domain)) return undefined
  const localPart = written.startsWith('"') ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written
  if (!written.startsWith('"') && !/^[^.]+(?:\.[^.]+)*$/.test(written)) return undefined
  return domain === undefined ? { localPart } : { localPart, domain }
}

/** Whether two names of one machine or mailbox are the same: the case of letters does not count. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

export function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
