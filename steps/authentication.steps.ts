/**
 * Authentication on the wire, for methods and departures from them that common client libraries do not speak; and what a
 * listener offers before and after TLS.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { Given, Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { authenticateWithScram } from '../simulators/clients/scram.ts'
import type { ScramAlterations } from '../simulators/clients/scram.ts'
import type { SecureAs, WireClient } from '../simulators/contract.ts'
import { passwordOf, place } from './cast.ts'
import type { Sender } from './vocabulary.ts'
import { client, connect, matches, textOf } from './wire/wire.ts'
import type { Role } from './wire/wire.ts'
import type { MailWorld } from './world.ts'

/** A session in which EHLO was said; under TLS where the listener has it or the sentence asks for it. */
const introduced = async (
  world: MailWorld,
  sender: Sender,
  role: Role,
  secure: SecureAs | undefined,
): Promise<WireClient> => {
  const wire = await connect(world, sender, role)
  await wire.reply()
  await wire.say('EHLO client.example')
  if (secure === undefined || role === 'submissions') return wire
  world.needs('tls', 'offers no TLS')
  assert.equal((await wire.say('STARTTLS')).code, 220)
  await wire.secure(secure)
  await wire.say('EHLO client.example')
  return wire
}

Given(
  /^(a stranger|a trusted host) has introduced itself (in clear|under TLS) on the (relay|submission|submissions) listener$/,
  async function (this: MailWorld, who: string, how: string, role: Role) {
    const sender: Sender = { kind: 'standing', standing: who === 'a trusted host' ? 'trusted' : 'stranger' }
    await introduced(this, sender, role, how === 'under TLS' ? {} : undefined)
  },
)

/** An EHLO line with its words in one order, each once, and without the mechanisms that this server never knew. */
const wordsKnown = (world: MailWorld, line: string): string => {
  const unknown = new Set([
    ...(world.target.capabilities.has('scram') ? [] : ['SCRAM-SHA-256']),
    ...(world.target.capabilities.has('scram-plus') ? [] : ['SCRAM-SHA-256-PLUS']),
  ])
  const [keyword = '', ...words] = line.split(' ')
  return [keyword, ...[...new Set(words)].filter((word) => !unknown.has(word)).toSorted()].join(' ')
}

/** The whole EHLO line, or (`offers no "AUTH"`) none that begins with the word. */
Then(
  /^the (relay|submission|submissions) listener (offers|offers no) "([^"]+)" (in clear|under TLS)$/,
  async function (this: MailWorld, role: Role, offers: string, line: string, how: string) {
    const sender: Sender = { kind: 'person', name: 'mallory' }
    const wire = await introduced(this, sender, role, how === 'under TLS' ? {} : undefined)
    const reply = wire.replies.at(-1)
    assert.ok(reply?.code === 250, 'there was no answer to EHLO')
    const whole = wordsKnown(this, line)
    const found = reply.lines
      .slice(1)
      .some((one) => (offers === 'offers' ? wordsKnown(this, one) === whole : one.split(' ')[0] === line))
    assert.equal(found, offers === 'offers', textOf(reply))
    await wire.close()
  },
)

// ─── SCRAM ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const scram = async (
  world: MailWorld,
  name: string,
  method: string,
  rows: Readonly<Record<string, string>> = {},
): Promise<void> => {
  assert.ok(method === 'SCRAM-SHA-256' || method === 'SCRAM-SHA-256-PLUS', method)
  world.needs(method === 'SCRAM-SHA-256' ? 'scram' : 'scram-plus', `does not know ${method}`)
  place(world.person(name), 'authenticated')
  const sender: Sender = { kind: 'person', name }
  const { header, extension, nonce, binding, proof, tls } = rows
  const altered: ScramAlterations = {
    ...(header !== undefined && { header }),
    ...(extension !== undefined && { extension }),
    ...(nonce !== undefined && { nonce }),
    ...(binding !== undefined && { binding }),
    ...(proof === 'wrong' && { wrongProof: true }),
  }
  const wire =
    tls === undefined
      ? await introduced(world, sender, 'submissions', {})
      : await introduced(world, sender, 'submission', tls === 'none' ? undefined : { version: tls as 'TLSv1.2' })
  const { user = name, password = passwordOf(name) } = rows
  world.scram = await authenticateWithScram(wire, { mechanism: method, user, password }, altered)
}

When('{person} authenticates on the wire with {word}', async function (this: MailWorld, name: string, method: string) {
  await scram(this, name, method)
})

/** Rows: header, extension, nonce, binding, proof (`wrong`); user, password; tls (`none`, `TLSv1.2`). */
When(
  '{person} authenticates on the wire with {word} and:',
  async function (this: MailWorld, name: string, method: string, table: DataTable) {
    await scram(this, name, method, table.rowsHash())
  },
)

/** The client prepares what it was given (RFC 5802 §5.1); whether the server prepared what it keeps is the question. */
Then(
  '{person} and {person} are answered alike to the password {string}',
  async function (this: MailWorld, one: string, other: string, password: string) {
    const codes: (number | undefined)[] = []
    for (const name of [one, other]) {
      await scram(this, name, 'SCRAM-SHA-256', { password })
      codes.push(this.scram?.finalCode)
    }
    assert.equal(codes[0], codes[1], `${one} is answered ${codes[0]}, ${other} ${codes[1]}`)
  },
)

Then('the server has proved that it knows the password', function (this: MailWorld) {
  assert.equal(this.scram?.serverProved, true, this.scram?.trouble ?? 'no exchange took place')
})

Then('{person} is authenticated', async function (this: MailWorld, name: string) {
  assert.equal(this.scram?.finalCode, 235, this.scram?.trouble)
  const reply = await client(this).say(`MAIL FROM:<${this.person(name).mailbox}>`)
  assert.equal(reply.code, 250, textOf(reply))
})

Then('the exchange ends with {code}', function (this: MailWorld, code: string) {
  const last = client(this).replies.at(-1)
  assert.ok(last !== undefined && matches(last, code), last === undefined ? 'nothing was said' : textOf(last))
})

Then('the first message of the server is {}', function (this: MailWorld, pattern: string) {
  assert.match(this.scram?.serverFirst ?? '(absent)', new RegExp(`^${pattern}$`))
})

// ─── CRAM-MD5 ───────────────────────────────────────────────────────────────────────────────────────────────────────

const challengeOf = async (wire: WireClient): Promise<string> => {
  const reply = await wire.say('AUTH CRAM-MD5')
  assert.equal(reply.code, 334, textOf(reply))
  return Buffer.from(reply.lines[0] ?? '', 'base64').toString()
}

/** RFC 2195 §2, with the key hashed first by hand where it is longer than a block of MD5. */
const digest = (secret: string, challenge: string): string => {
  const key = Buffer.from(secret)
  return createHmac('md5', key.length > 64 ? createHash('md5').update(key).digest() : key)
    .update(challenge)
    .digest('hex')
}

const answers: Readonly<Record<string, (right: string, stale: string) => string>> = {
  'the right digest': (right) => right,
  'a wrong digest': (right) => right.replace(/^./, (one) => (one === '0' ? '1' : '0')),
  'the digest in capitals': (right) => right.toUpperCase(),
  'the digest of an earlier challenge': (_right, stale) => stale,
}

When(
  /^the user "([^"]+)" with the password "([^"]+)" answers the challenge with (.+)$/,
  async function (this: MailWorld, name: string, password: string, what: string) {
    const wire = client(this)
    const earlier = await challengeOf(wire)
    await wire.say('*')
    const challenge = await challengeOf(wire)
    const answer = answers[what]?.(digest(password, challenge), digest(password, earlier))
    assert.ok(answer !== undefined, `nobody knows what ${what} is`)
    await wire.say(Buffer.from(`${name} ${answer}`).toString('base64'))
  },
)

Then(
  'no two of {int} challenges are alike, and all have the form {}',
  async function (this: MailWorld, count: number, form: string) {
    const wire = client(this)
    const seen = new Set<string>()
    for (let asked = 0; asked < Math.min(count, 100); asked += 1) {
      const challenge = await challengeOf(wire)
      assert.match(challenge, new RegExp(`^${form}$`))
      seen.add(challenge)
      await wire.say('*')
    }
    assert.equal(seen.size, count)
  },
)
