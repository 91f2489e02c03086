import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Command, type CommandContext, parseCommand, type SyntaxFault } from './command.ts'
import { encodeUtf8 } from './text.ts'
import { octets } from './fixture-feeds.ts'

const everything = ['SIZE', '8BITMIME', 'BINARYMIME', 'CHUNKING', 'SMTPUTF8', 'AUTH', 'DSN', 'STARTTLS']
const extended: CommandContext = { extended: true, offers: new Set(everything), smtputf8: false }
const international: CommandContext = { ...extended, smtputf8: true }
const ascii: CommandContext = { ...extended, offers: new Set(everything.filter((keyword) => keyword !== 'SMTPUTF8')) }
const plain: CommandContext = { extended: false, offers: new Set(), smtputf8: false }

function parse(line: string, context = extended): Command | SyntaxFault {
  return parseCommand(encodeUtf8(line), context)
}

/** `501 5.5.4`, or the verb when there is no fault. */
function verdict(parsed: Command | SyntaxFault): string {
  if (parsed.kind === 'command') return parsed.verb
  return [parsed.reply.code, parsed.reply.enhanced].filter((part) => part !== undefined).join(' ')
}

const bob = {
  kind: 'mailbox',
  mailbox: { localPart: 'bob', host: { kind: 'domain', name: 'there.example' }, text: 'bob@there.example' },
  route: [],
}

describe('good commands', () => {
  test.each<[string, object]>([
    ['EHLO here.example', { verb: 'EHLO', name: 'here.example' }],
    ['eHlO localhost', { verb: 'EHLO', name: 'localhost' }],
    ['EHLO [192.0.2.1]', { verb: 'EHLO', name: '[192.0.2.1]' }],
    ['EHLO [192.0.2.1] my old client', { verb: 'EHLO', name: '[192.0.2.1]' }],
    ['EHLO [IPv6:2001:db8::1]', { verb: 'EHLO', name: '[IPv6:2001:db8::1]' }],
    ['HELO here.example', { verb: 'HELO', name: 'here.example' }],
    ['HELO [192.0.2.1]', { verb: 'HELO', name: '[192.0.2.1]' }],
    ['MAIL FROM:<>', { verb: 'MAIL', reversePath: { kind: 'null' }, parameters: {} }],
    ['mail from:<bob@there.example>', { verb: 'MAIL', reversePath: bob, parameters: {} }],
    ['MAIL FROM:<> size=10 body=8bitmime', { parameters: { size: 10, body: '8BITMIME' } }],
    ['MAIL FROM:<bob@there.example> ', { verb: 'MAIL', reversePath: bob }],
    ['RCPT To:<bob@there.example>', { verb: 'RCPT', forwardPath: bob, parameters: {} }],
    ['RCPT TO:<pOstmaster>', { verb: 'RCPT', forwardPath: { kind: 'postmaster', text: 'pOstmaster' } }],
    ['RCPT TO:<@a.example:bob@there.example>', { forwardPath: { ...bob, route: ['a.example'] } }],
    ['RCPT TO:<bob@there.example> NOTIFY=NEVER', { parameters: { notify: 'never' } }],
    ['DATA', { verb: 'DATA' }],
    ['data \t ', { verb: 'DATA' }],
    ['BDAT 0 LAST', { verb: 'BDAT', size: 0, last: true }],
    ['BDAT 5 last', { verb: 'BDAT', size: 5, last: true }],
    ['bdat 86', { verb: 'BDAT', size: 86, last: false }],
    ['RSET', { verb: 'RSET' }],
    ['NOOP', { verb: 'NOOP' }],
    ['NOOP foo bar', { verb: 'NOOP' }],
    ['QUIT ', { verb: 'QUIT' }],
    ['VRFY bob', { verb: 'VRFY', argument: 'bob', smtputf8: false }],
    ['VRFY "joe smith"', { argument: '"joe smith"', smtputf8: false }],
    ['VRFY bob@there.example', { argument: 'bob@there.example' }],
    ['VRFY <bob@there.example>', { argument: '<bob@there.example>' }],
    ['VRFY bob smtputf8', { argument: 'bob', smtputf8: true }],
    ['VRFY SMTPUTF8', { argument: 'SMTPUTF8', smtputf8: false }],
    ['VRFY 用户 SMTPUTF8', { argument: '用户', smtputf8: true }],
    ['VRFY 用户', { argument: '用户', smtputf8: false }],
    ['EXPN friends', { verb: 'EXPN', argument: 'friends', smtputf8: false }],
    ['HELP', { verb: 'HELP' }],
    ['HELP MAIL', { verb: 'HELP', topic: 'MAIL' }],
    ['STARTTLS', { verb: 'STARTTLS' }],
    ['auth plain', { verb: 'AUTH', mechanism: 'PLAIN' }],
    ['AUTH PLAIN =', { mechanism: 'PLAIN', initial: '' }],
    ['AUTH scram-sha-256 biws', { mechanism: 'SCRAM-SHA-256', initial: 'biws' }],
    ['AUTH PLAIN !!!!', { mechanism: 'PLAIN', initial: '!!!!' }],
  ])('%s', (line, command) => {
    expect(parse(line)).toMatchObject({ kind: 'command', ...command })
  })

  test('an AUTH without initial response has none, a HELP without topic neither', () => {
    expect(parse('AUTH LOGIN')).not.toHaveProperty('initial')
    expect(parse('HELP')).not.toHaveProperty('topic')
  })
})

describe('faults, by cause', () => {
  test.each([
    // The verb.
    ['', '500 5.5.2'],
    [' NOOP', '500 5.5.2'],
    ['FROBNICATE', '500 5.5.2'],
    ['XYZZY', '500 5.5.2'],
    ['NOOPX', '500 5.5.2'],
    ['GET / HTTP/1.1', '500 5.5.2'],
    ['MAIL:', '500 5.5.2'],
    ['toString', '500 5.5.2'],
    ['NOOP\rNOOP', '500 5.5.2'],
    ['NOOP\nNOOP', '500 5.5.2'],
    ['QUIT\0', '500 5.5.2'],
    ['\u{7f}QUIT', '500 5.5.2'],
    ['QÜIT', '500 5.5.2'],
    ['TURN', '502 5.5.1'],
    ['send FROM:<a@b.example>', '502 5.5.1'],
    ['SOML FROM:<a@b.example>', '502 5.5.1'],
    ['SAML FROM:<a@b.example>', '502 5.5.1'],
    ['ETRN there.example', '502 5.5.1'],
    // Its argument.
    ['EHLO', '501'],
    ['EHLO ', '501'],
    ['HELO', '501'],
    ['EHLO a_b', '501'],
    ['EHLO here.example junk', '501'],
    ['EHLO here.example.', '501'],
    ['EHLO [192.0.2.1]junk', '501'],
    ['EHLO [2001:db8::1]', '501'],
    ['EHLO bücher.example', '501'],
    ['EHLO a\0b', '501'],
    ['DATA now', '501 5.5.4'],
    ['RSET all', '501 5.5.4'],
    ['QUIT please', '501 5.5.4'],
    ['STARTTLS now', '501 5.5.4'],
    ['BDAT', '501 5.5.4'],
    ['BDAT x', '501 5.5.4'],
    ['BDAT -1', '501 5.5.4'],
    ['BDAT 5 FOO', '501 5.5.4'],
    ['BDAT 5 LAST LAST', '501 5.5.4'],
    ['BDAT 99999999999999999999', '501 5.5.4'],
    ['VRFY', '501 5.5.4'],
    ['VRFY joe smith', '501 5.5.4'],
    ['EXPN', '501 5.5.4'],
    ['AUTH', '501 5.5.4'],
    ['AUTH PLAIN dGVz dA==', '501 5.5.4'],
    ['AUTH @PLAIN', '501 5.5.4'],
    ['NOOP a\tb', '501 5.5.2'],
    ['NOOP é', '501 5.5.2'],
    ['NOOP a\0', '501 5.5.2'],
    ['HELP a\rb', '501 5.5.2'],
    // The path.
    ['MAIL', '501 5.5.4'],
    ['MAIL FROM', '501 5.5.4'],
    ['MAIL <bob@there.example>', '501 5.5.4'],
    ['MAIL TO:<bob@there.example>', '501 5.5.4'],
    ['MAIL FROM: <bob@there.example>', '501 5.5.4'],
    ['MAIL FROM :<bob@there.example>', '501 5.5.4'],
    ['MAIL\tFROM:<bob@there.example>', '501 5.5.2'],
    ['MAIL FROM:<bob@there.example>SIZE=1', '501 5.5.4'],
    ['MAIL FROM:bob@there.example', '501 5.1.7'],
    ['MAIL FROM:', '501 5.1.7'],
    ['MAIL FROM:<bob@there_.example>', '501 5.1.7'],
    ['MAIL FROM:<a..b@there.example>', '501 5.1.7'],
    ['MAIL FROM:<postmaster>', '501 5.1.7'],
    ['MAIL FROM:<a\u{1}b@there.example>', '501 5.5.2'],
    ['MAIL FROM:<a\u{7f}b@there.example>', '501 5.5.2'],
    ['RCPT', '501 5.5.4'],
    ['RCPT TO', '501 5.5.4'],
    ['RCPT TO: <bob@there.example>', '501 5.5.4'],
    ['RCPT TO:<>', '501 5.1.3'],
    ['RCPT TO:bob@there.example', '501 5.1.3'],
    ['RCPT TO:<bob>', '501 5.1.3'],
    ['RCPT TO:<bob@[x400:foo]>', '501 5.1.3'],
    ['RCPT TO:<bob@there.example> <carol@there.example>', '501 5.5.4'],
    // The parameters.
    ['MAIL FROM:<> FOO=bar', '555 5.5.4'],
    ['MAIL FROM:<> FOO', '555 5.5.4'],
    ['MAIL FROM:<> NOTIFY=NEVER', '555 5.5.4'],
    ['RCPT TO:<bob@there.example> FOO=bar', '555 5.5.4'],
    ['RCPT TO:<bob@there.example> SIZE=1', '555 5.5.4'],
    ['MAIL FROM:<> SIZE=1=2', '501 5.5.4'],
    ['MAIL FROM:<> SIZE= 5', '501 5.5.4'],
    ['MAIL FROM:<> =5', '501 5.5.4'],
  ])('%j: %s', (line, expected) => {
    expect(verdict(parse(line))).toBe(expected)
  })

  test('a fault names the verb it could read', () => {
    expect(parse('rcpt TO:<>')).toMatchObject({ kind: 'fault', verb: 'RCPT' })
    expect(parse('data x')).toMatchObject({ kind: 'fault', verb: 'DATA' })
    expect(parse('XYZZY')).not.toHaveProperty('verb')
  })

  test('after HELO no parameter is known', () => {
    expect(verdict(parse('MAIL FROM:<> SIZE=1', plain))).toBe('555 5.5.4')
    expect(verdict(parse('MAIL FROM:<>', plain))).toBe('MAIL')
  })

  test('no reply shows what the client typed', () => {
    for (const line of ['MAIL FROM:<s3cret@_>', 'EHLO s3cret_', 'RCPT TO:<bob@there.example> S3CRET=1', 'S3CRET']) {
      expect(JSON.stringify(parse(line))).not.toMatch(/s3cret/i)
    }
  })
})

describe('UTF-8 (RFC 6531)', () => {
  test.each([
    ['MAIL FROM:<用户@例子.example> SMTPUTF8', extended, 'MAIL'],
    ['MAIL FROM:<用户@例子.example> SIZE=5 smtputf8', extended, 'MAIL'],
    ['MAIL FROM:<bob@there.example> SMTPUTF8', extended, 'MAIL'],
    ['MAIL FROM:<用户@例子.example>', extended, '550 5.6.7'],
    ['MAIL FROM:<> AUTH=用户@例子.example SMTPUTF8', extended, 'MAIL'],
    ['MAIL FROM:<> AUTH=用户@例子.example', extended, '550 5.6.7'],
    ['RCPT TO:<用户@例子.example>', international, 'RCPT'],
    ['RCPT TO:<用户@例子.example>', extended, '553 5.6.7'],
    ['RCPT TO:<用户@☃.example>', international, '501 5.1.3'],
    ['RCPT TO:<bob@there.example> ORCPT=utf-8;用户@例子.example', international, 'RCPT'],
    ['RCPT TO:<用户@例子.example>', ascii, '501 5.5.2'],
    ['MAIL FROM:<用户@例子.example> SMTPUTF8', ascii, '501 5.5.2'],
    ['MAIL FROM:<bob@there.example> SMTPUTF8', ascii, '555 5.5.4'],
    ['VRFY 用户', ascii, '501 5.5.2'],
  ])('%s', (line, context, expected) => {
    expect(verdict(parse(line, context))).toBe(expected)
  })

  test.each([
    ['latin1', 'RCPT TO:<\xe9@there.example>'],
    ['an overlong form', 'RCPT TO:<\xc0\xaf@there.example>'],
    ['a surrogate', 'RCPT TO:<\xed\xa0\x80@there.example>'],
  ])('%s is no UTF-8', (_, line) => {
    expect(verdict(parseCommand(octets(line), international))).toBe('501 5.5.2')
  })
})

/** The verb, or the reply code. */
function outcome(line: Uint8Array, terms: CommandContext): string | number {
  const parsed = parseCommand(line, terms)
  return parsed.kind === 'fault' ? parsed.reply.code : parsed.verb
}

describe('lines that no client should send', () => {
  const context = fc.constantFrom(extended, international, ascii, plain)

  test('random octets are hardly ever a command', () => {
    const line = fc.uint8Array({ minLength: 5, maxLength: 600 })
    fc.assert(
      fc.property(line, context, (octetsSent, terms) => {
        expect(outcome(octetsSent, terms)).toBe(500)
      }),
    )
  })

  test('almost valid lines', () => {
    const word = fc.constantFrom('FROM:', 'TO:', '<', '>', '@', 'a', '.', '"', '\\', '[', ']', ':', ',', ' ', 'SIZE=')
    const odd = fc.constantFrom('ORCPT=', ';', '+', '=', '9', '\0', '\xff', '\xc3', '\xa9', 'IPv6:', '::', 'LAST')
    const verb = fc.constantFrom('MAIL ', 'RCPT ', 'EHLO ', 'BDAT ', 'AUTH ', 'VRFY ', 'HELP ')
    fc.assert(
      fc.property(verb, fc.array(fc.oneof(word, odd), { maxLength: 30 }), context, (head, parts, terms) => {
        expect([head.trim(), 501, 550, 553, 555]).toContain(outcome(octets(head + parts.join('')), terms))
      }),
      { numRuns: 2000 },
    )
  })

  const heads = ['MAIL FROM:<', 'MAIL FROM:<>', 'RCPT TO:<a@b> ORCPT=a;', 'VRFY ', 'EHLO ', 'AUTH ', 'EHLO [']
  test.each(heads)('%s and long repetitions are read in passing', (head) => {
    for (const unit of ['a.', ' ', '"\\a', '@a,', ' SIZE=1', 'é', '[', '+2B']) {
      expect(() => parse(`${head}${unit.repeat(20_000)}x`, international)).not.toThrow()
    }
  })
})
