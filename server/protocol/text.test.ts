import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { octets } from './fixture-feeds.ts'
import {
  decodeUnitext,
  decodeUtf8,
  decodeXtext,
  encodeUnitext,
  encodeXtext,
  printable,
  printableUnicode,
  unitsWithin,
} from './text.ts'

describe('UTF-8', () => {
  test.each([
    ['ASCII', 'abc', 'abc'],
    ['two octets', '\xc3\xa9', 'é'],
    ['four octets', '\xf0\x9f\x93\xa7', '📧'],
    ['a byte order mark is kept', '\xef\xbb\xbfa', '\u{feff}a'],
    ['latin1', '\xe9', undefined],
    ['an overlong form', '\xc0\xaf', undefined],
    ['a surrogate', '\xed\xa0\x80', undefined],
    ['beyond Unicode', '\xf4\x90\x80\x80', undefined],
    ['a cut sequence', '\xe7\x94', undefined],
  ])('%s', (_, bytes, text) => {
    expect(decodeUtf8(octets(bytes))).toBe(text)
  })
})

describe('xtext (RFC 3461 §4)', () => {
  test.each([
    ['bob@there.example', 'bob@there.example'],
    ['e+3Dmc2@example.com', 'e=mc2@example.com'],
    ['a+2Bb', 'a+b'],
    ['+00', '\0'],
    ['', ''],
    ['a+zz', undefined],
    ['a+2b', undefined],
    ['a+2', undefined],
    ['+', undefined],
    ['++', undefined],
    ['a=b', undefined],
    ['a b', undefined],
    ['+80', undefined],
    ['é', undefined],
  ])('%s stands for %s', (xtext, text) => {
    expect(decodeXtext(xtext)).toBe(text)
  })

  test('characters beyond ASCII only where they are allowed', () => {
    expect(decodeXtext('用+2B', true)).toBe('用+')
  })

  test('survives encoding and decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const xtext = encodeXtext(text)
        expect(xtext).toMatch(/^[!-~]*$/)
        expect(decodeXtext(xtext)).toBe(text)
      }),
    )
  })
})

describe('unitext (RFC 6533 §3)', () => {
  test.each([
    ['bob@there.example', 'bob@there.example'],
    ['用户@例子.example', '用户@例子.example'],
    [String.raw`\x{7528}@x`, '用@x'],
    [String.raw`a\x{2B}b\x{3D}\x{5C}\x{20}`, 'a+b=\\ '],
    [String.raw`\x{1F4E7}`, '📧'],
    [String.raw`\x{D800}@x`, undefined],
    [String.raw`\x{110000}@x`, undefined],
    [String.raw`\x{7}`, undefined],
    [String.raw`\7528`, undefined],
    ['a+b', undefined],
    ['a=b', undefined],
    ['a b', undefined],
    ['', undefined],
  ])('%s stands for %s', (unitext, text) => {
    expect(decodeUnitext(unitext)).toBe(text)
  })

  test('survives encoding and decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        expect(encodeUnitext(text, false)).toMatch(/^[!-~]*$/)
        expect(decodeUnitext(encodeUnitext(text, false))).toBe(text)
        expect(decodeUnitext(encodeUnitext(text, true))).toBe(text)
      }),
    )
  })
})

describe('whatever the text', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('+', '2B', '=', '\\', 'x{', '}', 'D800', '110000', 'a'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )

  test('xtext and unitext are decoded or refused, and what is decoded can be encoded again', () => {
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, utf8) => {
        const text = parts.join('')
        decodeXtext(text, true)
        const plain = decodeXtext(text)
        expect(plain === undefined ? undefined : decodeXtext(encodeXtext(plain))).toBe(plain)
        const wide = decodeUnitext(text)
        expect(wide === undefined ? undefined : decodeUnitext(encodeUnitext(wide, utf8))).toBe(wide)
      }),
      { numRuns: 500 },
    )
  })

  test('what is printed is printable, and printing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).toMatch(/^[\t -~]*$/)
        expect(printable(printable(text))).toBe(printable(text))
        expect(printableUnicode(text).replaceAll('\t', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        expect(printableUnicode(printableUnicode(text))).toBe(printableUnicode(text))
      }),
    )
  })
})

test.each([
  ['plain text\t~', 'plain text\t~', 'plain text\t~'],
  ['a\r\nb', String.raw`a\x0d\x0ab`, String.raw`a\x0d\x0ab`],
  ['\u{1b}[31m', String.raw`\x1b[31m`, String.raw`\x1b[31m`],
  ['é', String.raw`\xc3\xa9`, 'é'],
  ['a\u{202e}b', String.raw`a\xe2\x80\xaeb`, String.raw`a\xe2\x80\xaeb`],
  ['\u{85}', String.raw`\xc2\x85`, String.raw`\xc2\x85`],
])('%j is printed as %s, in Unicode %s', (text, ascii, unicode) => {
  expect(printable(text)).toBe(ascii)
  expect(printableUnicode(text)).toBe(unicode)
})

test.each([
  ['abc', 2, 2],
  ['abc', 5, 3],
  ['éa', 1, 0],
  ['📧a', 4, 2],
  ['📧a', 3, 0],
])('of %s, %i octets hold %i units', (text, room, units) => {
  expect(unitsWithin(text, room)).toBe(units)
})
