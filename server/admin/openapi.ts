/**
 * The API's OpenAPI 3.1 document, made from the operations that are served.
 *
 * Nothing in it is written by hand twice: paths, parameters, bodies and answers are the schemas that check requests.
 */
import { z } from 'zod'
import type { AnswerShape, BodyShape, Operation } from './operation.ts'
import { problemSchema } from './problem.ts'

type Json = Readonly<Record<string, unknown>>

/** Every operation can end in these. */
const commonProblems = [400, 403, 500] as const

export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {})
    path[operation.method] = described(operation)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'smtpspec administration API',
      version,
      description: 'Settings, queue, mailboxes, users and journal of a running smtpspec server. On loopback only.',
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the settings: admin.token.' },
      },
      schemas: { Problem: schemaOf(problemSchema, 'output') },
    },
  }
}

function described(operation: Operation): Json {
  const parameters = [...parametersOf(operation.parameters, 'path'), ...parametersOf(operation.query, 'query')]
  const problems = new Set([...commonProblems, ...operation.problems, ...(operation.open === true ? [] : [401])])
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.open === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: bodyOf(operation.body) }),
    responses: {
      [operation.answer.status]: answerOf(operation.answer),
      ...Object.fromEntries([...problems].map((status) => [status, problemAnswer])),
    },
  }
}

const problemAnswer: Json = {
  description: 'What went wrong, and how to mend it.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query'): readonly Json[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = schemaOf(field as z.ZodType, 'input')
    return {
      name,
      in: place,
      required: place === 'path',
      description: description ?? name,
      schema: rest,
    }
  })
}

function bodyOf({ type, schema, published, example }: BodyShape): Json {
  return {
    required: true,
    content: { [type]: { schema: published ?? schemaOf(schema, 'input'), example } },
  }
}

function answerOf({ description, type, schema, published }: AnswerShape): Json {
  if (schema !== undefined) {
    return { description, content: { 'application/json': { schema: published ?? schemaOf(schema, 'output') } } }
  }
  return type === undefined ? { description } : { description, content: { [type]: { schema: { type: 'string' } } } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
