import { expect, test } from 'vitest'
import { houseOf } from '../house.ts'
import { NotApplicable } from '../faults.ts'
import { configuration, intervals } from './configuration.ts'
import { haraka, readName } from './haraka.ts'

test.each([
  [[30_000, 60_000], 120_000, '30s,60s,60s'],
  [[3_600_000], 3_600_000, '3600s'],
  [[5000], 0, ''],
])('waits of %j within %i ms are %s', (waits, lifetime, text) => {
  expect(intervals(waits, lifetime)).toBe(text)
})

test('Haraka waits for five seconds at least', () => {
  expect(() => intervals([1000], 60_000)).toThrow(NotApplicable)
})

test.each([
  ['1507509981169_1507509984000_2_15187_qBDD_1_mail.here.example', { next: 1507509984000, attempts: 2 }],
  ['.1507509981169_1507509984000_0_15187_qBDD_1_mail', undefined],
  ['error.1507509981169', undefined],
])('the queue file %s', (name, told) => {
  const found = readName(name)
  expect(found && { next: found.next, attempts: found.attempts }).toEqual(told)
})

const place = {
  listeners: [
    { role: 'relay', address: '127.1.2.3', port: 25 },
    { role: 'submissions', address: '127.1.2.3', port: 465 },
  ],
  certificate: { cert: 'c', key: 'k' },
  trustedCertificates: undefined,
} as const

test('settings become its files', () => {
  const house = houseOf(
    {
      hostName: 'mail.here.example',
      incoming: { allowed: true, domains: ['here.example'] },
      authentication: { methods: ['PLAIN', 'SCRAM-SHA-256'] },
      users: [{ name: 'alice', password: "alice's password" }],
      relay: { trustedHosts: ['127.9.0.0/16'] },
      tls: { offered: false },
    },
    haraka.settings,
  )
  const files = configuration(house, place, 'plugin')
  const text = (name: string): string => files[`/etc/haraka/config/${name}`]?.text ?? ''
  expect(text('smtp.ini')).toBe('listen=127.1.2.3:25,127.1.2.3:465\nsmtps_port=465\nnodes=0\n')
  expect(text('auth_flat_file.ini')).toContain(
    "methods=PLAIN\nconstrain_sender=false\n[users]\nalice=alice's password\n",
  )
  expect(text('tls.ini')).toContain('no_starttls_ports[]=25\nno_starttls_ports[]=465\n')
  expect(JSON.parse(text('house.json'))).toMatchObject({ trusted: ['127.9.0.0/16'], submission: [465], open: false })
})

test.each([
  ['a password that would be a number', '12345'],
  ['a password with a line end', 'a\nb'],
])('%s cannot be said', (_, password) => {
  const house = houseOf({ users: [{ name: 'alice', password }] }, haraka.settings)
  expect(() => configuration(house, place, 'plugin')).toThrow(NotApplicable)
})
