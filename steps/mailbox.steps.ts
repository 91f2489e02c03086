/**
 * Mailboxes of our own users: what lies in them, and how it looks.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { StoredMessage } from '../targets/target.ts'
import { contentOf, fieldOf, fieldsOf, withoutTrace } from './content.ts'
import { carries } from './letters.ts'
import type { MailWorld } from './world.ts'

const lettersIn = async (world: MailWorld, address: string): Promise<readonly StoredMessage[]> => {
  const messages = await world.mailbox(address)
  return messages.filter(
    ({ content }) => carries(content, world.letter.token) && fieldOf(content, 'Auto-Submitted') === undefined,
  )
}

const theOne = async (world: MailWorld, name: string): Promise<Uint8Array> => {
  const message = (await lettersIn(world, world.person(name).mailbox)).at(-1)
  assert.ok(message !== undefined, `${name}'s mailbox does not hold the message`)
  return message.content
}

Then('{person} finds the message in the mailbox', async function (this: MailWorld, name: string) {
  const found = await lettersIn(this, this.person(name).mailbox)
  assert.equal(found.length, 1, `copies in ${name}'s mailbox`)
})

Then('{person} finds {int} copies/messages', async function (this: MailWorld, name: string, count: number) {
  const messages = await this.mailbox(this.person(name).mailbox)
  const letters = messages.filter(({ content }) => this.letters.some(({ token }) => carries(content, token)))
  assert.equal(letters.length, count, `messages in ${name}'s mailbox`)
})

Then('{person} finds nothing', async function (this: MailWorld, name: string) {
  const messages = await this.mailbox(this.person(name).mailbox)
  assert.equal(messages.length, 0, messages.map(({ content }) => contentOf(content)).join('\n---\n'))
})

Then('{mailbox} has received nothing', async function (this: MailWorld, address: string) {
  assert.equal((await this.mailbox(address)).length, 0, `messages in the mailbox of ${address}`)
})

Then(
  'the mailbox of {mailbox} holds {int} message(s)',
  async function (this: MailWorld, address: string, count: number) {
    assert.equal((await this.mailbox(address)).length, count, `messages in the mailbox of ${address}`)
  },
)

Then(
  'the mailbox of {mailbox} holds one message, from {path}',
  async function (this: MailWorld, address: string, from: string) {
    const messages = await this.mailbox(address)
    assert.deepEqual(
      messages.map(({ content }) => fieldOf(content, 'Return-Path')),
      [`<${from}>`],
    )
  },
)

Then('the content arrives unchanged in the mailbox of {person}', async function (this: MailWorld, name: string) {
  const stored = await theOne(this, name)
  assert.equal(contentOf(withoutTrace(stored)), contentOf(this.letter.content))
})

Then('the message of {person} has the fields:', async function (this: MailWorld, name: string, table: DataTable) {
  const content = await theOne(this, name)
  for (const { field, value } of table.hashes()) {
    assert.match(
      fieldOf(content, field ?? '') ?? '(absent)',
      new RegExp(value ?? ''),
      `${field} in\n${contentOf(content)}`,
    )
  }
})

Then(
  'the message of {person} begins with the fields:',
  async function (this: MailWorld, name: string, table: DataTable) {
    const content = await theOne(this, name)
    const expected = table.raw().flat()
    assert.deepEqual(
      fieldsOf(content)
        .slice(0, expected.length)
        .map((field) => field.name),
      expected,
    )
  },
)

Then('the message of {person} has no field {word}', async function (this: MailWorld, name: string, field: string) {
  assert.equal(fieldOf(await theOne(this, name), field), undefined)
})
