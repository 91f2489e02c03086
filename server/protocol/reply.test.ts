import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latin1, octets, underEveryFeed } from './fixture-feeds.ts'
import { ReplyReader, type ReplyRead } from './reply-reader.ts'
import { renderReply, type Reply } from './reply.ts'

function read(pieces: readonly Uint8Array[]): readonly ReplyRead[] {
  const reader = new ReplyReader()
  const found: ReplyRead[] = []
  for (const piece of pieces) {
    reader.push(piece)
    for (let next = reader.next(); next !== undefined; next = reader.next()) found.push(next)
  }
  return found
}

/** Reads under every feed, sees that all agree, and gives what they agree on. */
function readAll(text: string): readonly ReplyRead[] {
  return underEveryFeed(octets(text), read)
}

describe('rendering', () => {
  test.each<[string, Reply, string]>([
    ['one line', { code: 250, enhanced: '2.0.0', lines: ['ok'] }, '250 2.0.0 ok\r\n'],
    ['without an enhanced code', { code: 220, lines: ['mx.example ESMTP'] }, '220 mx.example ESMTP\r\n'],
    [
      'the enhanced code stands on every line',
      { code: 550, enhanced: '5.7.1', lines: ['a', 'b'] },
      '550-5.7.1 a\r\n550 5.7.1 b\r\n',
    ],
    ['an empty text keeps its space', { code: 334, lines: [''] }, '334 \r\n'],
    ['no lines at all', { code: 250, lines: [] }, '250 \r\n'],
    [
      'nothing unprintable gets out',
      { code: 250, enhanced: '2.0.0', lines: ['a\r\n250 b\0\u{1b}é'] },
      String.raw`250 2.0.0 a\x0d\x0a250 b\x00\x1b\xc3\xa9` + '\r\n',
    ],
    ['UTF-8 where it was asked for', { code: 250, lines: ['<用@x>\n'], utf8: true }, '250 <\xe7\x94\xa8@x>\\x0a\r\n'],
  ])('%s', (_, reply, wire) => {
    expect(latin1(renderReply(reply))).toBe(wire)
  })

  test.each<[string, Reply]>([
    ['words', { code: 550, enhanced: '5.7.1', lines: ['word '.repeat(400)] }],
    ['one word', { code: 550, enhanced: '5.1.10', lines: ['x'.repeat(2000)] }],
    ['exactly a line', { code: 250, lines: ['x'.repeat(506)] }],
    ['UTF-8', { code: 250, lines: ['用'.repeat(400)], utf8: true }],
  ])('no line is over 512 octets: %s', (_, reply) => {
    const wire = latin1(renderReply(reply))
    for (const line of wire.split(/(?<=\r\n)/)) expect(line.length).toBeLessThanOrEqual(512)
    const [only] = read([octets(wire)])
    if (only?.kind !== 'reply') throw new Error('not readable')
    expect(only.reply.lines.join('').replaceAll(' ', '')).toBe(reply.lines.join('').replaceAll(' ', ''))
  })

  test('a challenge is one line however long', () => {
    const wire = latin1(renderReply({ code: 334, lines: ['A'.repeat(2000)] }))
    expect(wire).toBe(`334 ${'A'.repeat(2000)}\r\n`)
  })
})

describe('reading what servers send', () => {
  test.each<[string, string, readonly Reply[]]>([
    ['one line', '250 ok\r\n', [{ code: 250, lines: ['ok'] }]],
    ['many lines', '250-mx\r\n250-SIZE 10\r\n250 HELP\r\n', [{ code: 250, lines: ['mx', 'SIZE 10', 'HELP'] }]],
    [
      'several replies',
      '250 a\r\n354 b\r\n',
      [
        { code: 250, lines: ['a'] },
        { code: 354, lines: ['b'] },
      ],
    ],
    ['an enhanced code', '550 5.1.1 who?\r\n', [{ code: 550, enhanced: '5.1.1', lines: ['who?'] }]],
    [
      'an enhanced code on every line',
      '550-5.1.1 who\r\n550 5.1.1 ?\r\n',
      [{ code: 550, enhanced: '5.1.1', lines: ['who', '?'] }],
    ],
    ['only an enhanced code', '250 2.1.0\r\n', [{ code: 250, enhanced: '2.1.0', lines: [''] }]],
    ['of another class', '250 5.1.1 ok\r\n', [{ code: 250, lines: ['5.1.1 ok'] }]],
    ['with a leading zero', '550 5.01.1 no\r\n', [{ code: 550, lines: ['5.01.1 no'] }]],
    ['an address is none', '220 2.0.0.1 hello\r\n', [{ code: 220, lines: ['2.0.0.1 hello'] }]],
    ['a bare code', '250\r\n', [{ code: 250, lines: [''] }]],
    ['a code and a space', '250 \r\n', [{ code: 250, lines: [''] }]],
    ['a bare code at the end of many', '250-a\r\n250\r\n', [{ code: 250, lines: ['a', ''] }]],
    ['LF alone', '250-a\n250 b\n', [{ code: 250, lines: ['a', 'b'] }]],
    ['CR CR LF', '250 a\r\r\n', [{ code: 250, lines: ['a'] }]],
    [
      'an unknown code',
      '299 a\r\n599 b\r\n',
      [
        { code: 299, lines: ['a'] },
        { code: 599, lines: ['b'] },
      ],
    ],
    ['codes that differ within a class', '250-a\r\n251 b\r\n', [{ code: 251, lines: ['a', 'b'] }]],
    [
      'UTF-8 and latin1',
      '250 \xc3\xa9\r\n250 \xe9\r\n',
      [
        { code: 250, lines: ['é'] },
        { code: 250, lines: ['é'] },
      ],
    ],
    ['control characters', '250 a\x00\x1b[0m\r\n', [{ code: 250, lines: [String.raw`a\x00\x1b[0m`] }]],
    [
      'a challenge',
      '334 \r\n334 QUJD\r\n',
      [
        { code: 334, lines: [''] },
        { code: 334, lines: ['QUJD'] },
      ],
    ],
    ['half a reply', '250-a\r\n250', []],
  ])('%s', (_, wire, replies) => {
    expect(readAll(wire).map((found) => (found.kind === 'reply' ? found.reply : found.reason))).toEqual(replies)
  })

  test('the lines as they came are kept', () => {
    expect(readAll('550-5.1.1 a\r\n550 5.1.1 b\r\n')).toMatchObject([{ raw: ['550-5.1.1 a', '550 5.1.1 b'] }])
  })

  test('lines of 2000 octets, replies of 100 lines', () => {
    const wire = `${`250-${'x'.repeat(500)}\r\n`.repeat(99)}250 ${'y'.repeat(2000)}\r\n`
    const [only] = read([octets(wire)])
    expect(only?.kind === 'reply' && only.reply.lines.length).toBe(100)
  })
})

describe('broken replies', () => {
  test.each([
    ['no code', 'hello\r\n250 ok\r\n'],
    ['an empty line', '\r\n250 ok\r\n'],
    ['two digits', '25 ok\r\n250 ok\r\n'],
    ['four digits', '2500 ok\r\n250 ok\r\n'],
    ['another separator', '250_ok\r\n250 ok\r\n'],
    ['a continuation without a code', '250-a\r\nb\r\n250 ok\r\n'],
  ])('%s: out of step, nothing more is read', (_, wire) => {
    expect(readAll(wire)).toMatchObject([{ kind: 'broken', inStep: false }])
  })

  test.each([
    ['a code below 200', '150 ok\r\n'],
    ['a code above 599', '650 ok\r\n'],
    ['codes of different classes', '250-ok\r\n550 no\r\n'],
    ['codes of different classes, the other way', '550-no\r\n250 ok\r\n'],
  ])('%s: in step, the next reply is read', (_, wire) => {
    expect(readAll(`${wire}221 bye\r\n`)).toMatchObject([
      { kind: 'broken', inStep: true },
      { kind: 'reply', reply: { code: 221 } },
    ])
  })

  test.each([
    ['a line without end', () => octets('250 ' + 'x'.repeat(20_000))],
    ['a reply without end', () => octets('250-x\r\n'.repeat(30_000))],
  ])('%s is given up', (_, wire) => {
    const found = read([wire()])
    expect(found).toMatchObject([{ kind: 'broken', inStep: false }])
  })

  test('the evidence is short', () => {
    const [only] = read([octets(`650 ${'x'.repeat(9000)}\r\n`)])
    expect(only?.kind === 'broken' && only.bytes.length).toBe(512)
  })
})

test('octets after a reply are seen, and can be discarded', () => {
  const reader = new ReplyReader()
  reader.push(octets('220 go\r\n250 injected\r\n25'))
  expect(reader.next()).toMatchObject({ kind: 'reply', reply: { code: 220 } })
  expect(reader.buffered).toBe(16)
  reader.discard()
  expect(reader.buffered).toBe(0)
  expect(reader.next()).toBeUndefined()
})

test('a reply survives rendering and reading', () => {
  const line = fc
    .string({ unit: fc.constantFrom('a', ' ', '<', '5', '.', '-', '\t') })
    .filter((text) => !/^[245]\./.test(text))
  const reply = fc.record({
    code: fc.integer({ min: 200, max: 599 }).filter((code) => code !== 334),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
  })
  fc.assert(
    fc.property(reply, fc.boolean(), (plain, coded) => {
      const enhanced = `${Math.trunc(plain.code / 100)}.1.10`
      const sent: Reply = coded && plain.code >= 400 ? { ...plain, enhanced } : plain
      // Leading spaces after an enhanced code cannot be told from its separator.
      const lines = sent.enhanced === undefined ? sent.lines : sent.lines.map((text) => text.replace(/^ +/, ''))
      const expected = { ...sent, lines }
      expect(read([renderReply(sent)]).map((found) => found.kind === 'reply' && found.reply)).toEqual([expected])
    }),
  )
})

test('however octets are cut, the same replies are read', () => {
  const piece = fc.constantFrom('250', '-', ' ', '\r\n', '\n', '\r', '2.1.0', '550', 'x', '\xff', '\0', '9')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(() => readAll(pieces.join(''))).not.toThrow()
    }),
    { numRuns: 300 },
  )
})

test('no octets make the reader throw', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 })
  expect(() => fc.assert(fc.property(pieces, (octetsSent) => void read(octetsSent)))).not.toThrow()
})
