import { describe, expect, test } from 'vitest'
import { helloViolations, lineViolations, parameterViolations, partsOf, pathViolations } from './etiquette.ts'

const ALL = new Set(['SIZE', '8BITMIME', 'BINARYMIME', 'SMTPUTF8', 'DSN', 'AUTH'])

describe('nothing is held against what the standards allow', () => {
  test.each([
    'a@b.example',
    'a.b+c@x-y.example',
    '"a b\\"@c"@d.example',
    'x@[127.0.0.1]',
    'x@[IPv6:::1]',
    '@relay.example,@two.example:a@b.example',
    "!#$%&'*+-/=?^_`{|}~@b.example",
    `${'l'.repeat(64)}@b.example`,
  ])('path <%s>', (path) => {
    expect(pathViolations(path, 'TO', false)).toEqual([])
    expect(partsOf(`TO:<${path}> NOTIFY=NEVER`, 'TO')).toEqual({ path, parameters: { NOTIFY: 'NEVER' } })
  })
  test.each(['postmaster', 'Postmaster'])('<%s>', (path) => expect(pathViolations(path, 'TO', false)).toEqual([]))
  test.each(['jürgen@bücher.example', '用户@例子.example', '"é"@b.example'])('<%s> with SMTPUTF8', (path) =>
    expect(pathViolations(path, 'FROM', true)).toEqual([]),
  )
  test.each(['client.example', '[127.0.0.1]', '[IPv6:2001:db8::1]', 'xn--bcher-kva.example'])('EHLO %s', (name) =>
    expect(helloViolations(name)).toEqual([]),
  )
  test('parameters of offered extensions', () => {
    expect(
      parameterViolations(
        'MAIL',
        { SIZE: '0', BODY: 'BINARYMIME', RET: 'HDRS', ENVID: 'x', AUTH: '<>', SMTPUTF8: '' },
        ALL,
      ),
    ).toEqual([])
    expect(parameterViolations('RCPT', { NOTIFY: 'SUCCESS,DELAY', ORCPT: 'rfc822;a@b.example' }, ALL)).toEqual([])
  })
  test('a command line as long as the extensions make it', () => {
    expect(lineViolations(Buffer.from(`MAIL FROM:<${'a'.repeat(510)}>\r\n`), ALL, false)).toEqual([])
    expect(lineViolations(Buffer.from(`AUTH PLAIN ${'a'.repeat(4000)}\r\n`), ALL, false)).toEqual([])
  })
})

describe('it is held against', () => {
  test.each([
    '',
    'a',
    '.a@b.example',
    'a b@c.example',
    '"a@b.example',
    'a@',
    'a@-b.example',
    'a@b..example',
    'a@[300.1.1.1]',
    `${'l'.repeat(65)}@b.example`,
    'a@b_c.example',
  ])('path <%s>', (path) => {
    expect(pathViolations(path, 'TO', false)).not.toEqual([])
  })
  test.each<['MAIL' | 'RCPT', Record<string, string>]>([
    ['MAIL', { SIZE: 'x' }],
    ['MAIL', { BODY: '9BIT' }],
    ['MAIL', { NOTIFY: 'NEVER' }],
    ['RCPT', { NOTIFY: 'NEVER,SUCCESS' }],
    ['RCPT', { ORCPT: 'a@b.example' }],
    ['RCPT', { SIZE: '1' }],
  ])('%s %j', (verb, parameters) => {
    expect(parameterViolations(verb, parameters, ALL)).toHaveLength(1)
  })
})
