import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { coverageOf, idleReasons, unknownTags } from '../report/coverage.ts'
import { isRequirement } from '../report/verdict.ts'
import { readCatalogue } from './coverage.ts'
import { home } from './home.ts'
import { tagsOf } from './select.ts'

const catalogue = readCatalogue()
const tags = await tagsOf(home('features'))

test('every tag of requirement form names a row of the catalogue', () => {
  expect(unknownTags(catalogue, tags, isRequirement)).toEqual([])
})

test('every observable MUST and SHOULD has a scenario or a written reason', () => {
  const open = coverageOf(catalogue, tags).flatMap(({ must, should }) => [must, should].flatMap((tally) => tally.open))
  expect(open.map(({ id, what }) => `${id} ${what}`)).toEqual([])
})

/** Rows in scope that say MUST and have a reason in place of a scenario: it is a number that only shrinks. */
const reasonedMust = 7

test('nine of ten SHOULD in scope have a scenario, and all MUST but a few', () => {
  const covered = coverageOf(catalogue, tags)
  const sum = (level: 'must' | 'should', count: 'rows' | 'covered'): number =>
    covered.reduce((total, source) => total + source[level][count], 0)
  expect(sum('should', 'covered') / sum('should', 'rows')).toBeGreaterThanOrEqual(0.9)
  expect(sum('must', 'rows') - sum('must', 'covered')).toBeLessThanOrEqual(reasonedMust)
})

test('whoever is bound in place of a mail server is named in the words of the text', () => {
  const unsaid = readFileSync(home('fixtures/requirements/out-of-scope.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => !/^rfc\S+\t[^\t"]+\t.*".{10,}".*\(RFC \d+ .+\)/.test(line))
  expect(unsaid).toEqual([])
})

test('no reason stands for a row that has a scenario, repeats another or does not exist', () => {
  expect(idleReasons(catalogue, tags)).toEqual([])
})

test('every restatement leads to a row that exists', () => {
  const missing = [...catalogue.restatements].filter(([, canonical]) => !catalogue.requirements.has(canonical))
  expect(missing).toEqual([])
})
