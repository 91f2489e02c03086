import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latin1, octets, underEveryFeed } from './fixture-feeds.ts'
import { LineReader } from './lines.ts'

interface Read {
  readonly lines: readonly string[]
  readonly rest: string
}

function read(pieces: readonly Uint8Array[], maximum: number): Read {
  const reader = new LineReader(maximum)
  const lines: string[] = []
  for (const piece of pieces) {
    reader.push(piece)
    for (let line = reader.next(); line !== undefined; line = reader.next()) {
      lines.push(line.kind === 'line' ? latin1(line.bytes) : `too long: ${line.octets}`)
    }
  }
  return { lines, rest: latin1(reader.drain()) }
}

describe('lines end in CRLF only', () => {
  test.each([
    ['one line', 'NOOP\r\n', ['NOOP'], ''],
    ['pipelined lines', 'A\r\nB\r\n\r\nC\r\n', ['A', 'B', '', 'C'], ''],
    ['a begun line', 'A\r\nQUI', ['A'], 'QUI'],
    ['a bare LF stays inside', 'NOOP\nQUIT\r\n', ['NOOP\nQUIT'], ''],
    ['a bare CR stays inside', 'NOOP\rQUIT\r\n', ['NOOP\rQUIT'], ''],
    ['LF CR is no end', 'A\n\rB\r\n', ['A\n\rB'], ''],
    ['CR CR LF ends after the first CR', 'A\r\r\n', ['A\r'], ''],
    ['NUL and 8-bit octets are kept', '\x00\xff\r\n', ['\x00\xff'], ''],
    ['a CR at the end waits', 'A\r', [], 'A\r'],
  ])('%s', (_, text, lines, rest) => {
    expect(underEveryFeed(octets(text), (pieces) => read(pieces, 512))).toEqual({ lines, rest })
  })
})

describe('a line over the limit is reported once and the reader is in step', () => {
  test.each([
    ['exactly the limit', `${'x'.repeat(8)}\r\nB\r\n`, ['x'.repeat(8), 'B']],
    ['one octet more', `${'x'.repeat(9)}\r\nB\r\n`, ['too long: 11', 'B']],
    ['the limit is met by a bare CR', `${'x'.repeat(9)}\r\r\nB\r\n`, ['too long: 12', 'B']],
    ['bare line ends in the skipped part', `${'x'.repeat(20)}\n\r\ry\r\nB\r\n`, ['too long: 26', 'B']],
    ['two in a row', `${'x'.repeat(20)}\r\n${'y'.repeat(30)}\r\nB\r\n`, ['too long: 22', 'too long: 32', 'B']],
  ])('%s', (_, text, lines) => {
    expect(underEveryFeed(octets(text), (pieces) => read(pieces, 10))).toEqual({ lines, rest: '' })
  })

  test('its octets are not kept', () => {
    const reader = new LineReader(512)
    for (let count = 0; count < 1000; count++) {
      reader.push(new Uint8Array(1024).fill(0x78))
      expect(reader.next()).toBeUndefined()
      expect(reader.buffered).toBeLessThan(512)
    }
    reader.push(octets('\r\nNOOP\r\n'))
    expect(reader.next()).toEqual({ kind: 'too-long', octets: 1_024_002 })
    expect(reader.next()).toEqual({ kind: 'line', bytes: octets('NOOP') })
  })
})

test('what follows a line stays for whoever drains it', () => {
  const reader = new LineReader(512)
  reader.push(octets('DATA\r\nbo'))
  reader.push(octets('dy\r\n.\r\n'))
  expect(reader.next()).toEqual({ kind: 'line', bytes: octets('DATA') })
  expect(reader.buffered).toBe(9)
  expect(latin1(reader.drain())).toBe('body\r\n.\r\n')
  expect(reader.buffered).toBe(0)
  expect(reader.next()).toBeUndefined()
})

test('a drained reader has forgotten a line that was too long', () => {
  const reader = new LineReader(10)
  reader.push(octets('x'.repeat(50)))
  expect(reader.next()).toBeUndefined()
  expect(latin1(reader.drain())).toBe('')
  reader.push(octets('NOOP\r\n'))
  expect(reader.next()).toEqual({ kind: 'line', bytes: octets('NOOP') })
})

test('a new maximum counts from then on', () => {
  const reader = new LineReader(10)
  reader.push(octets(`${'x'.repeat(18)}\r\n${'x'.repeat(18)}\r\n`))
  expect(reader.next()).toEqual({ kind: 'too-long', octets: 20 })
  reader.setMaximum(20)
  expect(reader.next()).toEqual({ kind: 'line', bytes: octets('x'.repeat(18)) })
})

test('many pieces and many lines cost what they are long', () => {
  const reader = new LineReader(512)
  const line = octets('RCPT TO:<bob@there.example>\r\n')
  for (let count = 0; count < 4000; count++) for (const octet of line) reader.push(Uint8Array.of(octet))
  let lines = 0
  while (reader.next() !== undefined) lines++
  expect(lines).toBe(4000)
  expect(reader.buffered).toBe(0)
})

test('any octets, cut anywhere, give the same lines', () => {
  const text = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', '.', '\x00', 'xxxxxx'), { maxLength: 40 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(100)), (words, cuts) => {
      const bytes = octets(words.join(''))
      const pieces: Uint8Array[] = []
      let from = 0
      for (const cut of cuts) {
        pieces.push(bytes.subarray(from, from + cut))
        from = Math.min(bytes.length, from + cut)
      }
      pieces.push(bytes.subarray(from))
      expect(read(pieces, 12)).toEqual(read([bytes], 12))
    }),
  )
})
