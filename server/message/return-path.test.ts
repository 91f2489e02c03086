import { describe, expect, test } from 'vitest'
import { returnPathField, withReturnPath } from './return-path.ts'

async function* feed(text: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const all = Buffer.from(text, 'latin1')
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

const delivered = async (reversePath: string, text: string, size: number): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of withReturnPath(reversePath, feed(text, size))) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

describe.each([1, 7, 10_000])('Return-Path, content in pieces of %i', (size) => {
  test.each<[string, string, string, string]>([
    [
      'is put first',
      'a@b.example',
      'Received: x\r\n\r\nhi\r\n',
      'Return-Path: <a@b.example>\r\nReceived: x\r\n\r\nhi\r\n',
    ],
    ['null reverse-path', '', 'A: b\r\n\r\n', 'Return-Path: <>\r\nA: b\r\n\r\n'],
    [
      'others are removed, folded ones too',
      'a@b',
      'RETURN-path: <x@y>\r\nA: b\r\nReturn-Path:\r\n <z@y>\r\n\r\nReturn-Path: <in@body>\r\n',
      'Return-Path: <a@b>\r\nA: b\r\n\r\nReturn-Path: <in@body>\r\n',
    ],
    ['octets stay', 'a@b', 'A: \xff\0\r\n\r\n\n\r.\xfe', 'Return-Path: <a@b>\r\nA: \xff\0\r\n\r\n\n\r.\xfe'],
    ['no header section', 'a@b', 'hi\r\n', 'Return-Path: <a@b>\r\nhi\r\n'],
  ])('%s', async (_, reversePath, text, expected) => {
    expect(await delivered(reversePath, text, size)).toBe(expected)
  })
})

test('no line end gets into the field', () => {
  expect(returnPathField('a\r\nX: y@b')).toBe('Return-Path: <a??X: y@b>\r\n')
})
