import { describe, expect, test } from 'vitest'
import { reportOf } from './document.ts'
import type { Envelope } from '@cucumber/messages'
import { messageWithoutSecrets, withoutSecrets, withoutSecretsIn } from './secrets.ts'
import { judge } from './verdict.ts'

const password = "alice's password"
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const forms: readonly (readonly [string, string])[] = [
  ['plain', password],
  ['base64 (LOGIN)', base64(password)],
  ['SASL PLAIN', base64(`\0alice@here.example\0${password}`)],
  ['SASL PLAIN with an identity', base64(`carol\0alice@here.example\0${password}`)],
  ['SASL PLAIN of somebody else', base64('\0somebody\0quite another thing')],
  ['a bearer token', base64('n,a=user@here.example,\u0001host=x\u0001auth=Bearer dGhlIHRva2Vu\u0001\u0001')],
  ['a bearer token in plain', 'Bearer dGhlIHRva2VuIGl0c2VsZg=='],
  ['hexadecimal', Buffer.from(password).toString('hex')],
]

describe('a secret never stands in a report', () => {
  test.each(forms)('%s', (_form, secret) => {
    const said = withoutSecretsIn(`C: AUTH PLAIN ${secret}\r\nlogin=${secret},`)
    expect(said).not.toContain(secret)
    expect(said).toContain('(redacted)')
  })

  test('wherever it was', () => {
    const everything = forms.map(([, secret]) => secret).join('\n')
    const report = reportOf(
      '0',
      { name: 'reference', version: '0' },
      { startedAt: '2026-11-24T12:00:00.000Z', milliseconds: 1, machine: {}, command: '' },
      [
        judge(
          withoutSecrets({
            uri: 'features/a.feature',
            line: 1,
            feature: 'A',
            name: 'B',
            tags: [],
            steps: [{ text: `it is so: ${everything}`, status: 'failed', message: `expected ${everything}` }],
            evidence: [{ name: 'conversation: alice → the server', text: `C: EHLO a\nC: AUTH PLAIN ${everything}` }],
            milliseconds: 1,
            retried: [`at first ${everything}`],
          }),
        ),
      ],
      { requirements: new Map(), restatements: new Map(), reasons: new Map(), beyond: new Map() },
    )
    const text = JSON.stringify(report)
    expect(forms.filter(([, secret]) => text.includes(secret))).toEqual([])
  })
})

test.each([
  'SCRAM-SHA-256-PLUS',
  'hash f41fecfea1df6feb561a5ed47f12a070829df801906d50d076ce2edd000b9741',
  'a user with a wrong password writes',
  'VXNlcm5hbWU6 UGFzc3dvcmQ6',
  'Message accepted as 01069u21bp003cv7m2e',
])('what is no secret stays: %s', (text) => {
  expect(withoutSecretsIn(text)).toBe(text)
})

test.each([
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----', 'MC4CAQAw'],
  ['alice:$6$abcdefgh$0123456789abcdefghijkl:1000', '0123456789abcdefghijkl'],
  ['{base64 \\0alice\\0alice\u0027s password}', 's password'],
  ['"token": "token-of-one-scenario-only"', 'token-of'],
])('%s keeps no secret', (text, secret) => {
  expect(withoutSecretsIn(text)).not.toContain(secret)
})

const message = (attachment: object): string =>
  JSON.stringify(messageWithoutSecrets({ attachment: { mediaType: 'text/plain', ...attachment } } as Envelope))

test('messages of the runner are cleared, attachments in base64 too', () => {
  const body = "C: AUTH PLAIN alice's password"
  const encoded = Buffer.from(body).toString('base64')
  expect(message({ body, contentEncoding: 'IDENTITY' })).not.toContain('password')
  expect(message({ body: encoded, contentEncoding: 'BASE64' })).not.toContain(encoded)
  expect(JSON.stringify(messageWithoutSecrets({ source: { data: body } } as Envelope))).not.toContain('password')
})
