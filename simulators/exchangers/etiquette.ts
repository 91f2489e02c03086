/**
 * What a mail exchanger can hold against its client: pure judgements of single lines, paths, parameters and contents.
 *
 * Each returns the violations in words, none when all is well. They are written from RFC 5321, 6152, 3030, 1870, 3461,
 * 6531 and 4954, apart from the server under test, so that a shared misreading does not hide.
 */
import { isAscii } from 'node:buffer'
import { isIPv4, isIPv6 } from 'node:net'

/** RFC 5321 §4.5.3.1.4: octets of a command line with its CRLF. */
const COMMAND_LINE = 512
/** RFC 5321 §4.5.3.1.6: octets of a text line with its CRLF. */
const TEXT_LINE = 1000
/** RFC 4954 §4: octets of the AUTH command and of each line of its exchange. */
const AUTH_LINE = 12_288
/** By how much an offered extension lengthens the command line: RFC 1870, 6152, 6531, 4954, and DSN generously. */
const LONGER: Readonly<Record<string, number>> = { SIZE: 26, '8BITMIME': 17, SMTPUTF8: 10, AUTH: 500, DSN: 640 }

const OFFERED_BY: Readonly<Record<'MAIL' | 'RCPT', Readonly<Record<string, string>>>> = {
  MAIL: { SIZE: 'SIZE', BODY: '8BITMIME', SMTPUTF8: 'SMTPUTF8', RET: 'DSN', ENVID: 'DSN', AUTH: 'AUTH' },
  RCPT: { NOTIFY: 'DSN', ORCPT: 'DSN' },
}

export interface ArgumentParts {
  /** Without the brackets, as it was sent. */
  readonly path: string
  /** Upper-case keyword to value, `''` where it has none. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Splits `FROM:<a@b.example> SIZE=10`; undefined when there is no bracketed path. Brackets inside quotes do not count. */
export function partsOf(argument: string, word: 'FROM' | 'TO'): ArgumentParts | undefined {
  const match = /^(FROM|TO):\s*<((?:"(?:\\.|[^"\\])*"|[^">])*)>(?:\s+(.*\S))?\s*$/i.exec(argument)
  if (match === null || match[1]?.toUpperCase() !== word) return undefined
  const parameters: Record<string, string> = {}
  for (const one of match[3]?.split(/\s+/) ?? []) {
    const equals = one.indexOf('=')
    const keyword = equals < 0 ? one : one.slice(0, equals)
    parameters[keyword.toUpperCase()] = equals < 0 ? '' : one.slice(equals + 1)
  }
  return { path: match[2] ?? '', parameters }
}

/** Line ends, control characters and length of one command line, given with its line end. */
export function lineViolations(line: Buffer, offered: ReadonlySet<string>, isAuth: boolean): readonly string[] {
  const text = line.toString('latin1')
  const violations: string[] = []
  if (!text.endsWith('\r\n')) violations.push('a command line ended with a bare LF')
  if (/[\r\n]/.test(text.replace(/\r?\n$/, ''))) violations.push('a bare CR stood in a command line')
  if (text.includes('\0')) violations.push('a NUL stood in a command line')
  let limit = isAuth || /^AUTH\b/i.test(text) ? AUTH_LINE : COMMAND_LINE
  if (/^(?:MAIL|RCPT)\b/i.test(text)) for (const name of offered) limit += LONGER[name] ?? 0
  if (line.length > limit) violations.push(`a command line had ${line.length} octets, ${limit} are allowed`)
  if (!isAuth && /[ \t]\r?\n$/.test(text)) violations.push('a command line ended with a blank')
  return violations
}

/** RFC 5321 §4.1.1.1: a fully qualified domain name, or an address literal where there is none. */
export function helloViolations(name: string): readonly string[] {
  if (isAddressLiteral(name)) return []
  if (!isDomain(name)) return [`"${name}" is neither a domain name nor an address literal`]
  return name.includes('.') ? [] : [`"${name}" is not fully qualified`]
}

/** Syntax and length of a reverse-path or forward-path, and whether it needs SMTPUTF8. */
export function pathViolations(path: string, word: 'FROM' | 'TO', utf8: boolean): readonly string[] {
  if (path === '') return word === 'FROM' ? [] : ['RCPT had an empty path']
  const violations: string[] = []
  const mailbox = path.replace(/^@[^:]*:/, '')
  const at = mailbox.lastIndexOf('@')
  const local = at < 0 ? mailbox : mailbox.slice(0, at)
  const domain = at < 0 ? '' : mailbox.slice(at + 1)
  if (!utf8 && /[\u0080-\u{10ffff}]/u.test(path)) violations.push(`<${path}> has non-ASCII letters without SMTPUTF8`)
  const atom = utf8 ? /^[^\s"(),:;<>@[\\\]]+$/u : /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}.]+$/u
  const dotString = atom.test(local) && !/^\.|\.\.|\.$/.test(local)
  const quoted = /^"(?:\\[ -~]|[^"\\\p{Cc}])*"$/u.test(local)
  if (!dotString && !quoted) violations.push(`<${path}>: the local part is not valid`)
  const bare = at < 0 && word === 'TO' && /^postmaster$/i.test(mailbox)
  if (!bare && !isAddressLiteral(domain) && !isDomain(domain, utf8)) {
    violations.push(`<${path}>: the domain is not valid`)
  }
  if (Buffer.byteLength(local) > 64) violations.push(`<${path}>: the local part has more than 64 octets`)
  if (Buffer.byteLength(domain) > 255) violations.push(`<${path}>: the domain has more than 255 octets`)
  if (Buffer.byteLength(path) > 254) violations.push(`<${path}>: the path has more than 256 octets`)
  return violations
}

/** Parameters of extensions that were not offered, and values that make no sense. */
export function parameterViolations(
  verb: 'MAIL' | 'RCPT',
  parameters: Readonly<Record<string, string>>,
  offered: ReadonlySet<string>,
): readonly string[] {
  const violations: string[] = []
  for (const [keyword, value] of Object.entries(parameters)) {
    const extension = value.toUpperCase() === 'BINARYMIME' ? 'BINARYMIME' : OFFERED_BY[verb][keyword]
    if (extension === undefined || !offered.has(extension)) violations.push(`${verb} ${keyword} was not offered`)
    if (keyword === 'SIZE' && !/^\d{1,20}$/.test(value)) violations.push(`SIZE=${value} is not a number`)
    if (keyword === 'BODY' && !/^(?:7BIT|8BITMIME|BINARYMIME)$/i.test(value))
      violations.push(`BODY=${value} is unknown`)
    if (keyword === 'RET' && !/^(?:FULL|HDRS)$/i.test(value)) violations.push(`RET=${value} is unknown`)
    if (
      keyword === 'NOTIFY' &&
      !/^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i.test(value)
    ) {
      violations.push(`NOTIFY=${value} is unknown`)
    }
    if (keyword === 'ORCPT' && !/^[\w-]+;.+$/.test(value)) violations.push(`ORCPT=${value} has no address type`)
  }
  return violations
}

/** Content as it came, transparency removed: line ends, line length, eighth bit, and the size that was announced. */
export function contentViolations(
  content: Buffer,
  by: 'DATA' | 'BDAT',
  parameters: Readonly<Record<string, string>>,
): readonly string[] {
  const violations: string[] = []
  const body = parameters['BODY']?.toUpperCase() ?? '7BIT'
  if (body === 'BINARYMIME' && by === 'DATA') violations.push('BODY=BINARYMIME was sent with DATA')
  if (body !== 'BINARYMIME') {
    let bareLf = false
    let longest = 0
    let start = 0
    for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) {
      bareLf ||= content[at - 1] !== 13
      longest = Math.max(longest, at + 1 - start)
      start = at + 1
    }
    let bareCr = false
    for (let at = content.indexOf(13); at >= 0 && !bareCr; at = content.indexOf(13, at + 1))
      bareCr = content[at + 1] !== 10
    if (bareLf) violations.push('a bare LF stood in the content')
    if (bareCr) violations.push('a bare CR stood in the content')
    longest = Math.max(longest, content.length - start)
    if (longest > TEXT_LINE) violations.push(`a line of the content had ${longest} octets, ${TEXT_LINE} are allowed`)
    if (content.includes(0)) violations.push('a NUL stood in the content')
  }
  if (body === '7BIT' && !isAscii(content)) violations.push('8-bit content without BODY=8BITMIME')
  const declared = parameters['SIZE']
  if (declared !== undefined && content.length > Number(declared)) {
    violations.push(`SIZE=${declared} announced, ${content.length} octets came`)
  }
  return violations
}

function isDomain(name: string, utf8 = false): boolean {
  const label = utf8
    ? /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u
    : /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
  return name.length <= 255 && name.split('.').every((part) => label.test(part) && Buffer.byteLength(part) <= 63)
}

function isAddressLiteral(name: string): boolean {
  const inside = /^\[(.*)\]$/.exec(name)?.[1]
  if (inside === undefined) return false
  return isIPv4(inside) || (/^IPv6:/i.test(inside) && isIPv6(inside.slice(5)))
}
