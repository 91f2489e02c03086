/**
 * One trial: runs the features that are named on the command line in this process, one scenario after another, and tells
 * the parent process how each ended; after `--fail-fast`, only until one is red. What is planted is the preload's affair
 * (`plant.ts`).
 */
import { Writable } from 'node:stream'
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api'
import { home } from '../cli/home.ts'
import { Results } from '../report/results.ts'
import { judge, requirementsOf } from '../report/verdict.ts'
import type { Verdict } from '../report/verdict.ts'

/** How a scenario ended, as the parent process hears it. */
export interface Ending {
  readonly feature: string
  readonly line: number
  readonly name: string
  readonly ids: readonly string[]
  readonly verdict: Verdict['kind']
  readonly why: string
}

const failFast = '--fail-fast'

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

const words = process.argv.slice(2)
const { runConfiguration } = await loadConfiguration(
  {
    file: false,
    provided: {
      paths: words.filter((word) => word !== failFast).map((path) => home(path)),
      failFast: words.includes(failFast),
      import: [home('steps/**/*.ts').replaceAll('\\', '/')],
      parallel: 0,
      worldParameters: { target: 'reference' },
      format: [['rerun', '']],
    },
  },
  { cwd: home() },
)
/** Tells the parent process; without one there is nobody to tell. */
const tell = (ending: Ending): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(ending, () => resolve())
  })

const results = new Results()
const told: Promise<void>[] = []
await runCucumber(
  { ...runConfiguration, formats: { stdout: 'rerun', files: {}, publish: false, options: {} } },
  { cwd: home(), stdout: nowhere(), stderr: process.stderr },
  (message) => {
    const result = results.take(message)
    if (result === undefined) return
    const { verdict } = judge(result)
    const { uri, line, name } = result
    const ending: Ending = {
      feature: uri,
      line,
      name,
      ids: requirementsOf(result),
      verdict: verdict.kind,
      why: 'why' in verdict ? verdict.why : '',
    }
    told.push(tell(ending))
  },
)
for (const problem of results.unreadable) process.stderr.write(`${problem}\n`)
await Promise.all(told)
// A planted defect may leave something open that keeps the process alive.
process.exit(0)
