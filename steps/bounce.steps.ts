/**
 * Notifications: who was told what, how it looks, and that nobody else was told. Whatever a step looks for, the whole
 * notification must be in order (`notification-lint.ts`).
 */
import assert from 'node:assert/strict'
import { Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { unescapeBytes } from '../simulators/notation.ts'
import { contentOf, fieldOf, fieldsOf } from './content.ts'
import { partsOf } from './notification-lint.ts'
import { carries } from './letters.ts'
import { isSevenBit, mayReturnHeader, ownMailboxesTakeAll, timesOf } from './notifications.ts'
import type { ReadNotification } from './notifications.ts'
import { about, notificationsTo, theOne, told } from './notified.ts'
import { connect, sayAll } from './wire/wire.ts'
import type { MailWorld } from './world.ts'

const actions: Readonly<Record<string, string>> = {
  failed: 'failed',
  'was delayed': 'delayed',
  'was relayed': 'relayed',
  'was delivered': 'delivered',
  'was expanded': 'expanded',
}

Then(
  /^(alice|bob|carol|mallory) is notified (once )?that (\S+@\S+) (failed|was delayed|was relayed|was delivered|was expanded)$/,
  async function (this: MailWorld, name: string, once: string | null | undefined, recipient: string, what: string) {
    const notifications = await notificationsTo(this, this.person(name).mailbox)
    const matching = about(this, notifications, recipient).filter(({ action }) => action === actions[what])
    assert.ok(matching.length > 0, told(notifications))
    if (typeof once === 'string') assert.equal(matching.length, 1, told(notifications))
  },
)

/** Where a server may do either: what the far host finds wrong with the client is another step's. */
Then(
  /^([a-z0-9.]+) receives it, or (alice|bob|carol|mallory) is notified once that (\S+@\S+) failed$/,
  async function (this: MailWorld, host: string, name: string, recipient: string) {
    const notifications = await notificationsTo(this, this.person(name).mailbox)
    const failed = about(this, notifications, recipient).filter(({ action }) => action === 'failed').length
    const token = this.letters.at(-1)?.token ?? ''
    const received = this.host(host).received.filter(({ content }) => carries(content, token)).length
    assert.equal(failed + received, 1, `${received} received; ${told(notifications)}`)
  },
)

/** Content that a host does not take in eight bits may be written in seven (RFC 6152 §3), which a header field tells. */
const isConverted = (content: Uint8Array): boolean =>
  /^(?:quoted-printable|base64)$/i.test(fieldOf(content, 'Content-Transfer-Encoding') ?? '')

Then(
  /^([a-z0-9.]+) receives it converted, or (alice|bob) is notified that (\S+@\S+) failed with (5\.\d+\.\d+)$/,
  async function (this: MailWorld, host: string, name: string, recipient: string, status: string) {
    const notifications = await notificationsTo(this, this.person(name).mailbox)
    const received = this.host(host).received.filter(({ content }) => carries(content, this.letter.token))
    const failed = about(this, notifications, recipient).filter(({ action }) => action === 'failed')
    assert.equal(received.length + failed.length, 1, `${received.length} received; ${told(notifications)}`)
    for (const { content } of received) assert.ok(isConverted(content), 'it came as it is')
    for (const one of failed) assert.equal(one.status, status)
  },
)

Then(
  '{host} receives it as it is, or {host} converted',
  async function (this: MailWorld, better: string, lesser: string) {
    await this.rest()
    const [whole] = this.host(better).received
    const [other] = this.host(lesser).received
    assert.ok(whole !== undefined || other !== undefined, 'nobody received it')
    if (whole !== undefined) assert.equal(whole.mailParameters['BODY'], '8BITMIME')
    if (other !== undefined) assert.ok(isConverted(other.content), 'it came as it is')
  },
)

/** An error that is fatal for the transaction: the message is tried again, or returned; our own server tries again. */
Then(
  /^([a-z0-9.]+) gets it at the second attempt, or (alice|bob) is notified once that (\S+@\S+) failed$/,
  async function (this: MailWorld, host: string, name: string, recipient: string) {
    await this.rest()
    await this.target.runQueue()
    const notifications = await notificationsTo(this, this.person(name).mailbox)
    const failed = about(this, notifications, recipient).filter(({ action }) => action === 'failed')
    const received = this.host(host).received.filter(({ content }) => carries(content, this.letter.token))
    const seen = `${received.length} received, ${this.host(host).conversations.length} sessions, ${failed.length} returned`
    assert.equal(failed.length + received.length, 1, seen)
    if (received.length > 0) assert.ok(this.host(host).conversations.length > 1, seen)
    if (this.target.isOurs === true) assert.equal(received.length, 1, seen)
  },
)

/** One host says later and another never: no standard tells which counts, and lost it must not be. */
Then(
  'the message for {mailbox} waits, or is returned once to {person}',
  async function (this: MailWorld, recipient: string, name: string) {
    const notifications = await notificationsTo(this, this.person(name).mailbox)
    const failed = about(this, notifications, recipient).filter(({ action }) => action === 'failed').length
    const queue = (await this.target.queue?.()) ?? []
    const waits = queue.filter((entry) => entry.recipient === recipient).length
    assert.equal(waits + failed, 1, `${waits} waiting; ${told(notifications)}`)
    if (this.target.isOurs === true) assert.equal(waits, 1, told(notifications))
  },
)

Then('{person} gets {int} notification(s)', async function (this: MailWorld, name: string, count: number) {
  const notifications = await notificationsTo(this, this.person(name).mailbox)
  assert.equal(notifications.length, count, told(notifications))
})

Then('no notification is written', async function (this: MailWorld) {
  await this.rest()
  const written = (this.target.journal?.() ?? []).filter(({ event }) => event === 'notification-queued')
  assert.deepEqual(written, [])
})

/** Nobody hears anything, whether one was written that could not be delivered or not. */
Then('no notification is sent', async function (this: MailWorld) {
  await this.rest()
  for (const { mailbox } of this.cast.values()) {
    const notifications = await notificationsTo(this, mailbox)
    assert.equal(notifications.length, 0, `${mailbox} was told:\n${told(notifications)}`)
  }
  for (const { name, received } of this.scene.exchangers) {
    assert.ok(
      !received.some(
        ({ reversePath, content }) => reversePath === '' && Buffer.from(content).includes('delivery-status'),
      ),
      `${name} received a notification`,
    )
  }
})

/** Without comments, and with one blank behind a type (RFC 3464 §2.1.1, §2.1.2). */
const plain = (field: string, value: string): string =>
  (field.toLowerCase() === 'status' ? value.replace(/ *\(.*\)$/s, '') : value).replace(/^([\w-]+); */, '$1; ')

const assertTells = (world: MailWorld, notification: ReadNotification, recipient: string, table: DataTable): void => {
  const [reported] = about(world, [notification], recipient)
  assert.ok(reported !== undefined, told([notification]))
  for (const [field, pattern] of Object.entries(table.rowsHash())) {
    const written = reported.fields[field.toLowerCase()] ?? notification.perMessage[field.toLowerCase()] ?? '(absent)'
    const found = world.target.isOurs === true ? written : plain(field, written)
    assert.match(found, new RegExp(pattern, 'i'), `${field}: ${found}`)
  }
}

Then(
  'the notification to {person} tells of {mailbox}:',
  async function (this: MailWorld, name: string, recipient: string, table: DataTable) {
    assertTells(this, await theOne(this, name), recipient, table)
  },
)

Then(
  'the notification to {person}, if there is one, tells of {mailbox}:',
  async function (this: MailWorld, name: string, recipient: string, table: DataTable) {
    for (const notification of await notificationsTo(this, this.person(name).mailbox))
      assertTells(this, notification, recipient, table)
  },
)

Then(
  /^the notification to (alice|bob|carol|mallory) returns (the whole message|only the header)$/,
  async function (this: MailWorld, name: string, how: string) {
    const { returned } = await theOne(this, name)
    assert.ok(returned !== undefined, 'nothing was returned')
    const hasBody = returned.text.includes(`A message with the token ${this.letter.token}`)
    assert.ok(returned.text.includes(this.letter.token), `the returned part is not of this message:\n${returned.text}`)
    if (how === 'the whole message' && !hasBody) mayReturnHeader(this)
    assert.equal(hasBody, how === 'the whole message', `${returned.type}:\n${returned.text}`)
  },
)

Then(
  'the notification to {person} comes {duration} after what it calls the arrival, and attempts end {duration} after that',
  async function (this: MailWorld, name: string, waited: number, tried: number) {
    const { date, arrival, retryUntil } = timesOf((await theOne(this, name)).raw)
    assert.ok(Math.abs(date - arrival - waited) < 60_000 && Math.abs(retryUntil - arrival - tried) < 60_000)
  },
)

Then(
  'the notification to {person} is about {int} recipient(s)',
  async function (this: MailWorld, name: string, count: number) {
    const notification = await theOne(this, name)
    assert.equal(notification.recipients.length, count, told([notification]))
  },
)

/** RFC 3834 §3.1.6 asks it of other answers than reports of delivery, which keep to RFC 3464 (§3.2.1): ours tells it. */
const leftOpen = new Set(['References'])

/** Its own fields, above the parts; a field that is not there reads `absent`. */
Then('the notification to {person} has the fields:', async function (this: MailWorld, name: string, table: DataTable) {
  const { raw } = await theOne(this, name)
  const rows = table.hashes().filter(({ field = '' }) => this.target.isOurs === true || !leftOpen.has(field))
  for (const { field, value } of rows) {
    const found = fieldsOf(raw).find((one) => one.name.toLowerCase() === field?.toLowerCase())?.value ?? 'absent'
    assert.match(found, new RegExp(value ?? ''), `${field} in\n${contentOf(raw)}`)
  }
})

Then('the notification to {person} has the parts:', async function (this: MailWorld, name: string, table: DataTable) {
  const { raw } = await theOne(this, name)
  const wanted = table.rows().map(([, encoding]) => encoding)
  const parts = partsOf(raw).map(({ type, encoding, body }, index) => {
    const eight = encoding === '8bit' && wanted[index] !== '8bit'
    if (wanted[index] !== '8bit' && !isSevenBit(body)) ownMailboxesTakeAll(this, name)
    if (type === 'text/rfc822-headers' && table.rows()[index]?.[0] === 'message/rfc822') mayReturnHeader(this)
    return [type, eight && isSevenBit(body) ? wanted[index] : encoding]
  })
  assert.deepEqual(parts, table.rows(), contentOf(raw))
})

/** Escapes as in conversations. */
Then(
  /^what the notification to (alice|bob|carol|mallory) returns (contains|does not contain) "([^"]*)"$/,
  async function (this: MailWorld, name: string, how: string, text: string) {
    const { raw } = await theOne(this, name)
    const body = partsOf(raw)[2]?.body ?? ''
    if (how === 'contains' && !isSevenBit(body)) ownMailboxesTakeAll(this, name)
    if (partsOf(raw)[2]?.type === 'text/rfc822-headers') mayReturnHeader(this)
    assert.equal(body.includes(contentOf(unescapeBytes(text))), how === 'contains', body)
  },
)

Then('the notification to {person} returns every field of the header', async function (this: MailWorld, name: string) {
  const { raw } = await theOne(this, name)
  const returned = fieldsOf(Buffer.from(partsOf(raw)[2]?.body ?? '', 'latin1')).map(
    (one) => `${one.name}: ${one.value}`,
  )
  for (const { name: field, value } of fieldsOf(this.letter.content)) {
    // Another one belongs to the delivery that the message had before.
    if (field.toLowerCase() === 'return-path') continue
    assert.ok(returned.includes(`${field}: ${value}`), `${field} is missing in\n${returned.join('\n')}`)
  }
})

Then('the notification to {person} reads {string}', async function (this: MailWorld, name: string, words: string) {
  const { raw } = await theOne(this, name)
  const body = (partsOf(raw)[0]?.body ?? '').replaceAll(/\s+/g, ' ')
  assert.ok(body.includes(words), body)
})

Then('no two notifications to {person} have the same Message-ID', async function (this: MailWorld, name: string) {
  const notifications = await notificationsTo(this, this.person(name).mailbox)
  const ids = notifications.map(({ raw }) => fieldOf(raw, 'Message-ID'))
  assert.equal(new Set(ids).size, ids.length, ids.join('\n'))
})

Then('the journal tells of {word}', async function (this: MailWorld, event: string) {
  await this.rest()
  const journal = this.target.journal?.() ?? []
  assert.ok(
    journal.some((entry) => entry.event === event),
    journal.map((entry) => entry.event).join('\n'),
  )
})

Then('{host} is told no ORCPT but of {mailbox}', async function (this: MailWorld, host: string, mailbox: string) {
  await this.rest()
  const given = this.host(host).received.flatMap(({ recipients }) =>
    recipients.map(({ parameters }) => parameters['ORCPT']),
  )
  assert.ok(given.length > 0, `${host} received nothing`)
  for (const one of given) assert.ok(one === undefined || one === `rfc822;${mailbox}`, one)
})

/** One transaction of a trusted host, said by hand: each recipient has its own parameters. */
When(
  /^these recipients are named in one (international )?message from (\S+@\S+):$/,
  async function (this: MailWorld, how: string | null | undefined, from: string, table: DataTable) {
    const wire = await connect(this, { kind: 'standing', standing: 'trusted' })
    await wire.reply()
    const smtputf8 = typeof how === 'string' ? ' SMTPUTF8' : ''
    const recipients = table.rows().map(([recipient = '', parameters = '']) => `RCPT TO:<${recipient}> ${parameters}`)
    await sayAll(wire, ['EHLO client.example', `MAIL FROM:<${from}>${smtputf8}`])
    await sayAll(wire, [...recipients.map((line) => line.trimEnd()), 'DATA'])
    await sayAll(wire, [`Subject: ${this.nextToken()}\r\n\r\nx\r\n.`, 'QUIT'])
  },
)

Then('{host} hears no ORCPT of {mailbox}', async function (this: MailWorld, host: string, mailbox: string) {
  await this.rest()
  const given = this.host(host).received.flatMap(({ recipients }) =>
    recipients.map(({ parameters }) => parameters['ORCPT']),
  )
  assert.ok(given.length > 0, `${host} received nothing`)
  assert.ok(!given.some((one) => one?.toLowerCase().includes(mailbox)), given.join('\n'))
})
