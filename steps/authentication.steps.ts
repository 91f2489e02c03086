/**
 * Authentication on the wire, for methods that common client libraries do not speak.
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import { authenticateWithScram } from '../simulators/clients/scram.ts'
import { passwordOf, place } from './cast.ts'
import type { MailWorld } from './world.ts'

When('{person} authenticates on the wire with {word}', async function (this: MailWorld, name: string, method: string) {
  await this.serverRuns()
  const person = this.person(name)
  place(person, 'authenticated')
  const wire = await this.scene.connect(this.endpoint('submissions'), {
    from: this.sourceOf(person),
    implicitTls: true,
    title: `${name} → the server`,
  })
  this.client = wire
  await wire.reply()
  await wire.say('EHLO client.example')
  assert.ok(method === 'SCRAM-SHA-256' || method === 'SCRAM-SHA-256-PLUS', method)
  this.scram = await authenticateWithScram(wire, { mechanism: method, user: name, password: passwordOf(name) })
})

Then('the server has proved that it knows the password', function (this: MailWorld) {
  assert.equal(this.scram?.serverProved, true, this.scram?.trouble ?? 'no exchange took place')
})

Then('{person} is authenticated', async function (this: MailWorld, name: string) {
  assert.equal(this.scram?.finalCode, 235)
  const reply = await this.client?.say(`MAIL FROM:<${this.person(name).mailbox}>`)
  assert.equal(reply?.code, 250)
})
