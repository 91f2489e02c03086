import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'

describe('base64', () => {
  test.each(['', 'f', 'fo', 'foo', 'foob', '\u0000\u00FF'])('%j comes back', (text) => {
    const octets = Uint8Array.from(text, (character) => character.charCodeAt(0))
    expect(decodeBase64(encodeBase64(octets))).toEqual(octets)
  })

  test.each(['=', '=AAA', 'AAA=BBB', 'A', 'AA', 'AAA', 'AA=', 'AA==AA==', 'AA A=', 'AAAA\n', 'AA-_', 'AA=A', '===='])(
    '%j is none (rfc4954-4-16, -17)',
    (text) => expect(decodeBase64(text)).toBeUndefined(),
  )

  test('any octets come back, and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(decodeBase64(encodeBase64(octets))).toEqual(octets)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'z', '+', '/', '=', ' ', '\r') }), (text) => {
        const octets = decodeBase64(text)
        expect(octets === undefined || octets.length === (text.length / 4) * 3 - (text.match(/=/g)?.length ?? 0)).toBe(
          true,
        )
      }),
    )
  })
})
