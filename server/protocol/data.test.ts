import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataReader } from './data.ts'
import type { ContentFacts } from './exchange.ts'
import { latin1, octets, underEveryFeed } from './fixture-feeds.ts'

interface Read {
  readonly content: string
  /** What came after the end; absent while the end has not come. */
  readonly rest: string | undefined
  readonly facts: ContentFacts
}

function read(pieces: readonly Uint8Array[]): Read {
  const reader = new DataReader()
  let content = ''
  let rest: string | undefined
  for (const piece of pieces) {
    if (rest !== undefined) {
      rest += latin1(piece)
      continue
    }
    const part = reader.feed(piece)
    for (const view of part.content) {
      content += latin1(view)
    }
    if (part.done) rest = latin1(part.rest)
  }
  return { content, rest, facts: reader.facts() }
}

/** Reads under every feed, sees that all agree, and gives what they agree on. */
function readAll(text: string): Read {
  return underEveryFeed(octets(text), read)
}

describe('end of data and transparency (RFC 5321 §4.5.2)', () => {
  test.each([
    ['a line', 'a\r\n.\r\n', 'a\r\n', ''],
    ['an empty message', '.\r\n', '', ''],
    ['commands after the end', 'a\r\n.\r\nMAIL FROM:<>\r\n', 'a\r\n', 'MAIL FROM:<>\r\n'],
    ['only an empty line', '\r\n.\r\n', '\r\n', ''],
    ['a doubled dot', '..\r\n.\r\n', '.\r\n', ''],
    ['a dot that nobody doubled', '.a\r\n.\r\n', 'a\r\n', ''],
    ['two doubled dots', '..a\r\n....\r\n.\r\n', '.a\r\n...\r\n', ''],
    ['dots elsewhere', 'a.\r\n b.c\r\n.\r\n', 'a.\r\n b.c\r\n', ''],
    ['lines that look like commands', 'QUIT\r\nRSET\r\n.\r\n', 'QUIT\r\nRSET\r\n', ''],
    ['trailing blanks', 'a \t\r\n.\r\n', 'a \t\r\n', ''],
    ['control and 8-bit octets', '\x01\x00\x7f\xff\r\n.\r\n', '\x01\x00\x7f\xff\r\n', ''],
    ['an 8-bit octet after the dot', '..\xe9\r\n.\r\n', '.\xe9\r\n', ''],
    ['a dot and blanks are content', 'a\r\n. \r\n.\r\n', 'a\r\n \r\n', ''],
  ])('%s', (_, sent, content, rest) => {
    const seen = readAll(sent)
    expect(seen.content).toBe(content)
    expect(seen.rest).toBe(rest)
    expect(seen.facts.octets).toBe(content.length)
    expect(seen.facts.bareLineEnds).toBe(false)
  })
})

/** What comes out of the sequence as content, when nothing of it may end the data. */
describe('smuggled ends of data are content (reference/field.md §4.1)', () => {
  test.each([
    ['E1 LF.LF', '\n.\n', '\n.\n'],
    ['E2 LF.CR', '\n.\r', '\n.\r'],
    ['E3 CR.LF', '\r.\n', '\r.\n'],
    ['E4 CR.CR', '\r.\r', '\r.\r'],
    ['E5 LF.CRLF', '\n.\r\n', '\n.\r\n'],
    ['E6 CR.CRLF', '\r.\r\n', '\r.\r\n'],
    // After a true CRLF a dot with more on its line is transparency, and a bare CR or LF is more.
    ['E7 CRLF.LF', '\r\n.\n', '\r\n\n'],
    ['E8 CRLF.CR', '\r\n.\r', '\r\n\r'],
    ['E9 CRLF.CRCRLF', '\r\n.\r\r\n', '\r\n\r\r\n'],
    ['E10 CRCRLF.CRCRLF', '\r\r\n.\r\r\n', '\r\r\n\r\r\n'],
    ['E11 CRLF NUL.CRLF', '\r\n\x00.\r\n', '\r\n\x00.\r\n'],
    ['E12 CRLF.NUL CRLF', '\r\n.\x00\r\n', '\r\n\x00\r\n'],
    ['LFCR.CRLF', '\n\r.\r\n', '\n\r.\r\n'],
    ['CRLF.LFCR', '\r\n.\n\r', '\r\n\n\r'],
    ['CRLF.SP CRLF', '\r\n. \r\n', '\r\n \r\n'],
    ['CRLF.TAB CRLF', '\r\n.\t\r\n', '\r\n\t\r\n'],
    ['VT.CRLF', '\x0b.\r\n', '\x0b.\r\n'],
    ['FF.CRLF', '\x0c.\r\n', '\x0c.\r\n'],
    ['NEL.CRLF', '\x85.\r\n', '\x85.\r\n'],
    ['U+2028.CRLF', '\xe2\x80\xa8.\r\n', '\xe2\x80\xa8.\r\n'],
    ['LF..CRLF is not unstuffed', '\n..\r\n', '\n..\r\n'],
    ['CR..CRLF is not unstuffed', '\r..\r\n', '\r..\r\n'],
  ])('%s', (_, sequence, content) => {
    const smuggled = 'mail FROM:<mallory@evil.example>\r\n'
    const seen = readAll(`a${sequence}${smuggled}.\r\nNOOP\r\n`)
    expect(seen.content).toBe(`a${content}${smuggled}`)
    expect(seen.rest).toBe('NOOP\r\n')
    expect(seen.facts.bareLineEnds).toBe(/\r(?!\n)|(?<!\r)\n/.test(content))
  })

  test.each([
    ['.LF as the first line', '.\nx\r\n.\r\n', '\nx\r\n'],
    ['.CR as the first line', '.\rx\r\n.\r\n', '\rx\r\n'],
  ])('%s', (_, sent, content) => {
    const seen = readAll(sent)
    expect(seen.content).toBe(content)
    expect(seen.rest).toBe('')
    expect(seen.facts.bareLineEnds).toBe(true)
  })

  test.each([
    ['a bare LF before the end', 'a\n\r\n.\r\n', 'a\n\r\n'],
    ['a CR before the CRLF of the last line', 'a\r\r\n.\r\n', 'a\r\r\n'],
  ])('%s does not hide the true end', (_, sent, content) => {
    expect(readAll(sent)).toMatchObject({ content, rest: '', facts: { bareLineEnds: true } })
  })
})

describe('facts', () => {
  test.each([
    ['plain', 'abc\r\nd\r\n.\r\n', { octets: 8, has8bit: false, hasNul: false, longestLine: 5 }],
    ['the transparency dot does not count', '..bc\r\n.\r\n', { octets: 5, longestLine: 5 }],
    ['8-bit', '\x80\r\n.\r\n', { has8bit: true }],
    ['8-bit right after the dot', '.\x80\r\n.\r\n', { has8bit: true }],
    ['NUL', '\x00\r\n.\r\n', { hasNul: true }],
    ['a bare LF does not end a line', 'abc\ndef\r\n.\r\n', { longestLine: 9, bareLineEnds: true }],
    ['a bare CR does not end a line', 'abc\rdef\r\n.\r\n', { longestLine: 9, bareLineEnds: true }],
    ['a CR after the transparency dot counts', '.\rabc\r\n.\r\n', { octets: 6, longestLine: 6 }],
    ['an empty message', '.\r\n', { octets: 0, longestLine: 0 }],
  ])('%s', (_, sent, facts) => {
    expect(readAll(sent).facts).toMatchObject({ by: 'DATA', ...facts })
  })
})

test('content is handed out as views, not copies', () => {
  const bytes = octets('one\r\n..two\r\nthree\r\n.\r\n')
  const { content } = new DataReader().feed(bytes)
  expect(content.map(latin1)).toEqual(['one\r\n', '.two\r\nthree\r\n'])
  expect(content.every((view) => view.buffer === bytes.buffer)).toBe(true)
})

/** What a sender does to content before it goes on the wire. */
function stuffed(content: string): string {
  return `${content.replaceAll(/(^|\r\n)\./g, '$1..')}.\r\n`
}

test('what a sender stuffs comes out again, whatever it is', () => {
  const words = fc.array(fc.constantFrom('\r', '\n', '\r\n', '.', '..', 'a', '\x00', '\xff'), { maxLength: 30 })
  fc.assert(
    fc.property(words, (parts) => {
      // Content ends in CRLF or is empty; the CRLF must not be glued to a CR that belongs to it.
      const content = parts.length === 0 ? '' : `${parts.join('')}x\r\n`
      const seen = readAll(`${stuffed(content)}rest`)
      expect(seen.content).toBe(content)
      expect(seen.rest).toBe('rest')
      expect(seen.facts.bareLineEnds).toBe(/\r(?!\n)|(?<!\r)\n/.test(content))
      expect(seen.facts.longestLine).toBe(
        Math.max(
          0,
          ...content
            .split('\r\n')
            .slice(0, -1)
            .map((l) => l.length + 2),
        ),
      )
    }),
    { numRuns: 200 },
  )
})

test('a large message streams through', () => {
  const reader = new DataReader()
  const block = octets(`${'x'.repeat(70)}\r\n`.repeat(900))
  for (let count = 0; count < 100; count++) expect(reader.feed(block).done).toBe(false)
  expect(reader.feed(octets('.\r\n')).done).toBe(true)
  expect(reader.facts().octets).toBe(block.length * 100)
})
