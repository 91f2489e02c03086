/**
 * Makes text from outside safe to show: in the journal, in a reply, on a console.
 *
 * Whatever comes in, only the octets 0x20–0x7e come out, so nobody can forge a line, colour a terminal or hide a NUL.
 * Every other octet, and the backslash itself, becomes `\xNN` (CR and LF the shorter `\r` and `\n`). The form can be
 * read back octet by octet, which is how a log reader finds a UTF-8 address again (rfc6531-5-01).
 */
const cutMark = '[...]'

function escaped(octet: number): string {
  if (octet === 0x0d) return '\\r'
  if (octet === 0x0a) return '\\n'
  if (octet === 0x5c || octet < 0x20 || octet > 0x7e) return `\\x${octet.toString(16).padStart(2, '0')}`
  return String.fromCharCode(octet)
}

/**
 * The printable form of text or octets, at most `maximum` characters long; what is longer ends in `[...]`, and an
 * escape is never cut in two. Text counts as its UTF-8 octets.
 */
export function printable(text: string | Uint8Array, maximum = 200): string {
  // An octet gives at least one character, so there is never a need to look at more than `maximum` + 1 of them.
  const octets = typeof text === 'string' ? new TextEncoder().encode(text.slice(0, maximum + 1)) : text
  const limit = Math.max(maximum, cutMark.length)
  let shown = ''
  let cutAt = 0
  for (const octet of octets) {
    shown += escaped(octet)
    if (shown.length <= limit - cutMark.length) cutAt = shown.length
    if (shown.length > limit) return shown.slice(0, cutAt) + cutMark
  }
  return shown
}

/** Whether the text would come out of `printable` without any of its octets escaped, the backslash apart. */
export function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
