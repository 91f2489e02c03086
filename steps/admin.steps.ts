/**
 * The administration API and the journal: what an administrator sees and changes over HTTP.
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import { readValue, setField } from './service.ts'
import type { MailWorld } from './world.ts'

/** `shown`: the token that is shown; absent, the right one; `''`, none. */
const ask = async (world: MailWorld, path: string, options: RequestInit, shown?: string): Promise<void> => {
  const target = await world.serverRuns()
  const admin = target.admin?.()
  assert.ok(admin !== undefined, 'the administration API is not open')
  const response = await fetch(`${admin.url}${path}`, {
    ...options,
    headers: {
      ...(shown !== '' && { authorization: `Bearer ${shown ?? admin.token}` }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(5000),
  })
  world.answer = { status: response.status, text: await response.text() }
}

When('the administrator asks for {}', async function (this: MailWorld, path: string) {
  await ask(this, path, {})
})

When(/^somebody asks for (\S+) without the token$/, async function (this: MailWorld, path: string) {
  await ask(this, path, {}, '')
})

When(/^somebody asks for (\S+) with the token "(.+)"$/, async function (this: MailWorld, path: string, token: string) {
  await ask(this, path, {}, token)
})

When('the administrator patches the settings with:', async function (this: MailWorld, body: string) {
  await ask(this, '/api/settings', { method: 'PATCH', body })
})

Then('the answer is {int}', function (this: MailWorld, status: number) {
  assert.equal(this.answer?.status, status, this.answer?.text)
})

Then('it contains {string}', function (this: MailWorld, text: string) {
  assert.ok(this.answer?.text.includes(text), this.answer?.text)
})

Then('it does not contain {string}', function (this: MailWorld, text: string) {
  assert.ok(this.answer !== undefined && !this.answer.text.includes(text), this.answer?.text)
})

Then('it names {word} and {word}', function (this: MailWorld, one: string, other: string) {
  for (const place of [one, other]) assert.ok(this.answer?.text.includes(place), `${place} in ${this.answer?.text}`)
})

When(
  /^the administrator tries to set (\S+) to (\S+) and (\S+) to (\S+)$/,
  async function (this: MailWorld, one: string, value: string, other: string, second: string) {
    const target = await this.serverRuns()
    const changed = setField(setField(this.settings, one, readValue(value)), other, readValue(second))
    try {
      await target.apply?.(changed)
    } catch (error) {
      this.startRefusal = error instanceof Error ? error.message : String(error)
    }
  },
)

Then('the change is refused and says why', function (this: MailWorld) {
  assert.match(this.startRefusal ?? '(the change was applied)', /open relay/i)
})

Then('the journal holds nothing but printable characters', async function (this: MailWorld) {
  this.needs('journal', 'has no journal')
  const target = await this.serverRuns()
  const events = target.journal?.() ?? []
  assert.ok(
    events.some(({ event }) => event === 'command-refused'),
    'the journal does not tell of the refused command',
  )
  for (const { event, facts } of events) {
    for (const fact of Object.values(facts)) assert.match(String(fact), /^[\x20-\x7e]*$/, event)
  }
})
