/**
 * What a simulated host offers in its answer to EHLO or LHLO, as sentences say it: `only PIPELINING and SIZE`, or `only nothing`.
 */
import type { ExchangerOptions } from '../simulators/contract.ts'

const keywords = [
  'PIPELINING',
  'SIZE',
  '8BITMIME',
  'BINARYMIME',
  'CHUNKING',
  'SMTPUTF8',
  'DSN',
  'ENHANCEDSTATUSCODES',
  'STARTTLS',
  'AUTH',
]

/** `offered`: keywords with commas and `and` between them; any other word stands for none of them. */
export const offeringOnly = (offered: string): ExchangerOptions => {
  const wanted = new Set(offered.split(/, | and /))
  const withholds = keywords.filter((keyword) => !wanted.has(keyword))
  return { withholds, ...(wanted.has('STARTTLS') && { certificate: 'good' }) }
}
