/**
 * What arrived outside: which exchanger received what, for whom, in which order, and whether it is still the same message.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { Conversation, Exchanger, ReceivedMessage } from '../simulators/contract.ts'
import { NotApplicable } from '../targets/faults.ts'
import { assertSame, contentOf, fieldOf, withoutTrace } from './content.ts'
import { carries } from './letters.ts'
import { until } from './patience.ts'
import { sparedHost } from './spared.ts'
import type { MailWorld } from './world.ts'

/** What an exchanger received of the scenario's letters (notifications and other people's mail left out). */
const ofLetters = (world: MailWorld, exchanger: Exchanger): readonly ReceivedMessage[] =>
  exchanger.received.filter(
    ({ content, reversePath }) => reversePath !== '' && world.letters.some(({ token }) => carries(content, token)),
  )

const recipientsOf = (messages: readonly ReceivedMessage[]): readonly string[] =>
  messages.flatMap(({ recipients }) => recipients.map(({ address }) => address))

const told = (exchanger: Exchanger): string =>
  `${exchanger.name} received ${exchanger.received.length} message(s) for ${recipientsOf(exchanger.received).join(', ') || 'nobody'}` +
  ` over ${exchanger.conversations.length} connection(s)`

const theOne = (world: MailWorld, host: string): ReceivedMessage => {
  const messages = world.host(host).received
  const message = messages.at(-1)
  assert.ok(message !== undefined, told(world.host(host)))
  return message
}

Then(
  '{host} receives it for {mailboxes}',
  async function (this: MailWorld, host: string, mailboxes: readonly string[]) {
    await this.rest()
    const exchanger = this.host(host)
    const recipients = recipientsOf(exchanger.received.filter(({ content }) => carries(content, this.letter.token)))
    assert.deepEqual([...recipients].toSorted(), [...mailboxes].toSorted(), told(exchanger))
  },
)

Then('{host} receives it meanwhile for {mailbox}', async function (this: MailWorld, host: string, mailbox: string) {
  const exchanger = this.host(host)
  await until(
    () => recipientsOf(exchanger.received).includes(mailbox),
    () => told(exchanger),
  )
})

const mostRuns = 3

/** What a host takes for later may come later: nothing says that the next transaction is in the same session. */
/** The queue may have to come to rest more than once. */
const severalRests = { timeout: 60_000 }

Then(
  '{host} gets it for {int} recipient(s)',
  severalRests,
  async function (this: MailWorld, host: string, count: number) {
    await this.rest()
    const got = (): readonly string[] =>
      recipientsOf(this.host(host).received.filter(({ content }) => carries(content, this.letter.token)))
    for (let run = 0; run < mostRuns && got().length < count && this.target.isOurs !== true; run += 1) {
      await this.target.runQueue()
      await this.rest()
    }
    const recipients = got()
    assert.equal(new Set(recipients).size, count, told(this.host(host)))
    assert.equal(recipients.length, count, 'some got it twice')
  },
)

Then(
  'the message goes to {host} or to {host}, and nowhere else',
  async function (this: MailWorld, one: string, other: string) {
    this.needs('outgoing')
    await this.rest()
    const receivers = this.scene.exchangers.flatMap(({ name, received }) => received.map(() => name))
    assert.equal(receivers.length, 1, `it was received by ${receivers.join(', ') || 'nobody'}`)
    assert.ok(receivers[0] === one || receivers[0] === other, `it was received by ${receivers[0] ?? 'nobody'}`)
  },
)

Then('{host} receives it once', async function (this: MailWorld, host: string) {
  await this.rest()
  const exchanger = this.host(host)
  assert.equal(
    exchanger.received.filter(({ content }) => carries(content, this.letter.token)).length,
    1,
    told(exchanger),
  )
})

/** A client that gave up a connection it cannot trust comes again. */
Then('{host} receives it once, at this attempt or the next', async function (this: MailWorld, host: string) {
  const exchanger = this.host(host)
  const count = (): number => exchanger.received.filter(({ content }) => carries(content, this.letter.token)).length
  await this.rest()
  if (count() === 0 && this.target.isOurs !== true) {
    await this.target.runQueue()
    await this.rest()
  }
  assert.equal(count(), 1, told(exchanger))
})

Then('{host} receives {int} message(s)', async function (this: MailWorld, host: string, count: number) {
  await this.rest()
  assert.equal(ofLetters(this, this.host(host)).length, count, told(this.host(host)))
})

Then('{host} receives nothing', async function (this: MailWorld, host: string) {
  await this.rest()
  assert.equal(sparedHost(this, host).received.length, 0, told(sparedHost(this, host)))
})

Then('{host} is not contacted', async function (this: MailWorld, host: string) {
  await this.rest()
  assert.equal(sparedHost(this, host).conversations.length, 0, told(sparedHost(this, host)))
})

/** How many is for the server to choose (RFC 5321 §4.5.4.1 only asks that sessions be shared): ours keeps to what it says. */
Then('{host} sees at most {int} connection(s)', async function (this: MailWorld, host: string, count: number) {
  await this.rest()
  const { conversations, received } = this.host(host)
  const most = this.target.isOurs === true ? count : Math.max(count, received.length - 1)
  assert.ok(conversations.length <= most, told(this.host(host)))
})

Then('{host} sees exactly {int} connection(s)', async function (this: MailWorld, host: string, count: number) {
  await this.rest()
  assert.equal(this.host(host).conversations.length, count, told(this.host(host)))
})

/** While a delivery is under way that may still come to it. */
Then('{host} is not contacted yet', function (this: MailWorld, host: string) {
  assert.equal(sparedHost(this, host).conversations.length, 0, told(sparedHost(this, host)))
})

Then('both {host} and {host} receive some', async function (this: MailWorld, one: string, other: string) {
  await this.rest()
  for (const host of [one, other]) assert.ok(this.host(host).received.length > 0, told(this.host(host)))
})

/** The host ended the session, and nobody had said QUIT. */
const hungUp = ({ spoken }: Conversation): boolean =>
  spoken.some(({ side, note }) => side === '!' && note === 'S closes') &&
  !spoken.some(({ side, bytes }) => side === 'C' && /^QUIT\r\n/im.test(Buffer.from(bytes).toString('latin1')))

/** RFC 1870 §5: the octets of the content, line ends counted, transparency not. */
/** An estimate may be told, which is rather too large than too small (RFC 1870 §6). */
Then('{host} was told the true size, or more', async function (this: MailWorld, host: string) {
  await this.rest()
  const { mailParameters, content } = theOne(this, host)
  const octets = Number(mailParameters['SIZE'])
  assert.ok(octets >= content.length, `it was told ${octets} octets; ${content.length} came`)
})

/** A client may compare by itself, or tell the size and hear the answer (RFC 1870 §6 and §7); ours compares. */
Then('{host} is not asked for more than {int} octets', async function (this: MailWorld, host: string, most: number) {
  await this.rest()
  assert.equal(this.host(host).received.length, 0, told(this.host(host)))
  const asked = this.host(host).conversations.flatMap(({ spoken }) =>
    spoken
      .filter(({ side }) => side === 'C')
      .flatMap(({ bytes }) => Buffer.from(bytes).toString('latin1').split('\r\n'))
      .filter((line) => /^MAIL\b/i.test(line)),
  )
  const untold = asked.filter((line) => !(Number(/ SIZE=(\d+)/i.exec(line)?.[1] ?? 0) > most))
  assert.deepEqual(this.target.isOurs === true ? asked : untold, [])
})

Then('the hosts are tried in this order:', async function (this: MailWorld, table: DataTable) {
  this.needs('outgoing')
  await this.rest()
  const contacts = this.scene.exchangers.flatMap((exchanger) =>
    exchanger.conversations.map(({ spoken }) => ({ name: exchanger.name, at: spoken[0]?.at ?? 0 })),
  )
  const order = contacts.toSorted((one, other) => one.at - other.at).map(({ name }) => name)
  assert.deepEqual(order, table.raw().flat())
})

Then('{host} receives it from {path}', async function (this: MailWorld, host: string, from: string) {
  await this.rest()
  assert.equal(theOne(this, host).reversePath, from)
})

Then('{host} is greeted by {host}', async function (this: MailWorld, host: string, name: string) {
  await this.rest()
  assert.equal(theOne(this, host).helo, name)
})

Then(
  /^(\S+\.example) receives it (under TLS|in clear|by BDAT|by DATA|after HELO|after EHLO|authenticated)$/,
  async function (this: MailWorld, host: string, how: string) {
    await this.rest()
    // HELO is what a refused EHLO asks for; nothing asks a client to come back to who hung up on it (RFC 5321 §3.2).
    const { received, conversations } = this.host(host)
    const left = received.length === 0 && conversations.length > 0 && conversations.every(hungUp)
    if (how === 'after HELO' && left && this.target.isOurs !== true)
      throw new NotApplicable('does not come back to a host that hangs up on EHLO')
    const message = theOne(this, host)
    const holds: Readonly<Record<string, boolean>> = {
      'under TLS': message.secure,
      'in clear': !message.secure,
      'by BDAT': message.by === 'BDAT',
      'by DATA': message.by === 'DATA',
      'after HELO': message.verb === 'HELO',
      'after EHLO': message.verb === 'EHLO',
      authenticated: message.user !== undefined,
    }
    // Whoever offers chunks is not owed them (RFC 3030 §2 tells when BDAT may be used, never that it must).
    if (how === 'by BDAT' && message.by === 'DATA' && this.target.isOurs !== true)
      throw new NotApplicable('sends content by DATA only')
    assert.ok(
      holds[how],
      `it came ${message.secure ? 'under TLS' : 'in clear'}, by ${message.by}, after ${message.verb}, as ${message.user ?? 'nobody'}`,
    )
  },
)

Then('{host} hears nothing of {mailbox}', async function (this: MailWorld, host: string, mailbox: string) {
  await this.rest()
  const { received } = this.host(host)
  assert.ok(received.length > 0, `${host} received nothing`)
  for (const { content } of received) assert.ok(!contentOf(content).includes(mailbox), contentOf(content))
})

/** A server may try again in clear at once, or later. */
Then(
  '{host} receives it in clear, or the queue still holds the message for {mailbox}',
  async function (this: MailWorld, host: string, mailbox: string) {
    await this.rest()
    const { received } = this.host(host)
    const waits = ((await this.target.queue?.()) ?? []).some(({ recipient }) => recipient === mailbox)
    if (this.target.isOurs === true) assert.equal(waits, false, 'it was not tried in clear')
    assert.ok(waits || received.some(({ secure }) => !secure), told(this.host(host)))
  },
)

/** Whatever was added, everything else had to be completed too (RFC 6409 §4.2). */
Then(
  '{host} receives a header that was completed in everything or in nothing',
  async function (this: MailWorld, host: string) {
    await this.rest()
    const content = contentOf(theOne(this, host).content)
    const touched = /^(?:Date|Message-ID):/im.test(content)
    if (touched)
      assert.doesNotMatch(content, /^(?:From|To): [^.\r\n]*$/im, 'a field was added, and addresses are not whole')
  },
)

/** A host that hangs up may be tried again at once, and may be left for later. */
Then(
  '{host} receives it after HELO, or the queue still holds the message for {mailbox}',
  async function (this: MailWorld, host: string, mailbox: string) {
    await this.rest()
    const exchanger = this.host(host)
    const waits = ((await this.target.queue?.()) ?? []).some(({ recipient }) => recipient === mailbox)
    const came = exchanger.received.some(({ verb, content }) => verb === 'HELO' && carries(content, this.letter.token))
    assert.ok(came || waits, told(exchanger))
  },
)

/** Values that are as good as each other have `or` between them. */
Then('{host} receives it with the parameters:', async function (this: MailWorld, host: string, table: DataTable) {
  await this.rest()
  const message = theOne(this, host)
  for (const { command, parameter, value } of table.hashes()) {
    const given = command === 'MAIL' ? message.mailParameters : message.recipients[0]?.parameters
    assert.ok(
      value?.split(' or ').includes(given?.[parameter ?? ''] ?? '(absent)'),
      `${command} ${parameter}; given: ${JSON.stringify(given)}`,
    )
  }
})

/** A size that is told too small is judged by `relay/size.feature`; elsewhere that habit of another server is evidence. */
Then('{host} finds nothing wrong with the client', async function (this: MailWorld, host: string) {
  await this.rest()
  const all = this.host(host).violations
  const judged = this.target.isOurs === true ? all : all.filter((one) => !/^SIZE=\d+ announced/.test(one))
  assert.deepEqual(judged, [])
})

Then('the content arrives unchanged at {host}', async function (this: MailWorld, host: string) {
  await this.rest()
  assertSame(withoutTrace(theOne(this, host).content), this.letter.content)
})

Then('the message at {host} has the fields:', async function (this: MailWorld, host: string, table: DataTable) {
  await this.rest()
  const { content } = theOne(this, host)
  for (const { field, value } of table.hashes()) {
    const found = fieldOf(content, field ?? '')
    assert.match(found ?? '(absent)', new RegExp(value ?? ''), `${field} in\n${contentOf(content)}`)
  }
})
