import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Conversation } from '../conversation.ts'
import type { OpeningTerms } from '../conversation.ts'
import { Dialogue } from './dialogue.ts'
import type { Talk } from './dialogue.ts'
import { feeds, rehearse } from './fixture-rehearsal.ts'
import { transact } from './mail-transaction.ts'
import type { Verdicts } from './mail-transaction.ts'
import { nothingOffered } from './offer.ts'
import type { Offer } from './offer.ts'
import type { Addressee, OutgoingMail } from './requests.ts'

const terms: OpeningTerms = { name: 'mail.here.example', verb: 'LHLO', tls: 'never' }

function* openAndQuit(): Talk<object> {
  const conversation = new Conversation()
  const opened = yield* conversation.open(terms)
  yield* conversation.quit()
  return opened
}

describe.each(feeds)('an LMTP session is opened by LHLO alone, replies fed as %s', (feed) => {
  test.each([
    {
      name: 'LHLO is EHLO under another name',
      script: 'S: 250-imap\nS: 250-PIPELINING\nS: 250 SIZE 1000\nC: QUIT\nS: 221',
      comesTo: { kind: 'open', verb: 'LHLO', offer: { pipelining: true, maximumSize: 1000 } },
    },
    {
      name: 'TLS is offered and not wanted',
      script: 'S: 250-imap\nS: 250 STARTTLS\nC: QUIT\nS: 221',
      comesTo: { kind: 'open', secure: false },
    },
    {
      name: 'who does not know it is not greeted otherwise',
      script: 'S: 500 5.5.1 what\nC: QUIT\nS: 221',
      comesTo: { kind: 'refused', stage: 'LHLO', reply: { code: 500 } },
    },
    {
      name: 'nor who hangs up on it',
      script: 'S! closes',
      comesTo: { kind: 'breakdown', stage: 'LHLO', cause: 'closed' },
    },
  ])('$name', ({ script, comesTo }) => {
    const whole = `S: 220 imap LMTP\nC: LHLO mail.here.example\n${script}`
    expect(rehearse(whole, feed, openAndQuit())).toMatchObject(comesTo)
  })
})

/** Recipients r1, r2 … at here.example. */
const people = (count: number): readonly Addressee[] =>
  Array.from({ length: count }, (_, at) => {
    const address = `r${at + 1}@here.example`
    return { id: `r${at + 1}`, address, ascii: address }
  })
const mailTo = (recipients: readonly Addressee[], size = 4): OutgoingMail => ({
  reversePath: { address: 'bob@there.example', ascii: 'bob@there.example' },
  size,
  body: '7BIT',
  declaredEightBit: false,
  utf8Header: false,
  recipients,
})

const mail = 'C: MAIL FROM:<bob@there.example>'
const rcpts = (count: number): string =>
  people(count)
    .map(({ address }) => `C: RCPT TO:<${address}>`)
    .join('\n')
/** MAIL, RCPT and DATA in one group, all of it accepted, and the content. */
const asked = (count: number): string =>
  `${mail}\n${rcpts(count)}\nC: DATA\n${'S: 250\n'.repeat(count + 1)}S: 354\nC: hi\nC: .\n`
const taken = { kind: 'taken', reply: { code: 250 } }
const refused = (stage: string, code: number): object => ({ kind: 'refused', stage, reply: { code } })
const broken = (cause: string): object => ({ kind: 'breakdown', stage: 'content-end', cause })

interface Row {
  readonly name: string
  readonly offer?: Partial<Offer>
  readonly recipients?: readonly Addressee[]
  readonly content?: readonly string[]
  readonly script: string
  readonly verdicts: Readonly<Record<string, object>>
  /** The session may not go on. */
  readonly spent?: true
}

const rows: readonly Row[] = [
  {
    name: 'a reply for each recipient, each told before the next one is waited for',
    script: `${asked(3)}S: 250\n! told r1\nS: 452 4.2.2 full\n! told r2\nS: 550 5.2.1 closed\n! told r3`,
    verdicts: { r1: taken, r2: refused('content', 452), r3: refused('content', 550) },
  },
  {
    name: 'only those who were accepted have one',
    script: `
      ${mail}\n${rcpts(3)}\nC: DATA
      S: 250\nS: 250\nS: 550 5.1.1 nobody\nS: 250\nS: 354
      C: hi\nC: .
      S: 452\n! told r1\nS: 250\n! told r3`,
    verdicts: { r1: refused('content', 452), r2: refused('RCPT', 550), r3: taken },
  },
  {
    name: 'a reply of several lines is one reply',
    script: `${asked(2)}S: 250-taken\nS: 250-and kept\nS: 250 for r1\n! told r1\nS: 452-full\nS: 452 now\n! told r2`,
    verdicts: { r1: { kind: 'taken', reply: { lines: ['taken', 'and kept', 'for r1'] } }, r2: refused('content', 452) },
  },
  {
    name: 'the same forward-path twice has two replies',
    recipients: [
      { id: 'r1', address: 'r@here.example', ascii: 'r@here.example' },
      { id: 'r2', address: 'r@here.example', ascii: 'r@here.example' },
    ],
    script: `
      ${mail}\nC: RCPT TO:<r@here.example>\nC: RCPT TO:<r@here.example>\nC: DATA
      S: 250\nS: 250\nS: 250\nS: 354
      C: hi\nC: .
      S: 250\n! told r1\nS: 452\n! told r2`,
    verdicts: { r1: taken, r2: refused('content', 452) },
  },
  {
    name: 'nobody had it: RSET, and the session goes on',
    script: `${asked(2)}S: 452\n! told r1\nS: 550\n! told r2\nC: RSET\nS: 250`,
    verdicts: { r1: refused('content', 452), r2: refused('content', 550) },
  },
  {
    name: 'BDAT LAST has a reply for each recipient, the chunks before it one',
    offer: { chunking: true },
    content: ['hi', '\r\n'],
    script: `
      ${mail}\n${rcpts(2)}\nS: 250\nS: 250\nS: 250
      C: BDAT 2\nC| hi
      S: 250
      C: BDAT 2 LAST\nC| \\r\\n
      S: 250\n! told r1\nS: 452\n! told r2`,
    verdicts: { r1: taken, r2: refused('content', 452) },
  },
  {
    name: 'a chunk that is refused is refused for all, and no further reply is waited for',
    offer: { chunking: true },
    content: ['hi', '\r\n'],
    script: `${mail}\n${rcpts(2)}\nS: 250\nS: 250\nS: 250\nC: BDAT 2\nC| hi\nS: 552 5.3.4 big\nC: RSET\nS: 250`,
    verdicts: { r1: refused('content', 552), r2: refused('content', 552) },
  },
  {
    name: 'closed after the first of three',
    script: `${asked(3)}S: 250\n! told r1\nS! closes\n! told r2\n! told r3`,
    verdicts: { r1: taken, r2: broken('closed'), r3: broken('closed') },
    spent: true,
  },
  {
    name: 'silent in the middle of the second reply',
    script: `${asked(3)}S: 250\n! told r1\nS| 250-and\nS! stalls\n! told r2\n! told r3`,
    verdicts: { r1: taken, r2: broken('timeout'), r3: broken('timeout') },
    spent: true,
  },
  {
    name: '421 speaks for one recipient; what follows is still heard',
    script: `${asked(3)}S: 250\n! told r1\nS: 421 going\n! told r2\nS: 250\n! told r3`,
    verdicts: { r1: taken, r2: refused('content', 421), r3: taken },
    spent: true,
  },
  {
    name: 'what is no reply breaks the session for those who are left',
    script: `${asked(3)}S: 250\n! told r1\nS: 354 more\n! told r2\n! told r3`,
    verdicts: { r1: taken, r2: broken('garbled'), r3: broken('garbled') },
    spent: true,
  },
  {
    name: 'nobody was accepted and DATA is 503: there is no content and no reply to it',
    script: `${mail}\n${rcpts(2)}\nC: DATA\nS: 250\nS: 550\nS: 452\nS: 503\nC: RSET\nS: 250`,
    verdicts: { r1: refused('RCPT', 550), r2: refused('RCPT', 452) },
  },
  {
    name: 'nobody was accepted and 354 comes all the same: the dot, and no further transaction',
    script: `${mail}\n${rcpts(1)}\nC: DATA\nS: 250\nS: 550\nS: 354\nC: .`,
    verdicts: { r1: refused('RCPT', 550) },
    spent: true,
  },
]

const transaction = (dialogue: Dialogue, offer: Partial<Offer>, message: OutgoingMail): Talk<Verdicts> =>
  transact(dialogue, { offer: { ...nothingOffered, ...offer }, authenticated: false, verb: 'LHLO' }, message)

describe.each(feeds)('an LMTP transaction, replies fed as %s', (feed) => {
  test.each(rows)('$name', ({ offer, recipients, content = ['hi\r\n'], script, verdicts, spent }) => {
    const dialogue = new Dialogue()
    const message = mailTo(recipients ?? people(Object.keys(verdicts).length))
    const talk = transaction(dialogue, { pipelining: true, ...offer }, message)
    const result = Object.fromEntries(rehearse(script, feed, talk, { content }))
    expect(result).toMatchObject(verdicts)
    expect(Object.keys(result).toSorted()).toEqual(message.recipients.map(({ id }) => id).toSorted())
    expect(dialogue.spent).toBe(spent ?? false)
  })

  test('whoever is accepted and answered has that answer, and all others a breakdown', () => {
    const code = fc.constantFrom(250, 452, 550)
    const answers = fc.array(fc.record({ toRcpt: fc.constantFrom(250, 550), toEnd: code }), {
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(answers, fc.nat(9), (all, heard) => {
        const accepted = all.flatMap(({ toRcpt, toEnd }, at) => (toRcpt === 250 ? [{ id: `r${at + 1}`, toEnd }] : []))
        fc.pre(heard < accepted.length)
        const script = [
          mail,
          rcpts(all.length),
          'C: DATA',
          'S: 250',
          ...all.map(({ toRcpt }) => `S: ${toRcpt}`),
          'S: 354',
          'C: hi',
          'C: .',
          ...accepted.slice(0, heard).flatMap(({ id, toEnd }) => [`S: ${toEnd}`, `! told ${id}`]),
          'S! closes',
          ...accepted.slice(heard).map(({ id }) => `! told ${id}`),
        ]
        const talk = transaction(new Dialogue(), { pipelining: true }, mailTo(people(all.length)))
        const verdicts = rehearse(script.join('\n'), feed, talk, { content: ['hi\r\n'] })
        const expected = all.map(({ toRcpt, toEnd }, at) => {
          if (toRcpt !== 250) return 'refused'
          if (accepted.findIndex(({ id }) => id === `r${at + 1}`) >= heard) return 'breakdown'
          return toEnd === 250 ? 'taken' : 'refused'
        })
        expect(all.map((_, at) => verdicts.get(`r${at + 1}`)?.kind)).toEqual(expected)
      }),
    )
  })
})
