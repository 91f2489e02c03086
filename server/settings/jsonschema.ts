/**
 * The settings' schema as it is published: JSON Schema 2020-12 of the document that people write, a sentence per field.
 *
 * Made from the very schema that checks settings, so it cannot say anything else. An editor that knows JSON Schema
 * completes and explains settings with it; the administration API and `smtpspec settings schema` hand it out.
 */
import { z } from 'zod'
import type { Path } from './mistake.ts'
import { settingsSchema } from './schema.ts'

/** The part of JSON Schema that our schema uses. */
export interface JsonSchema {
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: JsonSchema
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** The published schema; the same for everybody and for ever within a version. */
export function publishedSchema(): JsonSchema {
  const schema: unknown = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // What a JavaScript number can hold is no bound that an administrator should read.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return { title: 'smtpspec settings', ...(schema as JsonSchema) }
}

/** The schema of the field at a path; list positions lead to the schema of an entry. */
export function fieldAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>(
    (field, step) => (typeof step === 'number' ? field?.items : field?.properties?.[step]),
    schema,
  )
}
