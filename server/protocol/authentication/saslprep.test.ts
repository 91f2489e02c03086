import { describe, expect, test } from 'vitest'
import { decodeUtf8, prepared, saslprep } from './saslprep.ts'

describe('SASLprep', () => {
  // RFC 4013 §3
  test.each([
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
    ['a\u00A0b', 'a b'],
    ['\u200B', ''],
  ])('%j becomes %j', (text, result) => expect(saslprep(text)).toBe(result))

  test.each(['\u0007', 'a\u007Fb', 'a\u2028', '\uE000', '\uD800', '\uFFFD', '\u{E0041}', '\u200E'])(
    '%j is refused',
    (text) => expect(saslprep(text)).toBeUndefined(),
  )

  test('what vanishes is no name', () => {
    expect(prepared('\u00AD')).toBeUndefined()
    expect(prepared('')).toBeUndefined()
  })

  test('UTF-8 is read strictly (rfc4616-2-04)', () => {
    expect(decodeUtf8(Uint8Array.of(0xc3, 0xa9))).toBe('é')
    expect(decodeUtf8(Uint8Array.of(0xc0, 0xaf))).toBeUndefined()
    expect(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined()
  })
})
