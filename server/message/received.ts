/**
 * The Received field, the trace that every host leaves at the head of a message (RFC 5321 §4.4).
 *
 * Promises a field that a strict parser takes whatever the client called itself: what does not fit the grammar moves into
 * a comment, escaped, and no octet of it can end the line. Putting the field before the content is the caller's job.
 */
import { dateTime } from './date.ts'
import { addressLiteral, isAddressLiteral, shownDomain } from './domain.ts'
import type { Origin } from './envelope.ts'

export interface ReceivedFacts {
  readonly origin: Origin
  /** This server's name. */
  readonly hostName: string
  /** The envelope's id. */
  readonly id: string
  /** The recipient, only when there is exactly one (rfc5321-4.4-04, and blind copies stay blind: RFC 5321 §7.2). */
  readonly recipient?: string
  /** The registered name of the TLS cipher suite, when the message came under TLS. */
  readonly cipher?: string
  /** Names of the fields that this server added because the message had none. */
  readonly added?: readonly string[]
  /** When the message came, milliseconds since the epoch. */
  readonly at: number
}

/** Characters of a line, CRLF not counted (rfc5322-2.1.1-02). */
const lineLength = 77
/** How much of an odd EHLO argument is shown. */
const oddNameLength = 60

/** RFC 5322 §3.2.2: what stands in a comment; anything that could end it or the line is escaped or replaced. */
const commentText = (text: string): string =>
  text
    .slice(0, oddNameLength)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/[()\\]/g, String.raw`\$&`)

/** The FROM clause: who the client said it was, and who it really was (rfc5321-4.4-02, -03, -27, -28). */
const fromClause = (origin: Origin, utf8: boolean): readonly string[] => {
  const literal = addressLiteral(origin.clientAddress)
  const name = origin.clientName === undefined ? undefined : shownDomain(origin.clientName, utf8)
  const tcpInfo = literal === undefined ? [] : [name === undefined ? `(${literal})` : `(${name} ${literal})`]
  const domain = shownDomain(origin.helo, utf8)
  if (domain !== undefined) return ['from', domain, ...tcpInfo]
  if (isAddressLiteral(origin.helo) && literal !== undefined) return ['from', origin.helo, ...tcpInfo]
  const odd = origin.helo === '' ? [] : [`(HELO ${commentText(origin.helo)})`]
  return literal === undefined ? ['from', 'localhost', ...odd] : ['from', literal, ...tcpInfo, ...odd]
}

/** The BY clause; an address literal needs TCP-info after it (rfc5321-4.4-28). */
const byClause = (hostName: string, utf8: boolean): readonly string[] => {
  const domain = shownDomain(hostName, utf8)
  if (domain !== undefined) return ['by', domain]
  return isAddressLiteral(hostName) ? ['by', hostName, `(${hostName})`] : ['by', 'localhost']
}

/** What was done to the message beyond this field (rfc5321-6.4-03). */
const deeds = (added: readonly string[]): readonly string[] =>
  added.length === 0 ? [] : [`(${added.join(' and ')} added here)`]

/** The TLS clause (RFC 8314 §4.3): rfc8314-4.3-01 rfc8314-4-07. */
const tlsClause = (cipher: string | undefined): readonly (readonly string[])[] =>
  cipher !== undefined && /^[A-Za-z][A-Za-z0-9_]*$/.test(cipher) ? [['tls', cipher]] : []

/** Only the domain is beyond ASCII: the message may go on to a host without SMTPUTF8, unless its trace holds UTF-8. */
const hasAsciiForm = (address: string): boolean => /^[\x20-\x7e]+@[^@]*[^\x20-\x7e][^@]*$/.test(address)

/** The path of the FOR clause, or nothing where the address may not (rfc6531-3.2-07) stand in this field. */
const forPath = (recipient: string, hostName: string, utf8: boolean): string | undefined => {
  // `<Postmaster>` alone is no Path by the grammar of Received: it is ours.
  const address = recipient.includes('@') ? recipient : `${recipient}@${hostName}`
  const allowed = utf8 ? /^[^\p{Cc}<>]+$/u : /^[\x20-\x3b\x3d\x3f-\x7e]+$/
  return allowed.test(address) && !hasAsciiForm(address) ? `<${address}>` : undefined
}

/** Joins tokens with spaces, breaking lines before they grow too long; tokens themselves are never broken. */
const folded = (clauses: readonly (readonly string[])[]): string => {
  const lines: string[] = []
  let line = 'Received:'
  for (const clause of clauses) {
    const whole = clause.join(' ')
    // A clause stays together where it can (rfc5322-2.2.3-01).
    const pieces = whole.length < lineLength ? [whole] : clause
    for (const piece of pieces) {
      if (line.length + 1 + piece.length > lineLength && line !== 'Received:') {
        lines.push(line)
        line = `\t${piece}`
      } else {
        line += ` ${piece}`
      }
    }
  }
  return `${[...lines, line].join('\r\n')}\r\n`
}

/** The whole field, folded and ended with CRLF. */
export const receivedField = (facts: ReceivedFacts): string => {
  const { origin, hostName, recipient } = facts
  // rfc6531-3.7.3-01, -02: UTF-8 only where the message asked for SMTPUTF8.
  const utf8 = origin.protocol.startsWith('UTF8')
  const path = recipient === undefined ? undefined : forPath(recipient, hostName, utf8)
  // rfc5321-4.4-34: an Atom.
  const id = facts.id.replace(/[^A-Za-z0-9!#$%&'*+/=?^_`{|}~-]/g, '-')
  // rfc5321-4.4-25, -29, -30: From, By, With, ID, For, registered others, then the date after a semicolon.
  const clauses: readonly (readonly string[])[] = [
    fromClause(origin, utf8),
    [...byClause(hostName, utf8), ...deeds(facts.added ?? [])],
    ['with', origin.protocol],
    ['id', id],
    ...(path === undefined ? [] : [['for', path]]),
    ...tlsClause(facts.cipher),
  ]
  const last = (clauses.at(-1) ?? []).map((piece, index, all) => (index === all.length - 1 ? `${piece};` : piece))
  return folded([...clauses.slice(0, -1), last, [dateTime(facts.at)]])
}
