/**
 * A look at address fields of a header section (RFC 5322 §3.4), for whoever thinks of changing a message: are the
 * addresses in them well formed and fully qualified?
 *
 * A look and no parser: comments and quoted strings are set aside, then every `@` must stand between a local-part and a
 * domain with a dot or a literal. What holds no `@` (names, groups) is not judged. Work is linear in the text.
 */

/** What is wrong with an address field: an `@` that belongs to no address, or a domain that is one label only. */
export type AddressFault = 'malformed' | 'unqualified'

const localPart = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]$/u
const domain = /^(?:\[[^\]\s]*\]|[A-Za-z0-9_\u{80}-\u{10ffff}-]+(?:\.[A-Za-z0-9_\u{80}-\u{10ffff}-]+)*)(?=[\s>,;]|$)/u

/** The text without comments (RFC 5322 §3.2.2, they nest), each quoted string replaced by `q`. */
const bare = (text: string): string => {
  let out = ''
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') at += 1
    else if (quoted) quoted = character !== '"'
    else if (depth > 0) depth += character === '(' ? 1 : character === ')' ? -1 : 0
    else if (character === '(') depth = 1
    else if (character === '"') {
      quoted = true
      out += 'q'
    } else out += character
  }
  return out
}

/** The first fault of an unfolded field value; undefined when there is none. */
export const addressFault = (value: string): AddressFault | undefined => {
  const text = bare(value)
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const after = domain.exec(text.slice(at + 1, at + 512).trimStart())?.[0]
    if (after === undefined || !localPart.test(text.slice(Math.max(0, at - 64), at).trimEnd())) return 'malformed'
    if (!after.startsWith('[') && !after.includes('.')) return 'unqualified'
  }
  return undefined
}
