import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { reportOf } from '../report/document.ts'
import { judge } from '../report/verdict.ts'
import { writeReport } from './report-files.ts'
import { run } from './run.ts'
import { version } from './version.ts'

const catalogue = { requirements: new Map(), restatements: new Map(), reasons: new Map(), beyond: new Map() }

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smtpspec-report-'))
  const judged = judge({
    uri: 'features/mail-service/open-relay.feature',
    line: 9,
    feature: 'No open relay',
    name: 'A stranger',
    tags: ['mail-service-15', 'must'],
    steps: [{ text: 'it is refused', status: 'failed', message: 'it was taken' }],
    evidence: [],
    milliseconds: 1,
  })
  const facts = { startedAt: '2026-11-24T12:00:00.000Z', milliseconds: 1, machine: {}, command: '' }
  await writeReport(
    folder,
    reportOf(version(), { name: 'reference', version: '0' }, facts, [judged], catalogue),
    undefined,
  )
})

afterAll(async () => {
  await rm(folder, { recursive: true })
  process.exitCode = undefined
})

/** What `report check` says of a file of the folder after a change to its text. */
const checked = async (file: string, from: string, to: string): Promise<string> => {
  const said: string[] = []
  const writing = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.push(String(text))
    return true
  })
  const text = await readFile(join(folder, file), 'utf8')
  expect(text).toContain(from)
  const altered = join(folder, `altered-${file}`)
  await writeFile(altered, text.replace(from, to))
  try {
    await run(['report', 'check', altered])
  } finally {
    writing.mockRestore()
  }
  return said.join('')
}

describe('report check', () => {
  test.each([
    ['the page as it was', 'report.html', 'No', 'No', /^1 scenarios, none altered/],
    ['the data as it was', 'report.json', 'fail', 'fail', /^1 scenarios, none altered/],
    [
      'another answer on the first screen',
      'report.html',
      'Not shown to be one, nor to be none.',
      'No.',
      /does not show/,
    ],
    ['another verdict in the data', 'report.json', '"verdict":"fail"', '"verdict":"pass"', /open-relay\.feature:9/],
  ])('%s', async (_what, file, from, to, said) => {
    expect(await checked(file, from, to)).toMatch(said)
  })
})
