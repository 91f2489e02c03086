/**
 * Servers that are already there: how their address is written, whether it is on this machine, and what is owed to those
 * that are not. `smtpspec probe` and `smtpspec verify --target host:…` share it.
 *
 * Only loopback is spoken to without `--i-am-authorised`; elsewhere one at a time, at a pace that harms nobody.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { usageFault } from './usage.ts'

export interface FarEndpoint {
  readonly host: string
  readonly port: number
}

/** Between two probes, or two sessions, of a server that is not on loopback. */
export const pauseMilliseconds = 1000

/** `mail.example:25`, `mail.example` (port 25), `[::1]:2525`, `127.0.0.1:2525`. */
export function endpointOf(text: string, what: string): FarEndpoint {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = parts?.[1] ?? parts?.[2] ?? ''
  const port = Number(parts?.[3] ?? '25')
  if (host === '' || port < 1 || port > 65_535) throw usageFault(`${what} is HOST:PORT or [IPv6]:PORT, not "${text}"`)
  return { host, port }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Judged by the address that will be connected to, not by its name. */
export const isLoopback = (address: string): boolean => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/** The address of a host; undefined when its name has none. */
export const addressOf = async (host: string): Promise<string | undefined> => {
  if (isIP(host) !== 0) return host
  try {
    return (await lookup(host)).address
  } catch {
    return undefined
  }
}

/** Throws a usage fault for a server elsewhere that nobody said may be spoken to; tells whether it is elsewhere. */
export const farWithLeave = (server: string, address: string, doing: string, leave: boolean): boolean => {
  const far = !isLoopback(address)
  if (far && !leave)
    throw usageFault(
      `${server} is not on this machine: ${doing} somebody's server without leave is an attack. With leave, say --i-am-authorised`,
    )
  return far
}
