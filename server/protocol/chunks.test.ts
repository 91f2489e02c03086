import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkFacts, ChunkReader } from './chunks.ts'
import type { ContentFacts } from './exchange.ts'
import { latin1, octets, underEveryFeed } from './fixture-feeds.ts'

function read(pieces: readonly Uint8Array[], size: number): { readonly content: string; readonly rest: string } {
  const reader = new ChunkReader(size)
  let content = ''
  let rest = ''
  let done = false
  for (const piece of pieces) {
    if (done) {
      rest += latin1(piece)
      continue
    }
    const part = reader.feed(piece)
    content += part.content.map(latin1).join('')
    rest += latin1(part.rest)
    done = part.done
  }
  return { content, rest }
}

describe('a chunk is counted off exactly', () => {
  test.each([
    ['no CRLF after it', 'abcdefNOOP\r\n', 6, 'abcdef', 'NOOP\r\n'],
    ['an end of data means nothing', 'a\r\n.\r\nb', 6, 'a\r\n.\r\n', 'b'],
    ['dots stay', '..\r\n..', 6, '..\r\n..', ''],
    ['an empty chunk', 'NOOP\r\n', 0, '', 'NOOP\r\n'],
    ['any octet', '\x00\xff\r\n', 3, '\x00\xff\r', '\n'],
  ])('%s', (_, sent, size, content, rest) => {
    expect(underEveryFeed(octets(sent), (pieces) => read(pieces, size))).toEqual({ content, rest })
  })

  test('an empty chunk is done with an empty feed', () => {
    expect(new ChunkReader(0).feed(new Uint8Array())).toEqual({ content: [], done: true, rest: new Uint8Array() })
  })

  test('a chunk that has not come is not done', () => {
    expect(new ChunkReader(5).feed(octets('abc')).done).toBe(false)
  })
})

function factsOf(pieces: readonly Uint8Array[]): ContentFacts {
  const facts = new ChunkFacts()
  for (const piece of pieces) facts.add(piece)
  return facts.facts()
}

describe('facts over all chunks', () => {
  test.each([
    ['a line', 'abc\r\nd', { octets: 6, longestLine: 5, has8bit: false, hasNul: false }],
    ['the last line need not end', 'a\r\nbcdef', { longestLine: 5 }],
    ['8-bit and NUL', '\x00\xff', { has8bit: true, hasNul: true }],
    ['bare line ends are not counted against it', 'a\nb\rc', { bareLineEnds: false, longestLine: 5 }],
  ])('%s', (_, sent, expected) => {
    expect(underEveryFeed(octets(sent), factsOf)).toMatchObject({ by: 'BDAT', ...expected })
  })

  test('cuts do not change them', () => {
    const words = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'abc', '\x00', '\xff'), { maxLength: 20 })
    fc.assert(
      fc.property(words, (parts) => {
        const bytes = octets(parts.join(''))
        expect(underEveryFeed(bytes, factsOf).octets).toBe(bytes.length)
      }),
    )
  })
})
