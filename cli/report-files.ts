/**
 * The files of a report folder: our own page and JSON, and what other tools read; and what continuous integration is told.
 *
 * `messages.ndjson` is written as the runner goes, cleared of passwords; everything else at the end, from the report as a
 * value, so that a merged report has it too.
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { arch, availableParallelism, platform, release } from 'node:os'
import { join, resolve } from 'node:path'
import type { KeyObject } from 'node:crypto'
import type { Envelope } from '@cucumber/messages'
import { annotationsOf, badgeOf, indexOf, summaryOf } from '../report/continuous.ts'
import type { ReportDocument } from '../report/document.ts'
import { junitOf } from '../report/junit.ts'
import { pageOf } from '../report/page.ts'
import { sarifOf } from '../report/sarif.ts'
import { messageWithoutSecrets } from '../report/secrets.ts'
import { readPrivateKey, signed } from '../report/signature.ts'
import { home } from './home.ts'
import { usageFault } from './usage.ts'

export interface MessageFile {
  write(message: Envelope): void
  close(): Promise<void>
}

/** `messages.ndjson`, a line for each message of the runner; makes the folder. Writes nothing where there is none. */
export const openMessageFile = async (folder: string | undefined): Promise<MessageFile> => {
  if (folder === undefined) return { write: () => undefined, close: async () => undefined }
  const absolute = resolve(folder)
  await mkdir(absolute, { recursive: true })
  const stream = createWriteStream(join(absolute, 'messages.ndjson'))
  const failed = once(stream, 'error').then(([error]) => {
    throw error
  })
  failed.catch(() => undefined)
  return {
    write: (message) => void stream.write(`${JSON.stringify(messageWithoutSecrets(message))}\n`),
    close: async () => {
      stream.end()
      await Promise.race([finished(stream), failed])
    },
  }
}

/** What the report says of the machine that a run ran on. */
export const machine = (): Readonly<Record<string, string | number>> => ({
  system: `${platform()} ${release()}`,
  processor: arch(),
  processors: availableParallelism(),
  node: process.versions.node,
})

/** The key of `--sign`, read before anything runs. */
export const signingKey = async (file: string | undefined): Promise<KeyObject | undefined> => {
  if (file === undefined) return undefined
  const pem = await readFile(file, 'utf8').catch(() => {
    throw usageFault(`there is no key at "${file}"`)
  })
  const read = readPrivateKey(pem)
  if (read.kind === 'no key') throw usageFault(`--sign cannot use "${file}": ${read.why}`)
  return read.key
}

/** `report.json`: a line for each scenario, so that reports of many can be written, and compared line by line. */
async function* linesOf({ scenarios, ...rest }: ReportDocument): AsyncGenerator<string> {
  const { chain, signature, ...tables } = rest
  yield `${JSON.stringify(tables).slice(0, -1)},\n"scenarios":[\n`
  for (const [index, scenario] of scenarios.entries())
    yield `${JSON.stringify(scenario)}${index < scenarios.length - 1 ? ',' : ''}\n`
  yield `],\n${JSON.stringify({ chain, ...(signature !== undefined && { signature }) }).slice(1)}\n`
}

const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`

/** Writes everything of ours, signed when there is a key; gives the page's path. */
export const writeReport = async (
  folder: string,
  unsigned: ReportDocument,
  key: KeyObject | undefined,
): Promise<string> => {
  const report = key === undefined ? unsigned : signed(unsigned, key)
  const absolute = resolve(folder)
  await mkdir(absolute, { recursive: true })
  const page = join(absolute, 'report.html')
  await writeFile(join(absolute, 'report.json'), linesOf(report))
  await writeFile(join(absolute, 'junit.xml'), junitOf(report))
  await writeFile(page, pageOf(report, home('report/page')))
  await writeFile(join(absolute, 'report.sarif'), asJson(sarifOf(report)))
  await writeFile(join(absolute, 'badge.json'), asJson(badgeOf(report)))
  await writeFile(join(absolute, 'index.json'), asJson(indexOf(report)))
  await writeFile(join(absolute, 'summary.md'), summaryOf(report))
  return page
}

/** Whether somebody in continuous integration listens. */
export const hasListener = (): boolean =>
  process.env['GITHUB_ACTIONS'] === 'true' || (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== ''

/** Annotations on standard output and the job's summary, where GitHub runs this. */
export const tellListener = async (report: ReportDocument): Promise<void> => {
  if (process.env['GITHUB_ACTIONS'] === 'true')
    for (const line of annotationsOf(report)) process.stdout.write(`${line}\n`)
  const summary = process.env['GITHUB_STEP_SUMMARY'] ?? ''
  if (summary !== '') await appendFile(summary, summaryOf(report))
}
