/**
 * A little grammar of SMTP: a session that mostly makes sense, with arguments good and bad, so that the deep states are met.
 *
 * It remembers roughly where the session stands (greeted, in a transaction, with recipients) and prefers what fits there;
 * the server's answers are not looked at.
 */
import type { Script, ScriptLine } from '../../simulators/notation.ts'
import type { Chance } from '../chance.ts'
import { encoded, rubbish } from './octets.ts'

const wait: ScriptLine = { kind: 'reply', codes: 'xyz', separator: '', text: '' }

const helloNames = [
  'client.example',
  '[127.0.0.1]',
  '[IPv6:::1]',
  'x',
  '',
  '-bad-',
  'a_b.example',
  `${'a'.repeat(70)}.example`,
  'bücher.example',
]
const mailboxes = [
  'alice@here.example',
  'alice@here.example',
  'bob@here.example',
  'bob@here.example',
  'bob@here.example',
  'alice+news@here.example',
  'sales@here.example',
  'team@here.example',
  'gr\xc3\xbcn@here.example',
  'postmaster@here.example',
  'abuse@here.example',
  'nobody@here.example',
  'eve@there.example',
  'eve@backup.example',
  'eve@refusing.example',
  'eve@later.example',
  'eve@nomail.example',
  'eve@missing.example',
  '"a b"@there.example',
  '"a\\"b"@here.example',
  'eve%there.example@here.example',
  'eve@[127.0.0.1]',
  'eve@[IPv6:::1]',
  'eve@[tag:x]',
  '@relay.example:eve@there.example',
  'eve',
  'eve@',
  '@there.example',
  `${'l'.repeat(64)}@there.example`,
  `eve@${'d'.repeat(63)}.example`,
]
const mailParameters = [
  'SIZE=100',
  'SIZE=60001',
  'SIZE=x',
  'SIZE=99999999999999999999',
  'BODY=7BIT',
  'BODY=8BITMIME',
  'BODY=BINARYMIME',
  'BODY=',
  'SMTPUTF8',
  'SMTPUTF8=1',
  'AUTH=<>',
  'AUTH=e+3Dx@there.example',
  'RET=HDRS',
  'RET=FULL',
  'RET=X',
  'ENVID=id+2B1',
  'ENVID=bad+',
  'XOTHER=1',
]
const rcptParameters = [
  'NOTIFY=NEVER',
  'NOTIFY=SUCCESS,FAILURE,DELAY',
  'NOTIFY=NEVER,SUCCESS',
  'ORCPT=rfc822;eve+40there.example',
  'ORCPT=utf-8;gr\\x{FC}n@here.example',
  'ORCPT=rfc822',
  'NOTIFY=',
  'XOTHER',
]
const contents = [
  'Subject: hello\r\n\r\nbody\r\n',
  'body without a header\r\n',
  '',
  '.\r\n..\r\n.x\r\n',
  'From: a@here.example\r\n\r\nline without an end',
  'Subject: gr\xc3\xbcn\r\n\r\n\xff\xfe\r\n',
  'bare\nline\rends\r\n',
  '\0\0\0\r\n',
  `${'Received: from x by y; Mon, 1 Jan 2024 00:00:00 +0000\r\n'.repeat(101)}\r\nloop\r\n`,
  `${'x'.repeat(998)}\r\n`,
  `${'y'.repeat(6000)}\r\n`,
  `${'0123456789abcdef'.repeat(62)}\r\n`.repeat(70),
  'QUIT\r\nMAIL FROM:<alice@here.example>\r\n',
]
const services = [
  'NOOP',
  'NOOP text',
  'RSET',
  'RSET x',
  'HELP',
  'HELP MAIL',
  'HELP XYZ',
  'VRFY alice',
  'VRFY <gr\xc3\xbcn@here.example> SMTPUTF8',
  'VRFY eve@there.example',
  'EXPN team',
  'EXPN sales SMTPUTF8',
  'TURN',
  'XYZ',
  'STARTTLS x',
  'AUTH',
  'AUTH PLAIN =',
  'AUTH XOAUTH2 abc',
  'AUTH PLAIN !!!',
  'AUTH CRAM-MD5 abc',
  'VRFY',
  'BDAT',
  'BDAT -1',
  'BDAT 10 FIRST',
  'BDAT 99999999999999999999',
  'DATA x',
]
const responses = ['*', '', '=', '!!!', 'AGFsaWNlAGJhZA==', 'YWxpY2U=', 'A'.repeat(12_300), 'eCwsbj1hLHI9Yg==', '\0\0']

const line = (text: string): ScriptLine => ({ kind: 'bytes', side: 'C', bytes: encoded(`${text}\r\n`) })

class Talk {
  readonly #chance: Chance
  readonly script: ScriptLine[] = []
  #inTransaction = false
  #hasRecipients = false

  constructor(chance: Chance) {
    this.#chance = chance
  }

  #say(text: string): void {
    const odd = this.#chance.yes(0.1) ? text.toLowerCase() : text
    this.script.push(line(odd), wait)
  }

  hello(): void {
    this.#say(
      `${this.#chance.yes(0.85) ? 'EHLO' : 'HELO'} ${this.#chance.yes(0.8) ? 'client.example' : this.#chance.of(helloNames)}`,
    )
    this.#inTransaction = false
  }

  #some(list: readonly string[]): string {
    const count = this.#chance.of([0, 0, 0, 0, 0, 0, 1, 1, 2])
    return Array.from({ length: count }, () => ` ${this.#chance.of(list)}`).join('')
  }

  mail(): void {
    const path = this.#chance.yes(0.2) ? '' : this.#chance.yes(0.8) ? 'eve@there.example' : this.#chance.of(mailboxes)
    this.#say(`MAIL FROM:${this.#chance.yes(0.05) ? ' ' : ''}<${path}>${this.#some(mailParameters)}`)
    this.#inTransaction = true
    this.#hasRecipients = false
  }

  recipient(): void {
    for (let left = this.#chance.of([1, 1, 2, 3, 110]); left > 0; left -= 1) {
      this.#say(
        `RCPT TO:<${this.#chance.yes(0.05) ? 'Postmaster' : this.#chance.of(mailboxes)}>${this.#some(rcptParameters)}`,
      )
    }
    this.#hasRecipients = true
  }

  data(): void {
    this.script.push(line('DATA'), wait)
    const content = this.#chance.yes(0.1) ? rubbish(this.#chance, 3000) : encoded(this.#chance.of(contents))
    this.script.push({ kind: 'bytes', side: 'C', bytes: content })
    const end = this.#chance.of(['.', '.', '.', '.', '\r\n.', '\r\n.', '\n.', '', '.\n'])
    this.script.push(line(end), wait)
    this.#inTransaction = false
  }

  chunks(): void {
    for (let left = this.#chance.of([1, 1, 2, 5]); left > 0; left -= 1) {
      const content = this.#chance.yes(0.2) ? rubbish(this.#chance, 2000) : encoded(this.#chance.of(contents))
      const last = left === 1 && this.#chance.yes(0.9) ? ' LAST' : ''
      const size = this.#chance.yes(0.93) ? content.length : this.#chance.below(4000)
      this.script.push(
        { kind: 'bytes', side: 'C', bytes: Buffer.concat([encoded(`BDAT ${size}${last}\r\n`), content]) },
        wait,
      )
    }
    this.#inTransaction = false
  }

  authenticate(): void {
    const mechanism = this.#chance.of(['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'])
    if (this.#chance.yes(0.5)) {
      this.script.push({
        kind: 'comment',
        text: `AUTH ${mechanism} as ${this.#chance.of(['alice', 'alice', 'bob', 'nobody'])}`,
      })
      return
    }
    this.#say(`AUTH ${mechanism}`)
    for (let left = this.#chance.below(3); left >= 0; left -= 1) this.#say(this.#chance.of(responses))
  }

  startTls(): void {
    const injected = this.#chance.yes(0.2) ? 'NOOP\r\nMAIL FROM:<eve@there.example>\r\n' : ''
    this.script.push({ kind: 'bytes', side: 'C', bytes: encoded(`STARTTLS\r\n${injected}`) }, wait)
    if (this.#chance.yes(0.9)) this.script.push({ kind: 'comment', text: 'C begins TLS' })
    this.#inTransaction = false
  }

  /** Mostly what comes next in a mail transaction. */
  next(): void {
    const turn = this.#chance.below(20)
    if (turn === 0) this.hello()
    else if (turn === 1) this.startTls()
    else if (turn === 2) this.authenticate()
    else if (turn < 6) this.#say(this.#chance.of(services))
    else if (turn === 6)
      this.script.push(
        { kind: 'bytes', side: 'C', bytes: Buffer.concat([rubbish(this.#chance, 60), encoded('\r\n')]) },
        wait,
      )
    else if (!this.#inTransaction) this.mail()
    else if (!this.#hasRecipients) this.recipient()
    else if (this.#chance.yes(0.6)) this.data()
    else this.chunks()
  }
}

/** The client's words of one session, each followed by a wait for its reply. */
export const generatedWords = (chance: Chance): Script => {
  const talk = new Talk(chance)
  if (chance.yes(0.95)) talk.hello()
  for (let left = 2 + chance.below(14); left > 0; left -= 1) talk.next()
  if (chance.yes(0.5)) talk.script.push(line('QUIT'), wait)
  return talk.script
}
