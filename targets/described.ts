/**
 * Files in which somebody describes a server in YAML: read by a schema, with every mistake as a sentence that says where it
 * stands, what is wrong and where the form is shown.
 */
import { parse } from 'yaml'
import { z } from 'zod'

export type Described<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

/** A port as such files have it. */
export const portSchema = z.int().min(1).max(65_535)

/** `form` is the document that shows the form. */
export const readDescribed = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  form: string,
): Described<z.output<Schema>> => {
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return { kind: 'mistakes', mistakes: [`it is no YAML: ${why}`] }
  }
  const read = schema.safeParse(document)
  if (read.success) return { kind: 'read', value: read.data }
  return {
    kind: 'mistakes',
    mistakes: read.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? '(document)' : path.join('.')}: ${message}; the form is in ${form}`,
    ),
  }
}
