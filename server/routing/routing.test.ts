import { describe, expect, test } from 'vitest'
import type { Address, Lookup, MxRecord } from '../ports.ts'
import { settingsSchema } from '../settings/schema.ts'
import { canonicalAddress, isLoopback } from './address.ts'
import { exchangersOf, mostTargets, targetsOf } from './mx.ts'
import type { Exchanger, TargetRules } from './mx.ts'
import { route } from './route.ts'

const settings = (outgoing: object = {}): Parameters<typeof route>[1] =>
  settingsSchema.parse({
    hostName: 'mail.here.example',
    incoming: { domains: ['here.example', 'bücher.example'], relayDomains: ['backup.example'] },
    outgoing,
  })

describe('where an address leads', () => {
  const smarthost = { smarthost: { host: 'smart.example' } }
  test.each([
    ['alice@here.example', {}, { kind: 'local' }],
    ['alice@HERE.Example', {}, { kind: 'local' }],
    ['alice@mail.here.example', smarthost, { kind: 'local' }],
    ['alice@xn--bcher-kva.example', {}, { kind: 'local' }],
    ['Postmaster', {}, { kind: 'local' }],
    ['alice@[127.0.0.5]', {}, { kind: 'local' }],
    ['alice@[IPv6:2001:DB8:0::1]', {}, { kind: 'local' }],
    ['bob%far.example@here.example', {}, { kind: 'local' }],
    ['"bob@far.example"@here.example', {}, { kind: 'local' }],
    ['bob@There.Example', {}, { kind: 'domain', key: 'there.example', domain: 'there.example' }],
    ['bob@straße.example', {}, { kind: 'domain', domain: 'xn--strae-oqa.example' }],
    ['bob@sub.here.example', {}, { kind: 'domain', domain: 'sub.here.example' }],
    ['bob@host', {}, { kind: 'domain', domain: 'host' }],
    ['bob@[192.0.2.7]', {}, { kind: 'literal', key: '[192.0.2.7]', address: '192.0.2.7', family: 4 }],
    ['bob@[IPv6:2001:db8::7]', {}, { kind: 'literal', address: '2001:db8::7', family: 6 }],
    ['bob@there.example', smarthost, { kind: 'smarthost' }],
    ['bob@[192.0.2.7]', smarthost, { kind: 'smarthost' }],
    ['bob@backup.example', smarthost, { kind: 'domain', domain: 'backup.example' }],
    ['bob', {}, { kind: 'nowhere', status: '5.1.3' }],
    ['bob@there..example', {}, { kind: 'nowhere', status: '5.1.3' }],
  ])('%s (%o)', (address, outgoing, destination) => {
    expect(route(address, settings(outgoing), ['127.0.0.5', '2001:db8::1'])).toMatchObject(destination)
  })

  test('what is local goes by a lane of its own where the POP and IMAP service has the mailboxes', () => {
    const lmtp = { ...settings(), mailboxes: { lmtp: { host: 'imap.here.example', port: 24 } } }
    for (const address of ['alice@here.example', 'postmaster', 'alice@[127.0.0.5]']) {
      expect(route(address, lmtp, ['127.0.0.5'])).toEqual({ kind: 'local', key: 'lmtp' })
    }
    expect(route('bob@there.example', lmtp, [])).toMatchObject({ kind: 'domain' })
  })
})

test.each([
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['192.0.2.1', '192.0.2.1'],
])('%s is %s', (address, canonical) => {
  expect(canonicalAddress(address)).toBe(canonical)
})

test.each([
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', true],
  ['192.0.2.1', false],
  ['2001:db8::1', false],
])('loopback: %s %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})

const four = (address: string): Address => ({ address, family: 4 })
const six = (address: string): Address => ({ address, family: 6 })
const found = <T>(...records: readonly T[]): Lookup<T> => ({ kind: 'found', records })
const mx = (preference: number, exchange: string): MxRecord => ({ preference, exchange })

const order = (fractions: readonly number[]): readonly string[] => {
  const rest = [...fractions]
  const read = exchangersOf('x.example', found(mx(1, 'a.x'), mx(1, 'b.x'), mx(2, 'c.x')), () => rest.shift() ?? 0)
  return read.kind === 'exchangers' ? read.exchangers.map(({ name }) => name) : []
}

describe('what the MX answer says', () => {
  test.each<[string, Lookup<MxRecord>, object]>([
    ['SERVFAIL', { kind: 'failed', reason: 'ESERVFAIL' }, { soft: true, trouble: { status: '4.4.3' } }],
    ['NXDOMAIN', { kind: 'no-such-name' }, { soft: false, trouble: { status: '5.1.2' } }],
    ['null MX', found(mx(0, '')), { soft: false, trouble: { status: '5.1.10' } }],
    ['no MX', { kind: 'none' }, { implicit: true, exchangers: [{ preference: 0, name: 'there.example' }] }],
    [
      'a root beside others',
      found(mx(0, ''), mx(10, 'a.example')),
      { exchangers: [{ preference: 10, name: 'a.example' }] },
    ],
    ['only junk', found(mx(0, ''), mx(1, '192.0.2.1')), { exchangers: [], implicit: false }],
    [
      'by preference, once each, any case',
      found(mx(20, 'B.example'), mx(10, 'a.example'), mx(30, 'b.EXAMPLE')),
      {
        exchangers: [mx(10, 'a.example'), mx(20, 'b.example')].map(({ preference, exchange }) => ({
          preference,
          name: exchange,
        })),
      },
    ],
    ['an underscore', found(mx(1, '_dc-mx.x.example')), { exchangers: [{ preference: 1, name: '_dc-mx.x.example' }] }],
  ])('%s', (_, answer, expected) => {
    expect(exchangersOf('there.example', answer, () => 0.5)).toMatchObject(expected)
  })

  test('equal preferences in the order of chance, and only they', () => {
    expect(order([0.1, 0.2, 0.0])).toEqual(['a.x', 'b.x', 'c.x'])
    expect(order([0.9, 0.2, 0.0])).toEqual(['b.x', 'a.x', 'c.x'])
  })
})

describe('which addresses are tried', () => {
  const rules: TargetRules = {
    own: { names: ['mail.here.example'], addresses: ['192.0.2.99'] },
    refuseLoopback: true,
    ipv6: true,
  }
  const exchangers: readonly Exchanger[] = [
    { preference: 10, name: 'a' },
    { preference: 20, name: 'b' },
    { preference: 20, name: 'c' },
    { preference: 30, name: 'd' },
  ]
  type Answers = Readonly<Record<string, Lookup<Address>>>
  const tried = (answers: Answers, change: Partial<TargetRules> = {}, hosts = exchangers): object => {
    const result = targetsOf('there.example', hosts, new Map(Object.entries(answers)), { ...rules, ...change })
    return result.kind === 'targets' ? result.targets.map(({ address }) => address) : result
  }
  const none: Lookup<Address> = { kind: 'none' }

  test.each<[string, Answers, Partial<TargetRules>, object]>([
    [
      'host by host',
      { a: found(four('1.1.1.1'), four('1.1.1.2')), b: found(four('2.2.2.2')) },
      {},
      { targets: ['1.1.1.1', '1.1.1.2', '2.2.2.2'] },
    ],
    [
      'both families',
      { a: found(four('1.1.1.1'), four('1.1.1.2'), six('2001:db8::1')) },
      {},
      { targets: ['2001:db8::1', '1.1.1.1', '1.1.1.2'] },
    ],
    [
      'no IPv6',
      { a: found(four('1.1.1.1'), six('2001:db8::1')), b: found(six('2001:db8::2')) },
      { ipv6: false },
      { targets: ['1.1.1.1'] },
    ],
    [
      'a host without address is passed over',
      { a: { kind: 'no-such-name' }, b: none, c: found(four('3.3.3.3')) },
      {},
      { targets: ['3.3.3.3'] },
    ],
    [
      'our own preference and worse drop out',
      { a: found(four('1.1.1.1')), b: found(four('2.2.2.2')), c: found(four('192.0.2.99')), d: found(four('4.4.4.4')) },
      {},
      { targets: ['1.1.1.1'] },
    ],
    [
      'a loopback address is ourselves',
      { a: found(four('1.1.1.1')), b: found(four('127.0.0.1')), c: found(four('3.3.3.3')) },
      {},
      { targets: ['1.1.1.1'] },
    ],
    ['but not in a laboratory', { a: found(four('127.0.0.1')) }, { refuseLoopback: false }, { targets: ['127.0.0.1'] }],
    [
      'we are best',
      { a: found(four('192.0.2.99')), d: found(four('4.4.4.4')) },
      {},
      { soft: false, trouble: { status: '5.4.6' } },
    ],
    ['nothing has an address', { a: none, b: none }, {}, { soft: false, trouble: { status: '5.4.4' } }],
    ['nothing yet', { a: { kind: 'failed', reason: 'x' }, b: none }, {}, { soft: true, trouble: { status: '4.4.3' } }],
    [
      'better ones unknown yet',
      { a: { kind: 'failed', reason: 'x' }, b: found(four('192.0.2.99')) },
      {},
      { soft: true },
    ],
  ])('%s', (_, answers, change, expected) => {
    const result = tried(answers, change)
    expect(Array.isArray(result) ? { targets: result } : result).toMatchObject(expected)
  })

  test('a better one that is unknown for now is told beside those that are tried (rfc5321-5.1-07)', () => {
    const answers = new Map<string, Lookup<Address>>([
      ['a', { kind: 'failed', reason: 'x' }],
      ['b', found(four('2.2.2.2'))],
    ])
    expect(targetsOf('there.example', exchangers, answers, rules)).toMatchObject({
      targets: [{ address: '2.2.2.2' }],
      missing: { soft: true, trouble: { status: '4.4.3' } },
    })
  })

  test('ourselves by name, in any case', () => {
    const hosts = [{ preference: 10, name: 'mail.here.example' }]
    const own = { names: ['Mail.HERE.example'], addresses: [] }
    expect(tried({ 'mail.here.example': none }, { own }, hosts)).toMatchObject({ trouble: { status: '5.4.6' } })
  })

  test('a bound on the addresses leaves both families in', () => {
    const many = Array.from({ length: 100 }, (_, at) => four(`10.0.0.${at}`))
    const addresses = tried({ a: found(...many, six('2001:db8::1')) })
    expect(addresses).toHaveLength(mostTargets)
    expect(addresses).toContain('2001:db8::1')
  })
})
