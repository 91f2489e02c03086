import { describe, expect, test } from 'vitest'
import { settingsWith, stranger } from './fixture.ts'
import { createPolicy } from './policy.ts'
import type { Reply } from '../protocol/reply.ts'

const shown = (reply: Reply): string => [reply.code, reply.enhanced, ...reply.lines].join(' | ')
const code = (reply: Reply): string => `${reply.code} ${reply.enhanced}`

const house = {
  authentication: { methods: ['PLAIN' as const] },
  verify: { vrfy: 'everybody' as const, expn: 'authenticated' as const },
}
const alice = { ...stranger, user: 'alice' } as const

describe('VRFY, open to everybody', () => {
  const policy = createPolicy(settingsWith(house))
  test.each([
    ['alice', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['ALICE', '250 | 2.1.5 | Alice Example <ALICE@here.example>'],
    ['alice@here.example', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['<alice@also.example>', '250 | 2.1.5 | Alice Example <alice@also.example>'],
    ['<@a.example,@b.example:alice@here.example>', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['<Postmaster>', '250 | 2.1.5 | <Postmaster@here.example>'],
    ['"alice"', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['"Alice Example"', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['alice example', '250 | 2.1.5 | Alice Example <alice@here.example>'],
    ['wonder', '250 | 2.1.5 | Alice Example <wonder@also.example>'],
    ['sales', '250 | 2.1.5 | <sales@here.example>'],
    ['Postmaster', '250 | 2.1.5 | <Postmaster@here.example>'],
  ])('%s: %s', (argument, expected) => {
    expect(shown(policy.verify(stranger, argument, false))).toBe(expected)
  })

  test.each([
    ['nobody', '550 5.1.1'],
    ['nobody@here.example', '550 5.1.1'],
    ['wonder@here.example', '550 5.1.1'],
    ['carol%there.example@here.example', '550 5.1.1'],
    ['carol@there.example', '550 5.1.1'],
    ['@here.example', '550 5.1.1'],
    ['<>', '550 5.1.1'],
    ['', '550 5.1.1'],
    ['dave@backup.example', '252 2.5.0'],
    ['staff', '252 2.5.0'],
    ['press@also.example', '252 2.5.0'],
  ])('%j: %s', (argument, expected) => {
    expect(code(policy.verify(stranger, argument, false))).toBe(expected)
  })

  test('an insider may ask about other places, and gets no promise', () => {
    expect(code(policy.verify(alice, 'carol@there.example', false))).toBe('252 2.5.0')
  })

  test('a name that two people have is ambiguous', () => {
    const twins = createPolicy(
      settingsWith({ ...house, users: [{ name: 'tweedledum' }, { name: 'tweedledee', fullName: 'Tweedledum' }] }),
    )
    expect(code(twins.verify(stranger, 'tweedledum', false))).toBe('553 5.1.4')
  })

  test('UTF-8 is shown only to who asked for it (RFC 6531 §3.7.4.2)', () => {
    const wide = createPolicy(
      settingsWith({
        ...house,
        incoming: { allowed: true, domains: ['b\u00fccher.example'] },
        users: [{ name: 'j\u00f6rg' }, { name: 'ute', fullName: '\u00dcte' }],
      }),
    )
    expect(code(wide.verify(stranger, 'j\u00f6rg', false))).toBe('252 2.6.8')
    expect(shown(wide.verify(stranger, 'j\u00f6rg', true))).toBe('250 | 2.1.5 | <j\u00f6rg@b\u00fccher.example>')
    expect(shown(wide.verify(stranger, 'ute', false))).toBe('250 | 2.1.5 | <ute@xn--bcher-kva.example>')
    expect(shown(wide.verify(stranger, 'ute', true))).toBe('250 | 2.1.5 | \u00dcte <ute@b\u00fccher.example>')
  })

  test('a full name cannot forge an address', () => {
    const forged = createPolicy(settingsWith({ ...house, users: [{ name: 'eve', fullName: 'Eve <x@y>\r\n250 ok' }] }))
    expect(forged.verify(stranger, 'eve', false).lines).toEqual(['Eve x@y250 ok <eve@here.example>'])
  })
})

describe('who may ask', () => {
  test.each([
    ['nobody', 'alice', '252 2.5.0'],
    ['nobody', 'nobody', '252 2.5.0'],
    ['authenticated', 'alice', '252 2.5.0'],
    ['authenticated', 'nobody', '252 2.5.0'],
    ['everybody', 'alice', '250 2.1.5'],
    ['everybody', 'nobody', '550 5.1.1'],
  ] as const)('VRFY for %s: a stranger about %s gets %s', (vrfy, argument, expected) => {
    const policy = createPolicy(settingsWith({ ...house, verify: { vrfy } }))
    expect(code(policy.verify(stranger, argument, false))).toBe(expected)
  })
  test('VRFY for the authenticated', () => {
    const policy = createPolicy(settingsWith({ ...house, verify: { vrfy: 'authenticated' } }))
    expect(code(policy.verify(alice, 'alice', false))).toBe('250 2.1.5')
    expect(code(policy.verify(alice, 'nobody', false))).toBe('550 5.1.1')
  })
})

describe('EXPN', () => {
  const policy = createPolicy(settingsWith(house))
  test('one mailbox a line', () => {
    expect(policy.expand(alice, 'staff', false).lines).toEqual([
      'Alice Example <alice@here.example>',
      'Bob Example <bob@here.example>',
      '<carol@there.example>',
    ])
  })
  test.each([
    ['<staff@here.example>', '250 2.1.5'],
    ['sales', '250 2.1.5'],
    ['alice', '550 5.1.1'],
    ['nobody', '550 5.1.1'],
    ['list@there.example', '252 2.5.0'],
  ])('%s: %s', (argument, expected) => {
    expect(code(policy.expand(alice, argument, false))).toBe(expected)
  })
  test('a stranger learns nothing', () => {
    expect(code(policy.expand(stranger, 'staff', false))).toBe('252 2.5.0')
    expect(code(policy.expand(stranger, 'nobody', false))).toBe('252 2.5.0')
  })
  test('a name that two lists have is ambiguous, with a code that EXPN may give (rfc5321-4.3.2-14)', () => {
    const lists = ['all@here.example', 'all@also.example'].map((address) => ({
      address,
      owner: 'alice',
      members: ['bob'],
    }))
    const twins = createPolicy(settingsWith({ ...house, lists }))
    expect(code(twins.expand(alice, 'all', false))).toBe('550 5.1.4')
    expect(code(twins.expand(alice, 'all@also.example', false))).toBe('250 2.1.5')
  })
  test('members that need UTF-8', () => {
    const wide = createPolicy(
      settingsWith({ ...house, lists: [{ address: 'all', owner: 'alice', members: ['j\u00f6rg@there.example'] }] }),
    )
    expect(code(wide.expand(alice, 'all', false))).toBe('252 2.6.8')
    expect(wide.expand(alice, 'all', true).lines).toEqual(['<j\u00f6rg@there.example>'])
  })
})
