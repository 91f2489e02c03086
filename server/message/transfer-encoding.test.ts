import { describe, expect, test } from 'vitest'
import { assert, asyncProperty, integer, property, uint8Array } from 'fast-check'
import { base64, quotedPrintable, QuotedPrintable } from './transfer-encoding.ts'

async function* feed(all: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

/** RFC 2045 §6.7, read independently of the encoder. */
const unquoted = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('=\r\n', '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )

describe('quoted-printable', () => {
  test.each<[string, string]>([
    ['plain text\r\n', 'plain text\r\n'],
    ['a=b', 'a=3Db'],
    ['ends in space \r\nx\t\r\n', 'ends in space=20\r\nx=09\r\n'],
    ['space at the very end ', 'space at the very end=20'],
    ['bare \r and \n', 'bare=20=0D and =0A'],
    ['\r', '=0D'],
    ['é', '=C3=A9'],
    ['x'.repeat(80), `${'x'.repeat(75)}=\r\n${'x'.repeat(5)}`],
  ])('%j', (text, expected) => {
    expect(quotedPrintable(text)).toBe(expected)
  })

  test('any octets, in any pieces, come back and make short ASCII lines', () => {
    assert(
      property(uint8Array({ maxLength: 400 }), integer({ min: 1, max: 50 }), (octets, size) => {
        const encoder = new QuotedPrintable()
        let text = ''
        for (let at = 0; at < octets.length; at += size) {
          text += Buffer.from(encoder.encode(octets.subarray(at, at + size))).toString('latin1')
        }
        text += Buffer.from(encoder.end()).toString('latin1')
        expect(unquoted(text)).toEqual(Buffer.from(octets))
        for (const line of text.split('\r\n')) expect(line).toMatch(/^[\t\x20-\x7e]{0,76}$/)
        expect(text).not.toMatch(/[ \t](\r\n|$)/)
      }),
    )
  })
})

test('base64 of any octets, in any pieces', async () => {
  await assert(
    asyncProperty(uint8Array({ maxLength: 400 }), integer({ min: 1, max: 130 }), async (octets, size) => {
      let text = ''
      for await (const bytes of base64(feed(octets, size))) text += Buffer.from(bytes).toString('latin1')
      expect(Buffer.from(text, 'base64')).toEqual(Buffer.from(octets))
      for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76)
    }),
  )
})
