import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRequirements } from '../report/requirements.ts'
import { faultsOf, featuresOf, readDefects, readTags } from './defects.ts'

const root = join(import.meta.dirname, '..')
const defects = readDefects(join(root, 'fixtures/defects'))
const carriers = readTags(root)

test('every defect can be planted, and names what scenarios carry', () => {
  expect(defects.flatMap((defect) => faultsOf(defect, root, carriers))).toEqual([])
})

test('a defect names requirements that there are', () => {
  const requirements = readRequirements(join(root, 'fixtures/requirements'))
  const named = defects.flatMap(({ name, reds, also }) => [...reds, ...also].map((id) => ({ name, id })))
  expect(named.filter(({ id }) => !requirements.has(id))).toEqual([])
})

test('names are unique', () => {
  const names = defects.map(({ name }) => name)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})

test('there are at least 80, in every room', () => {
  expect(defects.length).toBeGreaterThanOrEqual(80)
  const rooms = new Set(defects.map(({ file }) => file.split('/')[1]?.replace(/\.ts$/, '')))
  const wanted = 'protocol message policy reception queue routing delivery bounce mailbox settings journal admin'
  expect(wanted.split(' ').filter((room) => !rooms.has(room))).toEqual([])
})

test('no defect makes more features run than it needs', () => {
  const greedy = defects.filter((defect) => featuresOf(defect, carriers).length > 8)
  expect(greedy.map(({ name }) => name)).toEqual([])
})
