/**
 * Makes relay probes over raw clients, each all the way: MAIL, RCPT, the content and its end; and says how far each came.
 *
 * A refusal is a value, and so is a connection that ended or fell silent. Every probe carries a token of its own, by which
 * whatever comes of it is recognised elsewhere. Where the clients connect to, and from where, is the caller's affair; what
 * the answers mean is `verdict.ts`'s.
 */
import type { WireClient, WireReply } from '../simulators/contract.ts'
import type { RelayProbe, RelaySession } from './relay-probes.ts'

/** What stands for the placeholders; a probe whose placeholder has no value is not made. */
export type Names = Readonly<Record<string, string>>

export type Stage = 'connection' | 'MAIL' | 'RCPT' | 'DATA' | 'the content'

export type Outcome =
  | { readonly kind: 'refused' | 'deferred'; readonly stage: Stage; readonly reply: string }
  | { readonly kind: 'accepted'; readonly reply: string }
  /** No reply came: the server closed, or said nothing in time. */
  | { readonly kind: 'ended'; readonly stage: Stage; readonly reply: string }

export interface Attempt {
  readonly probe: RelayProbe
  readonly session: RelaySession
  readonly token: string
  /** As they were sent. */
  readonly sender: string
  readonly recipient: string
  readonly outcome: Outcome
}

export interface RelayErrand {
  readonly probes: readonly RelayProbe[]
  readonly session: RelaySession
  readonly names: Names
  readonly dial: () => Promise<WireClient>
  readonly token: (probe: RelayProbe) => string
  /** Waited before each probe. */
  readonly pause?: () => Promise<void>
}

/** Shared sessions are renewed after so many probes, before servers lose patience with refused commands. */
const probesPerSession = 20

/** The text with its placeholders filled in; undefined when one has no value. `{EXT}` is `{ext}` in capitals. */
export const fillIn = (template: string, names: Names): string | undefined => {
  let known = true
  const text = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = names[name] ?? names[name.toLowerCase()]?.toUpperCase()
    known &&= value !== undefined
    return value ?? ''
  })
  return known ? text : undefined
}

/** The probe's commands as they will be sent; undefined when the names do not suffice. */
export const commandsOf = (
  probe: RelayProbe,
  session: RelaySession,
  names: Names,
): { readonly mail: string; readonly rcpt: string } | undefined => {
  const sender = fillIn(probe.sender, names)
  const recipient = fillIn(probe.recipient, names)
  const parameters = fillIn(session.mailParameters ?? '', names)
  if (sender === undefined || recipient === undefined || parameters === undefined) return undefined
  const international = /[^\0-\x7f]/.test(recipient) ? ' SMTPUTF8' : ''
  return { mail: `MAIL FROM:${sender}${parameters}${international}`, rcpt: `RCPT TO:${recipient}` }
}

export const contentOf = (token: string, probe: RelayProbe): string =>
  [
    `Subject: ${token}`,
    'From: <relay-probe@elsewhere.example>',
    `Message-ID: <${token}@elsewhere.example>`,
    'Date: Tue, 24 Nov 2026 12:00:00 +0000',
    '',
    `A test whether this server relays mail for strangers (${probe.id}).`,
    '',
  ].join('\r\n')

const text = ({ code, lines }: WireReply): string => `${code} ${lines.at(-1) ?? ''}`.trimEnd()
const good = ({ code }: WireReply): boolean => code >= 200 && code < 300

class NoReply extends Error {
  override readonly name = 'NoReply'
}

const hear = async (wire: WireClient): Promise<WireReply> => {
  try {
    return await wire.reply()
  } catch (error) {
    throw new NoReply(error instanceof Error ? error.message : String(error))
  }
}

const say = async (wire: WireClient, line: string): Promise<WireReply> => {
  await wire.send(`${line}\r\n`)
  return await hear(wire)
}

/** Enters a session of that kind; gives the greeting where it is a refusal. What is said to the opening is not judged. */
const enter = async (wire: WireClient, { session, names }: RelayErrand): Promise<WireReply | undefined> => {
  const before = fillIn(session.before ?? '', names)
  if (before !== undefined && before !== '') await wire.send(before)
  const greeting = await hear(wire)
  if (!good(greeting)) return greeting
  for (const template of session.opening) {
    const line = fillIn(template, names)
    if (line === undefined) continue
    let reply = await say(wire, line)
    // What came before the greeting was perhaps answered as a command: its refusal is not the answer to this one.
    for (let more = 0; session.before !== undefined && !good(reply) && more < 2; more += 1) reply = await hear(wire)
    if (line === 'STARTTLS' && reply.code === 220) await wire.secure()
  }
  if (session.first === 'transaction here') {
    const own = fillIn('<{lu}@{ld}>', names)
    for (const line of ['MAIL FROM:<>', `RCPT TO:${own ?? '<postmaster>'}`, 'DATA']) await say(wire, line)
    await say(wire, 'Subject: the first transaction\r\n\r\n.')
  }
  return undefined
}

const refusal = (reply: WireReply, stage: Stage): Outcome => ({
  kind: reply.code >= 400 && reply.code < 500 ? 'deferred' : 'refused',
  stage,
  reply: text(reply),
})

interface Transaction {
  readonly mail: string
  readonly rcpt: string
  readonly companion: string | undefined
  readonly content: string
  readonly session: RelaySession
}

const converse = async (wire: WireClient, transaction: Transaction, at: (stage: Stage) => void): Promise<Outcome> => {
  const { mail, rcpt, companion, content, session } = transaction
  const step = async (line: string, stage: Stage): Promise<WireReply> => {
    at(stage)
    return await say(wire, line)
  }
  if (session.transfer === 'pipelined') {
    at('MAIL')
    await wire.send(`${mail}\r\n${rcpt}\r\nDATA\r\n`)
    const sender = await hear(wire)
    at('RCPT')
    const recipient = await hear(wire)
    at('DATA')
    const data = await hear(wire)
    const ended = data.code === 354 ? await step(`${content}.`, 'the content') : data
    if (!good(sender)) return refusal(sender, 'MAIL')
    if (!good(recipient)) return refusal(recipient, 'RCPT')
    if (data.code !== 354) return refusal(data, 'DATA')
    return good(ended) ? { kind: 'accepted', reply: text(ended) } : refusal(ended, 'the content')
  }
  const sender = await step(mail, 'MAIL')
  if (!good(sender)) return refusal(sender, 'MAIL')
  if (companion !== undefined) await step(companion, 'RCPT')
  const recipient = await step(rcpt, 'RCPT')
  if (!good(recipient)) return refusal(recipient, 'RCPT')
  if (session.transfer === 'BDAT') {
    const chunk = await step(`BDAT ${Buffer.byteLength(content)} LAST\r\n${content.slice(0, -2)}`, 'the content')
    return good(chunk) ? { kind: 'accepted', reply: text(chunk) } : refusal(chunk, 'the content')
  }
  const data = await step('DATA', 'DATA')
  if (data.code !== 354) return refusal(data, 'DATA')
  const ended = await step(`${content}.`, 'the content')
  return good(ended) ? { kind: 'accepted', reply: text(ended) } : refusal(ended, 'the content')
}

/** Who stands beside the probe's recipient in the transaction. */
const companionOf = (session: RelaySession, names: Names): string | undefined => {
  if (session.first === 'recipient here') return `RCPT TO:${fillIn('<{lu}@{ld}>', names) ?? '<postmaster>'}`
  if (session.first === 'refused recipient') return `RCPT TO:${fillIn('<nobody-at-all@{ld}>', names) ?? '<>'}`
  return undefined
}

/** Makes the probes one after the other, as many as the names suffice for. Never rejects for what the server does. */
export async function makeProbes(errand: RelayErrand): Promise<readonly Attempt[]> {
  const { probes, session, names, dial, pause } = errand
  const attempts: Attempt[] = []
  let wire: WireClient | undefined
  let used = 0
  const leave = async (): Promise<void> => {
    await wire?.send('QUIT\r\n')
    await wire?.close()
    wire = undefined
    used = 0
  }
  for (const probe of probes) {
    const commands = commandsOf(probe, session, names)
    if (commands === undefined) continue
    await pause?.()
    const token = errand.token(probe)
    let stage: Stage = 'connection'
    let outcome: Outcome
    try {
      if (wire !== undefined && session.shared === true) await say(wire, 'RSET')
      let greeting: WireReply | undefined
      if (wire === undefined) {
        wire = await dial()
        greeting = await enter(wire, errand)
      }
      const transaction = {
        ...commands,
        session,
        companion: companionOf(session, names),
        content: contentOf(token, probe),
      }
      outcome =
        greeting === undefined
          ? await converse(wire, transaction, (next) => (stage = next))
          : refusal(greeting, 'connection')
      used += 1
      if (session.shared !== true || used >= probesPerSession || greeting !== undefined) await leave()
    } catch (error) {
      outcome = { kind: 'ended', stage, reply: error instanceof Error ? error.message : String(error) }
      await wire?.close()
      wire = undefined
      used = 0
    }
    const sender = commands.mail.slice('MAIL FROM:'.length)
    const recipient = commands.rcpt.slice('RCPT TO:'.length)
    attempts.push({ probe, session, token, sender, recipient, outcome })
  }
  await leave()
  return attempts
}
