/**
 * The files of a report folder: our own page and JSON, and what other tools read.
 *
 * `report.html` and `report.json` are written by us at the end; `junit.xml`, `messages.ndjson` and `scenarios.html` by the
 * runner's formatters as it goes.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { arch, availableParallelism, platform, release } from 'node:os'
import { join, resolve } from 'node:path'
import { reportOf } from '../report/document.ts'
import { pageOf } from '../report/page.ts'
import type { Requirement } from '../report/requirements.ts'
import type { Judged } from '../report/verdict.ts'
import { home } from './home.ts'
import { version } from './version.ts'

/** The runner's formatters by file; makes the folder. */
export const formatterFiles = async (folder: string | undefined): Promise<Record<string, string>> => {
  if (folder === undefined) return {}
  const absolute = resolve(folder)
  await mkdir(absolute, { recursive: true })
  return {
    [join(absolute, 'scenarios.html')]: 'html',
    [join(absolute, 'junit.xml')]: 'junit',
    [join(absolute, 'messages.ndjson')]: 'message',
  }
}

export interface RunFacts {
  readonly target: string
  readonly targetVersion: string
  readonly startedAt: Date
  readonly milliseconds: number
  readonly command: string
}

/** Writes report.json and report.html; gives the page's path. */
export const writeReport = async (
  folder: string,
  { startedAt, milliseconds, ...facts }: RunFacts,
  judged: readonly Judged[],
  requirements: ReadonlyMap<string, Requirement>,
): Promise<string> => {
  const report = reportOf(
    {
      format: 'smtpspec report 1',
      smtpspec: version(),
      ...facts,
      startedAt: startedAt.toISOString(),
      milliseconds: Math.round(milliseconds),
      machine: {
        system: `${platform()} ${release()}`,
        processor: arch(),
        processors: availableParallelism(),
        node: process.versions.node,
      },
    },
    judged,
    requirements,
  )
  const page = join(resolve(folder), 'report.html')
  await writeFile(join(resolve(folder), 'report.json'), `${JSON.stringify(report, undefined, 1)}\n`)
  await writeFile(page, pageOf(report, home('report/page')))
  return page
}
