/**
 * Reading a Received field by the grammar of RFC 5321 §4.4, as strictly as it stands there: clauses in their order, an
 * address literal only with TCP-info after it, a date of RFC 5322 with a numeric zone. Comments may stand between clauses.
 * Where only single clauses matter, a literal may stand alone, the cipher of TLS right after the protocol, and a zone of old
 * times (`GMT`) in the date.
 */
import { isDate } from './notification-lint.ts'

/** Clause name to value; `tcp` is the TCP-info after FROM, `date` what stands after the semicolon. */
export type Trace = Readonly<Record<string, string>>

const label = '[A-Za-z0-9\u{80}-\u{ff}](?:[A-Za-z0-9\u{80}-\u{ff}-]*[A-Za-z0-9\u{80}-\u{ff}])?'
const domain = `${label}(?:\\.${label})*`
const literal = '\\[(?:IPv6:[0-9A-Fa-f:.]+|[0-9.]+|[A-Za-z0-9-]+:[!-Z^-~]+)\\]'
const comment = '(?: \\((?:[^()\\\\]|\\\\.)*\\))*?'
const mailbox = '(?:"(?:[^"\\\\]|\\\\.)*"|[^<>@"\\s]+)@[^<>@;\\s]+'
/** A path, with its route if it came with one, or a mailbox without brackets. */
const path = `(?:<(?:@${domain}(?:,@${domain})*:)?${mailbox}>|${mailbox})`

const form = new RegExp(
  `^from (?<from>${domain}|${literal})(?: \\((?<tcp>(?:${domain} )?${literal})\\))?${comment}` +
    ` by (?<by>${domain}|${literal}(?= \\())${comment}` +
    `(?: via (?<via>[A-Za-z0-9-]+))?${comment}` +
    `(?: with (?<with>[A-Za-z0-9-]+))?${comment}` +
    `(?: tls (?<early>TLS_[A-Z0-9_]+))?${comment}` +
    `(?: id (?<id>[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+|<[^<>\\s]+@[^<>\\s]+>))?${comment}` +
    `(?: for (?<for>${path}))?${comment}` +
    `(?: tls (?<tls>TLS_[A-Z0-9_]+))?${comment}; (?<date>.+)$`,
  'u',
)

/** RFC 3848 and RFC 6531 §4.3, and what RFC 5321 names. */
const protocols = /^(?:SMTP|ESMTPS?A?|UTF8SMTPS?A?|LMTPS?A?|UTF8LMTPS?A?)$/

/** `value` unfolded, white space single; a sentence when it does not keep to the grammar, or cannot be read at all. */
export const readTrace = (value: string, how: 'strictly' | 'for its clauses'): Trace | string => {
  const text = value.replaceAll(/[ \t]+/g, ' ').trim()
  const groups = form.exec(text)?.groups
  if (groups === undefined) return `no Received field by the grammar: ${text}`
  const { early, ...clauses } = groups
  if (how === 'strictly') {
    if (groups['from']?.startsWith('[') === true && groups['tcp'] === undefined)
      return `a literal without TCP-info: ${text}`
    if (early !== undefined) return `the clauses are not in their order: ${text}`
  }
  const date = groups['date'] ?? ''
  const read = how === 'strictly' ? date : date.replace(/ GMT$/, ' +0000')
  if (!isDate(read)) return `no date: ${date}`
  if (!protocols.test((groups['with'] ?? '').toUpperCase())) return `no registered protocol: ${groups['with'] ?? ''}`
  if (early !== undefined) clauses['tls'] ??= early
  return Object.fromEntries(Object.entries(clauses).filter(([, found]) => found !== undefined))
}
