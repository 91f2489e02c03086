/**
 * Walks the OpenAPI document and calls every operation that it names on a fake server: what comes back must be what the
 * document promises. A route that is served but not described, or described but not served, fails here too.
 */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApi } from './api.ts'
import { fakeServer, token } from './fixture.ts'

interface Described {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema; readonly example: unknown }>>
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >
}
type Schema = Parameters<typeof z.fromJSONSchema>[0] & { readonly $ref?: string }
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const values: Readonly<Record<string, string>> = { id: 'e1', user: 'b ob/../x', name: 'zoe' }

async function api() {
  const server = await fakeServer()
  const closing = new AbortController()
  const { fetch } = createApi({ administration: server.administration, clock: server.clock, closing: closing.signal })
  const call = (method: string, path: string, more: RequestInit = {}, shown: string | undefined = token) =>
    fetch(
      new Request(`http://127.0.0.1:8025${path}`, {
        ...more,
        method,
        headers: {
          host: '127.0.0.1:8025',
          ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }),
          ...(more.headers as Record<string, string> | undefined),
        },
      }),
    )
  return { ...server, closing, call }
}

async function read(): Promise<Document> {
  const { call } = await api()
  return (await (await call('GET', '/api/openapi.json')).json()) as Document
}

const document = await read()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    path,
    method: method.toUpperCase(),
    described,
    id: described.operationId,
  })),
)

function pathOf(path: string): string {
  return path
    .replace('{id}', path.startsWith('/api/mailboxes') ? 'm1' : 'e1')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '?'))
}

function bodyOf(described: Described): RequestInit {
  const [type, shape] = Object.entries(described.requestBody?.content ?? {})[0] ?? []
  return type === undefined ? {} : { body: JSON.stringify(shape?.example), headers: { 'content-type': type } }
}

function promised(described: Described, response: Response): Schema | 'octets' | 'nothing' {
  const shape = described.responses[String(response.status)]
  if (shape === undefined) throw new Error(`${response.status} is not described`)
  if (shape.content === undefined) return 'nothing'
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
  const schema = shape.content[type]?.schema
  if (schema === undefined) throw new Error(`${type} is not described`)
  if (!type.endsWith('json')) return 'octets'
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components.schemas[name] ?? 'nothing')
}

/** How a body differs from what its schema says (unknown fields do), as issues. */
async function differences(described: Described, response: Response): Promise<readonly unknown[]> {
  const schema = promised(described, response)
  if (schema === 'octets') return []
  const text = await response.text()
  if (schema === 'nothing') return text === '' ? [] : [text]
  return z.fromJSONSchema(schema).safeParse(JSON.parse(text)).error?.issues ?? []
}

describe('the document', () => {
  test('is OpenAPI 3.1 and names everything once', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const ids = operations.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toMatchInlineSnapshot(`
      [
        "DELETE /api/mailboxes/{user}/{id}",
        "DELETE /api/users/{name}",
        "GET /api/journal",
        "GET /api/journal/stream",
        "GET /api/mailboxes",
        "GET /api/mailboxes/{user}",
        "GET /api/mailboxes/{user}/{id}",
        "GET /api/openapi.json",
        "GET /api/queue",
        "GET /api/queue/{id}",
        "GET /api/queue/{id}/content",
        "GET /api/settings",
        "GET /api/settings/schema",
        "GET /api/users",
        "GET /health",
        "GET /metrics",
        "PATCH /api/settings",
        "PATCH /api/users/{name}",
        "POST /api/queue/flush",
        "POST /api/queue/hold",
        "POST /api/queue/release",
        "POST /api/queue/remove",
        "POST /api/queue/{id}/flush",
        "POST /api/queue/{id}/hold",
        "POST /api/queue/{id}/release",
        "POST /api/queue/{id}/remove",
        "POST /api/users",
        "PUT /api/settings",
      ]
    `)
  })

  test('names the parameters of every path', () => {
    for (const { path, described } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1])
      const inPath = (described.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)
      expect(new Set(inPath)).toEqual(new Set(named))
    }
  })
})

describe('every operation keeps its promise', () => {
  test.each(operations)('$id answers as described', async ({ path, method, described, id }) => {
    const { call, closing, journal } = await api()
    journal.tell('session-opened', { session: 's1' }, { role: 'relay', secure: false, port: 25 })
    const response = await call(method, pathOf(path), bodyOf(described))
    expect([id, response.ok, response.status]).toEqual([id, true, response.status])
    closing.abort()
    expect(await differences(described, response)).toEqual([])
  })

  test.each(operations)('$id asks for the token unless it is open', async ({ path, method, described }) => {
    const { call } = await api()
    for (const shown of [undefined, 'wrong']) {
      const response = await call(method, pathOf(path), {
        ...bodyOf(described),
        headers: { authorization: `Bearer ${shown ?? ''}` },
      })
      const open = described.security?.length === 0
      expect(response.status === 401).toBe(!open)
      expect(open ? [] : await differences(described, response)).toEqual([])
    }
  })

  test.each(operations.filter(({ path }) => path.includes('{')))(
    '$id says what does not exist',
    async ({ path, method, described }) => {
      const { call } = await api()
      const response = await call(method, path.replaceAll(/\{\w+\}/g, 'nobody'), bodyOf(described))
      expect(response.status).toBe(404)
      expect(await differences(described, response)).toEqual([])
    },
  )

  test.each(operations.filter(({ described }) => described.requestBody !== undefined))(
    '$id refuses what is no JSON, no group, or of another type',
    async ({ path, method, described }) => {
      const { call } = await api()
      for (const [body, type, status] of [
        ['{', 'application/json', 400],
        ['[]', 'application/json', 422],
        ['{}', 'text/plain', 415],
        ['{}', 'application/x-www-form-urlencoded', 415],
        ['x'.repeat(5_000_000), 'application/json', 413],
      ] as const) {
        const response = await call(method, pathOf(path), { body, headers: { 'content-type': type } })
        expect(response.status).toBe(status)
        expect(await differences(described, response)).toEqual([])
      }
    },
  )

  test.each(operations)('$id refuses a query that it does not know', async ({ path, method, described }) => {
    const { call } = await api()
    const response = await call(method, `${pathOf(path)}?no-such=1`, bodyOf(described))
    expect(response.status).toBe(400)
    expect(await differences(described, response)).toEqual([])
  })
})
