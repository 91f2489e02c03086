/**
 * What the server on the other side offers: its EHLO reply, read (RFC 5321 §4.1.1.1).
 */
import type { Reply } from '../reply.ts'

export interface Offer {
  readonly pipelining: boolean
  readonly size: boolean
  /** Octets of one message that the server takes at most; absent: it names no limit (RFC 1870 §4). */
  readonly maximumSize?: number
  readonly eightBit: boolean
  readonly binary: boolean
  readonly chunking: boolean
  readonly utf8: boolean
  readonly dsn: boolean
  readonly startTls: boolean
  /** SASL mechanisms in upper case; undefined: AUTH is not offered. */
  readonly mechanisms?: readonly string[]
}

/** Of a server that knows only HELO, or of one that has not been asked. */
export const nothingOffered: Offer = {
  pipelining: false,
  size: false,
  eightBit: false,
  binary: false,
  chunking: false,
  utf8: false,
  dsn: false,
  startTls: false,
}

/** Reads the lines after the first; keywords in any case (rfc5321-4.1.1.1-14), parameters that mean nothing are skipped. */
export const readOffer = (reply: Reply): Offer => {
  const keywords = new Map<string, readonly string[]>() // empty after a one-line 250 (rfc5321-4.1.1.1-16)
  for (const line of reply.lines.slice(1)) {
    // `AUTH=LOGIN` is how servers before RFC 2554 wrote it
    const [keyword = '', ...parameters] = line
      .trim()
      .toUpperCase()
      .replace(/^AUTH=/, 'AUTH ')
      .split(/[ \t]+/)
    keywords.set(keyword, [...(keywords.get(keyword) ?? []), ...parameters])
  }
  const limit = Number.parseInt(keywords.get('SIZE')?.find((parameter) => /^\d+$/.test(parameter)) ?? '0', 10)
  const mechanisms = keywords.get('AUTH')
  return {
    pipelining: keywords.has('PIPELINING'),
    size: keywords.has('SIZE'),
    ...(limit > 0 && { maximumSize: limit }),
    eightBit: keywords.has('8BITMIME'),
    chunking: keywords.has('CHUNKING'),
    binary: keywords.has('BINARYMIME') && keywords.has('CHUNKING'), // RFC 3030 §3: only together
    utf8: keywords.has('SMTPUTF8'), // rfc6531-3.1-02: its parameters are ignored
    dsn: keywords.has('DSN'),
    startTls: keywords.has('STARTTLS'),
    ...(mechanisms !== undefined && { mechanisms }),
  }
}
