import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { relayPositions, relayProbes, relaySessions } from './relay-probes.ts'

const root = join(import.meta.dirname, '..')
const rows = readFileSync(join(root, 'fixtures/requirements/relay-probe.tsv'), 'utf8').trim().split('\n').slice(1)
const feature = readFileSync(join(root, 'features/attacks/relay-probes.feature'), 'utf8')
const all = [...relayProbes, ...relaySessions, ...relayPositions].map(({ id }) => id)

test('an id is given once', () => {
  expect(new Set(all).size).toBe(all.length)
})

test('the requirements are this table, row by row', () => {
  expect(rows.map((row) => row.split('\t')[0])).toEqual(all)
})

test('each is claimed by the feature', () => {
  expect(all.filter((id) => !new RegExp(`@${id}\\b`).test(feature))).toEqual([])
})

test('a pair of addresses is tried once', () => {
  const pairs = relayProbes.map(({ sender, recipient }) => `${sender} ${recipient}`)
  expect(pairs.filter((pair, index) => pairs.indexOf(pair) !== index)).toEqual([])
})

const numbered = (letter: string): readonly string[] =>
  relayProbes.flatMap(({ known }) => known.filter((name) => name.startsWith(letter)))
const upTo = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)

/** The published sets, by their own numbers; what an id means is frozen here for a few of each. */
describe('the known sets are whole', () => {
  test.each<readonly [string, readonly string[]]>([
    ['N', upTo('N', 16)],
    ['M', upTo('M', 16)],
    ['A', upTo('A', 17)],
    ['S', ['S4']],
    ['Q', ['Q']],
  ])('%s', (letter, expected) => {
    expect(numbered(letter).toSorted()).toEqual([...expected].toSorted())
  })

  test.each<readonly [string, string, string, string]>([
    ['N5', 'relay-probe-20', '<{su}@[{ip}]>', '<{eu}%{ext}@[{ip}]>'],
    ['N14', 'relay-probe-48', '<{su}@[{ip}]>', '<{ext}!{eu}>'],
    ['M12', 'relay-probe-40', '<{su}@{host}>', '<{eu}@{ext}@[{ip}]>'],
    ['M16', 'relay-probe-08', '<postmaster@{host}>', '<{eu}@{ext}>'],
    ['A17', 'relay-probe-51', '<{su}@{host}>', '<{ext}!{eu}@[{ip}]>'],
    ['Q', 'relay-probe-28', '<{su}@{host}>', '<"{eu}@{ext}">'],
    ['S4', 'relay-probe-60', '<{su}@[{ip}]>', '<{eu}@[{ip}]>'],
  ])('%s is %s', (known, id, sender, recipient) => {
    expect(relayProbes.find((probe) => probe.known.includes(known))).toMatchObject({ id, sender, recipient })
  })
})
