/**
 * A whole session of good and bad commands, and what must hold of every reply in it: one for each command, a code that the
 * standard lists for that command, an enhanced code that is registered and goes with it.
 *
 * Their form (line ends, ASCII, one code, one class) is judged by the reply lint.
 */
import assert from 'node:assert/strict'
import { Given, Then } from '@cucumber/cucumber'
import { unescapeBytes } from '../../simulators/notation.ts'
import { deviationText, lint } from '../../report/lint.ts'
import type { WireReply } from '../../simulators/contract.ts'
import type { Sender } from '../vocabulary.ts'
import type { MailWorld } from '../world.ts'
import { enhancedCodes, replyCodes } from './reply-tables.ts'
import { NotApplicable } from '../../targets/choose.ts'
import { client, connect, inStep, textOf } from './wire.ts'

/** The commands of the session, in order; the reply to each is at the same place after the greeting. */
const said = new WeakMap<MailWorld, readonly string[]>()

Given('{sender} has said, well and badly:', async function (this: MailWorld, sender: Sender, script: string) {
  // Which reply belongs to which line is only known where each goes as the script expects.
  if (this.target.isOurs !== true) throw new NotApplicable('answers a script of another server in its own way')
  const wire = await connect(this, sender)
  await wire.reply()
  const lines = script.split('\n').map((line) => this.fillIn(line))
  for (const line of lines) {
    await wire.send(Buffer.concat([unescapeBytes(line), Buffer.from('\r\n')]))
    await wire.reply()
  }
  said.set(this, lines)
})

Then('each line has been answered once', async function (this: MailWorld) {
  const wire = client(this)
  await inStep(wire)
  assert.equal(wire.replies.length, (said.get(this) ?? []).length + 2, 'a command had no reply of its own')
})

/** The reply lint judges our own server after every scenario; here any server is judged. */
Then('each reply has the form that the standard gives it', function (this: MailWorld) {
  assert.deepEqual(lint(client(this).conversation.spoken).map(deviationText), [])
})

/** What a line is said to when the reply before it asked for more. */
const continues: Readonly<Record<number, string>> = { 334: 'AUTH', 354: 'content' }

/** Each reply with the verb that it answers; `connection` for the greeting, `content` for the end of the content. */
const answered = (world: MailWorld): readonly { readonly verb: string; readonly reply: WireReply }[] => {
  const { replies } = client(world)
  const verbs = (said.get(world) ?? []).map(
    (line, index) => continues[replies[index]?.code ?? 0] ?? (/^[A-Za-z]+/.exec(line)?.[0] ?? '').toUpperCase(),
  )
  return replies.slice(0, verbs.length + 1).map((reply, index) => ({ verb: verbs[index - 1] ?? 'connection', reply }))
}

Then('each reply code stands in the table of its command', function (this: MailWorld) {
  for (const { verb, reply } of answered(this)) {
    const codes = replyCodes[verb] ?? replyCodes['anything else'] ?? []
    assert.ok(codes.includes(reply.code), `${verb} may be answered ${codes.join(', ')}; it was\n${textOf(reply)}`)
  }
})

Then('only DATA and AUTH are answered 3yz', function (this: MailWorld) {
  const steps = answered(this).filter(({ reply }) => reply.code >= 300 && reply.code < 400)
  assert.ok(steps.length > 0, 'nothing was answered 3yz')
  for (const { verb, reply } of steps) assert.equal(reply.code, verb === 'AUTH' ? 334 : 354, textOf(reply))
  for (const { verb } of steps) assert.ok(verb === 'DATA' || verb === 'AUTH', verb)
})

Then('each reply but those to the connection, EHLO and HELO has an enhanced status code', function (this: MailWorld) {
  for (const { verb, reply } of answered(this)) {
    const expected = reply.code < 300 || reply.code >= 400
    const excepted = verb === 'connection' || verb === 'EHLO' || verb === 'HELO'
    for (const line of reply.lines) {
      const has = /^[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2}) /.test(line)
      assert.equal(has, expected && !excepted, `${verb}:\n${textOf(reply)}`)
      if (has) assert.equal(line[0], String(reply.code)[0], textOf(reply))
    }
  }
})

Then('each enhanced status code is registered and goes with its reply code', function (this: MailWorld) {
  for (const { verb, reply } of answered(this)) {
    if (reply.enhanced === undefined) continue
    const entry = enhancedCodes[reply.enhanced.slice(2)]
    assert.ok(entry !== undefined, `${verb}: X.${reply.enhanced.slice(2)} is not registered`)
    const { codes, classes } = entry
    assert.ok(
      codes === 'any' || codes.includes(reply.code),
      `${verb}: ${reply.code} does not go with ${reply.enhanced}`,
    )
    assert.ok(classes.includes(reply.enhanced[0] ?? ''), `${verb}: ${reply.enhanced} is of a class that it never has`)
  }
})

Then('each reply tells which command it answers', function (this: MailWorld) {
  const texts = new Map<string, string>()
  for (const { verb, reply } of answered(this)) {
    const text = textOf(reply)
    if (reply.code === 250 && texts.has(text))
      assert.equal(texts.get(text), verb, `two commands have the answer\n${text}`)
    texts.set(text, verb)
  }
})
