/**
 * Base64 (RFC 4648 §4) as RFC 4954 §4 wants it: nothing but the alphabet, padding only at the end and complete.
 *
 * Decoding gives `undefined` for anything else; it never skips a character. Lengths are the caller's to bound.
 */
const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export function encodeBase64(octets: Uint8Array): string {
  let binary = ''
  for (const octet of octets) binary += String.fromCharCode(octet)
  return btoa(binary)
}

/** rfc4954-4-16, rfc4954-4-17 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!form.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
