/**
 * Where servers differ: each question is put in a session of its own, and what the server does is recorded in fixed words as
 * evidence named `behaviour`. Only where a row says what is owed is it judged.
 *
 * Words: `accepts`, `accepts 252`, `goes on 354`, `defers 451`, `refuses 501`, `closes`, `says nothing`; several with commas. What
 * is owed is one of them, or the beginning of one (`refuses`), or several with `|` between; all words must begin with one.
 */
import assert from 'node:assert/strict'
import { Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { WireClient, WireReply } from '../simulators/contract.ts'
import { escapeBytes, unescapeBytes } from '../simulators/notation.ts'
import { findsOf } from './attacks/finds.ts'
import { passwordOf } from './cast.ts'
import { fieldOf, fieldsOf } from './content.ts'
import { fateOf } from './letters.ts'
import { assertNoFaults, behaviourFault, recordBehaviour, wordOf } from './behaviour.ts'
import { connect, stranger } from './wire/wire.ts'
import type { Role } from './wire/wire.ts'
import type { MailWorld } from './world.ts'

interface State {
  readonly role?: Role
  /** Said one by one before the question; `STARTTLS` is followed by the handshake. */
  readonly said: readonly string[]
  /** The question is put before the greeting is read. */
  readonly early?: true
}

const hello = 'EHLO client.example'
const mail = 'MAIL FROM:<mallory@elsewhere.example>'
const credentials = Buffer.from(`\0alice\0${passwordOf('alice')}`).toString('base64')

const states: Readonly<Record<string, State>> = {
  connecting: { said: [], early: true },
  greeting: { said: [] },
  EHLO: { said: [hello] },
  HELO: { said: ['HELO client.example'] },
  MAIL: { said: [hello, mail] },
  'refused RCPT': { said: [hello, mail, 'RCPT TO:<nobody@here.example>'] },
  RCPT: { said: [hello, mail, 'RCPT TO:<alice@here.example>'] },
  BDAT: { said: [hello, mail, 'RCPT TO:<alice@here.example>', 'BDAT 2\r\n'] },
  STARTTLS: { said: [hello, 'STARTTLS', hello] },
  submission: { role: 'submission', said: [hello] },
  submissions: { role: 'submissions', said: [hello] },
  AUTH: { role: 'submissions', said: [hello, `AUTH PLAIN ${credentials}`] },
}

const isSentinel = ({ code, lines }: WireReply): boolean => code === 250 && lines.length > 1
const mostReplies = 12

/** The replies to what was said, as words; an EHLO behind it tells where they end, where the session is one for commands. */
const observe = async (wire: WireClient, expected: number): Promise<readonly string[]> => {
  const words: string[] = []
  let asked = false
  for (let heard = 0; heard < mostReplies; heard += 1) {
    if (heard >= expected && !asked) {
      if (/^goes on|^accepts 2[23]0$/.test(words.at(-1) ?? '')) return words
      await wire.send('EHLO sentinel.example\r\n')
      asked = true
    }
    try {
      const reply = await wire.reply()
      const isEnd = asked && (isSentinel(reply) || reply.code === 221)
      if (isEnd) return words.length > 0 ? words : ['says nothing']
      words.push(wordOf(reply))
      // What was said behind it is content now.
      if (reply.code === 354) return words
      // Where EHLO is refused too, only the farewell tells the end.
      if (asked) await wire.send('QUIT\r\n')
    } catch (error) {
      words.push(/closed/.test(String(error)) ? 'closes' : 'says nothing')
      return words
    }
  }
  return words
}

const ask = async (world: MailWorld, name: string, question: string): Promise<string> => {
  const state = states[name]
  assert.ok(state !== undefined, `there is no state called "${name}"`)
  const wire = await connect(world, stranger, state.role ?? 'relay')
  const bytes = Buffer.from(unescapeBytes(world.fillIn(question)))
  const whole = bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')])
  const lines = whole.toString('latin1').split('\r\n').length - 1
  if (state.early !== true) await wire.reply()
  for (const line of state.said) {
    const reply = await wire.say(line)
    if (line === 'STARTTLS' && reply.code === 220) await wire.secure()
  }
  await wire.send(whole)
  const words = await observe(wire, lines + (state.early === true ? 1 : 0))
  await wire.close()
  return words.join(', ')
}

/** Rows: the state of the session, what is said there (escapes as in exact bytes, CRLF added), what is owed if anything. */
Then('the server behaves so:', async function (this: MailWorld, table: DataTable) {
  const faults: string[] = []
  for (const { state = '', said = '', owed = '' } of table.hashes()) {
    const question = `after ${state}, ${said === '' ? '(an empty line)' : said}`
    // A group of commands is owed nothing by a server that takes none.
    const judged = said.includes('\\r\\n') && !this.target.capabilities.has('pipelining') ? '' : owed
    const fault = behaviourFault(this, question, await ask(this, state, said), judged)
    if (fault !== undefined) faults.push(fault)
  }
  assertNoFaults(faults)
})

// ─── Content ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What lies in alice's mailbox of a content with that token, in words. */
const arrival = async (world: MailWorld, token: string, content: string): Promise<string> => {
  const found = (await world.mailbox('alice@here.example')).find((stored) =>
    Buffer.from(stored.content).includes(token),
  )
  if (found === undefined) return 'does not arrive'
  const text = Buffer.from(found.content).toString('latin1')
  const added = fieldsOf(found.content).map(({ name }) => name)
  const unchanged = text.endsWith(content)
  const changed = escapeBytes(Buffer.from(text.slice(text.indexOf(token) + token.length), 'latin1')).slice(0, 80)
  return `arrives ${unchanged ? 'unchanged' : `as ${changed}`}; fields ${added.join(' ')}`
}

/** Rows: the content (`{token}` stands for a word of its own), and what is owed for the reply and for the arrival. */
Then('content is treated so:', async function (this: MailWorld, table: DataTable) {
  for (const { content = '', reply: owed = '', arrives = '' } of table.hashes()) {
    const wire = await connect(this, stranger)
    await wire.reply()
    for (const line of [hello, mail, 'RCPT TO:<alice@here.example>', 'DATA']) await wire.say(line)
    const token = this.nextToken()
    const bytes = Buffer.from(unescapeBytes(this.fillIn(content.replaceAll('{token}', token))))
    await wire.send(Buffer.concat([bytes, Buffer.from('.\r\n')]))
    const said = (await observe(wire, 1)).join(', ')
    await wire.close()
    // What comes behind the end of content is a group as well.
    const ended = /^(?:|.*\\r\\n)\.\\r\\n/.test(content)
    const judged = ended && !this.target.capabilities.has('pipelining') ? '' : owed
    recordBehaviour(this, `content ${content}`, said, judged)
    if (content.includes('{token}'))
      recordBehaviour(this, `content ${content}`, await arrival(this, token, bytes.toString('latin1')), arrives)
  }
})

Then('of {int} recipients at least {int} are taken', async function (this: MailWorld, count: number, least: number) {
  const wire = await connect(this, { kind: 'standing', standing: 'trusted' })
  await wire.reply()
  for (const line of [hello, 'MAIL FROM:<alice@here.example>']) await wire.say(line)
  const codes = new Map<string, number>()
  for (let asked = 0; asked < Math.min(count, 2000); asked += 1) {
    const word = wordOf(await wire.say(`RCPT TO:<user${asked}@there.example>`))
    codes.set(word, (codes.get(word) ?? 0) + 1)
  }
  recordBehaviour(this, `${count} recipients`, [...codes].map(([word, times]) => `${word} × ${times}`).join(', '), '')
  assert.ok((codes.get('accepts') ?? 0) >= least, [...codes].join(' '))
})

// ─── Messages on their way ──────────────────────────────────────────────────────────────────────────────────────────

/** What became of the last letter for its first recipient: at the door, and afterwards. */
Then('it is recorded what became of the message', async function (this: MailWorld) {
  const { letter } = this
  letter.looked = true
  await this.rest()
  const fate = fateOf(letter, letter.to[0] ?? '')
  const { delivered, here, notified, queued } = (await findsOf(this))(letter.token)
  const copies = (await this.mailbox(letter.to[0] ?? '')).filter(
    ({ content }) => fieldOf(content, 'Subject') === letter.token,
  ).length
  const then = [
    ...delivered.map((host) => `delivered to ${host}`),
    ...(here ? [`in the mailbox × ${copies}`] : []),
    ...(notified ? ['notified'] : []),
    ...(queued || ((await this.target.queue?.()) ?? []).length > 0 ? ['queued'] : []),
  ]
  const door = fate.kind === 'accepted' ? 'accepts' : `${fate.code < 500 ? 'defers' : 'refuses'} ${fate.code}`
  recordBehaviour(this, `<${letter.from}> → <${letter.to.join('> <')}>`, [door, ...then].join(', '), '')
})

Then('it is recorded what becomes of {string} behind STARTTLS', async function (this: MailWorld, command: string) {
  const wire = await connect(this, stranger)
  await wire.reply()
  await wire.say(hello)
  await wire.send(`STARTTLS\r\n${command}\r\n`)
  const ready = await wire.reply()
  const began =
    ready.code === 220 &&
    (await wire.secure().then(
      () => true,
      () => false,
    ))
  const answered = began ? isSentinel(await wire.say(hello)) : false
  const word = ready.code !== 220 ? wordOf(ready) : !began ? 'closes' : answered ? 'discards' : 'executes'
  recordBehaviour(this, `${command} behind STARTTLS`, word, 'discards|closes|refuses')
})
