/**
 * Which EHLO keywords a session is offered now (RFC 5321 §4.1.1.1, §2.2.2): only what is true at this moment.
 *
 * The lines are given as they are sent. The set of keywords tells `command.ts` which parameters to take. An extension
 * that stands on another is withheld with it: BINARYMIME on CHUNKING, SMTPUTF8 on 8BITMIME.
 */
import type { Mechanism, Terms } from './exchange.ts'

/** What of a session the offer depends on. Having authenticated changes nothing: AUTH= on MAIL stays (RFC 4954 §5). */
export interface OfferState {
  readonly secure: boolean
  readonly authenticated: boolean
}

const standsOn: Readonly<Record<string, string>> = {
  // rfc3030-3-01
  BINARYMIME: 'CHUNKING',
  // rfc6531-3.1-06
  SMTPUTF8: '8BITMIME',
}

/** The mechanisms that a client may use now, in the order of the terms. rfc4954-4-29, rfc4954-6-05, rfc4954-9-03 */
export function usableMechanisms(terms: Terms, now: Pick<OfferState, 'secure'>): readonly Mechanism[] {
  if (now.secure) return terms.mechanisms
  // All but a few verbs are refused until TLS is active. rfc3207-4-05
  if (terms.tlsRequired) return []
  return terms.mechanisms.filter((mechanism) => {
    if (mechanism === 'SCRAM-SHA-256-PLUS') return false
    return terms.clearTextPasswords || (mechanism !== 'PLAIN' && mechanism !== 'LOGIN')
  })
}

/** STARTTLS can be used now: a certificate is at hand and TLS is not active. rfc3207-4.2-09, rfc8314-3.3-04, rfc8314-4-02 */
export function startTlsUsable(terms: Terms, now: Pick<OfferState, 'secure'>): boolean {
  return terms.tlsAvailable && !now.secure && terms.role !== 'submissions'
}

/** The lines after the first of the EHLO reply, for example `SIZE 50000000`, `AUTH PLAIN LOGIN`. */
export function offeredKeywords(terms: Terms, now: OfferState): readonly string[] {
  const withheld = new Set(terms.withheld.map((keyword) => keyword.toUpperCase()))
  const mechanisms = usableMechanisms(terms, now)
  const lines = [
    'PIPELINING',
    // 0: no limit known. rfc1870-3-01, rfc1870-3-02
    `SIZE ${terms.maximumMessageSize}`,
    '8BITMIME',
    'SMTPUTF8',
    'CHUNKING',
    'BINARYMIME',
    'DSN',
    'ENHANCEDSTATUSCODES',
    ...(startTlsUsable(terms, now) ? ['STARTTLS'] : []),
    // rfc4954-3-01
    ...(mechanisms.length > 0 ? [`AUTH ${mechanisms.join(' ')}`] : []),
    // rfc5321-3.5.2-06, rfc5321-4.1.1.1-15
    'EXPN',
    'HELP',
  ]
  return lines.filter((line) => {
    const keyword = keywordOf(line)
    return !withheld.has(keyword) && !withheld.has(standsOn[keyword] ?? '')
  })
}

function keywordOf(line: string): string {
  return (line.split(' ')[0] ?? '').toUpperCase()
}

/** The keywords of EHLO lines without their parameters, in upper case: our own or, for the client's side, a server's. */
export function keywordSet(lines: readonly string[]): ReadonlySet<string> {
  // rfc5321-4.1.1.1-14
  return new Set(lines.map(keywordOf))
}
