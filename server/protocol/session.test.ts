import { describe, expect, test } from 'vitest'
import { feeds, mailToBob, play, refusing, type Conversation } from './session/fixture-player.ts'

const conversations: readonly Conversation[] = [
  {
    name: 'a failed EHLO leaves the transaction, a good one drops it (rfc5321-4.1.4-05, -03)',
    script: `
      S: 220
      ${mailToBob}
      C: EHLO
      S: 501
      C: EHLO a_b
      S: 501
      C: NOOP
      S: 250
      C: RCPT TO:<c@here.example>
      S: 250
      C: EHLO c.example
      S: 250 HELP
      C: DATA
      S: 503 5.5.1`,
    abandoned: 1,
  },
  {
    name: 'HELO: one line, no parameters (rfc5321-3.2-01)',
    script: `
      S: 220
      C: HELO c.example
      S: 250 mx.here.example
      C: MAIL FROM:<a@c.example> SIZE=10
      S: 555 5.5.4
      C: AUTH PLAIN
      S: 503 5.5.1
      C: MAIL FROM:<a@c.example>
      S: 250`,
  },
  {
    name: 'a parameter is not blamed before the order (rfc5321-4.1.4-01)',
    script: `
      S: 220
      C: MAIL FROM:<a@c.example> SIZE=10
      S: 503 5.5.1
      C: MAIL FROM:<a@c.example> FOO=bar
      S: 503 5.5.1
      C: MAIL FROM:a
      S: 501`,
  },
  {
    name: 'arguments where there are none, unknown and unimplemented verbs, and the session lives on',
    script: `
      S: 220
      C: DATA x
      S: 501 5.5.4
      C: RSET x
      S: 501 5.5.4
      C: QUIT x
      S: 501 5.5.4
      C: XYZZY
      S: 500 5.5.2
      C: SEND FROM:<a@c.example>
      S: 502 5.5.1
      C: HELP nothing
      S: 504 5.5.4
      C: HELP mail
      S: 214 2.0.0 MAIL FROM:
      C: HELP
      S: 214
      C: NOOP whatever
      S: 250 2.0.0`,
  },
  {
    name: 'a line of exactly the limit is a command, one octet more is not (rfc5321-4.5.3.1.4-01)',
    terms: { maximumCommandLine: 512 },
    script: `
      S: 220
      C: NOOP ${'x'.repeat(505)}
      S: 250 2.0.0
      C: NOOP ${'x'.repeat(506)}
      S: 500 5.5.2
      C: NOOP
      S: 250`,
  },
  {
    name: '554 greeting: QUIT and nothing else (rfc5321-3.1-02, -03)',
    judge: refusing('connection', { code: 554, lines: ['mx.here.example not you'] }),
    script: `
      S: 554 mx.here.example
      # No answer to EHLO carries an enhanced code. rfc2034-4-02
      C: EHLO c.example
      S: 503 No
      C: RSET
      S: 503 5.5.1
      C: XYZZY
      S: 503 5.5.1
      C: NOOP ${'x'.repeat(3000)}
      S: 503 5.5.1
      C: BDAT 6
      C| QUIT\\r\\n
      S: 503 5.5.1
      C: QUIT
      S: 221
      S!`,
  },
  {
    name: '521 greeting is repeated (rfc7504-3-03)',
    judge: refusing('connection', { code: 521, lines: ['mx.here.example no mail here'] }),
    script: `
      S: 521
      C: EHLO c.example
      S: 521 This
      C: NOOP
      S: 521 5.3.2
      C: QUIT
      S: 221
      S!`,
  },
  {
    name: '421 greeting closes',
    judge: refusing('connection', { code: 421, lines: ['mx.here.example too many'] }),
    script: `
      S: 421
      S!`,
  },
  {
    name: 'VRFY, EXPN and HELP leave the transaction alone (rfc5321-4.1.1.6-01, rfc5321-4.1.1.7-01)',
    script: `
      S: 220
      C: VRFY bob
      S: 252 2.5.0
      C: VRFY
      S: 501
      ${mailToBob}
      C: EXPN list
      S: 252 2.5.0
      C: VRFY bob SMTPUTF8
      S: 252
      C: DATA
      S: 354
      C: .
      S: 250`,
  },
  {
    name: 'a ruling may end the session',
    judge: refusing('recipient', { code: 550, enhanced: '5.7.1', lines: ['enough'] }, true),
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<b@here.example>
      S: 550
      S!`,
    abandoned: 1,
  },
  {
    name: 'too many refused commands: 421 after the last one',
    terms: { maximumErrors: 2 },
    script: `
      S: 220
      C: XYZZY
      S: 500
      C: NOOP
      S: 250
      C: RCPT TO:<b@here.example>
      S: 503
      S: 421 4.7.0 mx.here.example
      S!
      C: NOOP`,
  },
  {
    name: 'an accepted message clears the errors',
    terms: { maximumErrors: 2 },
    script: `
      S: 220
      C: XYZZY
      S: 500
      ${mailToBob}
      C: DATA
      S: 354
      C: .
      S: 250
      C: XYZZY
      S: 500
      C: NOOP
      S: 250`,
  },
  {
    name: 'timeout between commands and in content (rfc5321-4.5.3.2.7-02)',
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C| half a mess
      * timeout
      S: 421 4.4.2 mx.here.example
      S!`,
    abandoned: 1,
  },
  {
    name: 'shutdown when nothing is in flight (rfc5321-3.8-03)',
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      * shutdown
      S: 421 4.3.2 mx.here.example
      S!`,
  },
  {
    name: 'shutdown lets a transaction finish',
    script: `
      S: 220
      ${mailToBob}
      * shutdown
      C: DATA
      S: 354
      C: .
      S: 250
      S: 421 4.3.2
      S!`,
    abandoned: 0,
  },
  {
    name: 'shutdown, and the client gives its transaction up',
    script: `
      S: 220
      ${mailToBob}
      * shutdown
      C: RSET
      S: 250
      S: 421 4.3.2
      S!`,
    abandoned: 1,
  },
  {
    name: 'QUIT drops the transaction (rfc5321-4.1.1.10-09)',
    script: `
      S: 220
      ${mailToBob}
      C: QUIT
      S: 221
      S!`,
    abandoned: 1,
  },
]

describe.each(feeds)('fed as %s', (feed) => {
  test.each(conversations)('$name', ({ script, terms, judge, contents, abandoned }) => {
    const played = play(script, feed, { terms, judge })
    const expected = { contents: contents ?? played.contents, abandoned: abandoned ?? played.abandoned }
    expect(played).toMatchObject({ differences: [], ...expected })
  })
})

describe('what no script shows', () => {
  test('every refused command is noted, without a word of what was typed', () => {
    const played = play(
      `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: AUTH PLAIN AGFsaWNlAGd1ZXNzZWQ=
      S: 535
      C: AGFsaWNlAGd1ZXNzZWQ=
      S: 500
      C: MAIL FROM:<bad
      S: 501`,
      'lines',
    )
    expect(played.differences).toEqual([])
    expect(played.notes).toEqual([
      {
        kind: 'note',
        event: 'command-refused',
        detail: { verb: 'AUTH', code: 535, enhanced: '5.7.8', phase: 'identified' },
      },
      {
        kind: 'note',
        event: 'command-refused',
        detail: { verb: 'unknown', code: 500, enhanced: '5.5.2', phase: 'identified' },
      },
      expect.objectContaining({ detail: expect.objectContaining({ verb: 'MAIL', code: 501 }) as unknown }),
    ])
  })

  test('withheld keywords take their commands with them (rfc5321-4.1.1.1-15)', () => {
    const script = `
      S: 220
      C: EHLO c.example
      S: 250
      C: HELP
      S: 502 5.5.1
      C: AUTH PLAIN
      S: 504 5.5.4
      C: BDAT 6 LAST
      C| NOOP\\r\\n
      S: 503`
    expect(play(script, 'lines', { terms: { withheld: ['HELP', 'CHUNKING', 'AUTH'] } }).differences).toEqual([])
  })
})
