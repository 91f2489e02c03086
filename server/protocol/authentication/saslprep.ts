/**
 * SASLprep (RFC 4013) for names and passwords: what must compare equal becomes equal, what must not occur is refused.
 *
 * Mapping, NFKC and the tables of prohibited characters are complete; unassigned code points are allowed, as for a query
 * string (RFC 5802 §5.1), and the rule on mixed writing directions is left out. Stored passwords must be prepared in the
 * same way before they are hashed, or the two sides will not meet.
 */

/** RFC 3454 table C.1.2: spaces that are not ASCII. */
const otherSpaces = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/gu

/** RFC 3454 table B.1: commonly mapped to nothing. */
const nothing = /\u00AD|\u034F|\u1806|[\u180B-\u180D]|[\u200B-\u200D]|\u2060|[\uFE00-\uFE0F]|\uFEFF/gu

/** RFC 3454 tables C.2 to C.9: controls, private use, noncharacters, surrogates, not plain text, tags. */
const prohibited =
  /\p{Cc}|\p{Co}|\p{Cs}|\p{Noncharacter_Code_Point}|[\u06DD\u070F\u180E\u200E\u200F\u2028-\u202E\u2061-\u2063\u206A-\u206F\u2FF0-\u2FFB\uFFF9-\uFFFD\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u

/** The prepared text, which may be empty; `undefined` when it holds a prohibited character. rfc4616-2-07, rfc4616-2-08 */
export function saslprep(text: string): string | undefined {
  const mapped = text.replaceAll(otherSpaces, ' ').replaceAll(nothing, '').normalize('NFKC')
  return prohibited.test(mapped) ? undefined : mapped
}

/** A name or password that must hold something; `undefined` when it does not. rfc4616-2-03, rfc4954-4-21 */
export function prepared(text: string): string | undefined {
  const result = saslprep(text)
  return result === '' ? undefined : result
}

/** UTF-8 to text, strictly; `undefined` for octets that are no UTF-8. rfc4616-2-04 */
export function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    return undefined
  }
}
