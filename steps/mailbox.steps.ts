/**
 * Mailboxes of our own users: what lies in them, and how it looks.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { StoredMessage } from '../targets/target.ts'
import { assertSame, contentOf, fieldOf, fieldsOf, firstNames, keepsLineEnds, withoutTrace } from './content.ts'
import { unescapeBytes } from '../simulators/notation.ts'
import { carries } from './letters.ts'
import { readTrace } from './trace.ts'
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

/** Who dies between the delivery and the note of it delivers twice, and loses nothing. Our own server is to do better. */
Then('{person} finds the message in the mailbox', async function (this: MailWorld, name: string) {
  const found = await lettersIn(this, this.person(name).mailbox)
  const twice = this.killed && this.target.isOurs !== true && found.length === 2
  if (!twice) assert.equal(found.length, 1, `copies in ${name}'s mailbox`)
})

Then('{person} finds each of the {int} messages', async function (this: MailWorld, name: string, count: number) {
  await this.rest()
  const stored = await this.mailbox(this.person(name).mailbox)
  const letters = this.letters.slice(-count)
  const lost = letters.filter(({ token }) => !stored.some(({ content }) => carries(content, token)))
  assert.deepEqual(
    lost.map(({ token }) => token),
    [],
  )
  if (this.target.isOurs === true) assert.equal(stored.length, count, `messages in ${name}'s mailbox`)
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
  assertSame(withoutTrace(stored), this.letter.content)
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
      firstNames(content, expected.length),
      expected.map((field) => field.toLowerCase()),
    )
  },
)

Then('the message of {person} has no field {word}', async function (this: MailWorld, name: string, field: string) {
  assert.equal(fieldOf(await theOne(this, name), field), undefined)
})

// ─── Trace ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const assertTrace = (content: Uint8Array, table: DataTable): void => {
  const rows = table.rowsHash()
  const how = 'from' in rows || 'tcp' in rows ? 'strictly' : 'for its clauses'
  const trace = readTrace(fieldOf(content, 'Received') ?? '', how)
  assert.ok(typeof trace !== 'string', typeof trace === 'string' ? trace : '')
  for (const [clause, pattern] of Object.entries(rows)) {
    assert.match(
      trace[clause] ?? 'absent',
      // The names of protocols are compared without regard to case, like all keywords.
      new RegExp(pattern, clause === 'with' ? 'iu' : 'u'),
      `${clause} in ${fieldOf(content, 'Received') ?? ''}`,
    )
  }
}

/** Clauses of the newest Received field: from, tcp, by, via, with, id, for, tls, date; one that is not there reads `absent`. */
Then("the trace of {person}'s message tells:", async function (this: MailWorld, name: string, table: DataTable) {
  assertTrace(await theOne(this, name), table)
})

/** Clocks of one machine, and a message that is on its way for moments: an hour of a zone is far outside. */
Then("the trace of {person}'s message tells the moment of its arrival", async function (this: MailWorld, name: string) {
  const trace = readTrace(fieldOf(await theOne(this, name), 'Received') ?? '', 'for its clauses')
  assert.ok(typeof trace !== 'string', typeof trace === 'string' ? trace : '')
  const seconds = Math.abs(Date.parse(trace['date'] ?? '') - Date.now()) / 1000
  assert.ok(seconds < 120, `${trace['date'] ?? 'no date'} is ${seconds} seconds from now`)
})

Then('the trace of the message at {host} tells:', async function (this: MailWorld, host: string, table: DataTable) {
  await this.rest()
  const message = this.host(host).received.at(-1)
  assert.ok(message !== undefined, `${host} received nothing`)
  assertTrace(message.content, table)
})

Then(
  'the trace of the message in the mailbox of {mailbox} tells:',
  async function (this: MailWorld, address: string, table: DataTable) {
    const message = (await this.mailbox(address)).at(-1)
    assert.ok(message !== undefined, `the mailbox of ${address} is empty`)
    assertTrace(message.content, table)
  },
)

/** The stored message, whole, from its last trace field on; escapes as in conversations. */
Then(
  'the message in the mailbox of {mailbox} ends with {string}',
  async function (this: MailWorld, address: string, text: string) {
    const message = (await this.mailbox(address)).at(-1)
    assert.ok(message !== undefined, `the mailbox of ${address} is empty`)
    keepsLineEnds(this)
    const expected = contentOf(unescapeBytes(this.fillIn(text)))
    const content = contentOf(message.content)
    assert.ok(content.endsWith(expected), content.slice(-expected.length - 200))
  },
)

/** Nothing need be there: for what may be refused, and is whole where it was not. */
Then(
  'every message in the mailbox of {mailbox} ends with {string}',
  async function (this: MailWorld, address: string, text: string) {
    const expected = contentOf(unescapeBytes(this.fillIn(text)))
    for (const { content } of await this.mailbox(address))
      assert.ok(contentOf(content).endsWith(expected), contentOf(content).slice(-expected.length - 200))
  },
)

Then(
  'the message in the mailbox of {mailbox} nowhere contains {string}',
  async function (this: MailWorld, address: string, text: string) {
    const message = (await this.mailbox(address)).at(-1)
    assert.ok(message !== undefined, `the mailbox of ${address} is empty`)
    assert.ok(!contentOf(message.content).includes(text), contentOf(message.content))
  },
)

Then('the message in the mailbox of {mailbox} has one Return-Path', async function (this: MailWorld, address: string) {
  const message = (await this.mailbox(address)).at(-1)
  assert.ok(message !== undefined, `the mailbox of ${address} is empty`)
  assert.equal(fieldsOf(message.content).filter(({ name }) => name.toLowerCase() === 'return-path').length, 1)
})

Then('{host} receives it ending with {string}', async function (this: MailWorld, host: string, text: string) {
  await this.rest()
  const content = contentOf(this.host(host).received.at(-1)?.content ?? new Uint8Array())
  assert.ok(content.endsWith(contentOf(unescapeBytes(text))), content)
})

/** From the identifier in the newest trace field to the session, and from there to the user. */
Then('the journal tells that the message was handed in by {word}', async function (this: MailWorld, user: string) {
  const [{ content } = { content: new Uint8Array() }] = await this.mailbox('carol@here.example')
  const trace = readTrace(fieldOf(content, 'Received') ?? '', 'for its clauses')
  const journal = this.target.journal?.() ?? []
  const accepted = journal.find(
    ({ event, facts }) =>
      event === 'message-accepted' && typeof trace !== 'string' && facts['envelope'] === trace['id'],
  )
  const known = journal.find(
    ({ event, facts }) => event === 'session-authenticated' && facts['session'] === accepted?.facts['session'],
  )
  assert.equal(known?.facts['user'], user)
})
