import { describe, expect, test, vi } from 'vitest'
import { createApi } from './api.ts'
import { fakeServer, token } from './fixture.ts'

async function api() {
  const server = await fakeServer()
  const closing = new AbortController()
  const { fetch } = createApi({ administration: server.administration, clock: server.clock, closing: closing.signal })
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(
      new Request(`http://127.0.0.1:8025${path}`, {
        method,
        headers: {
          host: '127.0.0.1:8025',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  return { ...server, closing, call }
}

describe('who may ask', () => {
  test.each([
    ['127.0.0.1:8025', 200],
    ['127.0.0.9', 200],
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['[::1]:8025', 200],
    ['evil.example', 403],
    ['evil.example:8025', 403],
    ['127.0.0.1.evil.example', 403],
    ['192.0.2.1', 403],
    ['localhost@evil.example', 403],
    ['', 403],
  ])('a request for the host %j: %i', async (host, status) => {
    const { call } = await api()
    expect((await call('GET', '/health', undefined, { host })).status).toBe(status)
  })

  test.each(['', 'Basic abc', 'Bearer', `Bearer ${token}x`, `bearer ${token.slice(1)}`, token])(
    'the authorization %j is not enough',
    async (authorization) => {
      const { call } = await api()
      const response = await call('GET', '/api/settings', undefined, { authorization })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /)
    },
  )

  test('a new token counts at once', async () => {
    const { call } = await api()
    const fresh = 'another-token-of-enough-signs'
    expect((await call('PATCH', '/api/settings', { admin: { token: fresh } })).status).toBe(200)
    expect((await call('GET', '/api/users')).status).toBe(401)
    expect((await call('GET', '/api/users', undefined, { authorization: `Bearer ${fresh}` })).status).toBe(200)
  })
})

describe('problems', () => {
  test.each([
    ['GET', '/nothing', 404, 'no-such-resource', undefined],
    ['GET', '/api/queue/e1/nothing', 404, 'no-such-resource', undefined],
    ['DELETE', '/api/settings', 405, 'no-such-method', 'GET, PUT, PATCH'],
    ['POST', '/api/queue/e1', 405, 'no-such-method', 'GET'],
  ])('%s %s', async (method, path, status, code, allow) => {
    const { call } = await api()
    const response = await call(method, path)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('allow') ?? undefined).toBe(allow)
    expect(await response.json()).toMatchObject({
      status,
      code,
      instance: path,
    })
  })

  test('what the server fails at is journalled and not shown', async () => {
    const { call, administration, journal } = await api()
    const broken = createApi({
      administration: {
        ...administration,
        health: () => {
          throw new Error('secret path /etc')
        },
      },
      clock: (await fakeServer()).clock,
      closing: new AbortController().signal,
    })
    const response = await broken.fetch(new Request('http://x/health', { headers: { host: 'localhost' } }))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('/etc')
    expect(journal.events().at(-1)?.detail['reason']).toContain('secret path')
    expect((await call('GET', '/health')).status).toBe(200)
  })

  test('all mistakes of a document come at once, with places and remedies', async () => {
    const { call, document } = await api()
    const before = document()
    const response = await call('PATCH', '/api/settings', { hostNam: 'x', limits: { recipients: 1 }, postmaster: 'zo' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      code: 'settings-mistakes',
      mistakes: [
        { place: 'limits.recipients', found: '1' },
        { place: 'hostNam', remedy: 'Did you mean "hostName"?' },
        { place: 'postmaster', remedy: 'Did you mean "zoe"?' },
      ],
    })
    expect(document()).toBe(before)
  })

  test.each([
    ['/api/queue?limit=many', 'limit'],
    ['/api/queue?state=lost', 'state'],
    ['/api/queue?limit=1&limit=2', 'limit'],
    ['/api/journal?since=-1', 'since'],
    ['/api/settings?defaults=maybe', 'defaults'],
  ])('a query that makes no sense: %s', async (path, place) => {
    const { call } = await api()
    const response = await call('GET', path)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'bad-query', mistakes: [{ place }] })
  })
})

describe('settings', () => {
  test('never show what is secret', async () => {
    const { call } = await api()
    for (const path of ['/api/settings', '/api/settings?defaults=true', '/api/users', '/api/journal']) {
      expect(await (await call('GET', path)).text()).not.toMatch(/SCRAM-SHA-256\$|geheim|a-token-of/)
    }
  })

  test('that were read can be sent back and change nothing', async () => {
    const { call, document } = await api()
    const before = document()
    const response = await call('PUT', '/api/settings', await (await call('GET', '/api/settings')).json())
    expect(response.status).toBe(200)
    expect(document()).toEqual(before)
  })
})

describe('users', () => {
  test('are added with a place to find them, once', async () => {
    const { call, document } = await api()
    const added = await call('POST', '/api/users', { name: 'b ob', password: 'x' })
    expect([added.status, added.headers.get('location')]).toEqual([201, '/api/users/b%20ob'])
    expect((await call('POST', '/api/users', { name: 'B OB' })).status).toBe(409)
    expect(document().users?.map(({ name, verifier }) => [name, typeof verifier])).toEqual([
      ['zoe', 'string'],
      ['b ob', 'string'],
    ])
  })

  test.each([
    ['POST', '/api/users', { nam: 'x' }, ['name', 'nam']],
    ['PATCH', '/api/users/zoe', { name: 'zora' }, ['name']],
    ['PATCH', '/api/users/zoe', { quota: -1 }, ['users[0].quota']],
  ])('%s %s %j is refused', async (method, path, body, places) => {
    const { call } = await api()
    const response = await call(method, path, body)
    const { mistakes } = (await response.json()) as { readonly mistakes: readonly { readonly place: string }[] }
    expect([response.status, mistakes.map(({ place }) => place)]).toEqual([422, places])
  })
})

describe('the queue', () => {
  test.each([
    ['/api/queue', ['e1', 'e2'], undefined],
    ['/api/queue?limit=1', ['e1'], 'e1'],
    ['/api/queue?limit=1&after=e1', ['e2'], undefined],
    ['/api/queue?state=queued', ['e1'], undefined],
    ['/api/queue?recipient=bob%40there.example', ['e1'], undefined],
    ['/api/queue?recipient=nobody', [], undefined],
  ])('%s', async (path, ids, next) => {
    const { call } = await api()
    const list = (await (await call('GET', path)).json()) as { messages: { id: string }[]; next?: string }
    expect([list.messages.map(({ id }) => id), list.next]).toEqual([ids, next])
  })

  test('content comes octet by octet', async () => {
    const { call } = await api()
    const response = await call('GET', '/api/queue/e1/content')
    expect(response.headers.get('content-type')).toBe('message/rfc822')
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toBe('Subject: \u00ff\r\n')
  })

  test.each([
    ['/api/queue/hold', { envelope: 'e1' }, ['hold', { envelope: 'e1' }], 2],
    ['/api/queue/remove', { recipient: 'bob@there.example' }, ['remove', { recipient: 'bob@there.example' }], 2],
    ['/api/queue/release', { all: true }, ['release', {}], 2],
    ['/api/queue/flush', { all: true }, ['flush', {}], 1],
    ['/api/queue/flush', { envelope: 'e2' }, ['flush', { envelope: 'e2' }], 0],
    ['/api/queue/e1/remove', undefined, ['remove', { envelope: 'e1' }], 2],
  ])('POST %s %j', async (path, body, expected, recipients) => {
    const { call, asked } = await api()
    const response = await call('POST', path, body)
    expect(await response.json()).toEqual({ recipients })
    expect(asked).toEqual([expected])
  })

  test('an empty selection does not empty the queue', async () => {
    const { call, asked } = await api()
    const response = await call('POST', '/api/queue/remove', {})
    expect([response.status, asked]).toEqual([422, []])
  })
})

async function reading(path: string, headers: Record<string, string> = {}) {
  const it = await api()
  it.journal.tell('session-opened', { session: 's1' })
  it.journal.tell('warning', {}, { reason: 'x' })
  const response = await it.call('GET', path, undefined, headers)
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
  return { ...it, reader }
}

describe('the journal as a stream', () => {
  test('tells what happens from now on, filtered', async () => {
    const { reader, journal } = await reading('/api/journal/stream?event=warning')
    expect((await reader.read()).value).toBe(': the journal\n\n')
    journal.tell('session-opened', { session: 's2' })
    journal.tell('warning', {}, { reason: 'y' })
    expect((await reader.read()).value).toMatch(/^id: 4\ndata: \{"sequence":4,.*"reason":"y"\}\}\n\n$/)
  })

  test.each([
    ['since', '/api/journal/stream?since=1', {}],
    ['Last-Event-ID', '/api/journal/stream', { 'last-event-id': '1' }],
  ])('tells first what was missed, by %s', async (_, path, headers) => {
    const { reader } = await reading(path, headers)
    await reader.read()
    expect((await reader.read()).value).toMatch(/^id: 2\n/)
  })

  test('says that it is still there', async () => {
    const { reader, clock } = await reading('/api/journal/stream')
    await reader.read()
    clock.ring()
    expect((await reader.read()).value).toBe(': still here\n\n')
  })

  test('ends with the API and leaves nothing behind', async () => {
    const { reader, closing, journal, clock } = await reading('/api/journal/stream')
    await reader.read()
    closing.abort()
    expect((await reader.read()).done).toBe(true)
    journal.tell('warning', {})
    expect(clock.timers.size).toBe(0)
  })

  test('ends when the reader leaves', async () => {
    const { reader, clock, journal } = await reading('/api/journal/stream')
    await reader.read()
    await reader.cancel()
    await vi.waitFor(() => expect(clock.timers.size).toBe(0))
    journal.tell('session-opened', {})
    expect(journal.events().filter(({ event }) => event === 'warning')).toHaveLength(1)
  })

  test('lets go of a reader that is too slow', async () => {
    const { reader, journal } = await reading('/api/journal/stream')
    for (let count = 0; count < 1500; count += 1) journal.tell('session-opened', {})
    let text = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
    expect(text.endsWith('event: too-slow\ndata: {}\n\n')).toBe(true)
  })
})
