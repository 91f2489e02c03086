/**
 * What the wire steps share: opening a session as somebody, the session at hand, and how a reply is read and shown.
 */
import assert from 'node:assert/strict'
import type { WireClient, WireReply } from '../../simulators/contract.ts'
import type { Sender } from '../vocabulary.ts'
import type { MailWorld } from '../world.ts'

export type Role = 'relay' | 'submission' | 'submissions'

export const stranger: Sender = { kind: 'person', name: 'mallory' }

/** Opens a session as somebody, and leaves it as the world's client; the greeting is not read yet. */
export const connect = async (world: MailWorld, sender: Sender, role: Role = 'relay'): Promise<WireClient> => {
  await world.serverRuns()
  const person = world.sender(sender)
  world.client = await world.scene.connect(world.endpoint(role), {
    from: world.sourceOf(person),
    implicitTls: role === 'submissions',
    title: `${person.name} → the server`,
  })
  return world.client
}

export const client = (world: MailWorld): WireClient => {
  if (world.client === undefined) throw new Error('nobody has opened a session yet')
  return world.client
}

export const textOf = ({ code, lines }: WireReply): string => lines.map((line) => `${code} ${line}`).join('\n')

/** `503`, `5yz`, `550 5.1.1`, or several with `|` between. */
export const matches = ({ code, enhanced }: WireReply, pattern: string): boolean =>
  pattern.split('|').some((one) => {
    const [digits = '', status] = one.trim().split(' ')
    return (
      new RegExp(`^${digits.replaceAll(/[yz]/g, '\\d')}$`).test(String(code)) &&
      (status === undefined || status === enhanced)
    )
  })

/** Says lines that lead somewhere: each must be answered with 2yz or 3yz. */
export const sayAll = async (wire: WireClient, lines: readonly string[]): Promise<void> => {
  for (const line of lines) {
    const reply = await wire.say(line)
    assert.ok(reply.code < 400, `${line}: ${textOf(reply)}`)
  }
}

/** The session answers the next command with the reply to that command: nothing was lost and nothing is left over. */
export const inStep = async (wire: WireClient): Promise<void> => {
  const before = wire.replies.length
  const reply = await wire.say('NOOP')
  assert.equal(reply.code, 250, `the session is out of step: ${textOf(reply)}`)
  assert.equal(wire.replies.length, before + 1, 'a command had more than one reply')
}

export const beginTransaction = async (world: MailWorld, name: string, recipient: string): Promise<WireClient> => {
  const wire = await connect(world, { kind: 'person', name }, 'relay')
  await wire.reply()
  for (const line of ['EHLO client.example', `MAIL FROM:<${world.person(name).mailbox}>`, `RCPT TO:<${recipient}>`]) {
    const reply = await wire.say(line)
    assert.equal(reply.code, 250, `${line}: ${textOf(reply)}`)
  }
  return wire
}

export const beginContent = async (world: MailWorld, name: string, recipient: string): Promise<WireClient> => {
  const wire = await beginTransaction(world, name, recipient)
  const reply = await wire.say('DATA')
  assert.equal(reply.code, 354, textOf(reply))
  return wire
}
