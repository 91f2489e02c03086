/**
 * The administration API and the journal: what an administrator sees and changes over HTTP.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, stat, readdir } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { Then, When } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import { readValue, setField } from './service.ts'
import type { MailWorld } from './world.ts'

interface Asking {
  readonly method?: string
  readonly body?: string
  /** JSON where nothing else is said. */
  readonly type?: string
  /** The token that is shown; absent, the right one; `''`, none. */
  readonly shown?: string
  /** The whole of the Authorization field; `{token}` in it is the right one. */
  readonly authorization?: string
  /** What the Host field says instead of the truth. */
  readonly host?: string
}

/** By `node:http`, because `fetch` lets nobody write a Host field. */
const ask = async (world: MailWorld, path: string, options: Asking = {}): Promise<number | undefined> => {
  const target = await world.serverRuns()
  const admin = target.admin?.()
  assert.ok(admin !== undefined, 'the administration API is not open')
  const { method = 'GET', body, type = 'application/json', shown = admin.token, authorization, host } = options
  const asking = request(`${admin.url}${path}`, {
    method,
    headers: {
      ...(shown !== '' && { authorization: authorization?.replace('{token}', admin.token) ?? `Bearer ${shown}` }),
      ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      ...(host !== undefined && { host }),
    },
    signal: AbortSignal.timeout(5000),
  })
  asking.end(body)
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  world.answer = {
    status: response.statusCode ?? 0,
    text: await textOf(response),
    header: (name) => String(response.headers[name] ?? ''),
  }
  return response.statusCode
}

/** `{queued}` and `{alice}` in a path: the oldest message in the queue, the newest in the mailbox. */
const filled = async (world: MailWorld, path: string): Promise<string> => {
  const [, name] = /\{(\w+)\}/.exec(path) ?? []
  if (name === undefined) return path
  await world.rest()
  await ask(world, name === 'queued' ? '/api/queue' : `/api/mailboxes/${name}`)
  const { messages } = JSON.parse(world.answer?.text ?? '') as { readonly messages: readonly { readonly id: string }[] }
  const found = name === 'queued' ? messages[0] : messages.at(-1)
  assert.ok(found !== undefined, `there is no message for ${path}`)
  return path.replace(`{${name}}`, found.id)
}

/** What the operator takes out of the queue is let go by the ledger. */
const send = async (world: MailWorld, method: string, path: string, body?: string, type?: string): Promise<void> => {
  const place = await filled(world, path)
  const waiting = async (): Promise<readonly string[]> =>
    ((await world.target.queue?.()) ?? []).map(({ recipient }) => recipient)
  const before = path.endsWith('/remove') ? await waiting() : []
  await ask(world, place, { method, ...(body !== undefined && { body }), ...(type !== undefined && { type }) })
  if (before.length === 0) return
  const left = await waiting()
  for (const recipient of before) if (!left.includes(recipient)) world.removed.add(recipient)
}

/** What stands at `recipients[0].state` of the last answer; `(absent)` where nothing does. */
const valueAt = (world: MailWorld, place: string): string => {
  const steps = place.split(/[.[\]]+/).filter((step) => step !== '')
  const value = steps.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    JSON.parse(world.answer?.text ?? 'null'),
  )
  return value === undefined ? '(absent)' : typeof value === 'string' ? value : JSON.stringify(value)
}

const metricsOf = (world: MailWorld): ReadonlyMap<string, string> =>
  new Map(
    (world.answer?.text ?? '')
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  )

When('the administrator asks for {}', async function (this: MailWorld, path: string) {
  await ask(this, await filled(this, path))
})

When(/^somebody asks for (\S+) without the token$/, async function (this: MailWorld, path: string) {
  await ask(this, path, { shown: '' })
})

When(/^somebody asks for (\S+) with the token "(.+)"$/, async function (this: MailWorld, path: string, token: string) {
  await ask(this, path, { shown: token })
})

When(
  /^somebody asks for (\S+) with the authorization "(.+)"$/,
  async function (this: MailWorld, path: string, authorization: string) {
    await ask(this, path, { authorization })
  },
)

When('the administrator patches the settings with:', async function (this: MailWorld, body: string) {
  await ask(this, '/api/settings', { method: 'PATCH', body })
})

/** Asks one thing after the other and compares the statuses. */
const answered = async (
  table: DataTable,
  asking: (row: Readonly<Record<string, string>>) => Promise<number | undefined>,
): Promise<void> => {
  const found: string[] = []
  for (const row of table.hashes()) found.push(String(await asking(row)))
  assert.deepEqual(
    found,
    table.hashes().map(({ status }) => status),
  )
}

Then(/^somebody who asks for (\S+) is answered:$/, async function (this: MailWorld, path: string, table: DataTable) {
  await answered(table, ({ name = '' }) => ask(this, path, { host: name, shown: '' }))
})

Then('somebody without the token is answered:', async function (this: MailWorld, table: DataTable) {
  await answered(table, ({ path = '' }) => ask(this, path, { shown: '' }))
})

Then('the administrator is answered:', async function (this: MailWorld, table: DataTable) {
  await answered(table, ({ path = '' }) => ask(this, path))
})

Then('each of these changes is refused with its place:', async function (this: MailWorld, table: DataTable) {
  await ask(this, '/api/settings')
  const before = this.answer?.text
  for (const { place = '', change = '' } of table.hashes()) {
    await send(this, 'PATCH', '/api/settings', change)
    assert.equal(this.answer?.status, 422, `${change}: ${this.answer?.text}`)
    assert.ok(this.answer?.text.includes(`"${place}"`), `${place} in ${this.answer?.text}`)
  }
  await ask(this, '/api/settings')
  assert.equal(this.answer?.text, before)
})

When(
  /^the administrator sends (POST|PUT|PATCH|DELETE) (\S+)$/,
  async function (this: MailWorld, method: string, path: string) {
    await send(this, method, path)
  },
)

When(
  /^the administrator sends (POST|PUT|PATCH|DELETE) (\S+) with:$/,
  async function (this: MailWorld, method: string, path: string, body: string) {
    await send(this, method, path, body)
  },
)

When(
  /^the administrator sends (\S+) to (\S+) as (\S+)$/,
  async function (this: MailWorld, body: string, path: string, type: string) {
    await send(this, 'PATCH', path, body, type)
  },
)

When('the administrator sends the settings back as they were read', async function (this: MailWorld) {
  await ask(this, '/api/settings')
  await send(this, 'PUT', '/api/settings', this.answer?.text)
})

Then('the answer has the header {word} {}', function (this: MailWorld, name: string, value: string) {
  assert.equal(this.answer?.header(name), value)
})

Then('the answer holds:', function (this: MailWorld, table: DataTable) {
  const wanted = table.hashes().map(({ place = '', value = '' }) => [place, value])
  const found = wanted.map(([place = '']) => [place, valueAt(this, place)])
  assert.deepEqual(found, wanted, this.answer?.text)
})

Then('the metrics are:', async function (this: MailWorld, table: DataTable) {
  await this.rest()
  await ask(this, '/metrics')
  const metrics = metricsOf(this)
  const wanted = table.hashes().map(({ metric = '', value = '' }) => [metric, value])
  assert.deepEqual(
    wanted.map(([metric = '']) => [metric, metrics.get(`smtpspec_${metric}`) ?? '(absent)']),
    wanted,
  )
})

Then(
  /^the file (\S+) of the server (contains|does not contain) "(.*)"$/,
  async function (this: MailWorld, name: string, contains: string, words: string) {
    const content = await readFile(join(this.folder, name), 'utf8')
    assert.equal(content.includes(words), contains === 'contains', content)
  },
)

/** Files that somebody else on the machine could read. */
const readable = async (path: string): Promise<readonly string[]> => {
  const facts = await stat(path)
  if (!facts.isDirectory()) return (facts.mode & 0o004) === 0 ? [] : [path]
  if ((facts.mode & 0o001) === 0) return []
  return (await Promise.all((await readdir(path)).map((name) => readable(join(path, name))))).flat()
}

Then('nobody else on the machine can read the files of the server', async function (this: MailWorld) {
  const names = await readdir(this.folder)
  assert.deepEqual((await Promise.all(names.map((name) => readable(join(this.folder, name))))).flat(), [])
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
