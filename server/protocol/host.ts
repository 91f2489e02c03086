/**
 * What stands right of an `@`, and in EHLO: a domain name or an address literal (RFC 5321 §4.1.2 and §4.1.3, RFC 6531 §3.3).
 *
 * Domain names keep their spelling; U-labels are checked and can be turned into A-labels. Addresses are given in one
 * canonical form each (decimal without leading zeros, RFC 5952), so that equal addresses are equal strings. Whether a
 * name exists is for DNS, whether it is ours for policy.
 */
export type Host =
  | { readonly kind: 'domain'; /** As written. */ readonly name: string }
  | { readonly kind: 'ipv4'; /** `192.0.2.1` */ readonly address: string }
  | { readonly kind: 'ipv6'; /** RFC 5952: `2001:db8::1`, `::ffff:192.0.2.1` */ readonly address: string }
  /** A tagged literal; no tag is registered, so the parsers of this room never give one. rfc5321-4.1.3-04 */
  | { readonly kind: 'general'; readonly tag: string; readonly content: string }

const longestLabel = 63
const longestDomain = 255
const ldhLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
/** Letters, marks and digits; the joiners and points that IDNA2008 allows in context. */
const unicodeLabel =
  /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\u{b7}\u{375}\u{5f3}\u{5f4}\u{30fb}\p{Join_Control}-]*[\p{L}\p{M}\p{N}\u{5f3}\u{5f4}])?$/u

/** The A-label of a U-label, or `undefined` when it is none (RFC 5890 §2.3.2.1). rfc6531-3.3-02 */
function aceLabel(label: string): string | undefined {
  const lower = label.toLowerCase()
  if (!unicodeLabel.test(lower) || lower.normalize('NFKC') !== lower) return undefined
  // The URL standard's host parser does the Punycode, the bidi rule and the joiner rule; the second label keeps it from seeing a number.
  const host = URL.parse(`http://${lower}.x/`)?.hostname
  return host?.startsWith('xn--') === true ? host.slice(0, -2) : undefined
}

/** Lower case, A-labels; `undefined` when the name breaks the grammar. rfc5321-4.1.2-05, rfc5321-4.1.2-16 */
function canonicalDomain(name: string): string | undefined {
  const labels: string[] = []
  for (const label of name.split('.')) {
    const ace = ldhLabel.test(label) ? label.toLowerCase() : aceLabel(label)
    if (ace === undefined || ace.length > longestLabel) return undefined
    labels.push(ace)
  }
  const canonical = labels.join('.')
  return canonical.length <= longestDomain ? canonical : undefined
}

/** Decimal values 0–255, each of one to three digits, leading zeros without meaning (RFC 5321 §4.1.3 Snum). rfc5321-4.1.3-01 */
function readIpv4(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined
  const octets = text.split('.').map(Number)
  return octets.every((octet) => octet <= 255) ? octets : undefined
}

/** Sixteen-bit groups of one side of `::`; an IPv4 tail gives two. */
function readGroups(text: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const [a, b, c, d] = (mayEndInIpv4 && index === parts.length - 1 ? readIpv4(part) : undefined) ?? []
    if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined
    groups.push(a * 256 + b, c * 256 + d)
  }
  return groups
}

/** The eight groups of an RFC 4291 §2.2 text. `::` may stand for one group (erratum 4315). rfc5321-4.1.3-02, -03 */
function readIpv6(text: string): readonly number[] | undefined {
  const sides = text.split('::')
  const [before, after] = sides
  if (before === undefined || sides.length > 2) return undefined
  if (after === undefined) {
    const groups = readGroups(before, true)
    return groups?.length === 8 ? groups : undefined
  }
  const left = readGroups(before, false)
  const right = readGroups(after, true)
  if (left === undefined || right === undefined || left.length + right.length > 7) return undefined
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

/** RFC 5952 §4 and §5. */
function formatIpv6(groups: readonly number[]): string {
  const hex = groups.map((group) => group.toString(16))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const tail = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
    return `::ffff:${tail.join('.')}`
  }
  let best = { from: 0, length: 0 }
  for (let from = 0; from < groups.length; from++) {
    let length = 0
    while (groups[from + length] === 0) length++
    if (length > best.length) best = { from, length }
  }
  if (best.length < 2) return hex.join(':')
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`
}

/** The host in `text`, the whole of it: `there.example`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function parseHost(text: string): Host | undefined {
  if (!text.startsWith('[')) return canonicalDomain(text) === undefined ? undefined : { kind: 'domain', name: text }
  if (!text.endsWith(']')) return undefined
  const content = text.slice(1, -1)
  if (/^ipv6:/i.test(content)) {
    const groups = readIpv6(content.slice(5))
    return groups === undefined ? undefined : { kind: 'ipv6', address: formatIpv6(groups) }
  }
  const octets = readIpv4(content)
  return octets === undefined ? undefined : { kind: 'ipv4', address: octets.join('.') }
}

/** The name or literal as it goes on the wire: `there.example`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function hostText(host: Host): string {
  if (host.kind === 'domain') return host.name
  if (host.kind === 'ipv4') return `[${host.address}]`
  return host.kind === 'ipv6' ? `[IPv6:${host.address}]` : `[${host.tag}:${host.content}]`
}

/** Like `hostText`, in lower case and with A-labels: for DNS, for comparing, and for hops without SMTPUTF8. rfc6531-3.2-02 */
export function asciiHost(host: Host): string {
  if (host.kind !== 'domain') return hostText(host).toLowerCase()
  return canonicalDomain(host.name) ?? host.name.toLowerCase()
}

/** Case does not matter (rfc5321-2.4-06), nor whether a label is a U-label or its A-label (rfc6531-3.2-03). */
export function sameHost(a: Host, b: Host): boolean {
  return a.kind === b.kind && asciiHost(a) === asciiHost(b)
}
