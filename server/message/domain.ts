/**
 * Domain names and address literals as header fields show them (RFC 5321 §4.1.2, §4.1.3, RFC 6531 §3.7).
 *
 * What cannot be shown by the grammar gives undefined; the caller decides what stands there instead.
 * Which names are accepted on the wire is `protocol/path`'s job, not this file's.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'

const asciiDomain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
const unicodeDomain =
  /^[a-z0-9\u0080-\u{10ffff}][a-z0-9\u0080-\u{10ffff}-]*(?:\.[a-z0-9\u0080-\u{10ffff}][a-z0-9\u0080-\u{10ffff}-]*)*$/iu
const generalLiteral = /^\[[a-z0-9-]*[a-z0-9]:[\x21-\x5a\x5e-\x7e]+\]$/i

/** Octets that a domain may have (RFC 5321 §4.5.3.1.2). */
const longestDomain = 255

/** Whether the text is a Domain of RFC 5321 §4.1.2, in ASCII. */
export const isDomain = (text: string): boolean => text.length <= longestDomain && asciiDomain.test(text)

/**
 * The domain name as a field may show it: U-labels where UTF-8 is allowed, else A-labels (rfc6531-3.7-01).
 * Undefined when the text is no domain name.
 */
export const shownDomain = (text: string, utf8: boolean): string | undefined => {
  if (text.length > longestDomain) return undefined
  if (asciiDomain.test(text)) {
    if (!utf8 || !/(?:^|\.)xn--/i.test(text)) return text
    const unicode = domainToUnicode(text)
    return unicodeDomain.test(unicode) ? unicode : text
  }
  if (!unicodeDomain.test(text)) return undefined
  const ascii = domainToASCII(text)
  if (!isDomain(ascii)) return undefined
  return utf8 ? text : ascii
}

/** An IP address as a literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`; a v4-mapped one is shown as IPv4. */
export const addressLiteral = (address: string): string | undefined => {
  const plain = address.replace(/%.*$/s, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain
  if (isIPv4(mapped)) return `[${mapped}]`
  return isIPv6(mapped) ? `[IPv6:${mapped}]` : undefined
}

/** Whether the text, brackets included, is an address literal of RFC 5321 §4.1.3. */
export const isAddressLiteral = (text: string): boolean => {
  if (text.length > longestDomain || !text.startsWith('[') || !text.endsWith(']')) return false
  const inner = text.slice(1, -1)
  if (/^IPv6:/i.test(inner)) return isIPv6(inner.slice(5)) && !inner.includes('%')
  return isIP(inner) === 4 || generalLiteral.test(text)
}
