import { describe, expect, test } from 'vitest'
import type { Terms } from './exchange.ts'
import { keywordSet, offeredKeywords, usableMechanisms } from './extensions.ts'

const terms: Terms = {
  role: 'submission',
  hostName: 'mx.example',
  tlsAvailable: true,
  tlsRequired: false,
  authenticationRequired: true,
  mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN'],
  clearTextPasswords: false,
  maximumMessageSize: 50_000_000,
  maximumRecipients: 100,
  maximumCommandLine: 2048,
  maximumTextLine: 1000,
  maximumErrors: 20,
  maximumAuthenticationFailures: 3,
  bareLineEnds: 'refuse',
  withheld: [],
}
const clear = { secure: false, authenticated: false }
const secure = { secure: true, authenticated: false }

describe('AUTH', () => {
  test.each([
    ['in clear without passwords', {}, clear, 'AUTH SCRAM-SHA-256 CRAM-MD5'],
    ['in clear, passwords allowed', { clearTextPasswords: true }, clear, 'AUTH SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN'],
    ['under TLS', {}, secure, 'AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN'],
    ['where TLS is demanded first', { tlsRequired: true, clearTextPasswords: true }, clear, undefined],
    ['where TLS was demanded first', { tlsRequired: true, mechanisms: ['PLAIN'] }, secure, 'AUTH PLAIN'],
    ['with only a password mechanism in clear', { mechanisms: ['PLAIN'] }, clear, undefined],
    ['with no mechanism', { mechanisms: [] }, secure, undefined],
    ['after it succeeded', { mechanisms: ['PLAIN'] }, { secure: true, authenticated: true }, 'AUTH PLAIN'],
    ['withheld', { withheld: ['auth'] }, secure, undefined],
  ] satisfies [string, Partial<Terms>, typeof clear, string | undefined][])('%s', (_, change, now, line) => {
    const offered = offeredKeywords({ ...terms, ...change }, now)
    expect(offered.find((keyword) => keyword.startsWith('AUTH'))).toBe(line)
  })

  test('what is listed is what is usable', () => {
    expect(usableMechanisms(terms, clear)).toEqual(['SCRAM-SHA-256', 'CRAM-MD5'])
  })
})

describe('STARTTLS', () => {
  test.each([
    ['in clear', {}, clear, true],
    ['without a certificate', { tlsAvailable: false }, clear, false],
    ['under TLS', {}, secure, false],
    ['on a listener of implicit TLS', { role: 'submissions' }, clear, false],
    ['withheld', { withheld: ['STARTTLS'] }, clear, false],
  ] satisfies [string, Partial<Terms>, typeof clear, boolean][])('%s: %s', (_, change, now, offered) => {
    expect(offeredKeywords({ ...terms, ...change }, now).includes('STARTTLS')).toBe(offered)
  })
})

test('everything, in clear', () => {
  expect(offeredKeywords({ ...terms, mechanisms: [] }, clear)).toEqual([
    'PIPELINING',
    'SIZE 50000000',
    '8BITMIME',
    'SMTPUTF8',
    'CHUNKING',
    'BINARYMIME',
    'DSN',
    'ENHANCEDSTATUSCODES',
    'STARTTLS',
    'EXPN',
    'HELP',
  ])
})

test.each([
  ['SIZE', ['SIZE']],
  ['pipelining', ['PIPELINING']],
  ['CHUNKING', ['CHUNKING', 'BINARYMIME']],
  ['8BITMIME', ['8BITMIME', 'SMTPUTF8']],
])('withholding %s takes %s away', (withheld, gone) => {
  const before = keywordSet(offeredKeywords(terms, clear))
  const after = keywordSet(offeredKeywords({ ...terms, withheld: [withheld] }, clear))
  expect([...before].filter((keyword) => !after.has(keyword))).toEqual(gone)
})

test('every line is an ehlo-line, and ours are registered keywords', () => {
  for (const line of offeredKeywords(terms, secure)) expect(line).toMatch(/^[A-Z0-9][A-Z0-9-]*(?: [!-~]+)*$/)
})

test('keywords of a server are read without regard to case', () => {
  expect(keywordSet(['mx.example', 'sTaRtTlS', 'size 100'])).toEqual(new Set(['MX.EXAMPLE', 'STARTTLS', 'SIZE']))
})
