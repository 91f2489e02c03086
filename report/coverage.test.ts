import { describe, expect, test } from 'vitest'
import { coverageOf, coverageTable, idleReasons, rowsBeyond, sourceOf, unknownTags } from './coverage.ts'
import type { Catalogue } from './coverage.ts'
import { isRequirement } from './verdict.ts'

const row = (id: string, level: string, testable = 'wire') => ({ id, level, role: 'all', testable, what: '', how: '' })

const catalogue: Catalogue = {
  requirements: new Map(
    [
      row('rfc1-1-01', 'MUST'),
      row('rfc1-1-02', 'MUST-NOT'),
      row('rfc1-1-03', 'MUST', 'no'),
      row('rfc1-1-04', 'SHOULD'),
      row('rfc1-1-05', 'MUST'),
      row('rfc1-1-06', 'MUST'),
      row('rfc1-1-07', 'MUST'),
      row('mail-service-01', 'MUST'),
    ].map((requirement) => [requirement.id, requirement]),
  ),
  restatements: new Map([['rfc1-1-05', 'rfc1-1-01']]),
  reasons: new Map([['rfc1-1-04', 'a reason']]),
  beyond: new Map([
    ['rfc1-1-06', 'LMTP server'],
    ['rfc1-1-07', 'planned: not there yet'],
  ]),
}

describe('coverage', () => {
  const [rfc1] = coverageOf(catalogue, new Set(['rfc1-1-01']))

  test('counts what can be observed and repeats nothing', () => {
    expect(rfc1?.must.rows).toBe(2)
    expect(rfc1?.must.covered).toBe(1)
    expect(rfc1?.must.open.map(({ id }) => id)).toEqual(['rfc1-1-02'])
  })

  test('a written reason accounts for a row without covering it', () => {
    expect(rfc1?.should).toEqual({ rows: 1, covered: 0, reasoned: 1, open: [] })
  })

  test('what binds somebody else, or is planned, is counted apart', () => {
    expect(rowsBeyond(catalogue)).toEqual({ planned: 1, othersBound: 1 })
    expect(idleReasons(catalogue, new Set(['rfc1-1-06']))).toEqual(['rfc1-1-06'])
  })

  test('the table has a line for each source and one for all', () => {
    const lines = coverageTable(coverageOf(catalogue, new Set()), rowsBeyond(catalogue)).split('\n')
    expect(lines.filter((line) => /^(rfc1|mail-service|all)\b/.test(line))).toHaveLength(3)
  })

  test('tags that name nothing and reasons that are idle are found', () => {
    expect(unknownTags(catalogue, new Set(['rfc1-1-99', 'must']), isRequirement)).toEqual(['rfc1-1-99'])
    expect(idleReasons(catalogue, new Set(['rfc1-1-04']))).toEqual(['rfc1-1-04'])
  })

  test.each([
    ['rfc5321-4.5.2-02', 'rfc5321'],
    ['mail-service-07', 'mail-service'],
    ['relay-probe-12', 'relay-probe'],
  ])('%s comes from %s', (id, source) => {
    expect(sourceOf(id)).toBe(source)
  })
})
