import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AstBuilder, GherkinClassicTokenMatcher, Parser, compile } from '@cucumber/gherkin'
import { IdGenerator } from '@cucumber/messages'
import { expect, test } from 'vitest'
import { readExpectations } from '../report/expectations.ts'
import { home } from './home.ts'

const newId = IdGenerator.incrementing()
const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher())

const namesIn = (file: string): readonly string[] => {
  const document = parser.parse(readFileSync(join(home('features'), file), 'utf8'))
  return compile(document, file, newId).map(({ name }) => `${document.feature?.name ?? ''} › ${name}`)
}

const names = new Set(
  readdirSync(home('features'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.feature'))
    .flatMap(namesIn),
)

test.each(readdirSync(home('fixtures/expectations')))('%s names scenarios that there are', (file) => {
  const read = readExpectations(readFileSync(join(home('fixtures/expectations'), file), 'utf8'))
  const listed = read.kind === 'read' ? read.expectations.deviations.flatMap(({ scenarios }) => scenarios) : []
  expect(listed.length).toBeGreaterThan(0)
  expect(listed.filter((name) => !names.has(name))).toEqual([])
})
