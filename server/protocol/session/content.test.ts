import { describe, expect, test } from 'vitest'
import { feeds, mailToBob, play, refusing, type Conversation } from './fixture-player.ts'

const start = `
  S: 220${mailToBob}`

const noRoom = refusing('content', { code: 452, enhanced: '4.3.1', lines: ['full'] })

const cases: readonly Conversation[] = [
  {
    name: 'chunks are put together, dots and line ends mean nothing (rfc3030-2-06, -18, -19)',
    script: `${start}
      C: BDAT 5
      C| a\\r\\n.\\r
      S: 250 2.0.0
      C: BDAT 4 last
      C| \\n\\n..
      S: 250 2.0.0
      C: QUIT
      S: 221
      S!`,
    contents: ['a\r\n.\r\n\n..'],
    abandoned: 0,
  },
  {
    name: 'an empty last chunk, and an empty message (rfc3030-2-07)',
    script: `${start}
      C: BDAT 1
      C| x
      S: 250
      C: BDAT 0 LAST
      S: 250
      C: MAIL FROM:<>
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: BDAT 0 LAST
      S: 250`,
    contents: ['x', ''],
    abandoned: 0,
  },
  {
    name: 'after LAST a chunk is out of order, and its octets are swallowed (rfc3030-2-08)',
    script: `${start}
      C: BDAT 1 LAST
      C| x
      S: 250
      C: BDAT 6 LAST
      C| QUIT\\r\\n
      S: 503 5.5.1
      C: NOOP
      S: 250`,
    contents: ['x'],
  },
  {
    name: 'before EHLO and before MAIL (rfc3030-2-10)',
    script: `
      S: 220
      C: BDAT 6
      C| QUIT\\r\\n
      S: 503 5.5.1
      C: EHLO c.example
      S: 250 HELP
      C: BDAT 6 LAST
      C| QUIT\\r\\n
      S: 503 5.5.1
      C: MAIL FROM:<a@c.example>
      S: 250`,
    contents: [],
    abandoned: 0,
  },
  {
    name: 'before RCPT: the transaction is spoilt until RSET, so no part of a message passes for the whole (rfc3030-2-13)',
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 250
      C: BDAT 6
      C| first\\n
      S: 503 5.5.1
      C: RCPT TO:<b@here.example>
      S: 503
      C: BDAT 6 LAST
      C| secnd\\n
      S: 503
      C: MAIL FROM:<a@c.example>
      S: 503
      C: RSET
      S: 250
      C: MAIL FROM:<a@c.example>
      S: 250`,
    contents: [],
    abandoned: 1,
  },
  {
    name: 'too many octets: 552 to that chunk, 503 to those in the pipeline (rfc3030-2-12, -23)',
    terms: { maximumMessageSize: 10 },
    script: `${start}
      C: BDAT 6
      C| 123456
      S: 250
      C: BDAT 6
      C| QUIT\\r\\n
      S: 552 5.3.4
      C: BDAT 6 LAST
      C| QUIT\\r\\n
      S: 503 5.5.1
      C: MAIL FROM:<a@c.example>
      S: 503 5.5.1
      C: RSET
      S: 250
      C: DATA
      S: 503`,
    abandoned: 1,
  },
  {
    name: 'too many octets in the last chunk end the transaction',
    terms: { maximumMessageSize: 10 },
    script: `${start}
      C: BDAT 11 LAST
      C| QUIT\\r\\nQUIT\\r
      S: 552 5.3.4
      C: MAIL FROM:<a@c.example>
      S: 250`,
    abandoned: 1,
  },
  {
    name: 'exactly the limit',
    terms: { maximumMessageSize: 10 },
    script: `${start}
      C: BDAT 4
      C| 1234
      S: 250
      C: BDAT 6 LAST
      C| 567890
      S: 250`,
    contents: ['1234567890'],
  },
  {
    name: 'no container: told after the octets (rfc3030-2-10)',
    judge: noRoom,
    script: `${start}
      C: BDAT 6
      C| QUIT\\r\\n
      S: 452 4.3.1
      C: BDAT 6 LAST
      C| QUIT\\r\\n
      S: 503
      C: RSET
      S: 250`,
    contents: [],
    abandoned: 1,
  },
  {
    name: 'DATA and BDAT do not mix in a transaction (rfc3030-2-15), but do in a session (rfc3030-2-16)',
    script: `${start}
      C: BDAT 1
      C| x
      S: 250
      C: DATA
      S: 503 5.5.1
      C: RCPT TO:<c@here.example>
      S: 503
      C: BDAT 1 LAST
      C| y
      S: 250
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: DATA
      S: 354
      C| z\\r\\n.\\r\\n
      S: 250`,
    contents: ['xy', 'z\r\n'],
    abandoned: 0,
  },
  {
    name: 'RSET and EHLO drop the chunks (rfc3030-2-14)',
    script: `${start}
      C: BDAT 1
      C| x
      S: 250
      C: RSET
      S: 250
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: BDAT 1 LAST
      C| y
      S: 250`,
    contents: ['x', 'y'],
    abandoned: 1,
  },
  {
    name: 'BINARYMIME needs BDAT (rfc3030-3-04) and keeps every octet (rfc3030-3-03)',
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example> BODY=BINARYMIME
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: DATA
      S: 503 5.5.1
      C: BDAT 7 LAST
      C| \\0\\n\\r\\xff\\r\\n.
      S: 250`,
    contents: ['\0\n\r\u00FF\r\n.'],
  },
  {
    name: 'undeclared binary is accepted: nothing in a chunk is a line (rfc3030-3-10)',
    terms: { maximumMessageSize: 0, maximumTextLine: 1000 },
    script: `${start}
      C: BDAT 1203 LAST
      C| \\0\\n\\r${'x'.repeat(1200)}
      S: 250`,
  },
  {
    name: 'bad syntax: 501, and the message that misses a chunk cannot be ended (rfc3030-2-02)',
    script: `${start}
      C: BDAT 1
      C| x
      S: 250
      C: BDAT
      S: 501
      C: BDAT -1
      S: 501
      C: BDAT 5 FOO
      S: 501
      C: BDAT 0 LAST
      S: 503
      C: RSET
      S: 250`,
    abandoned: 1,
  },
  {
    name: 'surplus octets are commands, whatever they are (rfc3030-2-20)',
    script: `${start}
      C: BDAT 1 LAST
      C| xyz\\xff\\0\\r\\n
      S: 250
      S: 500
      C: NOOP
      S: 250`,
  },
  {
    name: 'the client goes away between chunks',
    script: `${start}
      C: BDAT 1
      C| x
      S: 250
      C: BDAT 2 LAST
      C| y
      C!`,
    abandoned: 1,
  },
]

describe.each(feeds)('BDAT fed as %s', (feed) => {
  test.each(cases)('$name', ({ script, terms, judge, contents, abandoned }) => {
    const played = play(script, feed, { terms, judge })
    const expected = { contents: contents ?? played.contents, abandoned: abandoned ?? played.abandoned }
    expect(played).toMatchObject({ differences: [], ...expected })
  })
})

test('acceptance learns what the chunks held', () => {
  const played = play(`${start}\nC: BDAT 3 LAST\nC| \\0\\xff\\n\nS: 250`, 'lines')
  expect(played.questions.at(-1)).toMatchObject({
    ask: 'acceptance',
    content: { by: 'BDAT', octets: 3, has8bit: true, hasNul: true },
  })
})
