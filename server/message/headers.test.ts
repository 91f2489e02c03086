import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeaderSplitter } from './header-splitter.ts'
import type { HeaderPiece } from './header-splitter.ts'
import { dateField, HeaderScanner, messageIdField } from './headers.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const whole = (text: string): readonly Uint8Array[] => [bytes(text)]
const single = (text: string): readonly Uint8Array[] => [...bytes(text)].map((octet) => Uint8Array.of(octet))
const thirds = (text: string): readonly Uint8Array[] => {
  const all = bytes(text)
  return Array.from({ length: Math.ceil(all.length / 3) }, (_, index) => all.subarray(index * 3, index * 3 + 3))
}
const feeds = [
  ['whole', whole],
  ['byte by byte', single],
  ['in threes', thirds],
] as const

const split = (feed: readonly Uint8Array[]): { fields: string[]; rest: string; all: string } => {
  const splitter = new HeaderSplitter()
  const pieces: HeaderPiece[] = [...feed.flatMap((each) => splitter.split(each)), ...splitter.end()]
  const fields: string[] = []
  let rest = ''
  let all = ''
  for (const piece of pieces) {
    const text = Buffer.from(piece.bytes).toString('latin1')
    all += text
    if (piece.kind === 'rest') rest += text
    else if (piece.starts) fields.push(`${piece.name}|${text}`)
    else fields[fields.length - 1] += text
  }
  return { fields, rest, all }
}

describe.each(feeds)('a header section fed %s', (_, feed) => {
  test.each<[string, string, readonly string[], string]>([
    ['plain', 'A: 1\r\nB: 2\r\n\r\nbody\r\n', ['a|A: 1\r\n', 'b|B: 2\r\n'], '\r\nbody\r\n'],
    ['folded', 'A: 1\r\n 2\r\n\t3\r\n\r\n', ['a|A: 1\r\n 2\r\n\t3\r\n'], '\r\n'],
    ['space before the colon', 'Subject \t: x\r\n\r\n', ['subject|Subject \t: x\r\n'], '\r\n'],
    ['a stray line', 'A: 1\r\nhello there\r\nB: 2\r\n', ['a|A: 1\r\n'], 'hello there\r\nB: 2\r\n'],
    ['no header section', '\r\nA: 1\r\n', [], '\r\nA: 1\r\n'],
    ['a continuation of nothing', ' x\r\nA: 1\r\n', [], ' x\r\nA: 1\r\n'],
    ['LF alone ends no line', 'A: 1\nB: 2\r\nC: 3\r\n\r\n', ['a|A: 1\nB: 2\r\n', 'c|C: 3\r\n'], '\r\n'],
    ['CR alone ends no line', 'A: 1\rB: 2\r\n\r\n', ['a|A: 1\rB: 2\r\n'], '\r\n'],
    ['ended in a field', 'A: 1', ['a|A: 1'], ''],
    ['ended in a name', 'A: 1\r\nBcd', ['a|A: 1\r\n'], 'Bcd'],
    ['an mbox line', 'From bob Tue\r\nA: 1\r\n', [], 'From bob Tue\r\nA: 1\r\n'],
    ['empty', '', [], ''],
  ])('%s', (__, text, fields, rest) => {
    const result = split(feed(text))
    expect(result).toEqual({ fields, rest, all: text })
  })

  test('a name that never ends is no field', () => {
    const text = `A: 1\r\n${'x'.repeat(1500)}: y\r\n\r\n`
    const result = split(feed(text))
    expect(result.fields).toEqual(['a|A: 1\r\n'])
    expect(result.all).toBe(text)
  })

  test('the scanner counts, and keeps the first value unfolded', () => {
    const scanner = new HeaderScanner()
    const text = 'Received: a\r\nReceived: b\r\n c\r\nMESSAGE-ID:\r\n <1@x>\r\nX: y\r\n\r\nReceived: no\r\nDate: no\r\n'
    for (const each of feed(text)) scanner.feed(each)
    expect(scanner.ended).toBe(true)
    expect(scanner.count('Received')).toBe(2)
    expect(scanner.first('received')).toBe('a')
    expect(scanner.first('Message-ID')).toBe('<1@x>')
    expect([scanner.has('date'), scanner.first('date')]).toEqual([false, undefined])
  })
})

describe('the scanner', () => {
  test('keeps little of a huge field', () => {
    const scanner = new HeaderScanner(['subject'])
    scanner.feed(bytes(`Subject: ${'x'.repeat(100_000)}`))
    expect(scanner.first('subject')?.length).toBeLessThan(2100)
  })

  test('refuses to guess about fields that it does not watch', () => {
    expect(() => new HeaderScanner(['subject']).has('date')).toThrow('not watched')
  })
})

test('fields of our own', () => {
  expect(dateField(0)).toMatch(/^Date: Thu, 1 Jan 1970 \d\d:\d\d:00 [+-]\d{4}\r\n$/)
  expect(messageIdField('abc', 'mail.here.example')).toBe('Message-ID: <abc@mail.here.example>\r\n')
})

test('whatever octets come, however cut, none is changed or lost, and the fields are the same', () => {
  const piece = fc.constantFrom(
    'A',
    'Subject',
    ':',
    ' ',
    '\t',
    '\r\n',
    '\r',
    '\n',
    'x',
    '\0',
    '\u00e9',
    'y'.repeat(990),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.array(fc.nat(3000), { maxLength: 8 }), (pieces, places) => {
      const all = Buffer.from(pieces.join(''), 'latin1')
      const cuts = [...new Set(places.map((place) => place % (all.length + 1)))].toSorted((a, b) => a - b)
      const feed = [...cuts, all.length].map((to, index) => all.subarray(cuts[index - 1] ?? 0, to))
      const result = split(feed)
      expect(result).toEqual(split([all]))
      expect(result.all).toBe(all.toString('latin1'))
      const scanner = new HeaderScanner(['a'])
      for (const each of feed) scanner.feed(each)
      expect(scanner.count('a')).toBe(result.fields.filter((field) => field.startsWith('a|')).length)
    }),
  )
})
