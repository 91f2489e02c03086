/**
 * What is wrong with a notification, judged from its octets: RFC 3464, RFC 6522, RFC 6533 and the rules of RFC 5322 for
 * whoever generates a message. Every notification that a scenario looks at is looked through here; none means in order.
 *
 * Splits by itself and trusts no library, so that a lenient reader cannot hide a fault.
 */
import { fieldsOf } from './content.ts'

export interface Part {
  /** Content type in lower case, without parameters. */
  readonly type: string
  readonly parameters: string
  readonly encoding: string
  readonly body: string
}

type Fields = readonly { readonly name: string; readonly value: string }[]

const valuesOf = (fields: Fields, name: string): readonly string[] =>
  fields.filter((field) => field.name.toLowerCase() === name).map(({ value }) => value)

const latin = (raw: Uint8Array): string => Buffer.from(raw).toString('latin1')

/** Quoted, or a token (RFC 2045 §5.1). */
const boundaryOf = (raw: Uint8Array): string | undefined => {
  const form = /;\s*boundary=(?:"([^"]{1,70})"|([A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,70}))/i
  const found = form.exec(valuesOf(fieldsOf(raw), 'content-type')[0] ?? '')
  return found?.[1] ?? found?.[2]
}

/** The parts of a multipart message, each with its own header read. */
export const partsOf = (raw: Uint8Array): readonly Part[] => {
  const boundary = boundaryOf(raw)
  if (boundary === undefined) return []
  const text = latin(raw)
  const pieces = text.slice(text.indexOf('\r\n\r\n')).split(`\r\n--${boundary}`)
  return pieces.slice(1, -1).map((piece) => {
    const [head = '', ...rest] = piece.slice(2).split('\r\n\r\n')
    const fields = fieldsOf(Buffer.from(`${head}\r\n\r\n`, 'latin1'))
    const [type = '', ...parameters] = (valuesOf(fields, 'content-type')[0] ?? 'text/plain').split(';')
    const encoding = valuesOf(fields, 'content-transfer-encoding')[0] ?? '7bit'
    return { type: type.toLowerCase(), parameters: parameters.join(';'), encoding, body: rest.join('\r\n\r\n') }
  })
}

const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
const dateForm =
  /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat), (\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}) \d\d:[0-5]\d:[0-6]\d [+-]\d\d[0-5]\d(?: \([A-Za-z0-9 :+-]+\))?$/

/** RFC 5322 §3.3: no obsolete form, a numeric zone (a comment may name it), and the day of the week that it was. */
export const isDate = (text: string): boolean => {
  const found = dateForm.exec(text)
  return found !== null && days[new Date(`${found[2] ?? ''} 12:00 UTC`).getUTCDay()] === found[1]
}

const messageNames: ReadonlySet<string> = new Set([
  'original-envelope-id',
  'reporting-mta',
  'received-from-mta',
  'arrival-date',
])
const recipientNames: ReadonlySet<string> = new Set([
  'original-recipient',
  'final-recipient',
  'action',
  'status',
  'remote-mta',
  'diagnostic-code',
  'last-attempt-date',
  'final-log-id',
  'will-retry-until',
])
const classes: Readonly<Record<string, RegExp>> = {
  failed: /^[45]\./,
  delayed: /^4\./,
  delivered: /^2\./,
  relayed: /^2\./,
  expanded: /^2\./,
}
const fullName = /^dns; ?(?:\[[^\]]+\]|(?:[A-Za-z0-9\u{80}-\u{ff}-]+\.)+[A-Za-z0-9\u{80}-\u{ff}-]+)$/u

/** Each name once and of the given ones, or of our own making. */
const namesFaults = (fields: Fields, known: ReadonlySet<string>): readonly string[] => {
  const names = fields.map(({ name }) => name.toLowerCase())
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} stands twice`),
    ...names
      .filter((name) => !known.has(name) && !name.startsWith('x-'))
      .map((name) => `${name} is not registered here`),
  ]
}

const when = (wrong: boolean, words: string): readonly string[] => (wrong ? [words] : [])

const recipientFaults = (fields: Fields): readonly string[] => {
  const one = (name: string): string | undefined => valuesOf(fields, name)[0]
  const action = one('action') ?? ''
  const status = one('status') ?? ''
  const diagnostic = one('diagnostic-code')
  const remote = one('remote-mta')
  const dates = [one('last-attempt-date'), one('will-retry-until')].filter((date) => date !== undefined)
  return [
    ...namesFaults(fields, recipientNames),
    ...when(!/^(?:rfc822|utf-8); ?\S/i.test(one('final-recipient') ?? ''), 'Final-Recipient is missing or has no type'),
    ...when(classes[action] === undefined, `the action is "${action}"`),
    ...when(!/^[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})$/.test(status), `the status is "${status}"`),
    ...when(classes[action]?.test(status) === false, `${action} and ${status} do not fit`),
    ...when(remote !== undefined && !fullName.test(remote), `Remote-MTA is "${remote ?? ''}"`),
    ...when(
      diagnostic !== undefined && !/^smtp; ?[2-5]\d\d[ -]/.test(diagnostic),
      `the diagnostic is "${diagnostic ?? ''}"`,
    ),
    ...when(diagnostic !== undefined && remote === undefined, 'a diagnostic without the host that gave it'),
    ...when((one('will-retry-until') !== undefined) !== (action === 'delayed'), 'Will-Retry-Until is for delays'),
    ...when(!dates.every(isDate), `one of the dates ${dates.join(', ')} is not in order`),
  ]
}

const statusFaults = (part: Part): readonly string[] => {
  const [message = [], ...recipients] = part.body
    .replace(/(?:\r\n)+$/, '')
    .split('\r\n\r\n')
    .map((block) => fieldsOf(Buffer.from(`${block}\r\n\r\n`, 'latin1')))
  const one = (name: string): string | undefined => valuesOf(message, name)[0]
  const [reporting = '', from, arrival = ''] = [one('reporting-mta'), one('received-from-mta'), one('arrival-date')]
  return [
    ...namesFaults(message, messageNames),
    ...when(
      !fullName.test(reporting) && !/^x-local-hostname; ?[^. ]+$/.test(reporting),
      `Reporting-MTA is "${reporting}"`,
    ),
    ...when(
      from !== undefined && !/^dns; ?\S+ \(\[[0-9A-Za-z.:]+\]\)$/.test(from),
      `Received-From-MTA is "${from ?? ''}"`,
    ),
    ...when(!isDate(arrival), `the arrival date is "${arrival}"`),
    ...when(recipients.length === 0, 'no recipient is reported'),
    ...recipients.flatMap(recipientFaults),
  ]
}

const plainTypes: ReadonlySet<string> = new Set(['message/rfc822', 'text/rfc822-headers'])
const globalTypes: ReadonlySet<string> = new Set([...plainTypes, 'message/global', 'message/global-headers'])

const partsFaults = (raw: Uint8Array, reportType: string): readonly string[] => {
  const parts = partsOf(raw)
  const [words, status, returned] = parts
  if (words === undefined || status === undefined) return [`it has ${parts.length} part(s)`]
  const global = reportType === 'global-delivery-status'
  return [
    ...when(parts.length > 3, `it has ${parts.length} parts`),
    ...when(words.type !== 'text/plain' || words.body.trim() === '', 'the first part is nothing that people can read'),
    ...when(
      status.type !== `message/${reportType}`,
      `the report type is ${reportType}, the second part ${status.type}`,
    ),
    ...when(status.encoding !== (global ? '8bit' : '7bit'), `the second part is encoded as ${status.encoding}`),
    ...when(returned !== undefined && !globalTypes.has(returned.type), `the third part is ${returned?.type ?? ''}`),
    ...when(
      returned?.type === 'message/global-headers' && /charset/i.test(returned.parameters),
      'a charset where none may be',
    ),
    ...when(
      returned?.type === 'message/rfc822' && !/^(?:7bit|8bit|binary)$/.test(returned.encoding),
      'an encoded message/rfc822',
    ),
    ...statusFaults(status),
  ]
}

/** Fields that a notification has exactly once, and what they look like. */
const header: readonly (readonly [string, RegExp])[] = [
  ['from', /^(?:[A-Za-z ]+ )?<postmaster@[^<>@ ]+>$/],
  ['to', /^<[^<>]+>$/],
  ['subject', /^Auto\S* \S/],
  ['message-id', /^<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>$/],
  ['auto-submitted', /^auto-replied$/],
  ['mime-version', /^1\.0$/],
  ['content-type', /^multipart\/report;\s*report-type=(?:global-)?delivery-status;\s*boundary="[^"]+"$/],
]

const headerFaults = (fields: Fields): readonly string[] => [
  ...header.flatMap(([name, form]) => {
    const values = valuesOf(fields, name)
    return when(values.length !== 1 || !form.test(values[0] ?? ''), `${name} is "${values.join('", "')}"`)
  }),
  ...when(
    !isDate(valuesOf(fields, 'date')[0] ?? '') || valuesOf(fields, 'date').length !== 1,
    'the date is not in order',
  ),
  ...['sender', 'reply-to', 'cc', 'bcc', 'in-reply-to', 'references'].flatMap((name) =>
    when(valuesOf(fields, name).length > 1, `${name} stands more than once`),
  ),
  ...when(
    fields.some(({ name }) => /^resent-/i.test(name)),
    'it has Resent fields',
  ),
  ...when(
    fields.some(({ name }) => !/^[!-9;-~]+$/.test(name)),
    'a field name is none',
  ),
]

/** Lines longer than this should have been folded, if there was a blank to fold at. */
const longestLine = 78

const linesFaults = (raw: Uint8Array, global: boolean): readonly string[] => {
  const text = latin(raw)
  const own = text.slice(0, text.search(/\r\nContent-Type: (?:message\/(?:rfc822|global)|text\/rfc822-headers)/))
  const long = own
    .split('\r\n')
    .find((line) => line.length > longestLine && line.slice(1, longestLine).trimStart().includes(' '))
  return [
    ...when(/(?<!\r)\n|\r(?!\n)/.test(text), 'a CR or LF stands alone'),
    ...when(
      text.split('\r\n').some((line) => line.length > 998),
      'a line is longer than 998',
    ),
    ...when(long !== undefined && !/^To: <\S+>$/.test(long), `a line could have been folded: ${long ?? ''}`),
    ...when(/\r\n[ \t]+\r\n/.test(own), 'a line of white space only'),
    ...when(!global && /[\u0080-\u00FF]/.test(text), 'it is not 7-bit'),
  ]
}

/** Both fields name the message that is returned, where that has an identifier to be cited (RFC 3834 §3.1.6). */
const citationFaults = (fields: Fields, returned: Part | undefined): readonly string[] => {
  if (returned === undefined || !/^(?:7bit|8bit|binary)$/.test(returned.encoding)) return []
  const [id, ...others] = valuesOf(fieldsOf(Buffer.from(returned.body, 'latin1')), 'message-id')
  if (id === undefined || others.length > 0 || !/^<[^<>\s]{1,250}>$/.test(id)) return []
  return ['in-reply-to', 'references'].flatMap((name) =>
    when(valuesOf(fields, name)[0] !== id, `${name} does not name ${id}`),
  )
}

/** Sentences about what is not in order. */
export const deviationsOf = (raw: Uint8Array): readonly string[] => {
  const fields = fieldsOf(raw)
  const type = /report-type=([a-z-]+)/.exec(valuesOf(fields, 'content-type')[0] ?? '')?.[1] ?? ''
  return [
    ...headerFaults(fields.filter(({ name }) => !/^(?:return-path|received)$/i.test(name))),
    ...linesFaults(raw, type.startsWith('global-')),
    ...partsFaults(raw, type),
    ...citationFaults(fields, partsOf(raw)[2]),
  ]
}
