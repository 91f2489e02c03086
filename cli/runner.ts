/**
 * The one place where features are run: which scenarios, against which target, beside how many others; and what each of
 * them came to, as a result and not as text.
 *
 * A runner may run several times in one process: what the steps are is read once. Judging is left to whoever asked.
 */
import { getCompileCacheDir } from 'node:module'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { loadConfiguration, loadSources, loadSupport, runCucumber } from '@cucumber/cucumber/api'
import type { IRunConfiguration, ISupportCodeLibrary } from '@cucumber/cucumber/api'
import type { Envelope } from '@cucumber/messages'
import { Results } from '../report/results.ts'
import type { ScenarioResult } from '../report/results.ts'
import { Assignment } from './assignment.ts'
import { codeHome, home } from './home.ts'

/** What steps are told: the target's name, where its packages lie. */
export type Parameters = Readonly<Record<string, string | boolean | readonly string[]>>

export interface Wanted {
  readonly paths: readonly string[]
  /** Empty for all. */
  readonly tagExpression: string
  readonly parameters: Parameters
  /** Scenarios beside each other; `as it fits`: one after another where there are few of them. */
  readonly workers: number | { readonly asItFits: number }
  readonly retry?: number
  readonly shard?: string | undefined
  /** Look for scenarios, and run none. */
  readonly dryRun?: boolean
  /** Told every message of the runner as it comes. */
  readonly said?: (message: Envelope) => void
}

export interface Runner {
  /** Calls `found` with each result as its scenario ends; gives why features could not be read. */
  run(wanted: Wanted, found: (result: ScenarioResult) => void): Promise<readonly string[]>
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

/** Workers are told to collect their garbage early: hundreds of servers live and die in each. */
const workerLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 }

/** So few scenarios are over before a worker has started. */
const fewScenarios = 12

const isSmall = async ({ sources }: IRunConfiguration): Promise<boolean> =>
  (await loadSources(sources, { cwd: home() })).plan.length <= fewScenarios

/** Workers take what was compiled before from where this thread does: it is not enabled there by itself. */
const compileCache = (): Readonly<Record<string, string>> => {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

export const createRunner = (): Runner => {
  let steps: ISupportCodeLibrary | undefined
  return {
    async run({ paths, tagExpression, parameters, workers, retry = 0, shard, dryRun = false, said }, found) {
      const { folder, extension } = codeHome()
      const parallel = typeof workers === 'number' ? workers : workers.asItFits
      const { runConfiguration } = await loadConfiguration(
        {
          file: false,
          provided: {
            paths: [...paths],
            import: [join(folder, `steps/**/*${extension}`).replaceAll('\\', '/')],
            tags: tagExpression,
            parallel,
            workerOptions: { resourceLimits: workerLimits },
            dryRun,
            retry,
            ...(shard !== undefined && { shard }),
            worldParameters: { ...parameters },
            format: [['rerun', '']],
          },
        },
        { cwd: home() },
      )
      if (typeof workers !== 'number' && (await isSmall(runConfiguration))) runConfiguration.runtime.parallel = 0
      const results = new Results()
      const assignment = new Assignment()
      steps ??= await loadSupport(runConfiguration, { cwd: home() })
      await runCucumber(
        {
          ...runConfiguration,
          // What setParallelCanAssign would set for good; here it is another one for each run.
          support: Object.assign(steps, { parallelCanAssign: assignment.mayBegin }),
          formats: { stdout: 'rerun', files: {}, publish: false, options: {} },
        },
        { cwd: home(), stdout: nowhere(), stderr: process.stderr, env: { ...process.env, ...compileCache() } },
        (message) => {
          said?.(message)
          assignment.take(message)
          const result = results.take(message)
          if (result !== undefined) found(result)
        },
      )
      return results.unreadable
    },
  }
}
