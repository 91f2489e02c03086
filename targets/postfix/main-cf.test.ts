import { expect, test } from 'vitest'
import { NotApplicable } from '../faults.ts'
import { houseOf } from '../house.ts'
import { mainCf, masterCf } from './main-cf.ts'
import { postfix } from './postfix.ts'

const place = {
  listeners: [
    { role: 'relay', address: '127.9.9.3', port: 25 },
    { role: 'submissions', address: '127.9.9.3', port: 465 },
  ],
  certificate: { cert: '', key: '' },
  trustedCertificates: undefined,
} as const

const service = {
  smtp: { enabled: true },
  hostName: 'mail.here.example',
  incoming: { allowed: true },
  outgoing: { refuseLoopback: false },
} as const
const configuration = (more: object): string => mainCf(houseOf({ ...service, ...more }, postfix.settings), place)

test.each([
  ['nobody tells insiders from outsiders', {}, 'mynetworks = 0.0.0.0/0'],
  [
    'networks',
    { relay: { trustedHosts: ['127.0.0.0/8', '2001:db8::/32'] } },
    'mynetworks = 127.0.0.0/8 [2001:db8::]/32',
  ],
  ['bits beyond a prefix', { relay: { trustedHosts: ['127.158.3.9/13'] } }, 'mynetworks = 127.152.0.0/13'],
  [
    'no incoming mail',
    { incoming: { allowed: false } },
    'smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, reject',
  ],
  ['a limit of trace fields', { limits: { receivedHops: 120 } }, 'hopcount_limit = 121'],
  ['bare line ends are kept', { refusals: { bareLineEnds: 'keep' } }, 'smtpd_forbid_bare_newline = normalize'],
  [
    'a smarthost',
    { outgoing: { refuseLoopback: false, smarthost: { host: 'a.example', port: 25, tls: 'required' } } },
    'relayhost = [a.example]:25',
  ],
])('%s', (_, more, line) => {
  expect(configuration(more).split('\n')).toContain(line)
})

test.each([
  ['an uneven schedule', { queue: { retryAfter: ['5m', '20m'] } }],
  ['loopback addresses as ourselves', { outgoing: { refuseLoopback: true } }],
  ['a host name that is not full', { hostName: 'mailserver' }],
  ['VRFY for some', { verify: { vrfy: 'authenticated' } }],
  ['sessions that end after two wrong passwords', { authentication: { failuresPerSession: 2 } }],
])('%s is not applicable', (_, more) => {
  expect(() => configuration(more)).toThrow(NotApplicable)
})

test.each([
  [true, 2],
  [false, 0],
])('with SMTP enabled %s there are %d doors', (enabled, doors) => {
  const house = houseOf({ ...service, smtp: { enabled } }, postfix.settings)
  expect(masterCf(house, place).match(/ inet n /g)?.length ?? 0).toBe(doors)
})
