/**
 * What the standards leave open and our own servers have settled: looked at on them alone, after `Given the server is one of
 * our own`. Also what only their files can show: a disk that takes nothing more.
 */
import assert from 'node:assert/strict'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Given, Then, When } from '@cucumber/cucumber'
import { NotApplicable } from '../targets/faults.ts'
import { scram } from './authentication.steps.ts'
import { beginContent, client, connect, stranger, textOf } from './wire/wire.ts'
import type { Role } from './wire/wire.ts'
import type { MailWorld } from './world.ts'

const onlyOurs = (world: MailWorld): void => {
  if (world.target.isOurs !== true) throw new NotApplicable('may do otherwise here')
}

/** For what the standard leaves open and ours has settled; elsewhere either way is right. */
Given('the server is one of our own', function (this: MailWorld) {
  onlyOurs(this)
})

// ─── Wrong passwords ────────────────────────────────────────────────────────────────────────────────────────────────

/** Timers may be early by a moment. */
const earlyMilliseconds = 5

/** None is answered sooner than its time; how much later is the machine's affair. */
Then(
  'wrong passwords of one session on the {listenerRole} listener are answered after no less than {} milliseconds',
  async function (this: MailWorld, role: Role, waits: string) {
    const wire = await connect(this, stranger, role)
    await wire.reply()
    await wire.say('EHLO client.example')
    for (const least of waits.split(/, | and /).map(Number)) {
      const asked = performance.now()
      const reply = await wire.say(`AUTH PLAIN ${Buffer.from('\0alice\0guess').toString('base64')}`)
      assert.equal(reply.code, 535, textOf(reply))
      const waited = performance.now() - asked
      assert.ok(waited >= least - earlyMilliseconds, `it was answered after ${waited.toFixed(0)} ms, not ${least}`)
    }
  },
)

// ─── Salts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const saltOf = (world: MailWorld): string => {
  const [, salt] = /,s=([^,]+),/.exec(world.scram?.serverFirst ?? '') ?? []
  assert.ok(salt !== undefined, world.scram?.trouble ?? 'no salt was shown')
  return salt
}

/** Whoever asks twice would know by a salt that changes that nobody is called so (RFC 5802 §5.1). */
Then(
  'the user {string} is shown one salt, whenever asked, and {string} another',
  async function (this: MailWorld, user: string, other: string) {
    const salts: string[] = []
    for (const name of [user, user, other]) {
      await scram(this, 'mallory', 'SCRAM-SHA-256', { user: name })
      salts.push(saltOf(this))
    }
    assert.equal(salts[0], salts[1], `the salt of ${user}`)
    assert.notEqual(salts[0], salts[2], `the salts of ${user} and ${other}`)
  },
)

// ─── Where mail leaves from ─────────────────────────────────────────────────────────────────────────────────────────

Given('mail to other servers leaves from an address of its own', function (this: MailWorld) {
  const sourceAddress = this.scene.address('exchanger')
  this.settings = { ...this.settings, outgoing: { ...this.settings.outgoing, sourceAddress } }
})

Then('{host} was reached from that address', async function (this: MailWorld, host: string) {
  await this.rest()
  const peers = this.host(host).received.map(({ peerAddress }) => peerAddress)
  assert.deepEqual([...new Set(peers)], [this.settings.outgoing?.sourceAddress])
})

/** From now on its EHLO names the size that it was told last. */
Given('{host} takes no octet more than the last message had', async function (this: MailWorld, host: string) {
  await this.rest()
  const octets = this.host(host).received.at(-1)?.mailParameters['SIZE']
  assert.ok(octets !== undefined, `${host} was told no size`)
  const lines = [`250-${host}`, `250 SIZE ${octets}`]
  this.host(host).declare({ at: 'EHLO', misbehaviour: { do: 'reply', lines } })
})

// ─── Going down ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is begun may be ended within the grace that a server has when it goes down. */
When(
  '{person} is in the middle of content for {mailbox} when the server restarts, and ends it',
  async function (this: MailWorld, name: string, to: string) {
    const wire = await beginContent(this, name, to)
    await wire.send('Subject: begun before the end\r\n\r\none line, ')
    const restarted = this.target.restart?.()
    await wire.send('and its end\r\n.\r\n')
    const [taken, goodbye] = [await wire.reply(), await wire.reply()]
    await restarted
    assert.equal(taken.code, 250, textOf(taken))
    assert.equal(goodbye.code, 421, textOf(goodbye))
    assert.ok(await client(this).closed(), 'the session is still open')
  },
)

// ─── A disk that takes nothing more ─────────────────────────────────────────────────────────────────────────────────

/** The queue's own file refuses every message; it is held by the server, so that this is done while there is none. */
const queueRefuses = (world: MailWorld, refuses: boolean): void => {
  const database = new DatabaseSync(join(world.folder, 'data', 'queue', 'queue.sqlite'))
  for (const table of ['envelope', 'chunk'])
    database.exec(
      refuses
        ? `CREATE TRIGGER no_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`
        : `DROP TRIGGER no_${table}`,
    )
  database.close()
}

When(/^the disk (takes no message more|has room again)$/, async function (this: MailWorld, what: string) {
  onlyOurs(this)
  const target = await this.serverRuns()
  await target.stop()
  queueRefuses(this, what === 'takes no message more')
  await target.restart?.()
})

/** What a mail program does that reads the same Maildir. */
When(
  /^another program (empties|reads) the mailbox of (alice|carol)$/,
  async function (this: MailWorld, what: string, name: string) {
    onlyOurs(this)
    await this.rest()
    const place = join(this.folder, 'data', 'mail', name)
    for (const file of await readdir(join(place, 'new'))) {
      if (what === 'empties') await rm(join(place, 'new', file))
      else await rename(join(place, 'new', file), join(place, 'cur', `${file}:2,S`))
    }
  },
)

/** A file stands where the folder of the mailbox is to be. */
When(
  /^the mailbox of (alice|carol) (cannot be written|can be written again)$/,
  async function (this: MailWorld, name: string, what: string) {
    onlyOurs(this)
    await this.serverRuns()
    const place = join(this.folder, 'data', 'mail', name)
    if (what === 'can be written again') return rm(place)
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, '')
  },
)
