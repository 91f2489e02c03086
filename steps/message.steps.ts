/**
 * Messages at the door: who sends what to whom, and whether the server takes it.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { home } from '../cli/home.ts'
import { unescapeBytes } from '../simulators/notation.ts'
import { fateOf, plainMessage } from './letters.ts'
import type { Letter } from './letters.ts'
import type { RefusalClass, Sender } from './vocabulary.ts'
import type { MailWorld } from './world.ts'

/** A message of `fixtures/messages`, with `{token}` replaced so that it is recognised when it arrives. */
const fixture = async (name: string): Promise<(token: string) => Uint8Array> => {
  const bytes = await readFile(home(`fixtures/messages/${name}.eml`))
  return (token) => Buffer.from(bytes.toString('latin1').replaceAll('{token}', token), 'latin1')
}

/** Every message has them (RFC 5322 §3.6): without, a server of our own users would add them, and rightly so. */
const originationOf = ({ mailbox }: { readonly mailbox: string }): string =>
  `From: <${mailbox}>\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\n`

const describe = (letter: Letter): string => {
  const { accepted, refused } = letter.result
  const told = refused.map(({ recipient, code, text, stage }) => `${recipient ?? 'all'} at ${stage}: ${code} ${text}`)
  return `accepted: ${accepted.join(', ') || 'nobody'}; refused: ${told.join('; ') || 'nobody'}`
}

When(
  '{sender} sends a message to {mailboxes}',
  async function (this: MailWorld, sender: Sender, to: readonly string[]) {
    const person = this.sender(sender)
    await this.send(person, person.mailbox, to)
  },
)

When(
  '{sender} sends a message from {path} to {mailboxes}',
  async function (this: MailWorld, sender: Sender, from: string, to: readonly string[]) {
    await this.send(this.sender(sender), from, to)
  },
)

When(
  '{sender} sends the message {string} to {mailboxes}',
  async function (this: MailWorld, sender: Sender, name: string, to: readonly string[]) {
    const person = this.sender(sender)
    const smtputf8 = name.includes('international')
    await this.send(person, person.mailbox, to, { content: await fixture(name), ...(smtputf8 && { smtputf8 }) })
  },
)

/** Rows: from, message (a fixture), and the parameters notify, ret, envid, orcpt (not encoded yet). */
When(
  '{sender} sends a message to {mailboxes} with:',
  async function (this: MailWorld, sender: Sender, to: readonly string[], table: DataTable) {
    const person = this.sender(sender)
    const { from, message, ...dsn } = table.rowsHash()
    const content = message === undefined ? {} : { content: await fixture(message) }
    await this.send(person, from ?? person.mailbox, to, { dsn, ...content })
  },
)

/** Content as it is written, lines ended with CRLF; `{token}` stands for what the message is recognised by. */
When(
  '{sender} sends to {mailboxes}:',
  async function (this: MailWorld, sender: Sender, to: readonly string[], text: string) {
    const person = this.sender(sender)
    const content = (token: string): Uint8Array =>
      unescapeBytes(
        `${this.fillIn(text)
          .replaceAll('{token}', token)
          .replaceAll('\n', String.raw`\r\n`)}${String.raw`\r\n`}`,
      )
    await this.send(person, person.mailbox, to, { content })
  },
)

When(
  '{sender} sends a message of {int} octets to {mailboxes}',
  async function (this: MailWorld, sender: Sender, octets: number, to: readonly string[]) {
    const person = this.sender(sender)
    const line = `${'x'.repeat(70)}\r\n`
    const content = (token: string): Uint8Array => {
      const head = `${originationOf(person)}Subject: ${token}\r\nMessage-ID: <${token}@here.example>\r\n\r\n`
      const body = line.repeat(Math.ceil(octets / line.length)).slice(0, Math.max(0, octets - head.length - 2))
      return Buffer.from(`${head}${body.replace(/\r$/, 'x')}\r\n`)
    }
    await this.send(person, person.mailbox, to, { content })
  },
)

When(
  '{sender} sends {int} messages to {mailboxes}',
  async function (this: MailWorld, sender: Sender, count: number, to: readonly string[]) {
    const person = this.sender(sender)
    const batch = Math.min(count, 500)
    for (let sent = 0; sent < batch; sent += 1) await this.send(person, person.mailbox, to)
  },
)

When(
  '{sender} sends a message with {int} Received fields to {mailboxes}',
  async function (this: MailWorld, sender: Sender, count: number, to: readonly string[]) {
    const person = this.sender(sender)
    const trace = Array.from(
      { length: Math.min(count, 500) },
      (_, hop) => `Received: from h${hop}.example by h${hop + 1}.example; Tue, 24 Nov 2026 12:00:00 +0000\r\n`,
    )
    const content = (token: string): Uint8Array =>
      Buffer.concat([Buffer.from(trace.join('')), plainMessage(token, person.mailbox, to, new Date())])
    await this.send(person, person.mailbox, to, { content })
  },
)

When(
  '{sender} sends a message with the header {string} to {mailboxes}',
  async function (this: MailWorld, sender: Sender, header: string, to: readonly string[]) {
    const person = this.sender(sender)
    const content = (token: string): Uint8Array =>
      Buffer.concat([unescapeBytes(header), Buffer.from(`\r\n\r\nA message with the token ${token}.\r\n`)])
    await this.send(person, person.mailbox, to, { content })
  },
)

When(
  '{sender} sends a message with {int} addresses in its header to {mailboxes}',
  async function (this: MailWorld, sender: Sender, count: number, to: readonly string[]) {
    const person = this.sender(sender)
    const addresses = Array.from({ length: Math.min(count, 5000) }, (_, index) => `<user${index + 1}@there.example>`)
    const content = (token: string): Uint8Array =>
      Buffer.from(`${originationOf(person)}Subject: ${token}\r\nTo: ${addresses.join(',\r\n ')}\r\n\r\nto many\r\n`)
    await this.send(person, person.mailbox, to, { content })
  },
)

When(
  '{sender} sends a message to {int} recipients at {domain}',
  async function (this: MailWorld, sender: Sender, count: number, domain: string) {
    const person = this.sender(sender)
    const to = Array.from({ length: Math.min(count, 2000) }, (_, index) => `user${index + 1}@${domain}`)
    await this.send(person, person.mailbox, to)
  },
)

When(
  '{sender} sends a message to the user {word} at the address of {host}',
  async function (this: MailWorld, sender: Sender, user: string, host: string) {
    const person = this.sender(sender)
    await this.send(person, person.mailbox, [`${user}@[${this.host(host).address}]`])
  },
)

Then(
  '{int} recipients are accepted and {int} is {refusal}',
  function (this: MailWorld, many: number, few: number, refusal: RefusalClass) {
    const { letter } = this
    letter.looked = true
    const fates = letter.to.map((recipient) => fateOf(letter, recipient))
    assert.equal(fates.filter(({ kind }) => kind === 'accepted').length, many, describe(letter))
    const refused = fates.filter(
      (fate) => fate.kind === 'refused' && refusal.digits.includes(String(fate.code)[0] ?? ''),
    )
    assert.equal(refused.length, few, describe(letter))
  },
)

Then('the message is accepted', function (this: MailWorld) {
  const { letter } = this
  letter.looked = true
  for (const recipient of letter.to) assert.equal(fateOf(letter, recipient).kind, 'accepted', describe(letter))
})

Then('the message is {refusal}', function (this: MailWorld, refusal: RefusalClass) {
  const { letter } = this
  letter.looked = true
  for (const recipient of letter.to) {
    const fate = fateOf(letter, recipient)
    assert.equal(fate.kind, 'refused', describe(letter))
    if (fate.kind === 'refused') assert.ok(refusal.digits.includes(String(fate.code)[0] ?? ''), describe(letter))
  }
})

/** For what must not go on, at whichever moment the server stops it; what then became of it is another step's. */
const assertRefused = (letter: Letter, pattern: string): void => {
  letter.looked = true
  const [code, enhanced] = pattern.split(' ')
  const refusal = letter.result.refused[0]
  assert.notEqual(refusal, undefined, describe(letter))
  assert.match(String(refusal?.code), new RegExp(`^${(code ?? '').replaceAll('yz', '\\d\\d')}$`), describe(letter))
  if (enhanced !== undefined) assert.equal(refusal?.enhanced, enhanced, describe(letter))
}

Then('the message is refused or returned', async function (this: MailWorld) {
  const { letter } = this
  letter.looked = true
  await this.rest()
  const taken = letter.to.filter((recipient) => fateOf(letter, recipient).kind === 'accepted')
  if (this.target.isOurs === true) assert.deepEqual(taken, [], describe(letter))
})

/** What was taken instead, another step looks for. */
Then('the message is refused with {code}, or returned', async function (this: MailWorld, pattern: string) {
  await this.rest()
  if (this.letter.result.refused.length > 0 || this.target.isOurs === true) assertRefused(this.letter, pattern)
})

Then('the message is refused with {code}', function (this: MailWorld, pattern: string) {
  assertRefused(this.letter, pattern)
})

Then('the recipient {mailbox} is accepted', function (this: MailWorld, recipient: string) {
  this.letter.looked = true
  assert.equal(fateOf(this.letter, recipient).kind, 'accepted', describe(this.letter))
})

Then('the recipient {mailbox} is {refusal}', function (this: MailWorld, recipient: string, refusal: RefusalClass) {
  this.letter.looked = true
  const fate = fateOf(this.letter, recipient)
  assert.equal(fate.kind, 'refused', describe(this.letter))
  if (fate.kind === 'refused') assert.ok(refusal.digits.includes(String(fate.code)[0] ?? ''), describe(this.letter))
})
