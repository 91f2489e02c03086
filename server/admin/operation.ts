/**
 * One operation of the API as a value: its path, what it takes, what it answers, and what it does.
 *
 * The same schemas check requests and make the OpenAPI document, which is how the document stays true. Resources
 * (`resources/`) are lists of operations; `api.ts` serves them, `openapi.ts` describes them.
 */
import { z } from 'zod'
import type { Clock } from '../ports.ts'
import type { JsonSchema } from '../settings/jsonschema.ts'
import type { Administration } from './contract.ts'
import type { Problem } from './problem.ts'

/** What a handler may use besides what the request says. */
export interface Context {
  readonly administration: Administration
  readonly clock: Clock
  /** Aborted when the API closes: streams end then. */
  readonly closing: AbortSignal
  readonly header: (name: string) => string | undefined
}

export type Answer =
  | { readonly kind: 'json'; readonly status: 200 | 201; readonly body: unknown; readonly location?: string }
  | { readonly kind: 'text'; readonly type: string; readonly text: string }
  | { readonly kind: 'octets'; readonly type: string; readonly octets: Uint8Array | ReadableStream<Uint8Array> }
  | { readonly kind: 'nothing' }
  | Problem

/** How a good answer looks; JSON has a schema, other types only their name. */
export interface AnswerShape {
  readonly status: 200 | 201 | 204
  readonly description: string
  readonly type?: string
  readonly schema?: z.ZodType
  /** Instead of the schema's own, where it is published elsewhere (the settings). */
  readonly published?: JsonSchema
}

export interface BodyShape {
  readonly type: 'application/json' | 'application/merge-patch+json'
  readonly schema: z.ZodType
  readonly published?: JsonSchema
  /** For people, and for the test that walks the document. */
  readonly example: unknown
}

export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/api/queue/{id}`. */
  readonly path: string
  readonly id: string
  readonly tag: string
  readonly summary: string
  /** Needs no token. */
  readonly open?: true
  readonly parameters: z.ZodObject
  readonly query: z.ZodObject
  readonly body?: BodyShape
  readonly answer: AnswerShape
  /** Problems besides those that every operation has (400, 401, 403, 500). */
  readonly problems: readonly Problem['status'][]
  /** Values have passed the schemas above. */
  readonly handle: (values: Values, context: Context) => Promise<Answer> | Answer
}

export interface Values {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

interface Typed<P extends z.ZodRawShape, Q extends z.ZodRawShape, B extends z.ZodType> extends Omit<
  Operation,
  'parameters' | 'query' | 'body' | 'handle' | 'problems'
> {
  readonly parameters?: P
  readonly query?: Q
  readonly body?: Omit<BodyShape, 'schema'> & { readonly schema: B }
  readonly problems?: readonly Problem['status'][]
  readonly handle: (
    values: {
      readonly parameters: z.output<z.ZodObject<P>>
      readonly query: z.output<z.ZodObject<Q>>
      readonly body: z.output<B>
    },
    context: Context,
  ) => Promise<Answer> | Answer
}

/** An operation whose handler is typed by its schemas. */
export function operation<P extends z.ZodRawShape, Q extends z.ZodRawShape, B extends z.ZodType>(
  typed: Typed<P, Q, B>,
): Operation {
  const { parameters, query, handle, problems = [], ...rest } = typed
  return {
    ...rest,
    problems,
    parameters: z.strictObject(parameters ?? {}),
    query: z.strictObject(query ?? {}),
    // The values have passed these very schemas before they come here.
    handle: (values, context) => handle(values as Parameters<typeof handle>[0], context),
  }
}

/** A whole number in a query, where everything is text. */
export function countParameter(maximum: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform((text) => Math.min(Number(text), maximum))
}

export const json = (body: unknown): Answer => ({ kind: 'json', status: 200, body })
