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
})
