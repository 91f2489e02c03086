import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reverseName } from './records.ts'
import { parseZone } from './zone.ts'
import type { ZoneRecord } from './zone.ts'

describe('zone text', () => {
  test.each([
    ['there.example. MX 10 mx1.there.example.', 'MX', { preference: 10, exchange: 'mx1.there.example' }],
    ['there.example MX 0 .', 'MX', { preference: 0, exchange: '.' }],
    ['there.example. 60 IN A 127.1.2.3 ; a comment', 'A', '127.1.2.3'],
    ['there.example. AAAA ::1', 'AAAA', '::1'],
    ['www.there.example. CNAME there.example.', 'CNAME', 'there.example'],
    [
      'there.example. TXT "v=spf1 -all" plain "with ; and \\" in it"',
      'TXT',
      ['v=spf1 -all', 'plain', 'with ; and " in it'],
    ],
    ['3.2.1.127.in-addr.arpa. PTR mx1.there.example.', 'PTR', 'mx1.there.example'],
    [
      '_s._tcp.there.example. SRV 1 2 587 m.there.example.',
      'SRV',
      { priority: 1, weight: 2, port: 587, target: 'm.there.example' },
    ],
    [
      '_25._tcp.m.example. TLSA 3 1 1 ab cd',
      'TLSA',
      { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from([0xab, 0xcd]) },
    ],
    ['there.example. NS ns.there.example.', 'NS', 'ns.there.example'],
    [
      'a.example. SOA ns.a.example. m.a.example. 1 2 3 4 5',
      'SOA',
      { mname: 'ns.a.example', rname: 'm.a.example', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
    ],
  ])('%s', (text, type, data) => {
    const { records, mistakes } = parseZone(text)
    expect(mistakes).toEqual([])
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ type, data })
  })

  test('every mistake is reported, with its line', () => {
    const text = [
      '; fine',
      '',
      'a.example. A 300.1.1.1',
      'a.example. MX mx.example.',
      'b..example. A 127.1.1.1',
      'c.example.',
      'd.example. WKS x',
      'e.example. TXT "open',
    ].join('\n')
    const { records, mistakes } = parseZone(text)
    expect(records).toEqual([])
    expect(mistakes.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8])
    expect(mistakes.map(({ reason }) => reason).join('\n')).toMatch(
      /IPv4[^]*preference[^]*empty[^]*missing[^]*unknown record type WKS[^]*quotation/,
    )
  })

  test.each([
    ['127.1.2.3', '3.2.1.127.in-addr.arpa'],
    ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
    ['2001:db8::25', `5.2.0.0.${'0.'.repeat(20)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ])('reverse name of %s', (address, name) => {
    expect(reverseName(address)).toBe(name)
  })
})

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`

const written = (one: ZoneRecord): string => {
  const head = `${one.name}. ${one.ttl} IN ${one.type}`
  if (one.type === 'MX') return `${head} ${one.data.preference} ${one.data.exchange}.`
  if (one.type === 'TXT') return `${head} ${one.data.map(quoted).join(' ')}`
  return typeof one.data === 'string' ? `${head} ${one.data}` : head
}

describe('whatever the zone text', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      ' ',
      '\t',
      '"',
      '\\',
      ';',
      '.',
      'MX',
      'A',
      'TXT',
      'IN',
      'a.example.',
      '10',
      '127.0.0.1',
      '::1',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )

  test('it is read without throwing, each line as a record, a mistake or nothing', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        const { records, mistakes } = parseZone(text)
        expect(records.length + mistakes.length).toBeLessThanOrEqual(text.split(/\r?\n/).length)
      }),
    )
  })

  test('records survive being written and read', () => {
    const name = fc.domain().map((domain) => domain.toLowerCase())
    const ttl = fc.nat({ max: 86_400 })
    const record: fc.Arbitrary<ZoneRecord> = fc.oneof(
      fc.record({ name, ttl, type: fc.constant('A' as const), data: fc.ipV4() }),
      fc.record({ name, ttl, type: fc.constantFrom('CNAME', 'PTR', 'NS'), data: name }),
      fc.record({
        name,
        ttl,
        type: fc.constant('MX' as const),
        data: fc.record({ preference: fc.nat({ max: 65_535 }), exchange: name }),
      }),
      fc.record({
        name,
        ttl,
        type: fc.constant('TXT' as const),
        data: fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 3 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        expect(parseZone(records.map(written).join('\n'))).toEqual({ records, mistakes: [] })
      }),
    )
  })
})
