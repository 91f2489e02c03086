import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatMailbox,
  parseForwardPath,
  parseLocalPart,
  parseMailbox,
  parseReversePath,
  readForwardPath,
  readReversePath,
} from './path.ts'

const allAtext = "!#$%&'*+-/=?^_`{|}~aZ09"

describe('mailboxes', () => {
  test.each([
    ['bob@there.example', 'bob', 'there.example'],
    ['Bob.B@THERE.example', 'Bob.B', 'THERE.example'],
    [`${allAtext}@there.example`, allAtext, 'there.example'],
    ['"john doe"@there.example', 'john doe', 'there.example'],
    ['"a@b"@there.example', 'a@b', 'there.example'],
    [String.raw`"a\"b"@there.example`, 'a"b', 'there.example'],
    [String.raw`"us\er"@there.example`, 'user', 'there.example'],
    ['"user"@there.example', 'user', 'there.example'],
    ['"<>,:;[]()"@there.example', '<>,:;[]()', 'there.example'],
    ['"..."@there.example', '...', 'there.example'],
    ['user%far.example@there.example', 'user%far.example', 'there.example'],
    ['far.example!user@there.example', 'far.example!user', 'there.example'],
    [`${'x'.repeat(64)}@there.example`, 'x'.repeat(64), 'there.example'],
    [`${'x'.repeat(500)}@there.example`, 'x'.repeat(500), 'there.example'],
    ['用户@例子.example', '用户', '例子.example'],
    ['"用 户"@there.example', '用 户', 'there.example'],
  ])('%s', (text, localPart, name) => {
    expect(parseMailbox(text)).toEqual({ localPart, host: { kind: 'domain', name }, text })
  })

  test.each([
    '',
    '@',
    'bob',
    'bob@',
    '@there.example',
    '.a@there.example',
    'a.@there.example',
    'a..b@there.example',
    'a b@there.example',
    String.raw`a\b@there.example`,
    'a@b@there.example',
    'a,b@there.example',
    'a:b@there.example',
    'a;b@there.example',
    'a(b)@there.example',
    'a<b@there.example',
    'a"b"@there.example',
    '"a"b@there.example',
    '"a".b@there.example',
    '"a"b"@there.example',
    '"a@there.example',
    '"a\tb"@there.example',
    '"a\u{7f}b"@there.example',
    String.raw`"a\"@there.example`,
    '""@there.example',
    'bob@there.example.',
    'bob@-there.example',
    'bob@the_re.example',
    'bob@there..example',
    'bob@[256.1.1.1]',
    'bob@[2001:db8::1]',
    'bob@[x400:foo]',
    'bob@[192.0.2.1]x',
    'bob@there.example>',
    'bob@there.example ',
  ])('%s is none', (text) => {
    expect(parseMailbox(text)).toBeUndefined()
  })
})

describe('paths', () => {
  const bob = { localPart: 'bob', host: { kind: 'domain', name: 'there.example' }, text: 'bob@there.example' }

  test.each([
    ['<bob@there.example>', []],
    ['<@a.example:bob@there.example>', ['a.example']],
    ['<@a.example,@b.example:bob@there.example>', ['a.example', 'b.example']],
  ])('%s, both ways', (text, route) => {
    expect(parseForwardPath(text)).toEqual({ kind: 'mailbox', mailbox: bob, route })
    expect(parseReversePath(text)).toEqual({ kind: 'mailbox', mailbox: bob, route })
  })

  test.each([
    '',
    'bob@there.example',
    '<bob@there.example',
    'bob@there.example>',
    '<<bob@there.example>>',
    '< bob@there.example>',
    '<bob@there.example >',
    '<bob>',
    '< >',
    '<@a.example>',
    '<@a.example:>',
    '<@a.example bob@there.example>',
    '<@a.example,bob@there.example>',
    '<@a.example,:bob@there.example>',
    '<a.example:bob@there.example>',
    '<@:bob@there.example>',
    '<@a_b.example:bob@there.example>',
    '<@[192.0.2.1]:bob@there.example>',
    '<bob@there.example> ',
  ])('%s is none', (text) => {
    expect(parseForwardPath(text)).toBeUndefined()
    expect(parseReversePath(text)).toBeUndefined()
  })

  test('the null path is a reverse-path only', () => {
    expect(parseReversePath('<>')).toEqual({ kind: 'null' })
    expect(parseForwardPath('<>')).toBeUndefined()
  })

  test.each(['<Postmaster>', '<POSTmaster>'])('%s is a forward-path only', (text) => {
    expect(parseForwardPath(text)).toEqual({ kind: 'postmaster', text: text.slice(1, -1) })
    expect(parseReversePath(text)).toBeUndefined()
  })

  test('a path of 256 octets', () => {
    const labels = Array.from({ length: 3 }, () => 'd'.repeat(62)).join('.')
    const text = `<${'x'.repeat(256 - labels.length - 3)}@${labels}>`
    expect(text.length).toBe(256)
    expect(parseForwardPath(text)?.kind).toBe('mailbox')
    expect(parseReversePath(text)?.kind).toBe('mailbox')
  })

  test('what follows the bracket is left, and a bracket in quotes is no end', () => {
    expect(readReversePath('<"a>b"@there.example> SIZE=1')).toMatchObject({ kind: 'path', rest: ' SIZE=1' })
    expect(readForwardPath('<bob@there.example>x')).toMatchObject({ kind: 'path', rest: 'x' })
  })

  test.each([
    ['bob@there.example', 0],
    ['<bob>', 4],
    ['<bob@there_.example>', 5],
    ['<bob@[1.2]>', 5],
    ['<"bob@there.example>', 1],
    ['<@a.example;bob@there.example>', 11],
  ])('%s is at fault at %i', (text, at) => {
    expect(readForwardPath(text)).toMatchObject({ kind: 'fault', at })
  })
})

test.each([
  ['bob', 'bob'],
  ['"joe smith"', 'joe smith'],
  ['"us\\er"', 'user'],
  ['joe smith', undefined],
  ['', undefined],
  ['bob@there.example', undefined],
])('the local-part %s means %s', (text, meaning) => {
  expect(parseLocalPart(text)).toBe(meaning)
})

test.each([
  ['"abc"@there.example', 'abc@there.example'],
  [String.raw`"us\er"@there.example`, 'user@there.example'],
  ['"john doe"@there.example', '"john doe"@there.example'],
  [String.raw`"a\"\\b"@there.example`, String.raw`"a\"\\b"@there.example`],
  ['".a"@there.example', '".a"@there.example'],
  ['bob@[IPv6:2001:DB8::1]', 'bob@[IPv6:2001:db8::1]'],
])('%s with minimal quoting is %s', (text, formatted) => {
  const mailbox = parseMailbox(text)
  expect(mailbox && formatMailbox(mailbox)).toBe(formatted)
})

test('a mailbox survives formatting and parsing', () => {
  const localPart = fc.string({
    unit: fc.constantFrom('a', 'Z', '.', ' ', '"', '\\', '@', '<', '>', '+', 'é'),
    minLength: 1,
  })
  fc.assert(
    fc.property(localPart, fc.domain(), (local, name) => {
      const text = formatMailbox({ localPart: local, host: { kind: 'domain', name } })
      expect(parseMailbox(text)).toEqual({ localPart: local, host: { kind: 'domain', name }, text })
      expect(parseForwardPath(`<${text}>`)).toMatchObject({ kind: 'mailbox', mailbox: { localPart: local } })
    }),
  )
})

/** All parsers, one after the other. */
function parseAll(text: string): void {
  readForwardPath(text)
  readReversePath(`<${text}`)
  parseMailbox(text)
  parseLocalPart(text)
}

test('no text makes the parsers throw', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  expect(() => fc.assert(fc.property(text, parseAll))).not.toThrow()
})

test.each(['a.', '"\\a', '@a,', '[', '<', 'a@a.', 'é'])(
  '%s is read in passing, however often it is repeated',
  (unit) => {
    expect(() => parseAll(`<${unit.repeat(20_000)}`)).not.toThrow()
  },
)
