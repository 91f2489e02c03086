/**
 * Messages that a well-behaved library would not send: exact bytes, SMTPUTF8 at will, paths with routes, AUTH=.
 *
 * They are handed in over a raw session, in step and to the end; a refusal fails the scenario.
 */
import assert from 'node:assert/strict'
import { When } from '@cucumber/cucumber'
import { unescapeBytes } from '../simulators/notation.ts'
import type { MailWorld } from './world.ts'
import type { Sender } from './vocabulary.ts'

interface Handed {
  /** MAIL's argument after `FROM:`. */
  readonly from: string
  /** RCPT's arguments after `TO:`. */
  readonly to: readonly string[]
  readonly content: Uint8Array
}

const handIn = async (
  world: MailWorld,
  sender: Sender,
  { from, to, content }: Handed,
  recipients: 'taken' | 'taken or refused' = 'taken',
): Promise<void> => {
  await world.serverRuns()
  const person = world.sender(sender)
  const client = await world.scene.connect(world.endpoint('relay'), {
    from: world.sourceOf(person),
    title: `${person.name} → the server`,
  })
  const expect = async (code: number, line?: string): Promise<void> => {
    const reply = line === undefined ? await client.reply() : await client.say(line)
    assert.equal(reply.code, code, `${line ?? 'the end of data'}: ${reply.code} ${reply.lines.join(' ')}`)
  }
  await expect(220)
  await expect(250, 'EHLO client.example')
  await expect(250, `MAIL FROM:${from}`)
  for (const path of to) {
    if (recipients === 'taken') await expect(250, `RCPT TO:${path}`)
    else if ((await client.say(`RCPT TO:${path}`)).code !== 250) return
  }
  await expect(354, 'DATA')
  await client.send(content)
  await client.send('\r\n.\r\n')
  await expect(250)
  await expect(221, 'QUIT')
}

const plain = (subject: string, body = 'Hello.'): Uint8Array =>
  Buffer.from(
    [
      'From: <alice@here.example>',
      `Subject: ${subject}`,
      'Date: Tue, 24 Nov 2026 12:00:00 +0000',
      `Message-ID: <${subject.length}@here.example>`,
      '',
      body,
    ].join('\r\n'),
  )

const bracketed = (addresses: string): readonly string[] => addresses.split(/, | and /).map((one) => `<${one}>`)

When(
  '{sender} submits a message with the bytes {string} for {mailbox}',
  async function (this: MailWorld, sender: Sender, bytes: string, to: string) {
    const content = Buffer.concat([plain('exact bytes', ''), unescapeBytes(bytes)])
    await handIn(this, sender, { from: `<${this.sender(sender).mailbox}>`, to: [`<${to}>`], content })
  },
)

When(
  /^(alice|mallory) submits a message with SMTPUTF8(?: and the subject (\S+))? to (\S+@\S+(?: and \S+@\S+)?)$/,
  async function (this: MailWorld, name: string, subject: string | null | undefined, to: string) {
    const sender: Sender = { kind: 'person', name }
    const from = `<${this.person(name).mailbox}> BODY=8BITMIME SMTPUTF8`
    await handIn(this, sender, { from, to: bracketed(to), content: plain(subject ?? 'plain') })
  },
)

/** Handed in when it is taken; a refusal is an answer as well. */
When('{sender} offers the forward-path {string}', async function (this: MailWorld, sender: Sender, path: string) {
  const from = `<${this.sender(sender).mailbox}>`
  await handIn(this, sender, { from, to: [path], content: plain('a path to be judged') }, 'taken or refused')
})

/** The words after `FROM:` and `TO:`, as they stand. */
When(
  '{sender} submits a message from {string} to {string}',
  async function (this: MailWorld, sender: Sender, from: string, to: string) {
    await handIn(this, sender, { from, to: to.split(', '), content: plain('paths as they stand') })
  },
)
