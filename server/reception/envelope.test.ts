import { describe, expect, test } from 'vitest'
import { stranger } from '../policy/fixture.ts'
import { protocolKeyword } from './envelope.ts'

describe('the protocol keyword of the trace (RFC 3848, RFC 6531 §3.7.3)', () => {
  test.each([
    ['HELO', false, undefined, false, 'SMTP'],
    ['HELO', true, undefined, false, 'SMTP'],
    ['EHLO', false, undefined, false, 'ESMTP'],
    ['EHLO', true, undefined, false, 'ESMTPS'],
    ['EHLO', false, 'alice', false, 'ESMTPA'],
    ['EHLO', true, 'alice', false, 'ESMTPSA'],
    ['EHLO', false, undefined, true, 'UTF8SMTP'],
    ['EHLO', true, undefined, true, 'UTF8SMTPS'],
    ['EHLO', false, 'alice', true, 'UTF8SMTPA'],
    ['EHLO', true, 'alice', true, 'UTF8SMTPSA'],
  ] as const)('%s, secure %s, user %s, SMTPUTF8 %s: %s', (verb, secure, user, smtputf8, expected) => {
    const client = { ...stranger, secure, ...(user === undefined ? {} : { user }) }
    expect(protocolKeyword(verb, client, smtputf8)).toBe(expected)
  })
})
