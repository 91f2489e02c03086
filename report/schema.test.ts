import { expect, test } from 'vitest'
import { z } from 'zod'
import { exampleReport } from './fixture.ts'
import { publishedReportSchema, shapeFaults } from './schema.ts'

type Loose = Record<string, unknown>

/** A schema that knows nothing but what is published. */
const published = z.fromJSONSchema(JSON.parse(JSON.stringify(publishedReportSchema())) as z.core.JSONSchema.JSONSchema)

/** The report as JSON carries it, with one scenario and the whole changed. */
const changed = (scenario: (one: Loose) => Loose, whole: (all: Loose) => Loose = (all) => all): Loose => {
  const report = JSON.parse(JSON.stringify(exampleReport())) as Loose & { scenarios: Loose[] }
  return whole({ ...report, scenarios: report.scenarios.map(scenario) })
}
const same = (one: Loose): Loose => one
const without = (name: string) => (one: Loose) =>
  Object.fromEntries(Object.entries(one).filter(([key]) => key !== name))

test('a report has the form that is published', () => {
  expect(shapeFaults(changed(same))).toEqual([])
  expect(published.safeParse(changed(same)).success).toBe(true)
})

test.each<[string, Loose]>([
  ['a verdict that there is not', changed((one) => ({ ...one, verdict: 'fine' }))],
  ['a scenario without a hash', changed(without('hash'))],
  ['a hash that is none', changed((one) => ({ ...one, hash: 'abc' }))],
  ['evidence without a name', changed((one) => ({ ...one, evidence: [{ text: 'S: 220' }] }))],
  ['a field that nobody named', changed((one) => ({ ...one, note: 'looks good' }))],
  ['a time line that goes backwards from nothing', changed((one) => ({ ...one, timeLine: [[-1, 0, 0, 0]] }))],
  ['scenarios that are no list', changed(same, (all) => ({ ...all, scenarios: {} }))],
  ['another format', changed(same, (all) => ({ ...all, head: { ...(all['head'] as Loose), format: 'other' } }))],
  ['no chain', changed(same, without('chain'))],
  [
    'a signature of another kind',
    changed(same, (all) => ({ ...all, signature: { algorithm: 'none', key: '', value: '' } })),
  ],
])('%s is refused, by us and by what is published', (_what, report) => {
  expect(shapeFaults(report)).not.toEqual([])
  expect(published.safeParse(report).success).toBe(false)
})

test('a fault says where it is', () => {
  expect(shapeFaults(changed(without('place')))[0]).toMatch(/^scenarios\.0\.place: /)
})
