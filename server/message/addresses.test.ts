import { describe, expect, test } from 'vitest'
import { addressFault } from './addresses.ts'

describe('addresses in header fields', () => {
  test.each([
    'alice@here.example',
    'Alice <alice@here.example>',
    'Alice @ work',
    '"a@b" <alice@here.example>, (me@home) bob@there.example',
    '"alice b"@here.example',
    'alice@[192.0.2.1], bob@[IPv6:::1]',
    'friends: alice@here.example, bob@there.example;',
    'undisclosed-recipients:;',
    'alice @ here.example',
    'ünï@bücher.example',
    '',
  ])('%j is left alone or well formed', (value) => {
    expect(addressFault(value)).toBe(value === 'Alice @ work' ? 'unqualified' : undefined)
  })

  test.each([
    ['@@@', 'malformed'],
    ['<@here.example>', 'malformed'],
    ['alice@', 'malformed'],
    ['alice@here..example', 'malformed'],
    ['alice@host', 'unqualified'],
    ['Alice <alice@host>, bob@there.example', 'unqualified'],
    ['bob@there.example, alice@host (at home)', 'unqualified'],
  ])('%j is %s', (value, fault) => expect(addressFault(value)).toBe(fault))
})
