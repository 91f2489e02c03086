/**
 * The reply lint: what is wrong with the replies of a server, whatever was asked of it (RFC 5321 §4.2, RFC 2034 §4).
 *
 * One conversation in, deviations out; pure. It is sure or silent: where a rule depends on what the client said (is this the
 * reply to EHLO?) it judges only what can be told from the order of the octets. Whether a deviation fails a scenario is
 * the caller's decision; the level and the requirement say how grave it is.
 */

/** What one side said, in order, as the simulators record it; `!` marks events. */
export interface Heard {
  readonly side: 'C' | 'S' | '!'
  readonly bytes: Uint8Array
  readonly note?: string
}

export type LintRule =
  | 'form'
  | 'one code'
  | 'last line'
  | 'line length'
  | 'ASCII'
  | 'class'
  | 'one enhanced code'
  | 'enhanced code missing'
  | 'enhanced code out of place'
  | 'bare code'
  | 'names'
  | 'leak'

export interface Deviation {
  readonly rule: LintRule
  readonly level: 'must' | 'should'
  /** The row of `fixtures/requirements` that it departs from. */
  readonly requirement: string
  /** The reply, its line ends shown as `⏎`. */
  readonly reply: string
}

/** How grave each rule is, and where it stands. What leaks is our policy (no RFC numbers it). */
export const lintRules: Readonly<Record<LintRule, Pick<Deviation, 'level' | 'requirement'>>> = {
  form: { level: 'must', requirement: 'rfc5321-4.2-12' },
  'one code': { level: 'must', requirement: 'rfc5321-4.2.1-07' },
  'last line': { level: 'should', requirement: 'rfc5321-4.2.1-05' },
  'line length': { level: 'must', requirement: 'rfc5321-4.5.3.1.5-01' },
  ASCII: { level: 'must', requirement: 'rfc5321-4.2-05' },
  class: { level: 'must', requirement: 'rfc2034-4-04' },
  'one enhanced code': { level: 'must', requirement: 'rfc2034-4-05' },
  'enhanced code missing': { level: 'must', requirement: 'rfc2034-4-01' },
  'enhanced code out of place': { level: 'must', requirement: 'rfc2034-4-02' },
  'bare code': { level: 'should', requirement: 'rfc5321-4.2-09' },
  names: { level: 'should', requirement: 'rfc5321-4.3.1-03' },
  leak: { level: 'must', requirement: 'mail-service-60' },
}

/** RFC 5321 §4.5.3.1.5, CRLF included. */
const longestLine = 512

/** What no stranger needs to know: paths of files, traces, modules, the engine and its version. */
const leaks: readonly RegExp[] = [
  /(?:^|[\s"'(=])\/(?:home|root|tmp|var|usr|etc|opt|srv|work|Users)\//,
  /\b[A-Za-z]:\\/,
  /\bnode:[a-z]|\bNode(?:\.js)?[ /]v?\d|node_modules/i,
  /\b[\w-]+\.[cm]?[jt]s:\d+/,
  /^\s*at \S+ \(/,
  /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|AssertionError)\b/,
  /\bSQLITE_|\b(?:SELECT|INSERT|UPDATE) .*\b(?:FROM|INTO|SET)\b/,
  /\[object Object\]|\bundefined\b|\bNaN\b/,
]

interface Line {
  /** With its line end. */
  readonly whole: string
  readonly code: string
  readonly separator: string
  readonly text: string
}

interface ReplySeen {
  readonly lines: readonly Line[]
  /** The first of the conversation. */
  readonly greeting: boolean
  /** The client's last words were EHLO or HELO alone, or had one among others: then not every reply can be told apart. */
  readonly hello: 'alone' | 'among others' | 'none'
  /** VRFY or EXPN was asked under SMTPUTF8, or 251 or 551 told in a transaction under it: such replies may hold UTF-8 (RFC 6531 §3.7.4). */
  readonly mayBeUtf8: boolean
}

const enhancedOf = (text: string): string | undefined => /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(text)?.[1]

const readLine = (whole: string): Line => {
  const match = /^(\d{3})(?:([ -])([^]*?))?\r?\n$/.exec(whole)
  return { whole, code: match?.[1] ?? '', separator: match?.[2] ?? '', text: match?.[3] ?? '' }
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const helloIn = (turn: string): ReplySeen['hello'] => {
  if (/^(?:EHLO|HELO)\b[^\n]*\n$/i.test(turn)) return 'alone'
  return /^(?:EHLO|HELO)\b/im.test(turn) ? 'among others' : 'none'
}

/** The replies of a conversation in their order, with what of the client's words could change how they are judged. */
const repliesOf = (spoken: readonly Heard[]): readonly ReplySeen[] => {
  const seen: ReplySeen[] = []
  let rest = ''
  let lines: Line[] = []
  let turn = ''
  let international = false
  let before: 'C' | 'S' | undefined
  for (const { side, bytes } of spoken) {
    if (side === '!') continue
    if (side === 'C') {
      const said = latin(bytes)
      turn = before === 'S' ? said : turn + said
      const mail = said.match(/^MAIL FROM:.*$/gim)?.at(-1)
      if (mail !== undefined) international = / SMTPUTF8\b/i.test(mail)
    } else {
      rest += latin(bytes)
      for (let end = rest.indexOf('\n') + 1; end > 0; end = rest.indexOf('\n') + 1) {
        const line = readLine(rest.slice(0, end))
        rest = rest.slice(end)
        lines.push(line)
        if (line.separator === '-') continue
        const asked = /^(?:VRFY|EXPN) .*SMTPUTF8\r?$/im.test(turn)
        const mayBeUtf8 = asked || (international && /^[25]51$/.test(line.code))
        seen.push({ lines, greeting: seen.length === 0, hello: helloIn(turn), mayBeUtf8 })
        lines = []
      }
    }
    before = side
  }
  return seen
}

/** Surely the good reply to EHLO or HELO. */
const isHello = ({ lines, greeting, hello }: ReplySeen): boolean => {
  if (greeting || lines[0]?.code !== '250') return false
  return hello === 'alone' || (hello === 'among others' && lines.length > 1 && enhancedOf(lines[0].text) === undefined)
}

/** What is wrong with the octets of one reply, whatever it answers. */
const formOf = ({ lines, mayBeUtf8 }: ReplySeen): readonly LintRule[] => {
  const rules: LintRule[] = []
  const codes = new Set(lines.map(({ code }) => code))
  if (lines.some(({ whole, code }) => !/^[2-5][0-5]\d$/.test(code) || !whole.endsWith('\r\n'))) rules.push('form')
  if (codes.size > 1) rules.push('one code')
  // A challenge is as long as its method needs it to be (RFC 4954 §4).
  if (lines.some(({ whole, code }) => whole.length > longestLine && code !== '334')) rules.push('line length')
  if (lines.some(({ text }) => !/^[\t\x20-\x7e]*$/.test(mayBeUtf8 ? text.replaceAll(/[\x80-\xff]/g, '') : text)))
    rules.push('ASCII')
  if (lines.at(-1)?.separator === '') rules.push('last line')
  if (lines.every(({ text, code }) => text.trim() === '' && code !== '334')) rules.push('bare code')
  if (lines.some(({ text, code }) => code !== '334' && leaks.some((leak) => leak.test(text)))) rules.push('leak')
  return rules
}

/** What is wrong with its enhanced codes; `offered` tells whether ENHANCEDSTATUSCODES has been. */
const enhancedFaults = (reply: ReplySeen, offered: boolean): readonly LintRule[] => {
  const { lines, greeting, hello } = reply
  const code = lines[0]?.code ?? ''
  const statuses = lines.map(({ text }) => enhancedOf(text))
  const [first] = statuses
  if (code.startsWith('3')) return first === undefined || code === '334' ? [] : ['enhanced code out of place']
  const rules: LintRule[] = []
  if (statuses.some((status) => status !== undefined && status[0] !== code[0])) rules.push('class')
  if (greeting || isHello(reply)) {
    if (first !== undefined) rules.push('enhanced code out of place')
    return rules
  }
  if (statuses.some((status) => status !== first)) rules.push('one enhanced code')
  else if (offered && first === undefined && hello === 'none') rules.push('enhanced code missing')
  return rules
}

const firstWord = (reply: ReplySeen | undefined): string | undefined =>
  reply?.lines[0]?.text.split(' ')[0]?.toLowerCase()

/** Every deviation of the server in one conversation, in order; the same rule broken by the same reply is told once. */
export const lint = (spoken: readonly Heard[]): readonly Deviation[] => {
  const replies = repliesOf(spoken)
  const deviations: Deviation[] = []
  const told = new Set<string>()
  let offered = false
  for (const reply of replies) {
    const rules = [...formOf(reply), ...enhancedFaults(reply, offered)]
    if (isHello(reply) && replies[0]?.lines[0]?.code === '220' && firstWord(reply) !== firstWord(replies[0]))
      rules.push('names')
    if (isHello(reply)) offered ||= reply.lines.some(({ text }) => /^ENHANCEDSTATUSCODES\s*$/i.test(text))
    const shown = reply.lines.map(({ whole }) => whole.replaceAll(/\r?\n/g, '⏎')).join('')
    for (const rule of rules) {
      if (told.has(`${rule} ${shown}`)) continue
      told.add(`${rule} ${shown}`)
      deviations.push({ rule, ...lintRules[rule], reply: shown })
    }
  }
  return deviations
}

/** One line of text a deviation, for evidence. */
export const deviationText = ({ rule, level, requirement, reply }: Deviation): string =>
  `${level.toUpperCase()} ${rule} (${requirement}): ${reply}`
