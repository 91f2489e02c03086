import { describe, expect, test } from 'vitest'
import { canonicalDomain, sameDomain } from './domain.ts'

describe('the one form of a domain name', () => {
  test.each([
    ['There.Example', 'there.example'],
    ['There.Example.', 'there.example'],
    ['a', 'a'],
    ['mx_1.there.example', 'mx_1.there.example'],
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
    ['B\u00dcCHER.example.', 'xn--bcher-kva.example'],
    ['', undefined],
    ['.', undefined],
    ['there..example', undefined],
    ['there.example..', undefined],
    ['-there.example', undefined],
    ['there example', undefined],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    [`${'a'.repeat(64)}.example`, undefined],
    [`${'abc.'.repeat(63)}abc`, `${'abc.'.repeat(63)}abc`],
    [`${'abc.'.repeat(64)}a`, undefined],
  ])('%j', (name, canonical) => {
    expect(canonicalDomain(name)).toBe(canonical)
  })

  test('a name that is none equals nothing, not even itself', () => {
    expect(sameDomain('There.Example.', 'there.example')).toBe(true)
    expect(sameDomain('..', '..')).toBe(false)
  })
})
