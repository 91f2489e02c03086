import { describe, expect, test } from 'vitest'
import { hostList, parseAddress, parseNetwork } from './hosts.ts'

describe('an address belongs to a network when its leading bits are the same', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.0/24', '192.0.2.0', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '192.0.1.255', false],
    ['192.0.2.77/24', '192.0.2.1', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.4/30', '192.0.2.3', false],
    ['192.0.2.4/30', '192.0.2.7', true],
    ['192.0.2.4/30', '192.0.2.8', false],
    ['192.0.2.4/31', '192.0.2.5', true],
    ['192.0.2.4/31', '192.0.2.6', false],
    ['192.0.2.4/32', '192.0.2.4', true],
    ['192.0.2.4/32', '192.0.2.5', false],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['128.0.0.0/1', '255.255.255.255', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::7', '2001:0DB8:0:0:0:0:0:7', true],
    ['2001:db8::/127', '2001:db8::1', true],
    ['2001:db8::/127', '2001:db8::2', false],
    ['fe80::/10', 'fe80::1%lo', true],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['::1', '::1', true],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['192.0.2.0/24', '::FFFF:c000:209', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['::ffff:0:0/96', '203.0.113.1', true],
    ['::ffff:0:0/95', '203.0.113.1', false],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
  ])('%s has %s: %s', (network, address, belongs) => {
    expect(hostList([network]).has(address)).toBe(belongs)
  })
})

describe('what is no network matches nobody', () => {
  test.each([
    '',
    'mail.here.example',
    '192.0.2',
    '192.0.2.7/33',
    '192.0.2.7/',
    '192.0.2.7/-1',
    '192.0.2.7/24/24',
    '192.0.2.7/ 24',
    '192.0.2.256',
    '192.0.2.07',
    '2001:db8::/129',
    '2001:db8:::1',
    'fe80::1%lo/64',
    '*',
    '192.0.2.0/255.255.255.0',
  ])('%j', (text) => {
    expect(parseNetwork(text)).toBeUndefined()
    expect(hostList([text]).has('192.0.2.7')).toBe(false)
  })

  test('a mistake in a list does not spoil its neighbours', () => {
    expect(hostList(['nonsense', '192.0.2.0/24']).has('192.0.2.7')).toBe(true)
  })

  test.each(['', 'nonsense', '192.0.2.7:25', '192.0.2.7/24'])('nor is %j an address', (text) => {
    expect(parseAddress(text)).toBeUndefined()
    expect(hostList(['0.0.0.0/0', '::/0']).has(text)).toBe(false)
  })
})

describe('names and stars', () => {
  test.each([
    ['10.11.*.*', '10.11.200.3', undefined, true],
    ['10.11.*.*', '10.12.0.1', undefined, false],
    ['*.*.*.*', '10.12.0.1', undefined, false],
    ['10.*.1.*', '10.2.1.3', undefined, false],
    ['300.*.*.*', '10.2.1.3', undefined, false],
    ['*.inside.example', '192.0.2.7', 'a.Inside.example', true],
    ['*.inside.example', '192.0.2.7', 'inside.example', false],
    ['inside.example', '192.0.2.7', 'inside.example', true],
    ['inside.example', '192.0.2.7', 'a.inside.example', false],
    ['*.inside.example', '192.0.2.7', 'a.inside.example.elsewhere.example', false],
    ['*.inside.example', '192.0.2.7', undefined, false],
  ])('%s: %s called %s', (entry, address, name, belongs) => {
    expect(hostList([entry]).has(address, name)).toBe(belongs)
  })

  test('whether a name is needed', () => {
    expect(hostList(['192.0.2.0/24', '10.*.*.*', '2001:db8::/32']).names).toBe(false)
    expect(hostList(['192.0.2.0/24', 'host.example']).names).toBe(true)
  })
})
