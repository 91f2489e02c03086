/**
 * The settings that hold when nobody says anything, in the form that people write: as a document, and as a file to edit.
 *
 * The file is YAML with every field's sentence above it; what has no default is there as a comment.
 */
import { stringify } from 'yaml'
import { type JsonSchema, publishedSchema } from './jsonschema.ts'
import type { SettingsDocument } from './schema.ts'

/** Every default, durations as text; fields without a default are absent. */
export function defaultDocument(): SettingsDocument {
  return filled(publishedSchema(), {}) as SettingsDocument
}

/** A document with every default filled in, so that a reader sees all that holds. */
export function withDefaults(document: SettingsDocument): SettingsDocument {
  return filled(publishedSchema(), document) as SettingsDocument
}

function filled(field: JsonSchema, value: unknown): unknown {
  if (field.properties !== undefined) {
    const given = isGroup(value) ? value : isGroup(field.default) ? field.default : undefined
    if (given === undefined) return undefined
    const fields = Object.entries(field.properties).flatMap(([name, inner]) => {
      const own = filled(inner, given[name])
      return own === undefined ? [] : [[name, own] as const]
    })
    // A group in which nothing has a default is as absent as its fields.
    return fields.length === 0 && value === undefined ? undefined : Object.fromEntries(fields)
  }
  const present = value === undefined ? field.default : value
  const entry = field.items
  return Array.isArray(present) && entry !== undefined ? present.map((one: unknown) => filled(entry, one)) : present
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const width = 100

/** All defaults as a YAML file, a sentence above each field. */
export function defaultFile(): string {
  const opening = '# Settings of an smtpspec mail service: all fields, their meaning and their defaults.\n'
  const fields = Object.entries(publishedSchema().properties ?? {})
  return opening + fields.map(([name, field]) => `\n${linesOf(name, field, '').join('\n')}\n`).join('')
}

function linesOf(name: string, field: JsonSchema, indent: string): readonly string[] {
  const said = commentLines(field.description ?? '', indent)
  if (field.properties !== undefined && field.default !== undefined) {
    const inner = Object.entries(field.properties).flatMap(([below, one]) => linesOf(below, one, `${indent}  `))
    const isAbsent = inner.every((line) => line.trimStart().startsWith('#'))
    return [...said, `${indent}${isAbsent ? '# ' : ''}${name}:`, ...inner]
  }
  const entryFields = (field.items ?? field).properties
  const shape = entryFields === undefined ? [] : commentLines(`Fields: ${Object.keys(entryFields).join(', ')}.`, indent)
  if (field.default === undefined) return [...said, ...shape, `${indent}# ${name}:`]
  const value = stringify({ [name]: field.default }, { flowCollectionPadding: true, collectionStyle: 'flow' })
  const text = value.trim().replace(/^\{ (.*) \}$/s, '$1')
  return [...said, ...shape, `${indent}${text}`]
}

function commentLines(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width - indent.length) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line].map((one) => `${indent}# ${one}`)
}
