/**
 * The administration API as a function from request to response: who may ask, what was asked, and the answer.
 *
 * A request must come to a loopback name (against DNS rebinding), show the token, and pass the operation's schemas;
 * everything that goes wrong is a problem (RFC 9457). Sockets are `server.ts`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import type { Context as HonoContext } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { Clock } from '../ports.ts'
import { type JsonSchema } from '../settings/jsonschema.ts'
import { mistakesOf } from '../settings/words.ts'
import { isLoopback } from '../settings/shapes.ts'
import type { Administration } from './contract.ts'
import { openApiDocument } from './openapi.ts'
import { type Answer, type Context, json, operation, type Operation } from './operation.ts'
import { type Problem, problem, problemResponse, refused } from './problem.ts'
import { journalOperations } from './resources/journal.ts'
import { mailboxOperations } from './resources/mailboxes.ts'
import { queueOperations } from './resources/queue.ts'
import { settingsOperations } from './resources/settings.ts'
import { stateOperations } from './resources/state.ts'
import { userOperations } from './resources/users.ts'

export interface ApiOptions {
  readonly administration: Administration
  readonly clock: Clock
  /** Aborted when the API closes. */
  readonly closing: AbortSignal
}

/** Octets of a request's body. */
const largestBody = 4 * 1024 * 1024

/** Answers requests, whatever brought them. */
export function createApi(options: ApiOptions): { readonly fetch: (request: Request) => Promise<Response> } {
  const operations = allOperations(options.administration.version)
  const app = new Hono()

  app.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  })
  app.use(async (c, next) => {
    const fault = foreignHost(c.req.header('host'))
    if (fault !== undefined) return problemResponse(fault, c.req.path)
    await next()
    return undefined
  })
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: (c) => problemResponse(tooLarge, c.req.path),
    }),
  )
  for (const one of operations) {
    app.on(one.method.toUpperCase(), one.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const answer = await answerTo(one, c, options)
      return responseOf(answer, c.req.path)
    })
  }
  app.notFound((c) => problemResponse(notFound(operations, c.req.path, c.req.method), c.req.path))
  app.onError((error, c) => {
    // Who goes away in the middle of a request is no failure of ours.
    const left = 'code' in error && error.code === 'ECONNRESET'
    if (!left)
      options.administration.journal.tell('warning', {}, { reason: `the administration API failed: ${error.message}` })
    return problemResponse(failed, c.req.path)
  })
  return { fetch: async (request) => app.fetch(request) }
}

/** Everything that is served; the document describes itself too. */
function allOperations(version: string): readonly Operation[] {
  const operations: readonly Operation[] = [
    ...settingsOperations,
    ...queueOperations,
    ...mailboxOperations,
    ...userOperations,
    ...journalOperations,
    ...stateOperations,
    operation({
      method: 'get',
      path: '/api/openapi.json',
      id: 'readOpenApi',
      tag: 'state',
      summary: 'This document.',
      answer: { status: 200, description: 'An OpenAPI document.', schema: z.record(z.string(), z.unknown()) },
      handle: () => json(openApiDocument(operations, version)),
    }),
  ]
  return operations
}

async function answerTo(one: Operation, c: HonoContext, options: ApiOptions): Promise<Answer> {
  const { administration, clock, closing } = options
  if (one.open !== true && !showsToken(c.req.header('authorization'), administration)) return unauthorized
  const query = checked(one.query, singles(c.req.queries()), 'bad-query')
  if (query.kind === 'problem') return query
  const parameters = checked(one.parameters, c.req.param() as unknown, 'bad-path')
  if (parameters.kind === 'problem') return parameters
  const body = one.body === undefined ? nothingSent : await bodyOf(one.body, c)
  if (body.kind === 'problem') return body
  const context: Context = { administration, clock, closing, header: (name) => c.req.header(name) }
  return one.handle({ parameters: group(parameters.value), query: group(query.value), body: body.value }, context)
}

type Checked = { readonly kind: 'good'; readonly value: unknown } | Problem

const nothingSent: Checked = { kind: 'good', value: undefined }

function checked(schema: z.ZodType, value: unknown, code: string): Checked {
  const result = schema.safeParse(value)
  if (result.success) return { kind: 'good', value: result.data }
  const published = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const fault = refused(code, mistakesOf(result.error.issues, value, published))
  // What the address line says wrongly is a bad request; a body that is read but cannot be is 422.
  return code === 'bad-body' ? fault : { ...fault, status: 400 }
}

async function bodyOf(shape: NonNullable<Operation['body']>, c: HonoContext): Promise<Checked> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && type !== shape.type) {
    return problem(415, 'unknown-type', 'The body is of a type that is not taken here.', `Send it as ${shape.type}.`)
  }
  try {
    const value: unknown = JSON.parse(await c.req.text())
    return checked(shape.schema, value, 'bad-body')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return problem(400, 'bad-json', 'The body is not JSON.', 'Send a JSON document.')
  }
}

/** Each query parameter once; one that is given twice becomes a list, which no schema takes. */
function singles(queries: Readonly<Record<string, readonly string[]>>): unknown {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
}

function group(value: unknown): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>
}

/** Compared in the same time however much is right. */
function showsToken(authorization: string | undefined, administration: Administration): boolean {
  const token = administration.settings.settings().admin.token
  const shown = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || shown === undefined) return false
  return timingSafeEqual(digest(token), digest(shown))
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** A page of another site can point its own name at loopback; the Host field tells. */
function foreignHost(host: string | undefined): Problem | undefined {
  const name = /^(\[[0-9A-Fa-f:.]+\]|[^:]+)(?::\d+)?$/.exec(host ?? '')?.[1]?.toLowerCase() ?? ''
  if (name === 'localhost' || isLoopback(name.replace(/^\[(.*)\]$/, '$1'))) return undefined
  return problem(
    403,
    'foreign-host',
    'The Host field does not name this machine.',
    'Ask for localhost, 127.0.0.1 or [::1].',
  )
}

const unauthorized: Problem = {
  ...problem(
    401,
    'no-token',
    'The request does not show the token.',
    'Send Authorization: Bearer, and admin.token of the settings.',
  ),
  headers: { 'www-authenticate': 'Bearer realm="smtpspec"' },
}
const tooLarge = problem(413, 'too-large', `The body has more than ${largestBody} octets.`, 'Send less.')
const failed = problem(
  500,
  'failed',
  'The server could not do this.',
  'See the journal; if it happens again, please report it.',
)

function notFound(operations: readonly Operation[], path: string, method: string): Problem {
  const methods = operations.filter((one) => pattern(one.path).test(path)).map((one) => one.method.toUpperCase())
  if (methods.length === 0) {
    return problem(
      404,
      'no-such-resource',
      'There is nothing at this path.',
      'GET /api/openapi.json tells what there is.',
    )
  }
  const allow = methods.join(', ')
  return {
    ...problem(405, 'no-such-method', `${method} cannot be done here.`, `What can be done: ${allow}.`),
    headers: { allow },
  }
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

function responseOf(answer: Answer, path: string): Response {
  switch (answer.kind) {
    case 'json': {
      const headers = {
        'content-type': 'application/json',
        ...(answer.location === undefined ? {} : { location: answer.location }),
      }
      return new Response(JSON.stringify(answer.body), { status: answer.status, headers })
    }
    case 'text':
      return new Response(answer.text, { headers: { 'content-type': answer.type } })
    case 'octets': {
      const octets = answer.octets instanceof ReadableStream ? answer.octets : Uint8Array.from(answer.octets)
      return new Response(octets, { headers: { 'content-type': answer.type } })
    }
    case 'nothing':
      return new Response(undefined, { status: 204 })
    default:
      return problemResponse(answer, path)
  }
}
