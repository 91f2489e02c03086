/**
 * The queue: what waits, when it is tried again, and what the operator does with it. Time is a word of the domain.
 */
import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import type { QueuedRecipient } from '../targets/target.ts'
import { NotApplicable } from '../targets/choose.ts'
import { until } from './patience.ts'
import type { MailWorld } from './world.ts'

const waiting = async (world: MailWorld): Promise<readonly QueuedRecipient[]> => {
  world.needs('outgoing')
  const target = await world.serverRuns()
  if (target.queue === undefined) throw new NotApplicable('does not show its queue')
  return target.queue()
}

const show = (queue: readonly QueuedRecipient[]): string =>
  queue
    .map(
      ({ sender, recipient, state, attempts }) => `<${sender}> to ${recipient}: ${state}, ${attempts ?? '?'} attempts`,
    )
    .join('\n') || 'nothing waits'

const advance = async (world: MailWorld, milliseconds: number): Promise<void> => {
  const target = await world.serverRuns()
  if (target.advance === undefined) throw new NotApplicable('has no clock that can be moved')
  await target.advance(milliseconds)
}

const toNextAttempt = async (world: MailWorld): Promise<void> => {
  world.needs('outgoing')
  const target = await world.serverRuns()
  const wait = await target.nextAttempt?.()
  assert.notEqual(wait, undefined, 'nothing waits for an attempt')
  if (target.advance !== undefined) return advance(world, wait ?? 0)
  // On the real clock nobody waits for it: the operator asks for it.
  await target.runQueue()
  return world.rest()
}

Given(
  'a message from {person} to {mailbox} is queued after {int} failed attempt(s)',
  async function (this: MailWorld, name: string, to: string, attempts: number) {
    const person = this.person(name)
    await this.send(person, person.mailbox, [to])
    await this.rest()
    for (let made = 1; made < Math.min(attempts, 50); made += 1) await toNextAttempt(this)
    const entry = (await waiting(this)).find(({ recipient }) => recipient === to)
    assert.equal(entry?.attempts, attempts, show(await waiting(this)))
  },
)

When('the next attempt is due', async function (this: MailWorld) {
  await toNextAttempt(this)
})

When('{duration} pass(es)', async function (this: MailWorld, milliseconds: number) {
  await advance(this, milliseconds)
})

When('the queue lifetime has passed', async function (this: MailWorld) {
  await advance(this, 5 * 86_400_000 + 3_600_000)
})

When('the queue comes to rest', async function (this: MailWorld) {
  await this.rest()
})

When('the operator runs the queue', async function (this: MailWorld) {
  const target = await this.serverRuns()
  // What is on its way now may be put off a moment later, and would be left out.
  await this.rest()
  await target.runQueue()
  await this.rest()
})

When(
  /^the operator (holds|releases|removes) the message for (\S+@\S+)$/,
  async function (this: MailWorld, verb: string, recipient: string) {
    const target = await this.serverRuns()
    if (target.operate === undefined) throw new NotApplicable('has no operator who holds and releases single messages')
    await target.operate(verb.replace(/s$/, '') as 'hold' | 'release' | 'remove', recipient)
    if (verb === 'removes') this.removed.add(recipient)
  },
)

Then('the queue is empty', async function (this: MailWorld) {
  await this.rest()
  const queue = await waiting(this)
  assert.equal(queue.length, 0, show(queue))
})

Then('the queue holds {int} message(s)', async function (this: MailWorld, count: number) {
  await this.rest()
  const queue = await waiting(this)
  assert.equal(new Set(queue.map(({ message }) => message)).size, count, show(queue))
})

Then('the queue still holds the message for {mailbox}', async function (this: MailWorld, recipient: string) {
  await this.rest()
  const queue = await waiting(this)
  assert.ok(
    queue.some((entry) => entry.recipient === recipient),
    show(queue),
  )
})

/** While a delivery is under way: what became of the others is written down already. */
Then(
  'the queue meanwhile holds nothing but the message for {mailbox}',
  async function (this: MailWorld, recipient: string) {
    let queue: readonly QueuedRecipient[] = []
    await until(
      async () => {
        queue = await waiting(this)
        return queue.length === 1 && queue[0]?.recipient === recipient
      },
      () => show(queue),
    )
  },
)

Then('the queue no longer holds the message for {mailbox}', async function (this: MailWorld, recipient: string) {
  await this.rest()
  const queue = await waiting(this)
  assert.ok(!queue.some((entry) => entry.recipient === recipient), show(queue))
})

Then(
  '{int} attempt(s) was/were made for {mailbox}',
  async function (this: MailWorld, count: number, recipient: string) {
    await this.rest()
    const queue = await waiting(this)
    assert.equal(queue.find((entry) => entry.recipient === recipient)?.attempts, count, show(queue))
  },
)

Then('the next attempt is due in {duration}', async function (this: MailWorld, milliseconds: number) {
  this.needs('outgoing')
  await this.rest()
  const wait = await this.target.nextAttempt?.()
  assert.notEqual(wait, undefined, 'nothing waits for an attempt')
  const tolerance = 5000
  assert.ok(
    Math.abs((wait ?? 0) - milliseconds) < tolerance,
    `the next attempt is due in ${Math.round((wait ?? 0) / 1000)} s`,
  )
})
