import { describe, expect, test } from 'vitest'
import { feeds, mailToBob, play, refusing, type Conversation, type Judge } from './fixture-player.ts'

/** Refuses recipients whose local part begins with `un`. */
const unknownUsers: Judge = (question) =>
  question.ask === 'recipient' && JSON.stringify(question.forwardPath).includes('"un')
    ? { kind: 'refused', reply: { code: 550, enhanced: '5.1.1', lines: ['no such user'] } }
    : undefined

const conversations: readonly Conversation[] = [
  {
    name: 'a whole transaction, twice, and QUIT',
    script: `
      S: 220 mx.here.example
      ${mailToBob}
      C: DATA
      S: 354
      C| Subject: x\\r\\n\\r\\n..dots\\r\\nQUIT\\r\\n.\\r\\n
      S: 250 2.0.0
      C: RCPT TO:<b@here.example>
      S: 503 5.5.1
      C: mail from:<> size=10 body=8bitmime
      S: 250 2.1.0
      C: rcpt to:<Postmaster>
      S: 250 2.1.5
      C: data
      S: 354
      C: .
      S: 250 2.0.0
      C: QUIT
      S: 221 2.0.0 mx.here.example
      S!`,
    contents: ['Subject: x\r\n\r\n.dots\r\nQUIT\r\n', ''],
    abandoned: 0,
  },
  {
    name: 'RCPT is answered one by one, and DATA goes with what is left (rfc5321-3.3-04)',
    judge: unknownUsers,
    script: `
      S: 220
      ${mailToBob}
      C: RCPT TO:<unknown@here.example>
      S: 550 5.1.1
      C: RCPT TO:<c@here.example>
      S: 250 2.1.5
      C: DATA
      S: 354
      C: .
      S: 250 2.0.0`,
  },
  {
    name: 'no valid recipients: no 354, and the next lines are commands (rfc2920-3.2-03)',
    judge: unknownUsers,
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<unknown@here.example>
      S: 550 5.1.1
      C: DATA
      S: 554 5.5.1
      C: .
      S: 500 5.5.2
      C: RSET
      S: 250 2.0.0`,
    contents: [],
    abandoned: 1,
  },
  {
    name: 'nested MAIL leaves the first transaction alone (rfc5321-4.1.4-10)',
    script: `
      S: 220
      ${mailToBob}
      C: MAIL FROM:<other@c.example>
      S: 503 5.5.1
      C: DATA
      S: 354
      C: .
      S: 250`,
    abandoned: 0,
  },
  {
    name: 'too many recipients: 452, and those accepted stay (rfc5321-4.5.3.1.10-02)',
    terms: { maximumRecipients: 1, maximumErrors: 1 },
    script: `
      S: 220
      ${mailToBob}
      C: RCPT TO:<c@here.example>
      S: 452 4.5.3
      C: RCPT TO:<d@here.example>
      S: 452 4.5.3
      C: DATA
      S: 354
      C: .
      S: 250`,
  },
  {
    name: 'SIZE over the limit at MAIL, content over it at the end of data (rfc1870-6.1-01, rfc1870-4-01)',
    terms: { maximumMessageSize: 20 },
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example> SIZE=21
      S: 552 5.3.4
      C: MAIL FROM:<a@c.example> SIZE=20
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: DATA
      S: 354
      C| ..234567890123456\\r\\nxx\\r\\n.\\r\\n
      S: 552 5.3.4
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<b@here.example>
      S: 250
      C: DATA
      S: 354
      C| ...3456789012345\\r\\nx\\r\\n.\\r\\n
      S: 250`,
    abandoned: 1,
  },
  {
    name: 'SMTPUTF8 on MAIL holds for the RCPTs of its transaction (rfc6531-3.4-03)',
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example>
      S: 250
      C: RCPT TO:<bøb@here.example>
      S: 553 5.6.7
      C: RSET
      S: 250
      C: MAIL FROM:<å@c.example> SMTPUTF8
      S: 250
      C: RCPT TO:<bøb@here.example>
      S: 250`,
  },
  {
    name: 'no limit of size: any SIZE will do (rfc1870-3-02)',
    terms: { maximumMessageSize: 0 },
    script: `
      S: 220
      C: EHLO c.example
      S: 250 HELP
      C: MAIL FROM:<a@c.example> SIZE=99999999999999999999
      S: 250`,
  },
  {
    name: 'bare line ends are read over and refused at the true end (rfc5321-4.1.1.4-09, -10)',
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C| x\\n.\\nMAIL FROM:<m@c.example>\\r\\n.\\nRCPT TO:<b@here.example>\\n.\\r\\nDATA\\r.\\r\\r\\n.\\rx\\r\\n.\\r\\n
      S: 554 5.6.0
      C: RCPT TO:<b@here.example>
      S: 503`,
    abandoned: 1,
  },
  {
    name: 'bare line ends are kept where the installation says so',
    terms: { bareLineEnds: 'keep' },
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C| x\\n.\\ny\\r\\n.\\r\\n
      S: 250`,
    contents: ['x\n.\ny\r\n'],
  },
  {
    name: 'a text line over the limit is refused at the end; 8-bit and NUL are kept (rfc5321-4.5.3.1.6-04, rfc5321-2.4-10)',
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C| .${'x'.repeat(499)}${'y'.repeat(500)}\\r\\n.\\r\\n
      S: 552
      ${mailToBob.replace(/.*EHLO.*\n.*HELP\n/u, '')}
      C: DATA
      S: 354
      C| \\xe9\\0\\t \\r\\n.\\r\\n
      S: 250`,
    abandoned: 1,
    terms: { maximumMessageSize: 0, maximumTextLine: 1000 },
  },
  {
    name: 'acceptance refused: its reply is said, and the buffers are empty (rfc5321-4.1.1.4-13)',
    judge: refusing('acceptance', { code: 451, enhanced: '4.3.0', lines: ['later'] }),
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C: .
      S: 451 4.3.0
      C: DATA
      S: 503`,
    abandoned: 0,
  },
  {
    name: 'no container for DATA: no 354, the transaction stays',
    judge: refusing('content', { code: 452, enhanced: '4.3.1', lines: ['full'] }),
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 452 4.3.1
      C: RCPT TO:<c@here.example>
      S: 250`,
    abandoned: 0,
  },
  {
    name: 'half a message is nobody’s (rfc5321-4.1.1.10-05)',
    script: `
      S: 220
      ${mailToBob}
      C: DATA
      S: 354
      C| half\\r\\n.
      C!`,
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

test('the transaction that acceptance sees is what MAIL and RCPT said', () => {
  const played = play(`S: 220\n${mailToBob}\nC: DATA\nS: 354\nC: hi\nC: .\nS: 250`, 'lines')
  const asked = played.questions.find((question) => question.ask === 'acceptance')
  expect(asked).toMatchObject({
    transaction: {
      reversePath: { mailbox: { text: 'a@c.example' } },
      recipients: [{ forwardPath: { mailbox: { text: 'b@here.example' } } }],
    },
    content: { by: 'DATA', octets: 4, bareLineEnds: false },
  })
  expect(played.state.transaction).toBeUndefined()
})
