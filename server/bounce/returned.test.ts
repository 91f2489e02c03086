import { describe, expect, test } from 'vitest'
import { Makeup } from './returned.ts'

const made = (...pieces: readonly (string | Uint8Array)[]): Makeup => {
  const makeup = new Makeup()
  for (const piece of pieces) makeup.see(Buffer.from(piece))
  makeup.end()
  return makeup
}

const umlaut = Buffer.from('ü')

describe('what a stretch of octets is made of', () => {
  test.each([
    ['plain lines', made('a\r\nb\r\n'), { broken: false, has8bit: false, validUtf8: true }],
    ['UTF-8', made('ü\r\n'), { broken: false, has8bit: true, validUtf8: true }],
    ['UTF-8 in pieces', made(umlaut.subarray(0, 1), umlaut.subarray(1)), { has8bit: true, validUtf8: true }],
    ['half a character', made(umlaut.subarray(0, 1)), { has8bit: true, validUtf8: false }],
    ['another charset', made(Uint8Array.of(0xfc, 0x0d, 0x0a)), { has8bit: true, validUtf8: false }],
    ['a line of a thousand octets', made(`${'x'.repeat(998)}\r\n`.repeat(2)), { broken: false }],
    ['a longer one', made(`${'x'.repeat(999)}\r\n`), { broken: true }],
    ['a NUL', made('a\0b\r\n'), { broken: true }],
    ['a bare LF', made('a\nb\r\n'), { broken: true }],
    ['a bare CR', made('a\rb\r\n'), { broken: true }],
    ['a CR at the end', made('a\r'), { broken: true }],
    ['a CRLF in pieces', made('a\r', '\nb'), { broken: false }],
  ])('%s', (_name, makeup, expected) => {
    expect(makeup).toMatchObject(expected)
  })
})
