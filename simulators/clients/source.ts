/**
 * Which address of this machine a client comes from: the one that was asked for, where it can reach the server from there.
 */
import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const isLoopback = (host: string): boolean => {
  if (host === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** Options of `net.connect` for a connection to `host`: a loopback address reaches loopback only, so elsewhere the system chooses. */
export const comingFrom = (source: string | undefined, host: string): { readonly localAddress?: string } =>
  source === undefined || (isLoopback(source) && !isLoopback(host)) ? {} : { localAddress: source }
