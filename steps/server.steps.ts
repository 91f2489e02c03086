/**
 * The server under test: its settings as a mail service's console words them, switching it on, changing, restarting.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { place } from './cast.ts'
import { readValue, setField } from './service.ts'
import { NotApplicable } from '../targets/choose.ts'
import type { MailWorld } from './world.ts'
import type { Standing } from './cast.ts'

const change = (world: MailWorld, name: string, value: unknown): void => {
  world.settings = setField(world.settings, name, value)
}

const applyChange = async (world: MailWorld, name: string, value: unknown): Promise<void> => {
  change(world, name, value)
  const target = await world.serverRuns()
  if (target.apply === undefined) throw new NotApplicable('cannot change settings while running')
  await target.apply(world.settings)
}

Given('SMTP is disabled', function (this: MailWorld) {
  change(this, 'smtp.enabled', false)
})

Given('the server accepts mail for {domain}', function (this: MailWorld, domain: string) {
  const domains = new Set([...(this.settings.incoming?.domains ?? []), domain])
  change(this, 'incoming.domains', [...domains])
  this.declare(domain)
})

Given('the server relays for {domain}', function (this: MailWorld, domain: string) {
  const domains = new Set([...(this.settings.incoming?.relayDomains ?? []), domain])
  change(this, 'incoming.relayDomains', [...domains])
})

Given('incoming mail is not allowed', function (this: MailWorld) {
  change(this, 'incoming.allowed', false)
})

Given('no method of authentication is chosen', function (this: MailWorld) {
  change(this, 'authentication.methods', [])
})

Given(/^the methods of authentication are ([A-Z0-9 ,and-]+)$/, function (this: MailWorld, methods: string) {
  change(this, 'authentication.methods', methods.split(/, | and /))
})

Given('no host is trusted', function (this: MailWorld) {
  change(this, 'relay.trustedHosts', [])
})

Given(
  /^authentication is (on|off) and trusted hosts are (set|not set)$/,
  function (this: MailWorld, on: string, set: string) {
    if (on === 'off') change(this, 'authentication.methods', [])
    if (set === 'not set') change(this, 'relay.trustedHosts', [])
  },
)

Given('the setting {setting} is {}', function (this: MailWorld, name: string, value: string) {
  change(this, name, readValue(value))
})

Given('the settings:', function (this: MailWorld, table: DataTable) {
  for (const { setting, value } of table.hashes()) change(this, setting ?? '', readValue(value ?? ''))
})

Given('{person} is {standing}', function (this: MailWorld, name: string, standing: Standing) {
  place(this.person(name), standing)
})

Given('{person} authenticates with {word}', function (this: MailWorld, name: string, method: string) {
  const person = this.person(name)
  place(person, 'authenticated')
  person.method = method
})

Given('{person} has the address {mailbox}', function (this: MailWorld, name: string, mailbox: string) {
  this.person(name).mailbox = mailbox
})

Given('{person} submits over implicit TLS', function (this: MailWorld, name: string) {
  const person = this.person(name)
  place(person, 'authenticated')
  person.role = 'submissions'
  person.tls = 'implicit'
})

Given('{person} does not use TLS', function (this: MailWorld, name: string) {
  this.person(name).tls = 'none'
})

/** For a server in this process, or one that is started from it. */
Given('the local time is that of {word}', function (this: MailWorld, zone: string) {
  if (this.target.isOurs !== true) throw new NotApplicable('has the time zone of its machine')
  const before = process.env['TZ']
  process.env['TZ'] = zone
  this.onClose(async () => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
})

Given('the server runs', async function (this: MailWorld) {
  await this.serverRuns()
})

When('the server starts', async function (this: MailWorld) {
  await this.tryToStart()
})

When('the administrator enables SMTP', async function (this: MailWorld) {
  await applyChange(this, 'smtp.enabled', true)
})

When('the administrator disables SMTP', async function (this: MailWorld) {
  await applyChange(this, 'smtp.enabled', false)
})

When('the administrator sets {setting} to {}', async function (this: MailWorld, name: string, value: string) {
  await applyChange(this, name, readValue(value))
})

When('the server restarts', async function (this: MailWorld) {
  const target = await this.serverRuns()
  if (target.restart === undefined) throw new NotApplicable('cannot be restarted')
  await target.restart()
})

When('the server is killed and started again', async function (this: MailWorld) {
  const target = await this.serverRuns()
  if (target.kill === undefined) throw new NotApplicable('cannot be killed')
  await target.kill()
  this.killed = true
})

Then(
  'the server answers on the {listenerRole} listener',
  async function (this: MailWorld, role: 'relay' | 'submission' | 'submissions') {
    await this.serverRuns()
    const client = await this.scene.connect(this.endpoint(role), {
      implicitTls: role === 'submissions',
      title: 'a client',
    })
    const greeting = await client.reply()
    await client.close()
    assert.equal(greeting.code, 220, 'the greeting')
  },
)

Then('nobody answers', async function (this: MailWorld) {
  await this.serverRuns()
  for (const role of ['relay', 'submission', 'submissions'] as const) {
    assert.equal(this.target.endpoint(role), undefined, `the ${role} listener should be closed`)
  }
})

Then('the server refuses to start and says why', function (this: MailWorld) {
  assert.notEqual(this.startRefusal, undefined, 'the server started')
  assert.match(this.startRefusal ?? '', /\w+ .{20,}/, 'a sentence that explains')
})

Then('it warns that it is an open relay', async function (this: MailWorld) {
  const target = await this.serverRuns()
  if (target.console === undefined && target.log === undefined)
    throw new NotApplicable('shows nobody what it tells its administrator')
  const told = target.console?.() ?? []
  assert.ok(
    told.some((line) => /open relay/i.test(line)),
    `the console should warn of the open relay; it said:\n${told.join('\n')}`,
  )
  const journal = target.journal?.()
  assert.ok(
    journal === undefined || journal.some(({ event }) => event === 'open-relay'),
    'the journal should tell of the open relay',
  )
})

Then('it does not warn of an open relay', async function (this: MailWorld) {
  const target = await this.serverRuns()
  assert.ok(!(target.console?.() ?? []).some((line) => /open relay/i.test(line)), 'the console warns of an open relay')
})
