/**
 * IP addresses as routing compares them: one spelling for each, and which of them are this very machine.
 */
import { isIPv4, isIPv6 } from 'node:net'

const mappedPrefix = '::ffff:'

/**
 * The one spelling of an address: IPv6 in lower case and shortest form, a v4-mapped one as IPv4, no zone.
 * Text that is no address comes back as it is, so that it equals nothing but itself.
 */
export const canonicalAddress = (address: string): string => {
  if (!isIPv6(address)) return address
  const host = new URL(`http://[${address.replace(/%.*$/s, '')}]/`).hostname.slice(1, -1)
  if (!host.startsWith(mappedPrefix)) return host
  const [high = 0, low = 0] = host
    .slice(mappedPrefix.length)
    .split(':')
    .map((part) => Number.parseInt(part, 16))
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Whether packets to that address never leave the machine: 127.0.0.0/8, ::1, and the unspecified addresses. */
export const isLoopback = (address: string): boolean => {
  const canonical = canonicalAddress(address)
  if (isIPv4(canonical)) return canonical.startsWith('127.') || canonical.startsWith('0.')
  return canonical === '::1' || canonical === '::'
}
