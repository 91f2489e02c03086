/**
 * What the server under test says as a client: the commands that a mail exchanger heard, connection by connection.
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { Conversation, Exchanger } from '../simulators/contract.ts'
import { renderConversation, unescapeBytes } from '../simulators/notation.ts'
import { NotApplicable } from '../targets/faults.ts'
import { fieldsOf } from './content.ts'
import { until } from './patience.ts'
import type { Sender } from './vocabulary.ts'
import type { MailWorld } from './world.ts'

/** All octets of the client, TLS taken off. */
const heard = ({ spoken }: Conversation): Buffer =>
  Buffer.concat(spoken.filter(({ side }) => side === 'C').map(({ bytes }) => bytes))

/** Its lines, with verbs in one case (RFC 5321 §2.4: case is not significant); of BDAT the command alone, since its octets are no lines. */
const linesOf = (conversation: Conversation): readonly string[] => {
  const bytes = heard(conversation)
  const lines: string[] = []
  let at = 0
  for (let end = bytes.indexOf('\r\n'); end !== -1; end = bytes.indexOf('\r\n', at)) {
    const line = bytes.toString('utf8', at, end)
    lines.push(line.replace(/^(?:MAIL FROM|RCPT TO):/i, (verb) => verb.toUpperCase()))
    at = end + 2 + Number(/^BDAT (\d+)/.exec(line)?.[1] ?? 0)
  }
  return lines
}

const shown = (exchanger: Exchanger): string =>
  exchanger.conversations.map((conversation) => renderConversation(conversation)).join('\n')

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)

/** `…` alone stands for any number of lines, within a line for any text. */
const matches = (lines: readonly string[], script: string): boolean => {
  const source = script
    .split('\n')
    .map((pattern) => (pattern === '…' ? '(?:[^\n]*\n)*?' : `${pattern.split('…').map(literally).join('[^\n]*')}\n`))
    .join('')
  return new RegExp(`^${source}$`, 'u').test(lines.map((line) => `${line}\n`).join(''))
}

const assertSaid = (exchanger: Exchanger, conversation: Conversation | undefined, script: string): void => {
  assert.ok(conversation !== undefined, `nobody connected to ${exchanger.name}`)
  assert.ok(matches(linesOf(conversation), script), shown(exchanger))
}

When(
  '{sender} sends a message to {word} at each of {int} domains',
  async function (this: MailWorld, sender: Sender, name: string, count: number) {
    const person = this.sender(sender)
    for (let index = 1; index <= Math.min(count, 100); index += 1)
      await this.send(person, person.mailbox, [`${name}@d${index}.example`])
  },
)

When(
  '{sender} sends a message to {int} recipients with long names at {domain}',
  async function (this: MailWorld, sender: Sender, count: number, domain: string) {
    const person = this.sender(sender)
    const to = Array.from({ length: Math.min(count, 1000) }, (_, index) => {
      const name = `${'long'.repeat(14)}-${index + 1}`
      return `${name}@${domain}`
    })
    await this.send(person, person.mailbox, to)
  },
)

Then('the client says to {host}:', async function (this: MailWorld, host: string, script: string) {
  await this.rest()
  assertSaid(this.host(host), this.host(host).conversations[0], script)
})

/** A route is `<@one,@two:mailbox>` (RFC 5321 §4.1.2). */
Then('no client names a host without a dot in a route', async function (this: MailWorld) {
  await this.rest()
  const paths = this.scene.exchangers
    .flatMap(({ conversations }) => conversations.flatMap(linesOf))
    .flatMap((line) => /^(?:MAIL FROM|RCPT TO):<(@[^:]+):/i.exec(line)?.[1] ?? [])
  const bare = paths.flatMap((route) => route.split(',')).filter((hop) => !hop.includes('.'))
  assert.deepEqual(bare, [])
})

/** The last connection, when there were several. */
Then('the client at last says to {host}:', async function (this: MailWorld, host: string, script: string) {
  await this.rest()
  assertSaid(this.host(host), this.host(host).conversations.at(-1), script)
})

/** While something is still under way. */
Then('the client meanwhile says to {host}:', async function (this: MailWorld, host: string, script: string) {
  const exchanger = this.host(host)
  await until(
    () => exchanger.conversations.some((conversation) => matches(linesOf(conversation), script)),
    () => shown(exchanger),
  )
})

/** While the client waits for an answer: RFC 2920 §3.1 bounds what it may have sent meanwhile. */
Then('{host} has been told at most {int} octets', async function (this: MailWorld, host: string, most: number) {
  const exchanger = this.host(host)
  await until(
    () => exchanger.held > 0,
    () => shown(exchanger),
  )
  const octets = Math.max(...exchanger.conversations.map((conversation) => heard(conversation).length))
  assert.ok(octets <= most, `${octets} octets came`)
})

/** Exact octets, as they passed: `\r\n..\r\n`. */
Then('{host} hears the bytes {string}', async function (this: MailWorld, host: string, text: string) {
  await this.rest()
  const bytes = Buffer.from(unescapeBytes(text))
  assert.ok(
    this.host(host).conversations.some((conversation) => heard(conversation).includes(bytes)),
    shown(this.host(host)),
  )
})

Then('{host} hears no octet beyond ASCII', async function (this: MailWorld, host: string) {
  await this.rest()
  const { conversations } = this.host(host)
  assert.ok(conversations.length > 0, 'nobody connected')
  assert.ok(!conversations.some((conversation) => heard(conversation).some((octet) => octet > 127)), 'one came')
})

/** But HT, CR and LF. */
Then('{host} hears no control characters', async function (this: MailWorld, host: string) {
  await this.rest()
  const { conversations } = this.host(host)
  assert.ok(conversations.length > 0, 'nobody connected')
  const controls = conversations.flatMap((conversation) =>
    [...heard(conversation)].filter((octet) => (octet < 32 && ![9, 10, 13].includes(octet)) || octet === 127),
  )
  assert.deepEqual(controls, [])
})

Then('{host} hears MAIL FROM {string} and no other', async function (this: MailWorld, host: string, path: string) {
  await this.rest()
  const said = this.host(host)
    .conversations.flatMap(linesOf)
    .flatMap((line) => /^MAIL FROM:(<.*?>)/i.exec(line)?.[1] ?? [])
  assert.deepEqual([...new Set(said)], [path])
})

Then(
  /^(\S+\.example) hears (RCPT|MAIL|DATA|BDAT|RSET|QUIT|EHLO|HELO|AUTH|STARTTLS|EXPN) (once|twice|\d+ times|never)$/,
  async function (this: MailWorld, host: string, verb: string, often: string) {
    await this.rest()
    const times = { never: 0, once: 1, twice: 2 }[often] ?? Number.parseInt(often, 10)
    const commands = this.host(host).conversations.flatMap(linesOf)
    const verbs = commands.map((line) => line.toUpperCase().split(' ')[0])
    const said = verbs.filter((one) => one === verb)
    if (verb === 'BDAT' && said.length === 0 && times > 0 && verbs.includes('DATA') && this.target.isOurs !== true)
      throw new NotApplicable('sends content by DATA only')
    assert.equal(said.length, times, shown(this.host(host)))
  },
)

/** After DATA come the dot and commands, and no line of a message. */
Then('{host} hears no content', async function (this: MailWorld, host: string) {
  await this.rest()
  const lines = this.host(host)
    .conversations.map(linesOf)
    .flatMap((said) => (said.includes('DATA') ? said.slice(said.indexOf('DATA') + 1) : []))
  const content = lines.filter((line) => !/^(?:\.|RSET|QUIT|EHLO .*|HELO .*|MAIL FROM:.*|RCPT TO:.*|DATA)$/.test(line))
  assert.deepEqual(content, [])
})

/** To leave is to take back: QUIT ends a transaction as RSET does, and so does the end of the connection. Ours stays. */
Then('{host} hears nothing but RSET or QUIT after BDAT', async function (this: MailWorld, host: string) {
  await this.rest()
  for (const conversation of this.host(host).conversations) {
    const verbs = linesOf(conversation).map((line) => line.toUpperCase().split(' ')[0] ?? '')
    const after = verbs.indexOf('BDAT') + 1
    const allowed = this.target.isOurs === true ? /^RSET$/ : /^(?:RSET|QUIT)$/
    if (after > 0) assert.match(verbs[after] ?? 'QUIT', allowed, shown(this.host(host)))
  }
})

Then('{host} is left only after its goodbye', async function (this: MailWorld, host: string) {
  await this.rest()
  const exchanger = this.host(host)
  const spoken = exchanger.conversations.at(-1)?.spoken ?? []
  const goodbye = spoken.findIndex(({ side, bytes }) => side === 'S' && Buffer.from(bytes).includes('221'))
  const leaving = spoken.findIndex(({ side, note }) => side === '!' && note === 'C closes')
  assert.ok(goodbye !== -1 && (leaving === -1 || goodbye < leaving), shown(exchanger))
})

/** The content below the one Received field that this server adds is the letter's, octet for octet. */
Then('the content arrives at {host} below one new trace field', async function (this: MailWorld, host: string) {
  await this.rest()
  const content = this.host(host).received.at(-1)?.content
  assert.ok(content !== undefined, `${host} received nothing`)
  const text = Buffer.from(content).toString('latin1')
  // What a server found out about its client stands above its trace (RFC 8601 §4.1); ours writes nothing of that.
  const field = '[^\\r\\n]*(?:\\r\\n[ \\t][^\\r\\n]*)*\\r\\n'
  const results = this.target.isOurs === true ? '' : `(?:Authentication-Results:${field})?`
  const trace = new RegExp(`^${results}Received:${field}`).exec(text)
  assert.ok(trace !== null, 'no Received field stands on top')
  assert.equal(text.slice(trace[0].length), Buffer.from(this.letter.content).toString('latin1'))
})

Then('the message at {host} has no field:', async function (this: MailWorld, host: string, table: DataTable) {
  await this.rest()
  const content = this.host(host).received.at(-1)?.content
  assert.ok(content !== undefined, `${host} received nothing`)
  const names = new Set(fieldsOf(content).map(({ name }) => name.toLowerCase()))
  for (const field of table.raw().flat()) assert.ok(!names.has(field.toLowerCase()), `${field} is there`)
})
