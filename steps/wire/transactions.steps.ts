/**
 * Mail transactions held open on the wire: begun, finished, left in the middle, or fed with content that is too slow or too big.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { MailWorld } from '../world.ts'
import { beginContent, beginTransaction, client, matches, textOf } from './wire.ts'

Given(
  '{person} has begun a transaction for {mailbox}',
  async function (this: MailWorld, name: string, recipient: string) {
    await beginTransaction(this, name, recipient)
  },
)

Then('{person} can finish the transaction', async function (this: MailWorld, _name: string) {
  const wire = client(this)
  const begun = await wire.say('DATA')
  assert.equal(begun.code, 354, textOf(begun))
  const ended = await wire.say('Subject: finished\r\n\r\n.')
  assert.equal(ended.code, 250, textOf(ended))
})

When(
  '{person} disappears in the middle of the content for {mailbox}',
  async function (this: MailWorld, name: string, recipient: string) {
    const wire = await beginContent(this, name, recipient)
    await wire.send('Subject: unfinished\r\n\r\nhalf a mess')
    wire.reset()
  },
)

When(
  '{person} sends the content for {mailbox} octet by octet, one every {duration}, for {duration}',
  async function (this: MailWorld, name: string, recipient: string, every: number, total: number) {
    const wire = await beginContent(this, name, recipient)
    const octets = Math.min(Math.ceil(total / every), 100)
    for (let sent = 0; sent < octets; sent += 1) {
      await wire.send('x')
      await this.target.advance?.(every)
    }
  },
)

Then('the server has closed the session of {person}', async function (this: MailWorld, _name: string) {
  assert.ok(await client(this).closed(), 'the session is still open')
  const last = client(this).replies.at(-1)
  assert.equal(last?.code, 421, last === undefined ? 'nothing was said' : textOf(last))
})

When(
  '{person} sends {int} octets of content for {mailbox} without telling the size',
  async function (this: MailWorld, name: string, octets: number, recipient: string) {
    const wire = await beginContent(this, name, recipient)
    const line = `${'x'.repeat(70)}\r\n`
    await wire.send(`Subject: big\r\n\r\n${line.repeat(Math.ceil(Math.min(octets, 10_000_000) / line.length))}.\r\n`)
    await wire.reply()
  },
)

Then('the content is answered with {code}', function (this: MailWorld, code: string) {
  const reply = client(this).replies.at(-1)
  assert.ok(reply !== undefined && matches(reply, code), reply === undefined ? 'nothing' : textOf(reply))
})
