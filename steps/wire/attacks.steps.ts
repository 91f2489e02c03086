/**
 * Clients that mean harm: smuggled messages, commands injected behind STARTTLS, rubbish, and relay probes.
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import { unescapeBytes } from '../../simulators/notation.ts'
import { sparedHost } from '../spared.ts'
import type { MailWorld } from '../world.ts'
import { beginContent, client, connect, stranger, textOf } from './wire.ts'

When(
  /^mallory sends content that contains (\S+) and then a second message for (\S+@\S+)$/,
  async function (this: MailWorld, sequence: string, second: string) {
    const wire = await beginContent(this, 'mallory', 'alice@here.example')
    const smuggled = `MAIL FROM:<mallory@elsewhere.example>\r\nRCPT TO:<${second}>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled`
    await wire.send(
      Buffer.concat([
        Buffer.from('Subject: first\r\n\r\nfirst'),
        unescapeBytes(sequence),
        Buffer.from(`${smuggled}\r\n.\r\n`),
      ]),
    )
    await wire.reply()
  },
)

Then('the session was still in step', async function (this: MailWorld) {
  const wire = client(this)
  // Who ends the session over such content obeys nothing of what came behind it; that it may not is judged where it is refused.
  if (this.target.isOurs !== true && (wire.replies.at(-1)?.code ?? 0) >= 400 && (await wire.closed())) return
  const reply = await wire.say('NOOP')
  assert.equal(reply.code, 250, textOf(reply))
  const goodbye = await wire.say('QUIT')
  assert.equal(goodbye.code, 221, textOf(goodbye))
  assert.ok(await wire.closed(), 'the session is still open')
  const afterContent = wire.replies.slice(wire.replies.findIndex(({ code }) => code === 354) + 1)
  assert.equal(afterContent.length, 3, afterContent.map(textOf).join('\n'))
})

When('mallory injects {string} behind STARTTLS', async function (this: MailWorld, command: string) {
  const wire = await connect(this, stranger, 'relay')
  await wire.reply()
  await wire.say('EHLO client.example')
  await wire.send(`STARTTLS\r\n${command}\r\n`)
  const ready = await wire.reply()
  assert.equal(ready.code, 220, textOf(ready))
  await wire.secure()
})

Then('the first answer under TLS is to the first command under TLS', async function (this: MailWorld) {
  const wire = client(this)
  const reply = await wire.say('EHLO client.example')
  assert.ok(reply.lines.length > 1, `an answer to EHLO has several lines; this one: ${textOf(reply)}`)
  const next = await wire.say('NOOP')
  assert.equal(next.code, 250, textOf(next))
})

When('mallory sends rubbish to every listener', async function (this: MailWorld) {
  await this.serverRuns()
  const rubbish = Buffer.from(
    Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3) * 104_729) % 256),
  )
  for (const role of ['relay', 'submission', 'submissions'] as const) {
    const wire = await this.scene.connect(this.endpoint(role), {
      from: this.sourceOf(this.person('mallory')),
      title: `rubbish → ${role}`,
    })
    await wire.send(rubbish)
    await wire.close()
  }
})

When(
  '{person} offers a message from {path} to {path}',
  async function (this: MailWorld, name: string, from: string, to: string) {
    const wire = await connect(this, { kind: 'person', name }, 'relay')
    await wire.reply()
    const token = this.nextToken()
    for (const line of [
      'EHLO client.example',
      `MAIL FROM:<${this.fillIn(from)}>`,
      `RCPT TO:<${this.fillIn(to)}>`,
      'DATA',
    ]) {
      const reply = await wire.say(line)
      if (line === 'DATA' && reply.code === 354) await wire.say(`Subject: ${token}\r\n\r\nrelay probe\r\n.`)
    }
    await wire.say('QUIT')
  },
)

Then('the offer does not reach {host}', async function (this: MailWorld, host: string) {
  await this.rest()
  const exchanger = sparedHost(this, host)
  assert.equal(exchanger.received.length, 0, `${host} received what mallory offered: an open relay`)
  assert.equal(exchanger.conversations.length, 0, `${host} was contacted`)
  const accepted = client(this).replies.some(({ code }) => code === 354)
  assert.ok(!accepted, 'the offer was accepted, although it was not delivered')
})
