import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Conversation, Spoken } from './contract.ts'
import { escapeBytes, parseScript, renderConversation, renderScript, scriptOf, unescapeBytes } from './notation.ts'
import type { ScriptLine } from './notation.ts'

const TEXT = `# a comment
S: 220
C: EHLO client.example
S: 250-
S: 250 SIZE 10
C| MAIL FROM:<a@b.example>\\r\\n\\0\\x80\\t\\\\.\\x20
S| 250 half
S: 2yz|554 5.1.x free
+ 3s
C!
S!
`

/** Bytes said in turns, at the given moments. */
function conversation(...said: readonly (readonly ['C' | 'S' | '!', string, number?])[]): Conversation {
  const spoken = said.map(([side, text, at]): Spoken =>
    side === '!'
      ? { at: at ?? 0, side, bytes: new Uint8Array(), note: text }
      : { at: at ?? 0, side, bytes: Buffer.from(text, 'latin1') },
  )
  return { title: 'a → b', spoken }
}

function bare(line: ScriptLine): unknown {
  return line.kind === 'bytes' ? { ...line, bytes: [...line.bytes] } : line
}

describe('the notation', () => {
  test('a text comes back the same', () => {
    expect(renderScript(parseScript(TEXT))).toBe(TEXT)
  })

  test('indentation, empty lines and CRLF do not count', () => {
    expect(parseScript('   C: NOOP\r\n\r\n\t  S: 250\r\n')).toEqual(parseScript('C: NOOP\nS: 250'))
  })

  test('a client line is verbatim, also with backslashes and blanks in it', () => {
    expect(parseScript('C: RCPT TO:<"a\\ b"@c.example>')).toEqual([
      { kind: 'line', text: 'RCPT TO:<"a\\ b"@c.example>' },
    ])
    expect(parseScript('C:')).toEqual([{ kind: 'line', text: '' }])
    expect(parseScript('C:  x')).toEqual([{ kind: 'line', text: ' x' }])
  })

  test.each([
    ['+ 200ms', 200],
    ['+ 3s', 3000],
    ['+ 2min', 120_000],
    ['+5h   a long time', 18_000_000],
    ['+ 4d', 345_600_000],
  ])('%s', (text, milliseconds) => {
    expect(parseScript(text)).toEqual([{ kind: 'wait', milliseconds }])
  })

  test('all mistakes are told, with their lines', () => {
    expect(() => parseScript('C: x\nX: y\nC| \\q\nS: hello\n+ 3 weeks')).toThrow(
      /line 2:[^]*line 3: unknown escape[^]*line 4: [^]*reply code[^]*line 5/,
    )
  })

  test('any bytes survive escaping', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...unescapeBytes(escapeBytes(bytes))]).toEqual([...bytes])
      }),
    )
  })

  test('any script survives rendering', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\r\n]/.test(one))
    const line: fc.Arbitrary<ScriptLine> = fc.oneof(
      text.map((said): ScriptLine => ({ kind: 'line', text: said })),
      fc
        .record({ side: fc.constantFrom('C', 'S'), bytes: fc.uint8Array() })
        .map(({ side, bytes }): ScriptLine => ({ kind: 'bytes', side, bytes: Uint8Array.from(bytes) })),
      fc
        .record({ codes: fc.constantFrom('250', '2yz', '450|5yz'), separator: fc.constantFrom(' ', '-'), said: text })
        .map(({ codes, separator, said }): ScriptLine => ({ kind: 'reply', codes, separator, text: said })),
      fc.nat().map((milliseconds): ScriptLine => ({ kind: 'wait', milliseconds })),
      fc.constantFrom<ScriptLine>(
        { kind: 'close', side: 'C' },
        { kind: 'close', side: 'S' },
        { kind: 'reply', codes: '354', separator: '', text: '' },
      ),
    )
    fc.assert(
      fc.property(fc.array(line), (script) => {
        expect(parseScript(renderScript(script)).map(bare)).toEqual(script.map(bare))
      }),
    )
  })

  test('what was said survives, byte for byte, whatever it was', () => {
    const turn = fc.record({
      side: fc.constantFrom('C' as const, 'S' as const),
      bytes: fc.oneof(
        fc.uint8Array(),
        fc
          .constantFrom('250 ok\r\n', '250-a\r\n250 b\r\n', 'MAIL FROM:<ä>\r\n', ' x \r\n', '\ufeffx\r\n')
          .map((text) => Buffer.from(text)),
      ),
    })
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        const spoken = turns.map(({ side, bytes }) => ({ at: 0, side, bytes }))
        const script = parseScript(renderScript(scriptOf({ title: '', spoken }, { redact: false })))
        for (const side of ['C', 'S'] as const) {
          const before = Buffer.concat(turns.filter((one) => one.side === side).map(({ bytes }) => bytes))
          expect(Buffer.concat(script.map((one) => bytesOf(one, side))).equals(before)).toBe(true)
        }
      }),
    )
  })
})

function bytesOf(line: ScriptLine, side: 'C' | 'S'): Uint8Array {
  if (line.kind === 'bytes' && line.side === side) return line.bytes
  if (line.kind === 'line' && side === 'C') return Buffer.from(`${line.text}\r\n`)
  if (line.kind === 'reply' && side === 'S') return Buffer.from(`${line.codes}${line.separator}${line.text}\r\n`)
  return new Uint8Array()
}

describe('evidence', () => {
  test('lines cut by segments are whole again; broken ones show their bytes; pauses and ends are seen', () => {
    const evidence = renderConversation(
      conversation(
        ['!', 'a connects'],
        ['S', '220 b\r\n'],
        ['C', 'NO'],
        ['C', 'OP\r\nEH\n'],
        ['S', '250 ok\r\nnonsense\r\n', 100],
        ['C', 'half', 4200],
        ['!', 'C closes', 4200],
      ),
    )
    expect(evidence).toBe(
      '# a → b\n# a connects\nS: 220 b\nC: NOOP\nC| EH\\n\nS: 250 ok\nS| nonsense\\r\\n\n+ 4s\nC| half\nC!\n',
    )
  })

  test.each([
    [
      'PLAIN with an initial response',
      [
        ['C', 'AUTH PLAIN AGEAcw==\r\n'],
        ['S', '235 ok\r\n'],
        ['C', 'NOOP\r\n'],
      ],
      'C: AUTH PLAIN (redacted)\nS: 235 ok\nC: NOOP\n',
    ],
    [
      'LOGIN',
      [
        ['C', 'auth LOGIN\r\n'],
        ['S', '334 VXNlcm5hbWU6\r\n'],
        ['C', 'YQ==\r\n'],
        ['S', '334 UGFzc3dvcmQ6\r\n'],
        ['C', 'cw==\r\n'],
        ['S', '535 no\r\n'],
        ['C', 'QUIT\r\n'],
      ],
      'C: auth LOGIN\nS: 334 VXNlcm5hbWU6\nC: (redacted)\nS: 334 UGFzc3dvcmQ6\nC: (redacted)\nS: 535 no\nC: QUIT\n',
    ],
    [
      'an empty challenge',
      [
        ['C', 'AUTH PLAIN\r\n'],
        ['S', '334 \r\n'],
        ['C', 'AGEAcw==\r\n'],
        ['S', '235 ok\r\n'],
      ],
      'C: AUTH PLAIN\nS| 334 \\r\\n\nC: (redacted)\nS: 235 ok\n',
    ],
    ['broken bytes', [['C', 'AUTH PLAIN AGEAcw==\n']], 'C: (redacted)\n'],
    [
      'a cancelled one',
      [
        ['C', 'AUTH PLAIN\r\n'],
        ['S', '334\r\n'],
        ['C', '*\r\n'],
      ],
      'C: AUTH PLAIN\nS: 334\nC: *\n',
    ],
  ] as const)('no password is shown: %s', (_name, said, text) => {
    expect(renderConversation(conversation(...said))).toBe(`# a → b\n${text}`)
  })

  test('a long one is cut in the middle, and says so', () => {
    const long = conversation(['C', 'x\r\n'.repeat(1000)])
    expect(renderConversation(long, { longest: 10 }).split('\n')).toHaveLength(13)
    expect(renderConversation(long, { longest: 10 })).toContain('# … 990 lines left out …')
  })
})
