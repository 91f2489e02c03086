import { describe, expect, test } from 'vitest'
import { Dialogue } from './dialogue.ts'
import type { Talk } from './dialogue.ts'
import { transact } from './mail-transaction.ts'
import type { Verdicts } from './mail-transaction.ts'
import { nothingOffered } from './offer.ts'
import type { Offer } from './offer.ts'
import { feeds, rehearse } from './fixture-rehearsal.ts'
import type { Addressee, OutgoingMail, Spelling } from './requests.ts'

const spelled = (address: string, ascii: string | undefined = address): Spelling => ({
  address,
  ...(ascii !== undefined && { ascii }),
})
/** Recipients r1, r2 … at there.example. */
const people = (count: number): readonly Addressee[] =>
  Array.from({ length: count }, (_, at) => ({ id: `r${at + 1}`, ...spelled(`r${at + 1}@there.example`) }))
const rcpts = (count: number): string =>
  people(count)
    .map(({ address }) => `C: RCPT TO:<${address}>`)
    .join('\n')
const replies = (count: number, reply: string): string => Array.from({ length: count }, () => `S: ${reply}`).join('\n')

const usual: OutgoingMail = {
  reversePath: spelled('alice@here.example'),
  size: 4,
  body: '7BIT',
  declaredEightBit: false,
  utf8Header: false,
  recipients: people(1),
}

interface Row {
  readonly name: string
  readonly offer?: Partial<Offer>
  readonly authenticated?: boolean
  readonly mail?: Partial<OutgoingMail>
  readonly content?: readonly string[]
  readonly script: string
  readonly verdicts: Readonly<Record<string, object>>
  /** The session may not go on. */
  readonly spent?: true
}

const mail = 'C: MAIL FROM:<alice@here.example>'
const taken = { kind: 'taken', reply: { code: 250 } }
const refused = (stage: string, code: number): object => ({ kind: 'refused', stage, reply: { code } })
const reset = 'C: RSET\nS: 250 reset'
const pipelining = { pipelining: true }

const rows: readonly Row[] = [
  {
    name: 'lock-step, without any extension',
    mail: { recipients: people(2) },
    content: ['hi\r\n'],
    script: `
      ${mail}
      S: 250 ok
      C: RCPT TO:<r1@there.example>
      S: 250
      C: RCPT TO:<r2@there.example>
      S: 251 will forward
      C: DATA
      S: 354-go
      S: 354 ahead
      C: hi
      C: .
      S: 250-taken
      S: 250 as 1234`,
    verdicts: { r1: { ...taken, dutyPassed: false }, r2: taken },
  },
  {
    name: 'transparency, pieces cut anywhere',
    content: ['.', '\r', '\n', '..a\r', '\n.', 'b\r\n', '.\r\n', 'x.\r\n'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: ..\nC: ...a\nC: ..b\nC: ..\nC: x.\nC: .\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'content without a last line end, and no content at all',
    content: ['no end'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: no end\nC: .\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'no content at all',
    content: [],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: .\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'unknown codes by their first digit',
    mail: { recipients: people(3) },
    content: ['hi\r\n'],
    script: `${mail}\nS: 299\nC: RCPT TO:<r1@there.example>\nS: 259 sure\nC: RCPT TO:<r2@there.example>\nS: 499\nC: RCPT TO:<r3@there.example>\nS: 599 250 ok\nC: DATA\nS: 354\nC: hi\nC: .\nS: 299 done\n`,
    verdicts: { r1: { kind: 'taken', reply: { code: 299 } }, r2: refused('RCPT', 499), r3: refused('RCPT', 599) },
  },
  {
    name: 'MAIL refused: nothing more, RSET',
    script: `${mail}\nS: 552 too large\n${reset}`,
    verdicts: { r1: refused('MAIL', 552) },
  },
  {
    name: 'all recipients refused in lock-step: no DATA',
    mail: { recipients: people(2) },
    script: `${mail}\nS: 250\nC: RCPT TO:<r1@there.example>\nS: 550\nC: RCPT TO:<r2@there.example>\nS: 450\n${reset}`,
    verdicts: { r1: refused('RCPT', 550), r2: refused('RCPT', 450) },
  },
  ...[451, 550, 503, 554].map((code) => ({
    name: `DATA refused with ${code}`,
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: ${code} no\n${reset}`,
    verdicts: { r1: refused('DATA', code) },
  })),
  ...['250 ok', '220', '355 odd'].map((reply) => ({
    name: `DATA answered ${reply}: no content without 354`,
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: ${reply}`,
    verdicts: { r1: { kind: 'breakdown', stage: 'DATA', cause: 'garbled' } },
    spent: true as const,
  })),
  ...[451, 552, 554].map((code) => ({
    name: `content refused with ${code}`,
    content: ['hi\r\n'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS: ${code} no\n${reset}`,
    verdicts: { r1: refused('content', code) },
  })),
  {
    name: 'RSET refused: the session is left',
    script: `${mail}\nS: 550\nC: RSET\nS: 500 what`,
    verdicts: { r1: refused('MAIL', 550) },
    spent: true,
  },
  {
    name: '421 to RCPT',
    mail: { recipients: people(2) },
    script: `${mail}\nS: 250\nC: RCPT TO:<r1@there.example>\nS: 421 bye`,
    verdicts: { r1: refused('RCPT', 421), r2: refused('RCPT', 421) },
    spent: true,
  },
  {
    name: '421 after an accepted recipient takes it back',
    mail: { recipients: people(2) },
    script: `${mail}\nS: 250\nC: RCPT TO:<r1@there.example>\nS: 250\nC: RCPT TO:<r2@there.example>\nS: 421 bye`,
    verdicts: { r1: refused('RCPT', 421), r2: refused('RCPT', 421) },
    spent: true,
  },
  {
    name: 'closed before the reply to the end',
    content: ['hi\r\n'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS! closes`,
    verdicts: { r1: { kind: 'breakdown', stage: 'content-end', cause: 'closed' } },
    spent: true,
  },
  {
    name: 'closed within the content, with a word before',
    content: ['hi\r\n'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nS: 552 enough`,
    verdicts: { r1: { kind: 'refused', stage: 'content', reply: { code: 552 } } },
    spent: true,
  },
  {
    name: 'silence at RCPT',
    script: `${mail}\nS: 250\n${rcpts(1)}\nS! stalls`,
    verdicts: { r1: { kind: 'breakdown', stage: 'RCPT', cause: 'timeout' } },
    spent: true,
  },
  {
    name: 'out of range at RCPT',
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 150 hm`,
    verdicts: { r1: { kind: 'breakdown', stage: 'RCPT', cause: 'garbled' } },
    spent: true,
  },
  {
    name: 'PIPELINING: one group, multi-line replies counted right, one recipient refused',
    offer: pipelining,
    mail: { recipients: people(3) },
    content: ['hi\r\n'],
    script: `${mail}\n${rcpts(3)}\nC: DATA\nS: 250-ok\nS: 250 ok\nS: 250 one\nS: 550-no\nS: 550 two\nS: 250 three\nS: 354 go\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken, r2: refused('RCPT', 550), r3: taken },
  },
  {
    name: 'PIPELINING: nobody accepted and yet 354: the lone dot',
    offer: pipelining,
    mail: { recipients: people(2) },
    content: ['secret\r\n'],
    script: `${mail}\n${rcpts(2)}\nC: DATA\nS: 250\nS: 550\nS: 450\nS: 354\nC: .\nS: 250 took nothing\n${reset}`,
    verdicts: { r1: refused('RCPT', 550), r2: refused('RCPT', 450) },
  },
  {
    name: 'PIPELINING: MAIL refused, all of the group answered',
    offer: pipelining,
    script: `${mail}\n${rcpts(1)}\nC: DATA\nS: 452\nS: 503\nS: 503\n${reset}`,
    verdicts: { r1: refused('MAIL', 452) },
  },
  {
    name: 'PIPELINING: 452 for all after the third, to be said again',
    offer: pipelining,
    mail: { recipients: people(5) },
    content: ['hi\r\n'],
    script: `${mail}\n${rcpts(5)}\nC: DATA\nS: 250\n${replies(3, '250')}\n${replies(2, '452 4.5.3 enough')}\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken, r3: taken, r4: { kind: 'too-many' }, r5: { kind: 'too-many' } },
  },
  {
    name: 'a 452 that says something else, and one between accepted ones',
    offer: pipelining,
    mail: { recipients: people(4) },
    content: ['hi\r\n'],
    script: `${mail}\n${rcpts(4)}\nC: DATA\nS: 250\nS: 250\nS: 452\nS: 250\nS: 452 4.2.2 full\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken, r2: refused('RCPT', 452), r3: taken, r4: refused('RCPT', 452) },
  },
  {
    name: '552 after many, without a status code: too many',
    offer: pipelining,
    mail: { recipients: people(12) },
    content: ['hi\r\n'],
    script: `${mail}\n${rcpts(12)}\nC: DATA\nS: 250\n${replies(11, '250')}\nS: 552 too many\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r11: taken, r12: { kind: 'too-many' } },
  },
  {
    name: '552 for the last of two without SIZE: too many',
    offer: pipelining,
    mail: { recipients: people(2) },
    content: ['hi\r\n'],
    script: `${mail}\n${rcpts(2)}\nC: DATA\nS: 250\nS: 250\nS: 552 too many\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken, r2: { kind: 'too-many' } },
  },
  {
    name: "552 for one of two with SIZE: that recipient's own limit",
    offer: { pipelining: true, size: true },
    mail: { recipients: people(2) },
    content: ['hi\r\n'],
    script: `${mail} SIZE=4\n${rcpts(2)}\nC: DATA\nS: 250\nS: 250\nS: 552 too large for you\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken, r2: refused('RCPT', 552) },
  },
  {
    name: '452 for the first is no full transaction',
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 452\n${reset}`,
    verdicts: { r1: refused('RCPT', 452) },
  },
  {
    name: 'CHUNKING: BDAT in chunks, the next one after the reply, dots left alone',
    offer: { chunking: true, pipelining: true },
    mail: { size: 8 },
    content: ['.a\r\n', '.b\r\n'],
    script: `${mail}\n${rcpts(1)}\nS: 250\nS: 250\nC: BDAT 4\nC: .a\nS: 250 4 octets\nC: BDAT 4 LAST\nC: .b\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'CHUNKING: no chunk after a refused one, RSET',
    offer: { chunking: true },
    mail: { size: 8 },
    content: ['.a\r\n', '.b\r\n'],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: BDAT 4\nC: .a\nS: 552 no\n${reset}`,
    verdicts: { r1: refused('content', 552) },
  },
  {
    name: 'CHUNKING: an empty message',
    offer: { chunking: true },
    mail: { size: 0 },
    content: [],
    script: `${mail}\nS: 250\n${rcpts(1)}\nS: 250\nC: BDAT 0 LAST\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'SIZE, BODY, DSN and AUTH parameters, where offered',
    offer: { size: true, eightBit: true, dsn: true, mechanisms: ['PLAIN'] },
    authenticated: true,
    mail: {
      body: '8BITMIME',
      return: 'HDRS',
      envelopeId: 'a+b=c',
      recipients: [
        { id: 'r1', ...spelled('Bob@There.example'), notify: 'never' },
        {
          id: 'r2',
          ...spelled('"c d"@there.example'),
          notify: ['success', 'delay'],
          originalRecipient: { type: 'rfc822', address: 'Carol+x@there.example' },
        },
      ],
    },
    content: ['\xe9\r\n'],
    script: `
      C: MAIL FROM:<alice@here.example> SIZE=4 BODY=8BITMIME RET=HDRS ENVID=a+2Bb+3Dc AUTH=<>
      S: 250
      C: RCPT TO:<Bob@There.example> NOTIFY=NEVER
      S: 250
      C: RCPT TO:<"c d"@there.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Carol+2Bx@there.example
      S: 250
      C: DATA
      S: 354
      C| \\xe9\\r\\n.\\r\\n
      S: 250`,
    verdicts: { r1: { ...taken, dutyPassed: true }, r2: taken },
  },
  {
    name: 'none of them where not offered',
    mail: {
      reversePath: spelled(''),
      declaredEightBit: true,
      return: 'FULL',
      envelopeId: 'x',
      submitter: 'alice@here.example',
      recipients: [{ id: 'r1', ...spelled('bob@there.example'), notify: ['failure'] }],
    },
    content: ['hi\r\n'],
    script: `C: MAIL FROM:<>\nS: 250\nC: RCPT TO:<bob@there.example>\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: { ...taken, dutyPassed: false } },
  },
  {
    name: 'a trusted submitter is passed on to who knows AUTH; <> only to whom we have authenticated',
    offer: { mechanisms: ['PLAIN'] },
    mail: { submitter: 'alice+x@here.example' },
    content: ['hi\r\n'],
    script: `${mail} AUTH=alice+2Bx@here.example\nS: 250\n${rcpts(1)}\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken },
  },
  ...(['8BITMIME', 'BINARYMIME'] as const).map((body) => ({
    name: `${body} content to who does not offer it: not a word`,
    mail: { body },
    script: '',
    verdicts: { r1: { kind: 'unsuited', lacks: body } },
  })),
  {
    name: 'binary content by BDAT with BODY=BINARYMIME',
    offer: { chunking: true, binary: true, eightBit: true },
    mail: { body: 'BINARYMIME', size: 3 },
    content: ['\0\n\r'],
    script: `${mail} BODY=BINARYMIME\nS: 250\n${rcpts(1)}\nS: 250\nC| BDAT 3 LAST\\r\\n\\x00\\n\\r\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'larger than the limit: not a word',
    offer: { size: true, maximumSize: 3 },
    script: '',
    verdicts: { r1: { kind: 'unsuited', lacks: 'SIZE' } },
  },
  {
    name: 'SMTPUTF8 for those who need it',
    offer: { utf8: true },
    mail: { recipients: [{ id: 'r1', address: 'jörg@müller.example' }] },
    content: ['hi\r\n'],
    script: `${mail} SMTPUTF8\nS: 250\nC: RCPT TO:<jörg@müller.example>\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: taken },
  },
  {
    name: 'without SMTPUTF8 A-labels go and UTF-8 local-parts do not',
    mail: {
      recipients: [
        { id: 'r1', address: 'jörg@müller.example' },
        { id: 'r2', ...spelled('jo@müller.example', 'jo@xn--mller-kva.example') },
      ],
    },
    content: ['hi\r\n'],
    script: `${mail}\nS: 250\nC: RCPT TO:<jo@xn--mller-kva.example>\nS: 250\nC: DATA\nS: 354\nC: hi\nC: .\nS: 250`,
    verdicts: { r1: { kind: 'unsuited', lacks: 'SMTPUTF8' }, r2: taken },
  },
  {
    name: 'a UTF-8 header field to who does not offer SMTPUTF8',
    offer: { eightBit: true },
    mail: { utf8Header: true, body: '8BITMIME' },
    script: '',
    verdicts: { r1: { kind: 'unsuited', lacks: 'SMTPUTF8' } },
  },
]

const longAddress = (at: number): string => `${String(at).padStart(100, 'x')}@there.example`

describe.each(feeds)('a mail transaction, replies fed as %s', (feed) => {
  test.each(rows)('$name', ({ offer, authenticated = false, mail: facts, content, script, verdicts, spent }) => {
    const dialogue = new Dialogue()
    const footing = { offer: { ...nothingOffered, ...offer }, authenticated, verb: 'EHLO' } as const
    const talk: Talk<Verdicts> = transact(dialogue, footing, { ...usual, ...facts })
    const result = Object.fromEntries(rehearse(script, feed, talk, { content: content ?? [] }))
    expect(result).toMatchObject(verdicts)
    expect(Object.keys(result).sort()).toEqual((facts?.recipients ?? usual.recipients).map(({ id }) => id).sort())
    expect(dialogue.spent).toBe(spent ?? false)
  })

  test('a long list of recipients goes in groups that fit the window', () => {
    const recipients = Array.from({ length: 100 }, (_, at) => ({ id: String(at), ...spelled(longAddress(at)) }))
    const said: number[] = []
    const talk = transact(
      new Dialogue(),
      { offer: { ...nothingOffered, ...pipelining }, authenticated: false, verb: 'EHLO' },
      { ...usual, recipients },
    )
    // Answers one command each time the client listens, and measures what is under way then
    let waiting = 0
    let step = talk.next()
    while (step.done !== true) {
      const { value: act } = step
      if (act.act === 'send') {
        waiting += act.bytes.length
        step = talk.next({ event: 'done' })
      } else if (act.act === 'listen') {
        said.push(waiting)
        waiting -= said.length === 1 ? mail.length - 3 : 120
        const code = act.stage === 'DATA' ? '554' : '250'
        step = talk.next({ event: 'bytes', bytes: new TextEncoder().encode(`${code} ok\r\n`) })
      } else throw new Error(act.act)
    }
    expect(Math.max(...said)).toBeLessThan(9000)
    expect(step.value.get('99')).toMatchObject(refused('DATA', 554))
  })
})
