/**
 * `smtpspec report`: check whether a report was altered since it was written.
 */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { alterations } from '../report/document.ts'
import type { ReportDocument } from '../report/document.ts'
import { exitCodes } from '../report/verdict.ts'
import { examples, usageFault } from './usage.ts'

/** The report in a file: `report.json`, or the page that carries it. */
const readReport = async (file: string): Promise<ReportDocument> => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw usageFault(`there is no report at "${file}"`)
  })
  const embedded = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(text)?.[1]
  try {
    const report = JSON.parse(embedded ?? text) as Partial<ReportDocument>
    if (report.head?.format !== 'smtpspec report 1' || report.scenarios === undefined) throw new Error('another format')
    return report as ReportDocument
  } catch {
    throw usageFault(`"${file}" is not a report of smtpspec; give report.json or report.html of a --report-dir`)
  }
}

const check = async (file: string): Promise<number> => {
  const report = await readReport(file)
  const altered = alterations(report)
  for (const one of altered) process.stdout.write(`altered: ${one}\n`)
  if (altered.length > 0) return exitCodes.mustFailed
  process.stdout.write(`${report.scenarios.length} scenarios, none altered; the last link is ${report.chain}\n`)
  return exitCodes.held
}

export const register = (program: Command): void => {
  const command = program.command('report').description('Look after reports.')
  const checking = command
    .command('check')
    .description('Tell whether a report was altered, and where. Compare the last link with the one you kept.')
    .argument('<file>', 'report.json or report.html')
  examples(checking, [
    ['smtpspec report check reports/report.html', 'exit code 0: as it was written; 1: altered'],
  ]).action(async (file: string) => {
    process.exitCode = await check(file)
  })
}
