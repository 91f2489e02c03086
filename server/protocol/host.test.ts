import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiHost, type Host, hostText, parseHost, sameHost } from './host.ts'

const label63 = 'a'.repeat(63)
/** 63 + 1 + 63 + 1 + 63 + 1 + 63 = 255 octets. */
const domain255 = [label63, label63, label63, label63].join('.')

describe('domain names', () => {
  test.each([
    'there.example',
    'localhost',
    'a',
    '1.2.3.4',
    '3com.example',
    'a-b.example',
    'a--b.example',
    'xn--bcher-kva.example',
    'MiXeD.Example',
    domain255,
    'bücher.example',
    '例子.example',
    'пример.example',
    'straße.example',
    'ليهمابتكلموشعربي.example',
  ])('%s is one', (name) => {
    expect(parseHost(name)).toEqual({ kind: 'domain', name })
  })

  test.each([
    ['an empty name', ''],
    ['a leading dot', '.a'],
    ['a trailing dot', 'a.'],
    ['two dots', 'a..b'],
    ['a leading hyphen', '-a.b'],
    ['a trailing hyphen', 'a-.b'],
    ['an underscore', 'b_c.example'],
    ['a space', 'a b'],
    ['a label of 64 octets', `a${label63}.example`],
    ['256 octets', `a.${domain255}`.slice(0, 256)],
    ['a symbol', '☃.example'],
    ['a bare accent', '\u{301}a.example'],
    ['a decomposed letter', 'bu\u{308}cher.example'],
    ['full-width letters', 'ａ.example'],
    ['a trailing joiner', 'a\u{200d}.example'],
    ['a label whose A-label has 64 octets', `${'ü'.repeat(60)}.example`],
    ['mixed writing directions', 'aש.example'],
    ['half a surrogate pair', '\u{d800}.example'],
    ['an ideographic full stop', 'a。b'],
  ])('%s is none', (_, name) => {
    expect(parseHost(name)).toBeUndefined()
  })
})

describe('address literals', () => {
  test.each<[string, Host]>([
    ['[192.0.2.1]', { kind: 'ipv4', address: '192.0.2.1' }],
    ['[0.0.0.0]', { kind: 'ipv4', address: '0.0.0.0' }],
    ['[255.255.255.255]', { kind: 'ipv4', address: '255.255.255.255' }],
    ['[010.001.000.009]', { kind: 'ipv4', address: '10.1.0.9' }],
    ['[IPv6:2001:db8::1]', { kind: 'ipv6', address: '2001:db8::1' }],
    ['[ipv6:2001:DB8:0:0:0:0:0:1]', { kind: 'ipv6', address: '2001:db8::1' }],
    ['[IPv6:::1]', { kind: 'ipv6', address: '::1' }],
    ['[IPv6:::]', { kind: 'ipv6', address: '::' }],
    ['[IPv6:2001:db8::]', { kind: 'ipv6', address: '2001:db8::' }],
    ['[IPv6:::ffff:192.0.2.1]', { kind: 'ipv6', address: '::ffff:192.0.2.1' }],
    ['[IPv6:64:ff9b::192.0.2.33]', { kind: 'ipv6', address: '64:ff9b::c000:221' }],
    ['[IPv6:1:2:3:4:5:6:192.0.2.1]', { kind: 'ipv6', address: '1:2:3:4:5:6:c000:201' }],
    ['[IPv6:1:2:3:4:5:6:7:8]', { kind: 'ipv6', address: '1:2:3:4:5:6:7:8' }],
    // Erratum 4315.
    ['[IPv6:1:2:3:4:5:6:7::]', { kind: 'ipv6', address: '1:2:3:4:5:6:7:0' }],
    ['[IPv6:1:0:0:2:0:0:0:3]', { kind: 'ipv6', address: '1:0:0:2::3' }],
  ])('%s', (text, host) => {
    expect(parseHost(text)).toEqual(host)
  })

  test.each([
    '[]',
    '[256.1.1.1]',
    '[1.2.3]',
    '[1.2.3.4.5]',
    '[1.2.3.-4]',
    '[1.2.3.0x4]',
    '[1.2.3.0004]',
    '[1.2.3.4',
    '[ 1.2.3.4]',
    '[2001:db8::1]',
    '[IPv6:]',
    '[IPv6::::]',
    '[IPv6::1]',
    '[IPv6:1::2::3]',
    '[IPv6:1:2:3:4:5:6:7:8:9]',
    '[IPv6:1:2:3:4:5:6:7]',
    '[IPv6:1:2:3:4:5:6:7:8::]',
    '[IPv6:12345::]',
    '[IPv6:g::]',
    '[IPv6:fe80::1%eth0]',
    '[IPv6:192.0.2.1::]',
    '[IPv6:::192.0.2.1:1]',
    '[IPv6:::256.0.2.1]',
    '[x400:foo]',
    '[there.example]',
  ])('%s is refused', (text) => {
    expect(parseHost(text)).toBeUndefined()
  })

  test('every address survives parsing and rendering', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const host = parseHost(address.includes(':') ? `[IPv6:${address}]` : `[${address}]`)
        expect(host).toBeDefined()
        expect(host && parseHost(hostText(host))).toEqual(host)
      }),
    )
  })
})

test('whatever stands for a host is refused, or has one form that is read back the same', () => {
  const piece = fc.oneof(
    fc.constantFrom('[', ']', 'IPv6:', ':', '::', '.', '-', '1', '255', 'ffff', 'xn--', 'a', 'ü', '%', 'tag:'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const host = parseHost(pieces.join(''))
      expect(host && parseHost(hostText(host))).toEqual(host)
      expect(host === undefined || sameHost(host, host)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

describe('sameHost', () => {
  test.each([
    ['there.example', 'THERE.Example', true],
    ['bücher.example', 'xn--bcher-kva.example', true],
    ['BÜCHER.example', 'bücher.example', true],
    ['there.example', 'here.example', false],
    ['[IPv6:2001:db8::1]', '[IPv6:2001:DB8:0::1]', true],
    ['[192.0.2.1]', '[192.0.2.1]', true],
    ['1.2.3.4', '[1.2.3.4]', false],
  ])('%s and %s: %s', (a, b, same) => {
    const [left, right] = [parseHost(a), parseHost(b)]
    expect(left !== undefined && right !== undefined && sameHost(left, right)).toBe(same)
  })
})

test('asciiHost gives what DNS is asked', () => {
  expect(asciiHost({ kind: 'domain', name: 'Bücher.Example' })).toBe('xn--bcher-kva.example')
  expect(asciiHost({ kind: 'ipv6', address: '2001:db8::1' })).toBe('[ipv6:2001:db8::1]')
})
