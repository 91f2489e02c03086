import { describe, expect, test } from 'vitest'
import { latin1, octets, underEveryFeed } from '../fixture-feeds.ts'
import { TransparencyEncoder } from './transparency.ts'

const encoded = (pieces: readonly Uint8Array[]): string => {
  const encoder = new TransparencyEncoder()
  return pieces.map((piece) => latin1(encoder.push(piece))).join('') + encoder.end()
}

describe('content as DATA sends it, wherever it is cut', () => {
  test.each([
    ['nothing', '', '.\r\n'],
    ['a lone dot', '.\r\n', '..\r\n.\r\n'],
    ['dots at the beginning of lines', '.a\r\n..b\r\n.\r\n', '..a\r\n...b\r\n..\r\n.\r\n'],
    ['dots elsewhere', 'a.b\r\n c.\r\n', 'a.b\r\n c.\r\n.\r\n'],
    ['an empty line before a dot', 'a\r\n\r\n.b\r\n', 'a\r\n\r\n..b\r\n.\r\n'],
    ['a dot after something else than CRLF', 'a\n.b\r.c\r\n', 'a\n.b\r.c\r\n.\r\n'],
    ['a last line without its end', 'a\r\n.b', 'a\r\n..b\r\n.\r\n'],
  ])('%s', (_name, content, sent) => {
    expect(underEveryFeed(octets(content), encoded)).toBe(sent)
  })
})
