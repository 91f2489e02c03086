import { expect, test } from 'vitest'
import { NotApplicable } from '../faults.ts'
import { houseOf } from '../house.ts'
import { sendmailMc } from './configuration.ts'
import { readControl, sendmail } from './sendmail.ts'
import { prefixesOf, tables } from './tables.ts'

const place = {
  listeners: [
    { role: 'relay', address: '127.9.9.3', port: 25 },
    { role: 'submissions', address: '127.9.9.3', port: 465 },
  ],
  certificate: { cert: '', key: '' },
  trustedCertificates: undefined,
} as const

const service = { smtp: { enabled: true }, hostName: 'mail.here.example', incoming: { allowed: true } } as const
const house = ({
  outgoing,
  ...more
}: {
  readonly [name: string]: object | string
  readonly outgoing?: object
}): ReturnType<typeof houseOf> =>
  houseOf({ ...service, ...more, outgoing: { refuseLoopback: false, ...outgoing } }, sendmail.settings)

test.each([
  ['nobody tells insiders from outsiders', {}, "FEATURE(`promiscuous_relay')dnl"],
  [
    'a door with TLS from the start',
    {},
    "DAEMON_OPTIONS(`Name=TLSMSA, Family=inet, Addr=127.9.9.3, Port=465, M=sE')dnl",
  ],
  ['a limit of trace fields', { limits: { receivedHops: 120 } }, "define(`confMAX_HOP', `120')dnl"],
  ['TLS 1.2 is old enough to be refused', { tls: { minimumVersion: 'TLSv1.3' } }, /\+SSL_OP_NO_TLSv1_2'/],
  [
    'a smarthost',
    { outgoing: { smarthost: { host: 'a.example', port: 26 } } },
    "define(`RELAY_MAILER_ARGS', `TCP $h 26')dnl",
  ],
])('%s', (_, more, line) => {
  expect(sendmailMc(house(more), place)).toMatch(line)
})

test.each([
  ['an uneven schedule', { queue: { retryAfter: ['5m', '20m'] } }],
  ['VRFY for some', { verify: { vrfy: 'authenticated' } }],
  ['a separator that is no plus', { subaddressSeparator: '-' }],
  ['a host name that is not whole', { hostName: 'mailserver' }],
  ['loopback addresses as ourselves', { outgoing: { refuseLoopback: true } }],
  ['a name beyond ASCII', { users: [{ name: 'jürgen', password: 'secret' }] }],
  [
    'a password for a smarthost that nobody verified',
    { outgoing: { smarthost: { host: 'a.example', user: 'u', password: 'p', tls: 'opportunistic' } } },
  ],
  ['TLS from the start at a smarthost', { outgoing: { smarthost: { host: 'a.example', tls: 'implicit' } } }],
])('%s is not applicable', (_, more) => {
  expect(() => sendmailMc(house(more), place)).toThrow(NotApplicable)
})

test.each([
  ['127.0.0.0/8', ['127']],
  ['127.99.2.0/23', ['127.99.2', '127.99.3']],
  ['192.0.2.7', ['192.0.2.7']],
  ['2001:db8::/32', ['IPv6:2001:db8']],
])('the network %s is told as %j', (network, prefixes) => {
  expect(prefixesOf(network)).toEqual(prefixes)
})

test('an alias that means the same everywhere is an alias, another one stands in the table of virtual users', () => {
  const files = tables(
    house({
      incoming: { allowed: true, domains: ['here.example', 'second.example'] },
      users: [{ name: 'alice', password: 'secret' }],
      aliases: [
        { address: 'sales', to: ['alice'] },
        { address: 'info@second.example', to: ['bob@there.example'] },
      ],
    }),
    place,
  )
  expect(files['/etc/mail/aliases']?.text).toMatch(/^sales: alice@here.example$/m)
  expect(files['/etc/mail/aliases']?.text).toMatch(/^info=second.example: bob@there.example$/m)
  expect(files['/etc/mail/virtusertable']?.text).toMatch(/^info@second.example\tinfo=second.example$/m)
  expect(files['/etc/mail/virtusertable']?.text).not.toMatch(/^sales@/m)
})

test('a control file of the queue', () => {
  const text =
    'V8\nT1795521001\nK1795521055\nN2\nFrs8\nS<alice@here.example>\nrRFC822; bob@there.example\nRPFD:<bob@there.example>\n.\n'
  expect(readControl('6AO', text)).toEqual({
    id: '6AO',
    sender: 'alice@here.example',
    recipients: ['bob@there.example'],
    tried: 1_795_521_055_000,
  })
})

const at = 'Nov 24 11:59:44 sendmail[1]: 6AOB: '
test.each([
  ['to=<bob@there.example>, delay=00:00:00, mailer=esmtp, dsn=2.0.0, stat=Sent (ok)', 'bob@there.example', true],
  [
    'to=<bob@there.example>, delay=00:00:00, mailer=esmtp, dsn=4.0.0, stat=Deferred: refused',
    'bob@there.example',
    false,
  ],
  [
    `alias <team@here.example> => carol@here.example\n${at}to=carol@here.example, dsn=2.0.0, stat=Sent`,
    'team@here.example',
    true,
  ],
  [
    'SYSERR(root): Too many hops 102 (100 max): from <a@b.example> via [127.0.0.1], to <carol@here.example>',
    'carol@here.example',
    true,
  ],
])('a record "%s" ends %s: %s', (record, address, ends) => {
  expect(sendmail.ended(`${at}${record}\n`, address)).toBe(ends)
})
