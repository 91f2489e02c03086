/**
 * Text of others, made fit to stand in a notification: reply lines, addresses and names (RFC 3464 §2.1.2, RFC 6533 §3).
 *
 * Whatever goes in, no result holds a line end or another control character, so that nobody can write fields of ours.
 */
import { encodeUnitext, isAscii } from '../protocol/text.ts'

/** Characters of an address or name that are shown; far beyond what the wire allows, and within one line. */
const longestValue = 900

/** Printable text: control characters become `?`; without `utf8` everything beyond ASCII does too. */
export const printable = (text: string, utf8: boolean): string => {
  const shown = text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, '?')
  return utf8 ? shown : shown.replace(/[^\x20-\x7e]/gu, '?')
}

/**
 * An address and its type as Original-Recipient and Final-Recipient show them, otherwise unaltered (rfc3461-9.1-01).
 * An address beyond ASCII has the type utf-8, escaped where the field must be ASCII (rfc6533-3-06, rfc6533-3-08).
 */
export const typedAddress = (
  given: { readonly type: string; readonly address: string },
  separator: ';' | '; ',
  utf8: boolean,
): string => {
  const utf8Type = !isAscii(given.address) || given.type.toLowerCase() === 'utf-8'
  const type = utf8Type ? 'utf-8' : printable(given.type, false)
  // rfc6533-3-07: nothing is refused or mended here for its syntax.
  const address =
    utf8Type && !utf8 ? encodeUnitext(given.address.toWellFormed(), false) : printable(given.address, utf8Type)
  return `${type}${separator}${address}`.slice(0, longestValue)
}

/** Breaks a line before it grows past 78 characters; words keep the spaces before them, so unfolding gives the same text. */
const brokenLine = (whole: string): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of whole.match(/ *[^ ]+/g) ?? []) {
    if (line.trim() !== '' && word.startsWith(' ') && line.length + word.length > 78) {
      lines.push(line)
      line = word
    } else {
      line += word
    }
  }
  return [...lines, line]
}

/**
 * A field whose value may have several lines, each on a line of its own and folded where it is long, ended with CRLF.
 * Values must be printable already.
 */
export const foldedField = (name: string, ...values: readonly string[]): string =>
  `${values.flatMap((value, index) => brokenLine(index === 0 ? `${name}: ${value}` : ` ${value}`)).join('\r\n')}\r\n`

/** A paragraph broken into lines of at most 72 characters, each indented; a longer word stays whole. */
export const paragraph = (value: string, indent = ''): string => {
  const lines: string[] = []
  let line = ''
  for (const word of value.split(' ').filter((each) => each !== '')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > 72) {
      lines.push(`${indent}${line}`)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return `${[...lines, `${indent}${line}`].join('\r\n')}\r\n`
}
