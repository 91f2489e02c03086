import { expect, test } from 'vitest'
import { heloName, mannerOf, termsOf } from './manner.ts'
import { settingsSchema } from '../settings/schema.ts'

test.each([
  ['mail.here.example', '192.0.2.1', 'mail.here.example'],
  ['Mail.Here.Example', '192.0.2.1', 'mail.here.example'],
  ['bücher.example', '192.0.2.1', 'xn--bcher-kva.example'],
  ['localhost.localdomain', '192.0.2.1', '[192.0.2.1]'],
  ['mailserver', '192.0.2.1', '[192.0.2.1]'],
  ['mail_server.here.example', '2001:db8::1', '[IPv6:2001:db8::1]'],
  ['', '::ffff:192.0.2.1', '[192.0.2.1]'],
])('EHLO of %j from %s is %s', (hostName, address, name) => {
  expect(heloName(hostName, address)).toBe(name)
})

const destination = { kind: 'smarthost', key: 'smarthost' } as const

test.each([
  ['none', '192.0.2.1', true],
  ['opportunistic', '192.0.2.1', false],
  ['opportunistic', '127.0.0.1', true],
  ['required', '192.0.2.1', false],
  ['implicit', '192.0.2.1', false],
] as const)('TLS %s, smarthost at %s: the password may be shown in clear: %s', async (tls, remoteAddress, expected) => {
  const { outgoing } = settingsSchema.parse({ outgoing: { smarthost: { host: 'smart.example', tls, user: 'u' } } })
  const manner = await mannerOf(destination, outgoing, () => Promise.reject(new Error('not asked for')))
  const line = { localAddress: '192.0.2.250', remoteAddress }
  const terms = termsOf(manner, { tls: false, ehlo: false }, 'mail.here.example', line, undefined)
  expect(terms.credentials).toEqual({ mayShowPassword: expected })
})
