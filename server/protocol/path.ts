/**
 * Reverse-path and forward-path (RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3): text becomes a value or a cause.
 *
 * The whole grammar is accepted: dot-strings of every atext, quoted strings, source routes (parsed, kept, never used),
 * domains and literals (`host.ts`). Limits: none on the local-part beyond the command line (RFC 5321 §4.5.3.1.1 asks for
 * at least 64 octets and would rather have no limit), 63 and 255 octets for labels and domains because DNS has no more.
 * Whether UTF-8 is allowed in a transaction is for `command.ts` to say; here it is always understood.
 */
import { type Host, hostText, parseHost } from './host.ts'

export { type Host, asciiHost, hostText, parseHost, sameHost } from './host.ts'

export interface Mailbox {
  /** The local part's meaning: unquoted, unescaped, case kept. */
  readonly localPart: string
  readonly host: Host
  /** The text as it came on the wire, without angle brackets and source route: `"b ob"@there.example`. */
  readonly text: string
}

export type ReversePath =
  | { readonly kind: 'null' }
  | {
      readonly kind: 'mailbox'
      readonly mailbox: Mailbox
      /** Source route hosts, ignored (RFC 5321 §4.1.1.3). */ readonly route: readonly string[]
    }

export type ForwardPath =
  /** `<Postmaster>` without a domain (RFC 5321 §4.5.1); `text` keeps the case. */
  | { readonly kind: 'postmaster'; readonly text: string }
  | { readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly route: readonly string[] }

/** `at` counts UTF-16 units from the start of the text; `cause` is a phrase for a reply, without the client's own words. */
export interface PathFault {
  readonly kind: 'fault'
  readonly cause: string
  readonly at: number
}

/** A path at the start of a text; `rest` is what follows its closing bracket. */
export type PathRead<P> = { readonly kind: 'path'; readonly path: P; readonly rest: string } | PathFault

/* Patterns are sticky, so that nothing is copied, and give each character one way to match, so that nothing backtracks. */
const atext = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\x60{|}~\u{80}-\u{10ffff}-]`
const dotString = new RegExp(String.raw`${atext}+(?:\.${atext}+)*`, 'uy')
const quotedString = /"(?:[ !#-[\]-~\u{80}-\u{10ffff}]|\\[ -~])*"/uy
const domainText = /[^\s<>@:,[\]"()\\;]+/uy
const literalText = /\[[!-Z^-~]*\]/y
const postmasterPath = /^<(postmaster)>/i

function fault(cause: string, at: number): PathFault {
  return { kind: 'fault', cause, at }
}

/** What the sticky pattern matches at `at`. */
function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** The meaning of a local-part as written: `bob`, `"b ob"`; `undefined` when malformed. Serves VRFY and EXPN arguments too. */
export function parseLocalPart(text: string): string | undefined {
  const read = readLocalPart(text, 0)
  return 'localPart' in read && read.end === text.length ? read.localPart : undefined
}

/** rfc5321-4.1.2-06, rfc5321-4.1.2-07, rfc5321-4.1.2-08, rfc5321-4.1.2-15 */
function readLocalPart(text: string, at: number): { readonly localPart: string; readonly end: number } | PathFault {
  if (text[at] !== '"') {
    const word = match(dotString, text, at)
    return word === undefined ? fault('the local-part is malformed', at) : { localPart: word, end: at + word.length }
  }
  const quoted = match(quotedString, text, at)
  if (quoted === undefined) return fault('the quoted local-part is malformed', at)
  // Nobody is called "" (erratum 5414). rfc5321-4.1.2-18
  if (quoted === '""') return fault('the local-part is empty', at)
  // A backslash only quotes: "us\er" is user. rfc5321-4.1.2-09
  return { localPart: quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1'), end: at + quoted.length }
}

function readMailbox(text: string, at: number): { readonly mailbox: Mailbox; readonly end: number } | PathFault {
  const local = readLocalPart(text, at)
  if (!('localPart' in local)) return local
  if (text[local.end] !== '@') return fault('a domain is missing after the local-part', local.end)
  const hostAt = local.end + 1
  const written = match(text[hostAt] === '[' ? literalText : domainText, text, hostAt)
  const host = written === undefined ? undefined : parseHost(written)
  if (written === undefined || host === undefined) {
    return fault(text[hostAt] === '[' ? 'the address literal is malformed' : 'the domain is malformed', hostAt)
  }
  const end = hostAt + written.length
  return { mailbox: { localPart: local.localPart, host, text: text.slice(at, end) }, end }
}

/** `@a.example,@b.example:` — recognised, kept for the journal, never routed by. rfc5321-4.1.2-02, rfc5321-4.1.1.3-03 */
function readRoute(
  text: string,
  from: number,
): { readonly route: readonly string[]; readonly end: number } | PathFault {
  const route: string[] = []
  let at = from
  while (text[at] === '@') {
    const host = match(domainText, text, at + 1)
    if (host === undefined || parseHost(host) === undefined) return fault('the source route is malformed', at)
    route.push(host)
    at += 1 + host.length
    if (text[at] === ':') return { route, end: at + 1 }
    if (text[at] !== ',') break
    at++
  }
  return route.length === 0 && at === from ? { route, end: from } : fault('the source route is malformed', at)
}

function readMailboxPath(
  text: string,
): PathRead<{ readonly kind: 'mailbox'; readonly mailbox: Mailbox; readonly route: readonly string[] }> {
  // rfc5321-4.1.2-01, rfc5321-4.1.1.2-03
  if (text[0] !== '<') return fault('it must stand in angle brackets', 0)
  const source = readRoute(text, 1)
  if ('cause' in source) return source
  const read = readMailbox(text, source.end)
  if ('cause' in read) return read
  if (text[read.end] !== '>') return fault('the closing angle bracket is missing or misplaced', read.end)
  return {
    kind: 'path',
    path: { kind: 'mailbox', mailbox: read.mailbox, route: source.route },
    rest: text.slice(read.end + 1),
  }
}

/** The reverse-path that `text` begins with; `<>` is the null one. rfc5321-4.1.1.2-02, rfc5321-4.1.1.2-04 */
export function readReversePath(text: string): PathRead<ReversePath> {
  return text.startsWith('<>') ? { kind: 'path', path: { kind: 'null' }, rest: text.slice(2) } : readMailboxPath(text)
}

/** The forward-path that `text` begins with. `<>` is none; `<Postmaster>` needs no domain. rfc5321-4.1.1.3-10, rfc5321-2.3.5-05 */
export function readForwardPath(text: string): PathRead<ForwardPath> {
  if (text.startsWith('<>')) return fault('it must name a mailbox', 1)
  const postmaster = postmasterPath.exec(text)
  return postmaster?.[1] === undefined
    ? readMailboxPath(text)
    : { kind: 'path', path: { kind: 'postmaster', text: postmaster[1] }, rest: text.slice(postmaster[0].length) }
}

/** The whole text is one reverse-path, brackets included. */
export function parseReversePath(text: string): ReversePath | undefined {
  const read = readReversePath(text)
  return read.kind === 'path' && read.rest === '' ? read.path : undefined
}

/** The whole text is one forward-path, brackets included. */
export function parseForwardPath(text: string): ForwardPath | undefined {
  const read = readForwardPath(text)
  return read.kind === 'path' && read.rest === '' ? read.path : undefined
}

/** The whole text is one `local-part@domain`, without brackets: for settings, queue and delivery. */
export function parseMailbox(text: string): Mailbox | undefined {
  const read = readMailbox(text, 0)
  return 'mailbox' in read && read.end === text.length ? read.mailbox : undefined
}

/**
 * The mailbox as a sender writes it: quoted only where it must be. rfc5321-4.1.2-10
 * The host is written as `hostText` does, which for a parsed domain is the client's own spelling.
 */
export function formatMailbox(mailbox: Pick<Mailbox, 'localPart' | 'host'>): string {
  const plain = match(dotString, mailbox.localPart, 0) === mailbox.localPart
  const local = plain ? mailbox.localPart : `"${mailbox.localPart.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  return `${local}@${hostText(mailbox.host)}`
}
