/**
 * Text at the edge of the wire: octets to strings and back, xtext (RFC 3461 §4), unitext (RFC 6533 §3), and the escaping
 * that makes foreign text fit for a reply, a log or a terminal.
 *
 * Everything here is a total function: what cannot be decoded gives `undefined`, nothing throws.
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** The text of well-formed UTF-8 (no overlong forms, no surrogates), or `undefined`. rfc6531-3.3-01 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** How many UTF-16 units from the start of `text` fit into so many octets of UTF-8, no character cut in two. */
export function unitsWithin(text: string, octets: number): number {
  return encoder.encodeInto(text, new Uint8Array(octets)).read
}

/** One character an octet: for octets that are ASCII, or that are escaped right after. */
export function decodeOctets(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}

/** All characters are US-ASCII, control characters included. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

/** The text holds no C0 control character and no DEL (RFC 5321 §4.1.2). */
export function hasNoControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return false
  }
  return true
}

function escaped(character: string): string {
  let text = ''
  for (const octet of encoder.encode(character)) text += `\\x${octet.toString(16).padStart(2, '0')}`
  return text
}

/** Printable ASCII and HT stay; every other character becomes the `\xHH` of its UTF-8 octets. rfc5321-4.2-05 */
export function printable(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e]/gu, escaped)
}

/** Like `printable`, but keeps what a Unicode terminal shows harmlessly: no controls, formats, surrogates, line separators. */
export function printableUnicode(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\t' ? character : escaped(character),
  )
}

/**
 * The text that xtext stands for (RFC 3461 §4): `+HH` with upper-case digits, no `+`, `=`, space or control outside of it.
 * `undefined` for bad xtext; also for an escape above 7F, which no use of xtext in SMTP allows. With `utf8`, characters
 * beyond ASCII stand for themselves (RFC 6531 §3.3). rfc3461-4-01
 */
export function decodeXtext(xtext: string, utf8 = false): string | undefined {
  if (!/^(?:[!-*,-<>-~\u{80}-\u{10ffff}]|\+[0-7][0-9A-F])*$/u.test(xtext)) return undefined
  if (!utf8 && !isAscii(xtext)) return undefined
  return xtext.replaceAll(/\+(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** `text` must be ASCII; escapes `+`, `=` and what is not 33–126. rfc3461-4-02, rfc5321-4.1.2-04 */
export function encodeXtext(text: string): string {
  return text.replaceAll(
    /[^!-*,-<>-~]/g,
    (character) => `+${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/**
 * The address that an ORCPT of type `utf-8` stands for (RFC 6533 §3): `\x{HEX}` for a character, ASCII controls, space,
 * `\`, `+` and `=` only so. `undefined` when malformed. rfc6533-3-02, rfc6533-3-03
 */
export function decodeUnitext(unitext: string): string | undefined {
  if (!/^(?:[!-*,-<>-[\]-~\u{80}-\u{10ffff}]|\\x\{[0-9A-Fa-f]{2,6}\})+$/u.test(unitext)) return undefined
  let fault = false
  const text = unitext.replaceAll(/\\x\{(.+?)\}/g, (_, digits: string) => {
    const point = Number.parseInt(digits, 16)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      fault = true
      return ''
    }
    return String.fromCodePoint(point)
  })
  return fault ? undefined : text
}

/** `native`: the next hop offers SMTPUTF8, so only what ORCPT forbids is escaped. rfc6533-3-04, rfc6533-3-05 */
export function encodeUnitext(text: string, native: boolean): string {
  const forbidden = native ? /[^!-*,-<>-[\]-~\u{80}-\u{10ffff}]/gu : /[^!-*,-<>-[\]-~]/gu
  return text.replaceAll(
    forbidden,
    (character) => `\\x{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}}`,
  )
}
