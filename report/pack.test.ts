import { join } from 'node:path'
import { expect, test } from 'vitest'
import { alterations } from './document.ts'
import { exampleReport } from './fixture.ts'
import { junitOf } from './junit.ts'
import { merge } from './merge.ts'
import { plainPage, reportIn } from './pack.ts'
import { pageOf } from './page.ts'
import type { ReportDocument } from './schema.ts'

const assets = join(import.meta.dirname, 'page')
const report = exampleReport()
const page = pageOf(report, assets)

test('a page carries its report whole', () => {
  expect(reportIn(page)).toEqual(JSON.parse(JSON.stringify(report)))
  expect(alterations(reportIn(page) as ReportDocument)).toEqual([])
})

test('a page is compared by what its chunks hold, not by how they were compressed', () => {
  expect(plainPage(page)).toContain('S: 220 ready')
  expect(plainPage(page)).not.toMatch(/class="chunk"/)
})

test('a page without a report carries none', () => {
  expect(reportIn('<html></html>')).toBeUndefined()
})

test('the time line names the pieces of evidence that stay, and what is for machines is no evidence', () => {
  const [, failed] = report.scenarios
  expect(failed?.evidence.map(({ name }) => name)).toEqual(['conversation: mallory → the server', 'DNS questions'])
  expect(failed?.timeLine).toEqual([
    [0, 0, 0, 1],
    [3, 1, 0, 0],
    [4, 0, 2, 2],
  ])
  expect(report.configurations[failed?.configuration ?? '']).toMatch(/settings/)
})

test('what a server was told cannot be altered unseen', () => {
  const [hash = ''] = Object.keys(report.configurations)
  expect(alterations({ ...report, configurations: { [hash]: 'other' } })[0]).toMatch(/configuration/)
  expect(alterations({ ...report, configurations: {} })[0]).toMatch(/chain/)
})

test('JUnit has a case for each scenario, and nothing that XML cannot hold', () => {
  const xml = junitOf(report)
  expect(xml).toContain('tests="2" failures="1" errors="0" skipped="0"')
  expect(xml).toContain('message="it was taken &amp; &quot;kept&quot; &lt;b&gt;\\x01"')
  expect(xml).toContain('name="A stranger &lt;/script&gt; (line 9)"')
})

test('JUnit of several servers tells them apart', () => {
  const merged = merge([
    { name: 'a', report },
    { name: 'b', report: exampleReport('exim') },
  ])
  const xml = merged.kind === 'merged' ? junitOf(merged.report) : ''
  expect(xml.match(/<testsuite name="exim: /g)).toHaveLength(2)
  expect(xml).toContain('classname="reference: A"')
})
