import { describe, expect, test } from 'vitest'
import { foldedField, paragraph, printable, typedAddress } from './text.ts'

describe('addresses with their type', () => {
  test.each<[string, { type: string; address: string }, string, string]>([
    ['plain', { type: 'rfc822', address: 'Bob@There.example' }, 'rfc822;Bob@There.example', 'rfc822;Bob@There.example'],
    ['quoted', { type: 'rfc822', address: '"b ob\\""@x' }, 'rfc822;"b ob\\""@x', 'rfc822;"b ob\\""@x'],
    [
      'beyond ASCII',
      { type: 'rfc822', address: '用户@例.example' },
      'utf-8;\\x{7528}\\x{6237}@\\x{4F8B}.example',
      'utf-8;用户@例.example',
    ],
    ['utf-8 with ASCII specials', { type: 'utf-8', address: 'a+b=c@x' }, 'utf-8;a\\x{2B}b\\x{3D}c@x', 'utf-8;a+b=c@x'],
    ['another type', { type: 'x400', address: '/G=A/S=B/' }, 'x400;/G=A/S=B/', 'x400;/G=A/S=B/'],
    ['an injection', { type: 'rfc822', address: 'a@b\r\nAction: x' }, 'rfc822;a@b??Action: x', 'rfc822;a@b??Action: x'],
  ])('%s', (_, given, ascii, utf8) => {
    expect([typedAddress(given, ';', false), typedAddress(given, ';', true)]).toEqual([ascii, utf8])
  })
})

test.each<[string, boolean, string]>([
  ['a\r\nb\0c\u2028d', true, 'a??b?c?d'],
  ['grün', true, 'grün'],
  ['grün', false, 'gr?n'],
  ['x\ud800y', false, 'x?y'],
])('printable %j with utf8 %s', (text, utf8, expected) => {
  expect(printable(text, utf8)).toBe(expected)
})

describe('folding', () => {
  test.each(['short', `${'word '.repeat(40)}end`, `two  spaces${'  x'.repeat(60)}`, 'x'.repeat(300), ''])(
    '%j',
    (value) => {
      const text = foldedField('Name', value)
      expect(text.replaceAll('\r\n', '')).toBe(`Name: ${value}`.trimEnd())
      for (const line of text.split('\r\n').slice(0, -1)) {
        expect(line).toMatch(/\S/)
        expect(line.length).toBeLessThanOrEqual(value.includes(' ') ? 78 : value.length + 6)
      }
    },
  )

  test('values stand on lines of their own', () => {
    expect(foldedField('A', 'smtp; 550-one', '550 two')).toBe('A: smtp; 550-one\r\n 550 two\r\n')
  })

  test('a paragraph keeps its width', () => {
    const lines = paragraph('word '.repeat(60), '    ').split('\r\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(72)
    expect(lines.slice(0, -1).every((line) => line.startsWith('    word'))).toBe(true)
  })
})
