/**
 * Turns what the schema found into sentences for an administrator: no types, no regular expressions, a remedy each.
 *
 * An unknown field gets the name that was probably meant. A sentence that the schema itself carries (durations) is used.
 */
import type { z } from 'zod'
import { closest, either, type LineOf, type Mistake, mistake, type Path } from './mistake.ts'
import type { JsonSchema } from './jsonschema.ts'
import { fieldAt } from './jsonschema.ts'

type Issue = z.core.$ZodIssue

/** All mistakes behind the schema's issues; `document` is what was checked, `schema` its published form. */
export function mistakesOf(
  issues: readonly Issue[],
  document: unknown,
  schema: JsonSchema,
  lineOf?: LineOf,
): readonly Mistake[] {
  return issues.flatMap((issue) => mistakesOfIssue(issue, document, schema, lineOf))
}

function mistakesOfIssue(
  issue: Issue,
  document: unknown,
  schema: JsonSchema,
  lineOf: LineOf | undefined,
): readonly Mistake[] {
  const path = pathOf(issue)
  const field = fieldAt(schema, path)
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(field?.properties ?? {})
    return issue.keys.map((key) => {
      const at = [...path, key]
      const meant = closest(key, known)
      const remedy = meant === undefined ? `Remove it; known here are ${either(known)}.` : `Did you mean "${meant}"?`
      return mistake(at, valueAt(document, at), 'There is no field of this name.', remedy, lineOf)
    })
  }
  const value = valueAt(document, path)
  const { wrong, remedy } = value === undefined ? missing(field) : sentences(issue, value, field)
  return [mistake(path, value, wrong, remedy, lineOf)]
}

interface Sentences {
  readonly wrong: string
  readonly remedy: string
}

function missing(field: JsonSchema | undefined): Sentences {
  return { wrong: 'This field must be given.', remedy: ['Add it.', meaningOf(field)].join(' ').trim() }
}

function meaningOf(field: JsonSchema | undefined): string | undefined {
  return field?.description === undefined ? undefined : `It tells: ${field.description}`
}

function sentences(issue: Issue, value: unknown, field: JsonSchema | undefined): Sentences {
  switch (issue.code) {
    case 'invalid_type':
      return {
        wrong: `This must be ${kindNames[issue.expected] ?? issue.expected}.`,
        remedy: typeRemedy(issue.expected, value),
      }
    case 'invalid_value': {
      const words = issue.values.map(String)
      const meant = typeof value === 'string' ? closest(value, words) : undefined
      return {
        wrong: `This must be ${either(words)}.`,
        remedy: meant === undefined ? 'Choose one of them.' : `Did you mean "${meant}"?`,
      }
    }
    case 'too_small':
      return bound('at least', Number(issue.minimum), issue.origin)
    case 'too_big':
      return bound('at most', Number(issue.maximum), issue.origin)
    case 'invalid_format':
      return issue.message.startsWith('a duration')
        ? { wrong: 'This is not a duration.', remedy: `Write it so: ${issue.message}.` }
        : { wrong: 'This does not have the right form.', remedy: meaningOf(field) ?? 'Write it in another form.' }
    default:
      return { wrong: `${issue.message}.`, remedy: 'See the published schema: smtpspec settings schema.' }
  }
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a group of fields',
}

function typeRemedy(expected: string, value: unknown): string {
  if (value === null) return 'Leave the field out, or give it a value.'
  if (expected === 'array') return 'Write it as a list, also when there is only one: [ ... ].'
  if (expected === 'boolean') return 'Write true or false, without quotes.'
  if (expected === 'number' || expected === 'int') return 'Write a whole number, without quotes or units.'
  if (expected === 'string') return 'Write it in quotes.'
  return 'Write the fields that belong here below it.'
}

function bound(how: string, limit: number, origin: string): Sentences {
  if (origin === 'array') {
    return {
      wrong: `This list must have ${how} ${limit} ${limit === 1 ? 'entry' : 'entries'}.`,
      remedy: 'Change the list.',
    }
  }
  if (origin === 'string') {
    return {
      wrong: `This text must have ${how} ${limit} ${limit === 1 ? 'character' : 'characters'}.`,
      remedy: 'Change the text.',
    }
  }
  return { wrong: `This number must be ${how} ${limit}.`, remedy: `Write a number that is ${how} ${limit}.` }
}

/** The issue's path as strings and numbers. */
export function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
}

/** What a document holds at a path. */
function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value) && typeof step === 'number') return value[step] as unknown
    if (typeof value === 'object' && value !== null && typeof step === 'string' && Object.hasOwn(value, step)) {
      return (value as Readonly<Record<string, unknown>>)[step]
    }
    return undefined
  }, document)
}
