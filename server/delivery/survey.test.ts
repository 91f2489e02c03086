import { describe, expect, test } from 'vitest'
import { inPieces, survey } from './survey.ts'
import type { Survey } from './survey.ts'

const cut = async function* (text: string, length: number): AsyncGenerator<Uint8Array> {
  const octets = Uint8Array.from(text, (character) => character.charCodeAt(0))
  for (let at = 0; at < octets.length; at += length) yield octets.subarray(at, at + length)
}

const rows: readonly (readonly [string, string, Partial<Survey>])[] = [
  ['plain', 'A: b\r\n\r\nc\r\n', { octets: 11, has8bit: false, has8bitHeader: false, bareLineEnds: false }],
  ['8-bit body', 'A: b\r\n\r\n\xc3\xa9\r\n', { has8bit: true, has8bitHeader: false }],
  ['8-bit header', 'A: \xc3\xa9\r\n\r\nc\r\n', { has8bit: true, has8bitHeader: true }],
  ['8-bit header, folded', 'A: x\r\n \xc3\xa9\r\n\r\nc\r\n', { has8bitHeader: true }],
  ['8-bit part header', 'A: b\r\n\r\n--x\r\nB: \xc3\xa9\r\n\r\nc\r\n', { has8bitHeader: true }],
  ['8-bit after a boundary', 'A: b\r\n\r\n--x\r\n\r\n\xc3\xa9\r\n', { has8bitHeader: false }],
  ['a signature is no boundary', 'A: b\r\n\r\n-- \r\n\xc3\xa9: x\r\n', { has8bitHeader: false }],
  [
    '8-bit header of a message within',
    'A: b\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nS: \xc3\xa9\r\n\r\nc\r\n',
    { has8bitHeader: true },
  ],
  [
    '8-bit body of a message within',
    'A: b\r\nContent-Type: message/rfc822\r\n\r\nS: x\r\n\r\n\xc3\xa9\r\n',
    { has8bitHeader: false },
  ],
  ['no body', 'A: \xc3\xa9', { has8bitHeader: true }],
  ['bare LF', 'a\nb\r\n', { bareLineEnds: true }],
  ['bare CR', 'a\rb\r\n', { bareLineEnds: true }],
  ['CR CR LF', 'a\r\r\n', { bareLineEnds: true }],
  ['CR at the end', 'a\r', { bareLineEnds: true }],
  ['LF at the beginning', '\na', { bareLineEnds: true }],
  ['nothing', '', { octets: 0, bareLineEnds: false }],
]

describe.each([1, 2, 1000])('a survey of pieces of %i octets', (length) => {
  test.each(rows)('%s', async (_, content, facts) => {
    expect(await survey(cut(content, length), true)).toMatchObject(facts)
  })
})

test('small contents are kept, large ones are not', async () => {
  expect((await survey(cut('abc', 2), false)).content).toEqual(new TextEncoder().encode('abc'))
  expect((await survey(cut('x'.repeat(300_000), 65_536), false)).content).toBeUndefined()
})

test.each([
  [[], []],
  [[3], [3]],
  [[0, 5, 0, 6], [11]],
  [
    [200_000, 100_000],
    [200_000, 100_000],
  ],
  [[600_000], [262_144, 262_144, 75_712]],
])('pieces of %o come as %o', async (lengths, expected) => {
  const pieces: number[] = []
  for await (const piece of inPieces(lengths.map((length) => new Uint8Array(length)))) pieces.push(piece.length)
  expect(pieces).toEqual(expected)
})
