/**
 * Tables of commands and their answers, in a session that has been led to where they matter.
 *
 * A command may hold escapes (`\x01`, `\r\n`; a backslash is doubled in a table, and doubled again to be meant) and
 * repetitions (`{a × 64}`). A third column, `of others`, tells where ours is stricter than the standard asks. After every
 * table the session must still be in step: each command had one answer.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { severalFindings } from '../../report/expectations.ts'
import { unescapeBytes } from '../../simulators/notation.ts'
import type { WireReply } from '../../simulators/contract.ts'
import type { Capability } from '../../targets/target.ts'
import type { Sender } from '../vocabulary.ts'
import type { MailWorld } from '../world.ts'
import { client, connect, inStep, matches, sayAll, stranger, textOf } from './wire.ts'
import type { Role } from './wire.ts'

Given('{sender} has said:', async function (this: MailWorld, sender: Sender, script: string) {
  const wire = await connect(this, sender)
  await wire.reply()
  await sayAll(
    wire,
    script.split('\n').map((line) => this.fillIn(line)),
  )
})

/** Words of extensions that need not be offered. */
const extensions = [
  [/BINARYMIME/i, 'binarymime'],
  [/SMTPUTF8/i, 'smtputf8'],
  [/BDAT/i, 'chunking'],
  [/ SIZE=/i, 'size'],
  [/ BODY=/i, '8bitmime'],
  [/ (?:RET|ENVID|NOTIFY|ORCPT)=/i, 'dsn'],
] as const

const lacks = (world: MailWorld, command: string, word: RegExp, capability: Capability): boolean =>
  word.test(command) && !world.target.capabilities.has(capability)

const leadsOn = /^(?:EHLO|HELO|MAIL|RCPT)\b/i

const asksForMore = ({ code }: WireReply): boolean => code >= 300 && code < 400

/**
 * A path that is written wrongly is 501, or "553 … mailbox name not allowed (e.g., mailbox syntax incorrect)" (RFC 5321 §4.2.3;
 * §4.3.2 lists both for MAIL and RCPT). Ours keeps to the first.
 */
const inOtherWords = (pattern: string, command: string): string =>
  /^(?:MAIL|RCPT)\b/i.test(command) && pattern.split('|').some((one) => /^50[1z](?: 5\.1\.\d+)?$/.test(one))
    ? `${pattern}|553`
    : pattern

/**
 * Sends each row's command and holds its answer against the row's pattern; `before` is said ahead of each. Every answer that
 * is not the wanted one is told, so that no deviation hides behind another, up to one after which nobody knows what the next
 * line is to the server: a command, or the answer to a challenge.
 */
const answers = async (
  world: MailWorld,
  rows: readonly (readonly string[])[],
  wrap: (command: string) => string,
  before: readonly string[] = [],
): Promise<void> => {
  let wire = client(world)
  let greeted = 0
  const wrong: string[] = []
  for (const [command = '', own = '', others = ''] of rows) {
    const wanted = others === '' || world.target.isOurs === true ? own : others
    // An extension that is not offered is no deviation, and its parameters are not to be expected.
    if (extensions.some(([word, capability]) => lacks(world, command, word, capability))) continue
    // Sendmail waits longer and longer with its answers from the third EHLO of a session on.
    if (/^(?:EHLO|HELO)\b/i.test(command) && (greeted += 1) > 1 && world.target.isOurs !== true) {
      wire = await connect(world, stranger)
      await wire.reply()
    }
    const exact = world.asOffered(wanted)
    const pattern = world.target.isOurs === true ? exact : inOtherWords(exact, wrap(command))
    await sayAll(wire, before)
    await wire.send(Buffer.concat([unescapeBytes(world.fillIn(wrap(command))), Buffer.from('\r\n')]))
    const reply = await wire.reply().catch((error: unknown) => {
      if (wrong.length === 0) throw error
    })
    if (reply === undefined) {
      wrong.push(`${wrap(command)} is to be answered with ${pattern}; there was no answer`)
      break
    }
    if (matches(reply, pattern)) continue
    wrong.push(`${wrap(command)} is to be answered with ${pattern}; it was\n${textOf(reply)}`)
    // A challenge that nobody wanted is cancelled.
    if (reply.code === 334) await wire.say('*')
    else if (asksForMore(reply) || reply.code === 421) break
    if (/^3\d/.test(pattern)) break
    // Rows stand on the ones before: what was refused is missing from here on, and what was taken would be in the way.
    if (reply.code >= 400 && pattern.startsWith('2') && leadsOn.test(wrap(command))) break
    if (reply.code < 300 && /^MAIL\b/i.test(wrap(command))) await sayAll(wire, ['RSET'])
  }
  assert.ok(wrong.length === 0, severalFindings(wrong))
  await inStep(wire)
}

Then('the server answers:', async function (this: MailWorld, table: DataTable) {
  await answers(this, table.rows(), (command) => command)
})

Then('the server answers, each time after RSET:', async function (this: MailWorld, table: DataTable) {
  await answers(this, table.rows(), (command) => command, ['RSET'])
})

/** The path stands in the text of the answer, in brackets, where a program finds it (RFC 5321 §4.2.2). */
Then(
  '{string} is answered {code} with the path {path}',
  async function (this: MailWorld, command: string, code: string, path: string) {
    const reply = await client(this).say(command)
    assert.ok(matches(reply, code), textOf(reply))
    assert.ok(reply.lines.join(' ').includes(`<${path}>`), textOf(reply))
  },
)

Then('MAIL is answered for the reverse-paths:', async function (this: MailWorld, table: DataTable) {
  await answers(this, table.rows(), (path) => `MAIL FROM:${path}`, ['RSET'])
})

Then('RCPT is answered for the forward-paths:', async function (this: MailWorld, table: DataTable) {
  await answers(this, table.rows(), (path) => `RCPT TO:${path}`)
})

Then('MAIL is answered for the parameters:', async function (this: MailWorld, table: DataTable) {
  await answers(this, table.rows(), (parameters) => `MAIL FROM:<bob@there.example> ${parameters}`, ['RSET'])
})

Then('each mailbox that {string} shows is taken by RCPT', async function (this: MailWorld, command: string) {
  const wire = client(this)
  await sayAll(wire, ['EHLO client.example', 'MAIL FROM:<alice@here.example>'])
  const reply = await wire.say(command)
  assert.equal(reply.code, 250, textOf(reply))
  const paths = reply.lines.map((line) => /<[^<>@:]+@[^<>]+>$/.exec(line)?.[0])
  assert.ok(paths.length > 1 && !paths.includes(undefined), `no mailbox on a line of\n${textOf(reply)}`)
  await sayAll(
    wire,
    paths.map((path) => `RCPT TO:${path ?? ''}`),
  )
})

/** Ours answers MAIL; others may hold their answer back until the first recipient (RFC 5321 §3.3). */
Then('the sender {mailbox} is answered {code}', async function (this: MailWorld, sender: string, code: string) {
  const wire = client(this)
  const heard = await wire.say(`MAIL FROM:<${sender}>`)
  const late = heard.code === 250 && this.target.isOurs !== true
  const answer = late ? await wire.say('RCPT TO:<alice@here.example>') : heard
  assert.ok(matches(answer, code), textOf(answer))
})

/** Whether the last one is answered and the next shown the door, or the last one itself, is the server's own affair. */
Then(
  'a stranger who says {string} again and again on the {listenerRole} listener is shown out after {int} times',
  async function (this: MailWorld, command: string, role: Role, times: number) {
    const wire = await connect(this, stranger, role)
    await wire.reply()
    await wire.say('EHLO client.example')
    let answered = 0
    while (answered < times + 3) {
      const reply = await wire.say(command).catch(() => undefined)
      if (reply === undefined || reply.code === 421 || reply.code === 554) break
      answered += 1
      if (answered === times && this.target.isOurs === true) {
        assert.equal((await wire.reply()).code, 421)
        break
      }
    }
    assert.ok(Math.abs(answered - times) < 2, `${answered} were answered`)
    assert.ok(await wire.closed(), 'the session goes on')
  },
)

When('the client sends the group:', async function (this: MailWorld, group: string) {
  await client(this).send(unescapeBytes(`${this.fillIn(group).split('\n').join('\r\n')}\r\n`))
})

Then('the answers are {}', async function (this: MailWorld, codes: string) {
  const wire = client(this)
  for (const pattern of this.asOffered(codes).split(', ')) {
    const reply = await wire.reply()
    assert.ok(matches(reply, pattern), `of ${codes}, ${pattern} was to come; what came was\n${textOf(reply)}`)
  }
  await inStep(wire)
})
