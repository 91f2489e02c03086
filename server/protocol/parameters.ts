/**
 * The parameters of MAIL and RCPT (RFC 5321 §4.1.2): SIZE BODY SMTPUTF8 AUTH RET ENVID, NOTIFY ORCPT.
 *
 * Each is taken only while the extension that defines it is offered; another is 555. A malformed or repeated one is 501.
 * What a value means (too big, not trusted, not for this recipient) is ruled elsewhere.
 */
import { parseMailbox } from './path.ts'
import { replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { decodeUnitext, decodeXtext, isAscii } from './text.ts'

export { decodeUnitext, decodeXtext, encodeUnitext, encodeXtext } from './text.ts'

export interface MailParameters {
  /** SIZE (RFC 1870): what the client believes the content to have, octets. */
  readonly size?: number
  /** BODY (RFC 6152, RFC 3030); absent means 7BIT. */
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME'
  readonly smtputf8?: true
  /** AUTH (RFC 4954 §5), xtext decoded; `<>` when the client does not know. */
  readonly auth?: string
  readonly return?: 'FULL' | 'HDRS'
  /** ENVID (RFC 3461 §4.4), xtext decoded. */
  readonly envelopeId?: string
}

export interface RcptParameters {
  readonly notify?: 'never' | readonly ('success' | 'failure' | 'delay')[]
  /** ORCPT (RFC 3461 §4.2), xtext or utf-8-addr decoded. */
  readonly originalRecipient?: { readonly type: string; readonly address: string }
}

export type ParametersRead<P> =
  | { readonly kind: 'parameters'; readonly parameters: P }
  | { readonly kind: 'fault'; readonly reply: Reply }

/** What one parameter gives: its fields, or why it gives none. */
type ValueRead<P> = P | 'malformed' | 'unknown'

interface Rule<P> {
  /** Offered extensions of which one must be there. */
  readonly extensions: readonly string[]
  read(value: string | undefined, offers: ReadonlySet<string>): ValueRead<P>
}

const longestEnvelopeId = 100
const longestOriginalRecipient = 500
/** esmtp-param: the value holds no `=`, space or control character. rfc5321-4.1.2-03 */
const parameterForm = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u{80}-\u{10ffff}]+))?$/u
const printableAscii = /^[ -~]*$/
const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/

const mailRules: ReadonlyMap<string, Rule<MailParameters>> = new Map<string, Rule<MailParameters>>([
  [
    'SIZE',
    {
      extensions: ['SIZE'],
      // rfc1870-3-03: beyond 2^53 the number is rounded, which no limit notices.
      read: (value) => (value !== undefined && /^\d{1,20}$/.test(value) ? { size: Number(value) } : 'malformed'),
    },
  ],
  [
    'BODY',
    {
      extensions: ['8BITMIME', 'BINARYMIME'],
      // rfc6152-2-02, rfc3030-3-02
      read: (value, offers) => {
        const body = value?.toUpperCase()
        if (body === 'BINARYMIME') return offers.has('BINARYMIME') ? { body } : 'unknown'
        return body === '7BIT' || body === '8BITMIME' ? { body } : 'malformed'
      },
    },
  ],
  [
    'SMTPUTF8',
    // rfc6531-3.1-03
    {
      extensions: ['SMTPUTF8'],
      read: (value) => (value === undefined ? { smtputf8: true } : 'malformed'),
    },
  ],
  [
    'AUTH',
    {
      extensions: ['AUTH'],
      // rfc4954-5-02
      read: (value) => {
        const auth = value === undefined ? undefined : decodeXtext(value, true)
        if (auth === undefined) return 'malformed'
        return auth === '<>' || parseMailbox(auth) !== undefined ? { auth } : 'malformed'
      },
    },
  ],
  [
    'RET',
    {
      extensions: ['DSN'],
      // rfc3461-4.3-01
      read: (value) => {
        const wanted = value?.toUpperCase()
        return wanted === 'FULL' || wanted === 'HDRS' ? { return: wanted } : 'malformed'
      },
    },
  ],
  [
    'ENVID',
    {
      extensions: ['DSN'],
      // rfc3461-4.4-01, rfc3461-4.4-02
      read: (value) => {
        const envelopeId = value === undefined ? undefined : decodeXtext(value)
        if (envelopeId === undefined || envelopeId.length > longestEnvelopeId) return 'malformed'
        return printableAscii.test(envelopeId) ? { envelopeId } : 'malformed'
      },
    },
  ],
])

/** rfc3461-4.1-01, rfc3461-4.1-02 */
function readNotify(value: string | undefined): ValueRead<RcptParameters> {
  if (value === undefined) return 'malformed'
  const words = value.toLowerCase().split(',')
  if (words.length === 1 && words[0] === 'never') return { notify: 'never' }
  const wanted = new Set<'success' | 'failure' | 'delay'>()
  for (const word of words) {
    if (word !== 'success' && word !== 'failure' && word !== 'delay') return 'malformed'
    wanted.add(word)
  }
  return { notify: [...wanted] }
}

/**
 * `type;address`: the address is not checked against its type (rfc3461-4.2-03). Type `utf-8` has an encoding of its own
 * and may hold raw UTF-8 where SMTPUTF8 is offered (rfc6533-3-01); others decode to printable ASCII (rfc3461-4.2-06).
 */
function readOriginalRecipient(value: string | undefined, offers: ReadonlySet<string>): ValueRead<RcptParameters> {
  const semicolon = value?.indexOf(';') ?? -1
  if (value === undefined || semicolon < 0) return 'malformed'
  const type = value.slice(0, semicolon)
  const encoded = value.slice(semicolon + 1)
  if (!atom.test(type)) return 'malformed'
  const international = type.toLowerCase() === 'utf-8'
  if (!isAscii(encoded) && !(international && offers.has('SMTPUTF8'))) return 'malformed'
  const address = international ? decodeUnitext(encoded) : decodeXtext(encoded)
  if (address === undefined || address.length > longestOriginalRecipient) return 'malformed'
  return international || printableAscii.test(address) ? { originalRecipient: { type, address } } : 'malformed'
}

const rcptRules: ReadonlyMap<string, Rule<RcptParameters>> = new Map<string, Rule<RcptParameters>>([
  ['NOTIFY', { extensions: ['DSN'], read: readNotify }],
  ['ORCPT', { extensions: ['DSN'], read: readOriginalRecipient }],
])

function readParameters<P extends object>(
  verb: 'MAIL' | 'RCPT',
  rules: ReadonlyMap<string, Rule<P>>,
  text: string,
  offers: ReadonlySet<string>,
): ParametersRead<P> {
  const seen = new Set<string>()
  const found: Partial<P>[] = []
  for (const word of text.split(' ')) {
    if (word === '') continue
    const [, keyword, value] = parameterForm.exec(word) ?? []
    const name = (keyword ?? word.split('=')[0] ?? '').toUpperCase()
    const rule = rules.get(name)
    if (keyword === undefined) {
      const named = rule === undefined ? 'list' : name
      return { kind: 'fault', reply: replies.badParameter(verb, named) }
    }
    const read =
      rule?.extensions.some((extension) => offers.has(extension)) === true ? rule.read(value, offers) : 'unknown'
    // rfc5321-4.1.1.11-01, rfc5321-2.2.2-03
    if (read === 'unknown') return { kind: 'fault', reply: replies.unknownParameter(verb) }
    if (seen.has(name)) return { kind: 'fault', reply: replies.repeatedParameter(verb, name) }
    if (read === 'malformed') return { kind: 'fault', reply: replies.badParameter(verb, name) }
    seen.add(name)
    found.push(read)
  }
  return { kind: 'parameters', parameters: Object.assign({}, ...found) as P }
}

/** `text` is what follows the reverse-path, for example ` SIZE=100 BODY=8BITMIME`; `offers` are keywords in upper case. */
export function readMailParameters(text: string, offers: ReadonlySet<string>): ParametersRead<MailParameters> {
  return readParameters<MailParameters>('MAIL', mailRules, text, offers)
}

/** `text` is what follows the forward-path, for example ` NOTIFY=NEVER`. */
export function readRcptParameters(text: string, offers: ReadonlySet<string>): ParametersRead<RcptParameters> {
  return readParameters<RcptParameters>('RCPT', rcptRules, text, offers)
}
