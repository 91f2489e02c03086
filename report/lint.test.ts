import { describe, expect, test } from 'vitest'
import { deviationText, lint } from './lint.ts'
import type { Heard } from './lint.ts'

/** `C …` and `S …` turns, as bytes. */
const conversation = (...turns: readonly string[]): readonly Heard[] =>
  turns.map((turn) => ({
    side: turn.startsWith('C') ? 'C' : 'S',
    bytes: Buffer.from(turn.slice(2), 'latin1'),
  }))

const opening = ['S 220 mail.here.example ESMTP\r\n', 'C EHLO client.example\r\n'] as const
const hello = 'S 250-mail.here.example greets you\r\n250 ENHANCEDSTATUSCODES\r\n'

const rulesOf = (...turns: readonly string[]): readonly string[] => lint(conversation(...turns)).map(({ rule }) => rule)

describe('what is good stays unsaid', () => {
  test.each<readonly [string, readonly string[]]>([
    ['a whole session', ['C NOOP\r\n', 'S 250 2.0.0 done\r\n', 'C QUIT\r\n', 'S 221 2.0.0 bye\r\n']],
    ['a second EHLO', ['C EHLO client.example\r\n', hello, 'C HELO x\r\n', 'S 250 mail.here.example greets you\r\n']],
    ['a refused EHLO', ['C EHLO\r\n', 'S 501 EHLO needs an argument\r\n']],
    ['an empty challenge', ['C AUTH PLAIN\r\n', 'S 334 \r\n']],
    ['a long challenge', ['C AUTH X\r\n', `S 334 ${'A'.repeat(600)}\r\n`]],
    ['EHLO and MAIL in one segment', ['C EHLO a\r\nMAIL FROM:<>\r\n', `${hello}250 2.1.0 ok\r\n`]],
    ['EHLO behind content', ['C Subject: x\r\n.\r\nEHLO a\r\n', `S 250 2.0.0 taken\r\n${hello.slice(2)}`]],
    ['a reply in pieces', ['C NOOP\r\n', 'S 25', 'S 0 2.0.0 do', 'S ne\r\n']],
    ['UTF-8 where it was asked for', ['C VRFY j SMTPUTF8\r\n', 'S 250 2.1.5 <j\xc3\xbc@here.example>\r\n']],
    [
      'a new address in UTF-8, in a transaction of that kind',
      [
        'C MAIL FROM:<> SMTPUTF8\r\n',
        'S 250 2.1.0 ok\r\n',
        'C RCPT TO:<d@e>\r\n',
        'S 251 2.1.5 <d\xc3\xbc@here.example>\r\n',
      ],
    ],
  ])('%s', (_name, turns) => {
    expect(rulesOf(...opening, hello, ...turns)).toEqual([])
  })

  test('where enhanced codes were never offered none is missed', () => {
    expect(rulesOf('S 220 a ESMTP\r\n', 'C HELO b\r\n', 'S 250 a\r\n', 'C NOOP\r\n', 'S 250 ok\r\n')).toEqual([])
  })
})

describe('what is wrong is said', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['class', ['C NOOP\r\n', 'S 250 5.0.0 done\r\n'], 'class'],
    ['no enhanced code', ['C NOOP\r\n', 'S 250 done\r\n'], 'enhanced code missing'],
    ['two codes', ['C HELP\r\n', 'S 214-2.0.0 one\r\n250 2.0.0 two\r\n'], 'one code'],
    ['two enhanced codes', ['C HELP\r\n', 'S 214-2.0.0 one\r\n214 2.0.1 two\r\n'], 'one enhanced code'],
    ['enhanced code on one line only', ['C HELP\r\n', 'S 214-2.0.0 one\r\n214 two\r\n'], 'one enhanced code'],
    ['an intermediate reply with one', ['C DATA\r\n', 'S 354 2.0.0 go on\r\n'], 'enhanced code out of place'],
    ['a code out of range', ['C NOOP\r\n', 'S 199 2.0.0 done\r\n'], 'form'],
    ['no code', ['C NOOP\r\n', 'S what?\r\n'], 'form'],
    ['a bare LF', ['C NOOP\r\n', 'S 250 2.0.0 done\n'], 'form'],
    ['a line of 513 octets', ['C NOOP\r\n', `S 250 2.0.0 ${'x'.repeat(501)}\r\n`], 'line length'],
    ['letters beyond ASCII', ['C NOOP\r\n', 'S 250 2.0.0 d\xf6ne\r\n'], 'ASCII'],
    ['a control character', ['C NOOP\r\n', 'S 250 2.0.0 d\x1bne\r\n'], 'ASCII'],
    ['a path', ['C NOOP\r\n', 'S 451 4.3.0 cannot open /var/spool/mail/x\r\n'], 'leak'],
    ['a trace', ['C NOOP\r\n', 'S 451 4.3.0 TypeError: x is not a function\r\n'], 'leak'],
    ['the engine', ['C NOOP\r\n', 'S 451 4.3.0 Node.js v24.1.0 failed\r\n'], 'leak'],
    ['another name', ['C EHLO a\r\n', 'S 250-other.example\r\n250 ENHANCEDSTATUSCODES\r\n'], 'names'],
    [
      'a greeting by EHLO with one',
      ['C EHLO a\r\n', 'S 250-2.0.0 mail.here.example\r\n250 DSN\r\n'],
      'enhanced code out of place',
    ],
  ])('%s', (_name, turns, rule) => {
    expect(rulesOf(...opening, hello, ...turns)).toContain(rule)
  })

  test('a bare code is a SHOULD, and breaks the last line too', () => {
    const told = lint(conversation('S 220 a\r\n', 'C NOOP\r\n', 'S 250\r\n'))
    expect(told.map(({ rule, level }) => [rule, level])).toEqual([
      ['last line', 'should'],
      ['bare code', 'should'],
    ])
  })

  test('a greeting with an enhanced code', () => {
    expect(rulesOf('S 220 2.0.0 a ESMTP\r\n')).toEqual(['enhanced code out of place'])
  })

  test('the same reply is told once, in words', () => {
    const told = lint(conversation(...opening, hello, 'C NOOP\r\nNOOP\r\n', 'S 250 ok\r\n250 ok\r\n'))
    expect(told.map(deviationText)).toEqual(['MUST enhanced code missing (rfc2034-4-01): 250 ok⏎'])
  })
})
