import { describe, expect, test } from 'vitest'
import { readMailParameters, readRcptParameters } from './parameters.ts'

const offers = new Set(['SIZE', '8BITMIME', 'BINARYMIME', 'SMTPUTF8', 'AUTH', 'DSN'])

function mail(text: string, offered: ReadonlySet<string> = offers): unknown {
  const read = readMailParameters(text, offered)
  return read.kind === 'parameters' ? read.parameters : read.reply.code
}

function rcpt(text: string, offered: ReadonlySet<string> = offers): unknown {
  const read = readRcptParameters(text, offered)
  return read.kind === 'parameters' ? read.parameters : read.reply.code
}

describe('MAIL', () => {
  test.each<[string, unknown]>([
    ['', {}],
    [' SIZE=0', { size: 0 }],
    [' size=12345678901234567890', { size: Number('12345678901234567890') }],
    [' SIZE=123456789012345678901', 501],
    [' SIZE', 501],
    [' SIZE=', 501],
    [' SIZE=abc', 501],
    [' SIZE=-1', 501],
    [' SIZE=1.5', 501],
    [' SIZE=1 SIZE=2', 501],
    [' BODY=7bit', { body: '7BIT' }],
    [' BODY=8BITMIME', { body: '8BITMIME' }],
    [' BODY=binarymime', { body: 'BINARYMIME' }],
    [' BODY=foo', 501],
    [' BODY=', 501],
    [' BODY', 501],
    [' BODY=7BIT BODY=8BITMIME', 501],
    [' smtputf8', { smtputf8: true }],
    [' SMTPUTF8=1', 501],
    [' SMTPUTF8 SMTPUTF8', 501],
    [' AUTH=<>', { auth: '<>' }],
    [' AUTH=e+3Dmc2@example.com', { auth: 'e=mc2@example.com' }],
    [' AUTH=', 501],
    [' AUTH', 501],
    [' AUTH=++', 501],
    [' AUTH=nobody', 501],
    [' ret=Hdrs', { return: 'HDRS' }],
    [' RET=FULL', { return: 'FULL' }],
    [' RET=foo', 501],
    [' RET', 501],
    [' RET=FULL RET=HDRS', 501],
    [' ENVID=QQ+2B1', { envelopeId: 'QQ+1' }],
    [` ENVID=${'x'.repeat(100)}`, { envelopeId: 'x'.repeat(100) }],
    [` ENVID=${'x'.repeat(101)}`, 501],
    [' ENVID=a+20b', { envelopeId: 'a b' }],
    [' ENVID=', 501],
    [' ENVID=+00', 501],
    [' ENVID=a=b', 501],
    [' ENVID=a+zz', 501],
    [' ENVID=a ENVID=b', 501],
    [' SIZE=10  BODY=8BITMIME RET=FULL', { size: 10, body: '8BITMIME', return: 'FULL' }],
    [' FOO=bar', 555],
    [' FOO', 555],
    [' NOTIFY=NEVER', 555],
    [' SIZE=1 FOO=bar', 555],
    [' -SIZE=1', 501],
    [' constructor=1', 555],
  ])('%s', (text, expected) => {
    expect(mail(text)).toEqual(expected)
  })
})

describe('RCPT', () => {
  test.each<[string, unknown]>([
    ['', {}],
    [' NOTIFY=never', { notify: 'never' }],
    [' NOTIFY=success,Failure', { notify: ['success', 'failure'] }],
    [' NOTIFY=SUCCESS,FAILURE,DELAY', { notify: ['success', 'failure', 'delay'] }],
    [' NOTIFY=DELAY,DELAY', { notify: ['delay'] }],
    [' NOTIFY', 501],
    [' NOTIFY=', 501],
    [' NOTIFY=NEVER,FAILURE', 501],
    [' NOTIFY=FAILURE,', 501],
    [' NOTIFY=FOO', 501],
    [' NOTIFY=NEVER NOTIFY=NEVER', 501],
    [' ORCPT=rfc822;a+2Bb@x', { originalRecipient: { type: 'rfc822', address: 'a+b@x' } }],
    [' ORCPT=rfc822;MiXeD@X', { originalRecipient: { type: 'rfc822', address: 'MiXeD@X' } }],
    [' ORCPT=rfc822;not+20an+20address', { originalRecipient: { type: 'rfc822', address: 'not an address' } }],
    [' ORCPT=x-unknown;foo', { originalRecipient: { type: 'x-unknown', address: 'foo' } }],
    [` ORCPT=rfc822;${'x'.repeat(493)}`, { originalRecipient: { type: 'rfc822', address: 'x'.repeat(493) } }],
    [` ORCPT=rfc822;${'x'.repeat(501)}`, 501],
    [' ORCPT=', 501],
    [' ORCPT=foo', 501],
    [' ORCPT=;x', 501],
    [' ORCPT=rfc822;a+00b', 501],
    [' ORCPT=rfc822;a+b', 501],
    [' ORCPT=rfc822;a=b', 501],
    [' ORCPT=rfc822;用户@x', 501],
    [' ORCPT=utf-8;用户@x', { originalRecipient: { type: 'utf-8', address: '用户@x' } }],
    [String.raw` ORCPT=UTF-8;\x{7528}@x`, { originalRecipient: { type: 'UTF-8', address: '用@x' } }],
    [String.raw` ORCPT=utf-8;\x{D800}@x`, 501],
    [' ORCPT=utf-8;a+b', 501],
    [' ORCPT=rfc822;a ORCPT=rfc822;b', 501],
    [' FOO=bar', 555],
    [' SIZE=1', 555],
  ])('%s', (text, expected) => {
    expect(rcpt(text)).toEqual(expected)
  })
})

describe('what is not offered is not known', () => {
  test.each([
    ['SIZE', ' SIZE=1'],
    ['SMTPUTF8', ' SMTPUTF8'],
    ['AUTH', ' AUTH=<>'],
    ['DSN', ' RET=FULL'],
    ['DSN', ' ENVID=a'],
    ['BINARYMIME', ' BODY=BINARYMIME'],
  ])('without %s: MAIL%s', (keyword, text) => {
    expect(mail(text, new Set([...offers].filter((offer) => offer !== keyword)))).toBe(555)
  })

  test.each([' NOTIFY=NEVER', ' ORCPT=rfc822;a@x'])('without DSN: RCPT%s', (text) => {
    expect(rcpt(text, new Set(['SIZE']))).toBe(555)
  })

  test('BODY needs one of its two extensions', () => {
    expect(mail(' BODY=7BIT', new Set(['SIZE']))).toBe(555)
    expect(mail(' BODY=8BITMIME', new Set(['8BITMIME']))).toEqual({ body: '8BITMIME' })
  })

  test('raw UTF-8 in ORCPT needs SMTPUTF8', () => {
    expect(rcpt(' ORCPT=utf-8;用户@x', new Set(['DSN']))).toBe(501)
  })
})
