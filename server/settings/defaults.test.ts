import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkDocument } from './check.ts'
import { defaultDocument, defaultFile, withDefaults } from './defaults.ts'
import { publishedSchema } from './jsonschema.ts'
import { settingsSchema } from './schema.ts'

test('the defaults mean the same as saying nothing', () => {
  expect(settingsSchema.parse(defaultDocument())).toEqual(settingsSchema.parse({}))
})

test('the file holds the defaults, and every sentence', () => {
  const file = defaultFile()
  expect(parse(file)).toEqual(defaultDocument())
  expect(checkDocument(parse(file)).kind).toBe('good')
  for (const [name, field] of Object.entries(publishedSchema().properties ?? {})) {
    expect(file).toMatch(new RegExp(`^(# )?${name}:`, 'm'))
    expect(file.replaceAll(/\n *# /g, ' ')).toContain(field.description)
  }
  expect(Math.max(...file.split('\n').map((line) => line.length))).toBeLessThan(121)
})

test('what is given stays, the rest is filled in, also inside lists', () => {
  const whole = withDefaults({
    queue: { lifetime: '1d' },
    listeners: [{ role: 'relay', port: 26 }],
    users: [{ name: 'alice' }],
  })
  expect(whole.queue).toMatchObject({ lifetime: '1d', delayWarning: '4h' })
  expect(whole.listeners).toEqual([{ role: 'relay', port: 26, address: '127.0.0.1' }])
  expect(whole.users).toEqual([{ name: 'alice', addresses: [], quota: 0 }])
  expect(whole.outgoing).not.toHaveProperty('smarthost')
})
