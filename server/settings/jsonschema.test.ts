import { describe, expect, test } from 'vitest'
import { fieldAt, type JsonSchema, publishedSchema } from './jsonschema.ts'

function fields(schema: JsonSchema, place = ''): (readonly [string, JsonSchema])[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = place === '' ? name : `${place}.${name}`
    return [[at, field] as const].concat(fields(field, at))
  })
  return schema.items?.properties === undefined ? own : [...own, ...fields(schema.items, `${place}[]`)]
}

const all = fields(publishedSchema())

describe('the published schema', () => {
  test('knows the whole document', () => {
    expect(all.length).toBeGreaterThan(90)
    expect(all.map(([place]) => place)).toContain('listeners[].role')
  })

  test.each(all)('%s has a sentence', (_, field) => {
    expect(field.description).toMatch(/^["A-Za-z0-9].{10,}[.!?]$/s)
  })

  test('tells durations as text, and no bounds that only a computer has', () => {
    const text = JSON.stringify(publishedSchema())
    expect(fieldAt(publishedSchema(), ['queue', 'lifetime'])).toMatchObject({ type: 'string', default: '5d' })
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER))
  })

  test('finds fields by path', () => {
    expect(fieldAt(publishedSchema(), ['users', 3, 'name'])?.type).toBe('string')
    expect(fieldAt(publishedSchema(), ['users', 'name'])).toBeUndefined()
    expect(fieldAt(publishedSchema(), ['nothing', 'there'])).toBeUndefined()
  })
})
