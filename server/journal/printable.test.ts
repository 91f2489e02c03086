import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPrintable, printable } from './printable.ts'

describe('what comes out', () => {
  test.each([
    ['plain text stays', 'RCPT TO:<bob@there.example>', 'RCPT TO:<bob@there.example>'],
    ['nothing stays nothing', '', ''],
    ['line ends cannot forge a journal line', 'a\r\n250 OK', 'a\\r\\n250 OK'],
    ['a terminal is not coloured', '\u001b[31mred', '\\x1b[31mred'],
    ['NUL and DEL are seen', '\0\x7f', '\\x00\\x7f'],
    ['a backslash cannot pretend to be an escape', '\\r', '\\x5cr'],
    ['a tab is not blank', 'a\tb', 'a\\x09b'],
    ['UTF-8 is shown octet by octet', 'ü', '\\xc3\\xbc'],
  ])('%s', (_, given, shown) => {
    expect(printable(given)).toBe(shown)
  })

  test('octets that are no UTF-8 are shown as they are', () => {
    expect(printable(Uint8Array.of(0x41, 0xff, 0xfe))).toBe('A\\xff\\xfe')
  })
})

describe('how much comes out', () => {
  test.each([
    ['as much as allowed is whole', 'x'.repeat(20), 20, 'x'.repeat(20)],
    ['more is cut and marked', 'x'.repeat(21), 20, `${'x'.repeat(15)}[...]`],
    ['an escape is not cut in two', `${'x'.repeat(13)}\0\0\0`, 20, `${'x'.repeat(13)}[...]`],
    ['escapes that just fit are whole', '\0\0\0\0\0', 20, '\\x00\\x00\\x00\\x00\\x00'],
  ])('%s', (_, given, maximum, shown) => {
    expect(printable(given, maximum)).toBe(shown)
  })

  test('whatever comes in, only printable ASCII of bounded length comes out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 5, max: 300 }), (octets, maximum) => {
        const shown = printable(octets, maximum)
        expect(isPrintable(shown)).toBe(true)
        expect(shown.length).toBeLessThanOrEqual(maximum)
      }),
    )
  })
})
