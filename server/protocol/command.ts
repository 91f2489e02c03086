/**
 * A command line (RFC 5321 §4.1.1) as a value, or the reply that tells what is wrong with it.
 *
 * The cause chooses the code: 500 for a verb that nobody knows, 502 for one that we know and do not have, 501 for its
 * argument, 555 for a MAIL or RCPT parameter that is not offered, 553 and 550 for an address that needs SMTPUTF8.
 * Whether a good command comes at a good moment is for `sequence.ts`; a fault therefore names its verb, so that a 503
 * may go before it. The line is given without its CRLF; a CR or LF still in it is an illegal octet like any other.
 */
import { type MailParameters, type RcptParameters, readMailParameters, readRcptParameters } from './parameters.ts'
import {
  type ForwardPath,
  parseForwardPath,
  parseHost,
  parseLocalPart,
  parseMailbox,
  readForwardPath,
  readReversePath,
  type ReversePath,
} from './path.ts'
import { replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { decodeOctets, decodeUtf8, hasNoControls, isAscii } from './text.ts'

interface Is<V extends string> {
  readonly kind: 'command'
  readonly verb: V
}

export type Command =
  | (Is<'EHLO' | 'HELO'> & { /** A domain name or an address literal. */ readonly name: string })
  | (Is<'MAIL'> & { readonly reversePath: ReversePath; readonly parameters: MailParameters })
  | (Is<'RCPT'> & { readonly forwardPath: ForwardPath; readonly parameters: RcptParameters })
  | Is<'DATA' | 'RSET' | 'NOOP' | 'QUIT' | 'STARTTLS'>
  | (Is<'BDAT'> & { /** Octets that follow the line. */ readonly size: number; readonly last: boolean })
  /** `argument` as written: an atom, a quoted string, a mailbox or a path in brackets. */
  | (Is<'VRFY' | 'EXPN'> & { readonly argument: string; readonly smtputf8: boolean })
  | (Is<'HELP'> & { readonly topic?: string })
  /** `mechanism` in upper case; `initial` as sent, except that `=` (an empty response) gives `''`. */
  | (Is<'AUTH'> & { readonly mechanism: string; readonly initial?: string })

export type Verb = Command['verb']

export interface SyntaxFault {
  readonly kind: 'fault'
  readonly reply: Reply
  /** In upper case, when the verb is one of `Verb`. */
  readonly verb?: Verb
}

export interface CommandContext {
  /** EHLO was used; after HELO, and before both, no parameter is known. */
  readonly extended: boolean
  /** Keywords offered now, in upper case (`keywordSet` of extensions.ts). */
  readonly offers: ReadonlySet<string>
  /** The open transaction's MAIL carried SMTPUTF8. */
  readonly smtputf8: boolean
}

const nothingOffered: ReadonlySet<string> = new Set()
/** Registered verbs that this server does not have. rfc5321-4.2.4-01, rfc6409-7-03 */
const unimplemented: ReadonlySet<string> = new Set(['SEND', 'SOML', 'SAML', 'TURN', 'ETRN', 'ATRN', 'BURL'])

type ArgumentParser = (argument: string, context: CommandContext) => Command | Reply

function parseHello(verb: 'EHLO' | 'HELO', argument: string): Command | Reply {
  // Text after a literal is tolerated, RFC 2821 clients identified themselves there. rfc5321-4.1.1.1-03
  const name = argument.startsWith('[') ? argument.replace(/(?<=\]) .*$/, '') : argument
  // rfc5321-4.1.1.1-09, rfc5321-4.1.1.1-10, rfc5321-4.1.1.1-11, rfc5321-4.1.2-16
  const valid = isAscii(name) && parseHost(name) !== undefined
  return valid ? { kind: 'command', verb, name } : replies.badHelloName(verb)
}

function parseMail(argument: string, context: CommandContext): Command | Reply {
  const form = replies.badArgument('MAIL FROM:<reverse-path> [parameters]')
  // No space on either side of the colon. rfc5321-3.3-11, rfc5321-2.4-02
  if (!/^FROM:(?! )/i.test(argument)) return form
  const read = readReversePath(argument.slice('FROM:'.length))
  if (read.kind === 'fault') return replies.badReversePath(read.cause)
  if (read.rest !== '' && !read.rest.startsWith(' ')) return form
  const rest = readMailParameters(read.rest, context.extended ? context.offers : nothingOffered)
  if (rest.kind === 'fault') return rest.reply
  const { path } = read
  const { parameters } = rest
  // rfc6531-3.4-03, rfc6531-3.5-01
  const international = (path.kind === 'mailbox' && !isAsciiPath(path)) || !isAscii(parameters.auth ?? '')
  if (international && parameters.smtputf8 !== true) return replies.reversePathNeedsSmtputf8
  return { kind: 'command', verb: 'MAIL', reversePath: path, parameters }
}

function parseRcpt(argument: string, context: CommandContext): Command | Reply {
  const form = replies.badArgument('RCPT TO:<forward-path> [parameters]')
  if (!/^TO:(?! )/i.test(argument)) return form
  const read = readForwardPath(argument.slice('TO:'.length))
  if (read.kind === 'fault') return replies.badForwardPath(read.cause)
  if (read.rest !== '' && !read.rest.startsWith(' ')) return form
  const rest = readRcptParameters(read.rest, context.extended ? context.offers : nothingOffered)
  if (rest.kind === 'fault') return rest.reply
  if (read.path.kind === 'mailbox' && !isAsciiPath(read.path) && !context.smtputf8) {
    return replies.forwardPathNeedsSmtputf8
  }
  return { kind: 'command', verb: 'RCPT', forwardPath: read.path, parameters: rest.parameters }
}

function isAsciiPath(path: Extract<ReversePath, { kind: 'mailbox' }>): boolean {
  return isAscii(path.mailbox.text) && path.route.every(isAscii)
}

/** rfc3030-2-02, rfc3030-2-03 */
function parseBdat(argument: string): Command | Reply {
  const [, digits, last] = /^(\d+)(?: +(LAST))?$/i.exec(argument) ?? []
  const size = Number(digits)
  // A size that a number cannot hold exactly could not be counted off either.
  if (digits === undefined || !Number.isSafeInteger(size)) return replies.badArgument('BDAT chunk-size [LAST]')
  return { kind: 'command', verb: 'BDAT', size, last: last !== undefined }
}

/** rfc5321-4.1.1.6-02, rfc5321-4.1.1.6-03, rfc5321-3.5.1-09, rfc6531-3.1-05 */
function parseVerify(verb: 'VRFY' | 'EXPN', text: string, context: CommandContext): Command | Reply {
  const [, marked] = (context.offers.has('SMTPUTF8') ? /^(.*\S) +SMTPUTF8$/i.exec(text) : undefined) ?? []
  const argument = marked ?? text
  const bare = /^<(.*)>$/.exec(argument)?.[1] ?? argument
  const valid =
    parseLocalPart(bare) !== undefined || parseMailbox(bare) !== undefined || parseForwardPath(argument) !== undefined
  if (!valid) return replies.badArgument(`${verb} user name or mailbox`)
  return { kind: 'command', verb, argument, smtputf8: marked !== undefined }
}

/** rfc4954-4-11, rfc4954-8-01; the base64 is looked at by `authentication.ts`. */
function parseAuth(argument: string): Command | Reply {
  const [, mechanism, initial] = /^([A-Za-z0-9_-]+)(?: +([^ ]+))?$/.exec(argument) ?? []
  if (mechanism === undefined) return replies.badArgument('AUTH mechanism [initial-response]')
  const command = { kind: 'command', verb: 'AUTH', mechanism: mechanism.toUpperCase() } as const
  return initial === undefined ? command : { ...command, initial: initial === '=' ? '' : initial }
}

/** rfc5321-4.1.1-04, rfc5321-4.3.2-05, rfc3207-4-02 */
function parseBare(verb: 'DATA' | 'RSET' | 'QUIT' | 'STARTTLS', argument: string): Command | Reply {
  return argument === '' ? { kind: 'command', verb } : replies.noArgumentAllowed(verb)
}

const parsers: Readonly<Record<Verb, ArgumentParser>> = {
  EHLO: (argument) => parseHello('EHLO', argument),
  HELO: (argument) => parseHello('HELO', argument),
  MAIL: parseMail,
  RCPT: parseRcpt,
  DATA: (argument) => parseBare('DATA', argument),
  BDAT: parseBdat,
  RSET: (argument) => parseBare('RSET', argument),
  // rfc5321-4.1.1.9-02
  NOOP: () => ({ kind: 'command', verb: 'NOOP' }),
  QUIT: (argument) => parseBare('QUIT', argument),
  VRFY: (argument, context) => parseVerify('VRFY', argument, context),
  EXPN: (argument, context) => parseVerify('EXPN', argument, context),
  HELP: (argument) =>
    argument === '' ? { kind: 'command', verb: 'HELP' } : { kind: 'command', verb: 'HELP', topic: argument },
  STARTTLS: (argument) => parseBare('STARTTLS', argument),
  AUTH: parseAuth,
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(parsers, word)
}

/** Verbs whose argument may be UTF-8 while SMTPUTF8 is offered. rfc6531-3.2-01 */
function takesUtf8(verb: Verb): boolean {
  return verb === 'MAIL' || verb === 'RCPT' || verb === 'VRFY' || verb === 'EXPN'
}

/** The argument as text, or `undefined` when an octet of it is illegal. rfc5321-4.1.2-13, rfc5321-2.4-13, rfc6531-3.3-01 */
function argumentText(octets: Uint8Array, utf8: boolean): string | undefined {
  const text = decodeUtf8(octets)
  if (text === undefined || !hasNoControls(text)) return undefined
  return utf8 || isAscii(text) ? text : undefined
}

/** The line without the white space that is tolerated before its CRLF. rfc5321-4.1.1-01 */
function trimmed(line: Uint8Array): Uint8Array {
  let end = line.length
  while (end > 0 && (line[end - 1] === 0x20 || line[end - 1] === 0x09)) end--
  return line.subarray(0, end)
}

/** Never throws, whatever the line; `line` is without its CRLF. */
export function parseCommand(line: Uint8Array, context: CommandContext): Command | SyntaxFault {
  const octets = trimmed(line)
  const space = octets.findIndex((octet) => octet === 0x20 || octet === 0x09)
  const verbEnd = space === -1 ? octets.length : space
  // Case does not matter. rfc5321-2.4-01
  const written = decodeOctets(octets.subarray(0, verbEnd))
  if (!/^[!-~]*$/.test(written)) return { kind: 'fault', reply: replies.illegalCommand }
  const word = written.toUpperCase()
  if (!isVerb(word)) {
    const reply = unimplemented.has(word) ? replies.commandNotImplemented(word) : replies.unknownCommand
    return { kind: 'fault', reply }
  }
  const argument = argumentText(octets.subarray(verbEnd), takesUtf8(word) && context.offers.has('SMTPUTF8'))
  if (argument === undefined) {
    // rfc2034-4-02
    const hello = word === 'EHLO' || word === 'HELO'
    return { kind: 'fault', verb: word, reply: hello ? replies.badHelloName(word) : replies.illegalArgument(word) }
  }
  const parsed = parsers[word](argument.trimStart(), context)
  return 'code' in parsed ? { kind: 'fault', verb: word, reply: parsed } : parsed
}
