import { expect, test } from 'vitest'
import { settingsSchema } from '../../server/settings/schema.ts'
import type { SettingsDocument } from '../../server/settings/schema.ts'
import { houseOf } from '../house.ts'
import { configuration } from './configuration.ts'
import { opensmtpd, readQueue } from './opensmtpd.ts'

const written = (document: SettingsDocument): string =>
  configuration(
    houseOf(
      { ...document, outgoing: { refuseLoopback: false, ...document.outgoing } },
      Object.keys(settingsSchema.shape),
    ),
    {
      listeners: [{ role: 'relay', address: '127.0.0.7', port: 25 }],
      certificate: { cert: '', key: '' },
      trustedCertificates: undefined,
    },
  )

test('the queue as smtpctl shows it', () => {
  const text = [
    '1a2b3c4d5e6f7081|inet4|mta||alice@here.example|bob@there.example|bob@there.example|1|2|3|4|pending|390|Connection refused',
    '1a2b3c4d5e6f7082|local|bounce|bounce,suspend|@|alice@here.example|alice@here.example|1|2|0|0|inflight|0|',
    '',
  ].join('\n')
  expect(
    readQueue(text).map(({ sender, kind, flags, attempts, state, seconds }) => [
      sender,
      kind,
      flags,
      attempts,
      state,
      seconds,
    ]),
  ).toEqual([
    ['alice@here.example', 'mta', '', 4, 'pending', 390],
    ['', 'bounce', 'bounce,suspend', 0, 'inflight', 0],
  ])
})

test.each([
  [
    '0a mta delivery evpid=1b from=<a@x.example> to=<bob@there.example> rcpt=<-> source="-" relay="r" delay=0s result="Ok" stat="250 ok"',
    true,
  ],
  [
    '0a mta delivery evpid=1b from=<a@x.example> to=<bob@there.example> rcpt=<-> source="-" relay="r" delay=0s result="TempFail" stat="451"',
    false,
  ],
  [
    '0a mda delivery evpid=1b from=<a@x.example> to=<c@here.example> rcpt=<bob@there.example> user=c delay=0s result=Ok stat=Delivered',
    true,
  ],
  ['relay: Expire for 1b: from=<a@x.example>, to=<bob@there.example>, rcpt=<->, delay=5s, stat=Envelope expired', true],
])('a record "%s" ends bob@there.example: %s', (record, ends) => {
  expect(opensmtpd.ended(`${record}\n`, 'bob@there.example')).toBe(ends)
})

const strangersRules = (allowed: boolean): readonly string[] =>
  written({ incoming: { allowed, domains: ['here.example'] }, relay: { trustedHosts: ['10.0.0.0/8'] } })
    .split('\n')
    .filter((line) => line.startsWith('match') && line.includes('from any'))

test('strangers are matched for our domains only, and only while incoming mail is allowed', () => {
  expect(strangersRules(true)).toEqual(['match tag "relay" from any for domain <here> action "mailboxes"'])
  expect(strangersRules(false)).toEqual([])
})

test('without methods and trusted hosts anybody is matched for anywhere', () => {
  expect(written({})).toContain('match from any for any action "outward"')
})

test('a password goes to a smarthost only where TLS is certain', () => {
  const smarthost = { host: 'smart.example', port: 587, user: 'u', password: 'p' }
  expect(written({ outgoing: { smarthost: { ...smarthost, tls: 'required' } } })).toContain(
    'relay host "smtp+tls://smarthost@smart.example:587" auth <secrets>',
  )
  expect(() => written({ outgoing: { smarthost: { ...smarthost, tls: 'opportunistic' } } })).toThrow(/TLS is certain/)
})
