/**
 * Somebody in the path: what an adversary injects, takes away or says again.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { WireClient } from '../../simulators/contract.ts'
import { client, connect, inStep, stranger, textOf } from '../wire/wire.ts'
import type { MailWorld } from '../world.ts'

/** Sessions whose handshake came to nothing. */
const withoutTls = new WeakSet<WireClient>()

/** A whole transaction, as somebody in the path would put it into a session that is about to become private. */
const injected = (recipient: string): string =>
  [
    'STARTTLS',
    'EHLO attacker.example',
    'MAIL FROM:<mallory@elsewhere.example>',
    `RCPT TO:<${recipient}>`,
    'DATA',
    'Subject: injected',
    '',
    'injected',
    '.',
    '',
  ].join('\r\n')

const cuts: Readonly<Record<string, readonly number[]>> = {
  'in one segment': [],
  'cut within the first word': [4, 10_000],
  'cut within the line end': [9, 10_000],
  'cut within the next command': [13, 10_000],
}

/** Afterwards TLS is begun. What came too late to be thrown away spoils the handshake, which is as good. */
When(
  /^mallory injects a message for (\S+@\S+) behind STARTTLS, (.+)$/,
  async function (this: MailWorld, recipient: string, how: string) {
    const segments = cuts[how]
    assert.ok(segments !== undefined, `nobody knows how to send "${how}"`)
    const wire = await connect(this, stranger)
    await wire.reply()
    await wire.say('EHLO client.example')
    await wire.send(injected(recipient), segments)
    assert.equal((await wire.reply()).code, 220)
    await wire.secure().catch((error: unknown) => {
      if (how === 'in one segment') throw error
      withoutTls.add(wire)
    })
  },
)

/** A server that takes what was injected for the client's handshake, and so ends the session, has taken it for nothing else. */
Then('nothing that was injected is answered under TLS', async function (this: MailWorld) {
  const wire = client(this)
  if (withoutTls.has(wire)) {
    assert.ok(await wire.closed(), 'the session goes on without TLS')
    return
  }
  const reply = await wire.say('EHLO client.example')
  assert.ok(reply.lines.length > 1, `an answer to EHLO has several lines; this one: ${textOf(reply)}`)
  await inStep(wire)
})

When(
  "alice's client speaks to the {listenerRole} listener through somebody who takes STARTTLS away",
  async function (this: MailWorld, role: 'relay' | 'submission' | 'submissions') {
    await this.serverRuns()
    const proxy = await this.scene.proxy(this.endpoint(role), { stripsStarttls: true })
    this.client = await this.scene.connect({ host: proxy.address, port: proxy.port }, { title: 'alice → the path' })
    await this.client.reply()
    await this.client.say('EHLO client.example')
  },
)

Given('somebody between the server and {host} takes STARTTLS away', async function (this: MailWorld, host: string) {
  const { smarthost } = this.settings.outgoing ?? {}
  const exchanger = this.host(host)
  assert.ok(smarthost !== undefined, 'nothing goes through a smarthost')
  const path = await this.scene.proxy({ host: exchanger.address, port: exchanger.port }, { stripsStarttls: true })
  this.settings = {
    ...this.settings,
    outgoing: { ...this.settings.outgoing, smarthost: { ...smarthost, host: path.address, port: path.port } },
  }
})

const saidTo = (world: MailWorld, host: string): string =>
  world
    .host(host)
    .conversations.flatMap(({ spoken }) => spoken.filter(({ side }) => side === 'C'))
    .map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
    .join('')

Then('{host} has heard neither credentials nor content', async function (this: MailWorld, host: string) {
  await this.rest()
  assert.ok(this.host(host).conversations.length > 0, `${host} was not contacted`)
  assert.doesNotMatch(saidTo(this, host), /^(?:AUTH|MAIL|DATA|BDAT)\b/im)
})

/** The octets of the whole exchange, from AUTH on, in a session of somebody else's. */
When('mallory says again what alice said to authenticate', async function (this: MailWorld) {
  const said = client(this)
    .conversation.spoken.filter(({ side }) => side === 'C')
    .map(({ bytes }) => Buffer.from(bytes).toString('latin1'))
  const lines = said.slice(said.findIndex((line) => line.startsWith('AUTH ')))
  const wire = await connect(this, stranger, 'submissions')
  await wire.reply()
  await wire.say('EHLO client.example')
  for (const line of lines.slice(0, 3)) {
    const reply = await wire.say(line.trimEnd())
    if (reply.code !== 334) break
  }
})

Then('mallory is nobody', async function (this: MailWorld) {
  const wire = client(this)
  const last = wire.replies.at(-1)
  assert.equal(last?.code, 535, 'the exchange was believed')
  const reply = await wire.say('MAIL FROM:<alice@here.example>')
  if (reply.code === 530) return
  // A server may wait for the recipient before it says so.
  const recipient = await wire.say('RCPT TO:<alice@here.example>')
  assert.match(String(recipient.code), /^5/, 'mail was taken of nobody in particular')
})
