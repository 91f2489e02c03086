/**
 * Sessions on the wire: whole conversations, single lines, exact bytes. Here the commands and replies are the language.
 */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Given, Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { WireClient, WireReply } from '../simulators/contract.ts'
import { mismatchText, playScript } from '../simulators/player.ts'
import { parseScript, unescapeBytes } from '../simulators/notation.ts'
import type { Sender } from './vocabulary.ts'
import { client, connect, matches, sayAll, stranger, textOf } from './wire/wire.ts'
import type { Role } from './wire/wire.ts'
import { NotApplicable } from '../targets/faults.ts'
import type { Capability } from '../targets/target.ts'
import type { MailWorld } from './world.ts'

const converse = async (world: MailWorld, role: Role, script: string, sender: Sender): Promise<void> => {
  const wire = await connect(world, sender, role)
  const mismatch = await playScript(parseScript(world.asOffered(world.fillIn(script))), wire)
  // Said in words: the octets themselves, side by side, would only bury them.
  if (mismatch !== undefined) assert.fail(mismatchText(mismatch))
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

/** What a server may leave out altogether; EXPN and HELP are for those that have them (RFC 5321 §3.5.3). */
const optional: Readonly<Record<string, Capability>> = {
  PIPELINING: 'pipelining',
  SIZE: 'size',
  '8BITMIME': '8bitmime',
  CHUNKING: 'chunking',
  BINARYMIME: 'binarymime',
  DSN: 'dsn',
  SMTPUTF8: 'smtputf8',
  STARTTLS: 'tls',
  ENHANCEDSTATUSCODES: 'enhanced-codes',
  EXPN: 'admin',
  HELP: 'admin',
}

Then('the server offers {word}', async function (this: MailWorld, keyword: string) {
  const capability = optional[keyword]
  if (capability !== undefined) this.needs(capability, `has no ${keyword}`)
  const reply = await client(this).say('EHLO client.example')
  assert.ok(offered(reply).includes(keyword), textOf(reply))
})

Then('the server does not offer {word}', async function (this: MailWorld, keyword: string) {
  const reply = await client(this).say('EHLO client.example')
  assert.equal(reply.code, 250, textOf(reply))
  assert.ok(!offered(reply).includes(keyword), textOf(reply))
})

/** CRAM-MD5 and SCRAM keep the password to themselves; our own server asks for nothing at all. */
Then('the server offers no AUTH that would show a password', async function (this: MailWorld) {
  const reply = await client(this).say('EHLO client.example')
  assert.equal(reply.code, 250, textOf(reply))
  const [, ...mechanisms] = (reply.lines.find((line) => /^AUTH\b/i.test(line)) ?? 'AUTH').toUpperCase().split(/[ =]/)
  const showing = mechanisms.filter((name) => name === 'PLAIN' || name === 'LOGIN')
  assert.deepEqual(this.target.isOurs === true ? mechanisms : showing, [], textOf(reply))
})

/** The first word of a reply's first line. */
const firstWord = ({ lines }: WireReply): string => (lines[0] ?? '').split(' ')[0] ?? ''

Then('the server names itself {host}', async function (this: MailWorld, name: string) {
  const wire = client(this)
  const greeting = wire.replies[0]
  assert.ok(greeting !== undefined, 'there was no greeting')
  const replies = [greeting, await wire.say('EHLO client.example'), await wire.say('HELO client.example')]
  for (const reply of replies) assert.equal(firstWord(reply), name, textOf(reply))
})

Then('the server names itself {host} when it says goodbye', async function (this: MailWorld, name: string) {
  const wire = client(this)
  const goodbye = await wire.say('QUIT')
  assert.equal((goodbye.lines[0] ?? '').replace(/^2\.\d\.\d /, '').split(' ')[0], name, textOf(goodbye))
})

Then('the answer to {string} shows:', async function (this: MailWorld, command: string, table: DataTable) {
  const reply = await client(this).say(command)
  const expected = table.raw().flat()
  // Nobody is bound to verify, and then there is nothing to show.
  if (this.target.isOurs !== true && reply.code === 252) throw new NotApplicable('verifies no mailbox')
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

// ─── Opening, closing, waiting ──────────────────────────────────────────────────────────────────────────────────────

Given("the strangers' network is refused", function (this: MailWorld) {
  const address = this.sourceOf(this.person('mallory'))
  this.settings = { ...this.settings, refusals: { ...this.settings.refusals, hosts: [address] } }
})

/** A host that is not wanted may be greeted, and its mail refused (RFC 5321 §3.1). Our own server says so at once. */
Then(
  /^a stranger is greeted with (\d{3}), or its mail gets an answer of that kind$/,
  async function (this: MailWorld, code: string) {
    const wire = await connect(this, stranger)
    const greeting = await wire.reply()
    if (greeting.code === Number(code)) return
    assert.ok(greeting.code === 220 && this.target.isOurs !== true, textOf(greeting))
    await wire.say('EHLO client.example')
    const mail = await wire.say('MAIL FROM:<mallory@elsewhere.example>')
    const answer = mail.code === 250 ? await wire.say('RCPT TO:<alice@here.example>') : mail
    assert.equal(String(answer.code)[0], code[0], textOf(answer))
  },
)

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
  if (this.target.usual !== undefined) throw new NotApplicable('is not ours to stop')
  // Some go on for the next scenario when this one has done with them: those are stopped by starting them again.
  if (this.target.restart === undefined) await this.target.stop()
  else await this.target.restart()
})

Then('the client has heard {code} and the session is closed', async function (this: MailWorld, code: string) {
  const reply = await client(this).reply()
  assert.ok(matches(reply, code), textOf(reply))
  assert.ok(await client(this).closed(), 'the session is still open')
})

Then('two sessions can take turns, command by command', async function (this: MailWorld) {
  const one = await connect(this, stranger)
  const other = await connect(this, { kind: 'standing', standing: 'trusted' })
  for (const wire of [one, other]) assert.equal((await wire.reply()).code, 220)
  const lines = ['EHLO client.example', 'MAIL FROM:<bob@there.example>', 'RCPT TO:<alice@here.example>', 'DATA', '.']
  for (const line of lines) for (const wire of [other, one]) await sayAll(wire, [line])
})

/** Who has left is counted until its process is gone, which a server of one process each may learn a moment later. */
const goneMilliseconds = 5000

When('{sender} opens {int} session(s) at once', async function (this: MailWorld, sender: Sender, count: number) {
  await this.serverRuns()
  const from = this.sourceOf(this.sender(sender))
  const deadline = performance.now() + goneMilliseconds
  for (;;) {
    const wires: WireClient[] = []
    for (let opened = 0; opened < Math.min(count, 100); opened += 1) {
      wires.push(await this.scene.connect(this.endpoint('relay'), { from, title: `session ${opened + 1}` }))
    }
    const greetings = await Promise.all(wires.map((wire) => wire.reply()))
    this.greetings = greetings.map(({ code }) => code)
    const nobody = this.greetings.every((code) => code === 421)
    if (!nobody || this.target.isOurs === true || performance.now() > deadline) return
    await Promise.all(wires.map((wire) => wire.close()))
    await setTimeout(100)
  }
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

/** A limit may be anything (RFC 5321 §4.5.3.1.9), and NOOP looks at no argument; how long a line our own server takes is told. */
Then(
  'a command line of {int} octets is answered 500, or understood, and the session goes on',
  async function (this: MailWorld, octets: number) {
    const wire = await connect(this, stranger, 'relay')
    await wire.reply()
    const reply = await wire.say(`NOOP ${'x'.repeat(octets - 'NOOP \r\n'.length)}`)
    assert.ok(matches(reply, this.target.isOurs === true ? '500' : '500|250'), textOf(reply))
    const next = await wire.say('EHLO client.example')
    assert.equal(next.code, 250, textOf(next))
  },
)
