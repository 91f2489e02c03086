/**
 * Sessions on the wire: whole conversations, single lines, exact bytes. Here the commands and replies are the language.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { WireClient, WireReply } from '../simulators/contract.ts'
import { mismatchText, playScript } from '../simulators/player.ts'
import { parseScript, unescapeBytes } from '../simulators/notation.ts'
import type { Sender } from './vocabulary.ts'
import type { MailWorld } from './world.ts'

type Role = 'relay' | 'submission' | 'submissions'

/** Opens a session as somebody, and leaves it as the world's client; the greeting is not read yet. */
const connect = async (world: MailWorld, sender: Sender, role: Role): Promise<WireClient> => {
  await world.serverRuns()
  const person = world.sender(sender)
  world.client = await world.scene.connect(world.endpoint(role), {
    from: world.sourceOf(person),
    implicitTls: role === 'submissions',
    title: `${person.name} → the server`,
  })
  return world.client
}

const stranger: Sender = { kind: 'person', name: 'mallory' }

const client = (world: MailWorld): WireClient => {
  if (world.client === undefined) throw new Error('nobody has opened a session yet')
  return world.client
}

const textOf = ({ code, lines }: WireReply): string => lines.map((line) => `${code} ${line}`).join('\n')

/** `503`, `5yz`, `550 5.1.1`, or several with `|` between. */
const matches = ({ code, enhanced }: WireReply, pattern: string): boolean =>
  pattern.split('|').some((one) => {
    const [digits = '', status] = one.trim().split(' ')
    return (
      new RegExp(`^${digits.replaceAll(/[yz]/g, '\\d')}$`).test(String(code)) &&
      (status === undefined || status === enhanced)
    )
  })

const converse = async (world: MailWorld, role: Role, script: string, sender: Sender): Promise<void> => {
  const wire = await connect(world, sender, role)
  const mismatch = await playScript(parseScript(world.fillIn(script)), wire)
  assert.equal(mismatch, undefined, mismatch === undefined ? '' : mismatchText(mismatch))
}

Then('this conversation holds:', async function (this: MailWorld, script: string) {
  await converse(this, 'relay', script, stranger)
})

Then(
  'this conversation holds on the {listenerRole} listener:',
  async function (this: MailWorld, role: Role, script: string) {
    await converse(this, role, script, stranger)
  },
)

Then('this conversation holds for {sender}:', async function (this: MailWorld, sender: Sender, script: string) {
  await converse(this, 'relay', script, sender)
})

When(
  '{sender} opens a session on the {listenerRole} listener',
  async function (this: MailWorld, sender: Sender, role: Role) {
    const wire = await connect(this, sender, role)
    await wire.reply()
  },
)

Given('{sender} has opened a session', async function (this: MailWorld, sender: Sender) {
  const wire = await connect(this, sender, 'relay')
  await wire.reply()
})

Then('the server offers {word}', async function (this: MailWorld, keyword: string) {
  const reply = await client(this).say('EHLO client.example')
  assert.ok(offered(reply).includes(keyword), textOf(reply))
})

Then('the server does not offer {word}', async function (this: MailWorld, keyword: string) {
  const reply = await client(this).say('EHLO client.example')
  assert.equal(reply.code, 250, textOf(reply))
  assert.ok(!offered(reply).includes(keyword), textOf(reply))
})

/** The first word of a reply's first line. */
const firstWord = ({ lines }: WireReply): string => (lines[0] ?? '').split(' ')[0] ?? ''

Then('the server names itself {host}', async function (this: MailWorld, name: string) {
  const wire = client(this)
  const greeting = wire.replies[0]
  assert.ok(greeting !== undefined, 'there was no greeting')
  const replies = [greeting, await wire.say('EHLO client.example'), await wire.say('HELO client.example')]
  for (const reply of replies) assert.equal(firstWord(reply), name, textOf(reply))
  const goodbye = await wire.say('QUIT')
  assert.equal((goodbye.lines[0] ?? '').replace(/^2\.\d\.\d /, '').split(' ')[0], name, textOf(goodbye))
})

Then('the answer to {string} shows:', async function (this: MailWorld, command: string, table: DataTable) {
  const reply = await client(this).say(command)
  const expected = table.raw().flat()
  assert.equal(reply.code, 250, textOf(reply))
  assert.equal(reply.lines.length, expected.length, textOf(reply))
  for (const [index, part] of expected.entries()) assert.ok(reply.lines[index]?.includes(part), textOf(reply))
})

Then('the answer to {string} is {code}', async function (this: MailWorld, command: string, code: string) {
  const reply = await client(this).say(command)
  assert.ok(matches(reply, code), textOf(reply))
})

const offered = ({ lines }: WireReply): readonly string[] =>
  lines.slice(1).map((line) => (line.split(' ')[0] ?? '').toUpperCase())

When('{person} says {string} before the greeting', async function (this: MailWorld, name: string, line: string) {
  const wire = await connect(this, { kind: 'person', name }, 'relay')
  await wire.send(`${line}\r\n`)
})

Then(
  /^(alice|bob|carol|mallory) hears (\d\d\d(?: or \d\d\d)*)$/,
  async function (this: MailWorld, _name: string, codes: string) {
    const reply = await client(this).reply()
    assert.ok(matches(reply, codes.replaceAll(' or ', '|')), textOf(reply))
  },
)

When('{person} sends the bytes {string}', async function (this: MailWorld, name: string, text: string) {
  const wire = await connect(this, { kind: 'person', name }, 'relay')
  await wire.reply()
  await wire.send(unescapeBytes(text))
  await wire.closed()
})

// ─── Transactions held open ─────────────────────────────────────────────────────────────────────────────────────────

const beginTransaction = async (world: MailWorld, name: string, recipient: string): Promise<WireClient> => {
  const wire = await connect(world, { kind: 'person', name }, 'relay')
  await wire.reply()
  for (const line of ['EHLO client.example', `MAIL FROM:<${world.person(name).mailbox}>`, `RCPT TO:<${recipient}>`]) {
    const reply = await wire.say(line)
    assert.equal(reply.code, 250, `${line}: ${textOf(reply)}`)
  }
  return wire
}

const beginContent = async (world: MailWorld, name: string, recipient: string): Promise<WireClient> => {
  const wire = await beginTransaction(world, name, recipient)
  const reply = await wire.say('DATA')
  assert.equal(reply.code, 354, textOf(reply))
  return wire
}

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

// ─── Opening, closing, waiting ──────────────────────────────────────────────────────────────────────────────────────

Given("the strangers' network is refused", function (this: MailWorld) {
  const address = this.sourceOf(this.person('mallory'))
  this.settings = { ...this.settings, refusals: { ...this.settings.refusals, hosts: [address] } }
})

Then('the session is still open', async function (this: MailWorld) {
  const reply = await client(this).say('NOOP')
  assert.equal(reply.code, 250, textOf(reply))
})

Then('after {duration} the server says 421 and closes', async function (this: MailWorld, milliseconds: number) {
  await this.target.advance?.(milliseconds + 4 * 60_000)
  const reply = await client(this).reply()
  assert.equal(reply.code, 421, textOf(reply))
  assert.ok(await client(this).closed(), 'the session is still open')
})

When('the server is stopped', async function (this: MailWorld) {
  await this.target.stop()
})

Then('the client has heard 421', async function (this: MailWorld) {
  const reply = await client(this).reply()
  assert.equal(reply.code, 421, textOf(reply))
})

When('{sender} opens {int} sessions at once', async function (this: MailWorld, sender: Sender, count: number) {
  await this.serverRuns()
  const from = this.sourceOf(this.sender(sender))
  const wires: WireClient[] = []
  for (let opened = 0; opened < Math.min(count, 100); opened += 1) {
    wires.push(await this.scene.connect(this.endpoint('relay'), { from, title: `session ${opened + 1}` }))
  }
  const greetings = await Promise.all(wires.map((wire) => wire.reply()))
  this.greetings = greetings.map(({ code }) => code)
})

Then(
  '{int} are greeted with {int} and {int} with {int}',
  function (this: MailWorld, many: number, code: number, few: number, other: number) {
    assert.equal(this.greetings.filter((greeting) => greeting === code).length, many, this.greetings.join(', '))
    assert.equal(this.greetings.filter((greeting) => greeting === other).length, few, this.greetings.join(', '))
  },
)

// ─── Limits ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Then('a command line of {int} octets is understood', async function (this: MailWorld, octets: number) {
  const wire = await connect(this, stranger, 'relay')
  await wire.reply()
  const reply = await wire.say(`NOOP ${'x'.repeat(octets - 'NOOP \r\n'.length)}`)
  assert.equal(reply.code, 250, textOf(reply))
})

Then(
  'a command line of {int} octets is answered 500 and the session goes on',
  async function (this: MailWorld, octets: number) {
    const wire = await connect(this, stranger, 'relay')
    await wire.reply()
    const reply = await wire.say(`NOOP ${'x'.repeat(octets - 'NOOP \r\n'.length)}`)
    assert.equal(reply.code, 500, textOf(reply))
    const next = await wire.say('EHLO client.example')
    assert.equal(next.code, 250, textOf(next))
  },
)

// ─── Attacks ────────────────────────────────────────────────────────────────────────────────────────────────────────

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
  const exchanger = this.host(host)
  assert.equal(exchanger.received.length, 0, `${host} received what mallory offered: an open relay`)
  assert.equal(exchanger.conversations.length, 0, `${host} was contacted`)
  const accepted = client(this).replies.some(({ code }) => code === 354)
  assert.ok(!accepted, 'the offer was accepted, although it was not delivered')
})
