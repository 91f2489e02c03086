/**
 * Domain names as routing compares and resolves them: lower case, A-labels, no trailing dot.
 *
 * Only names that DNS can be asked for come out; the address on the wire stays as its sender wrote it.
 */
import { domainToASCII } from 'node:url'

/** With the underscore, which no host name may have but some exchangers' names do. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * The name in the form that is compared and looked up (RFC 5321 §2.4: case-insensitive; RFC 6531 §3.2: A-labels).
 * Undefined when it is no domain name.
 */
export const canonicalDomain = (name: string): string | undefined => {
  const plain = name.endsWith('.') ? name.slice(0, -1) : name
  const ascii = /^[\x21-\x7e]*$/.test(plain) ? plain.toLowerCase() : domainToASCII(plain)
  if (ascii === '' || ascii.length > 255) return undefined
  return ascii.split('.').every((part) => label.test(part)) ? ascii : undefined
}

/** Whether two names are the same domain; a name that is none equals nothing. */
export const sameDomain = (one: string, other: string): boolean => {
  const canonical = canonicalDomain(one)
  return canonical !== undefined && canonical === canonicalDomain(other)
}
