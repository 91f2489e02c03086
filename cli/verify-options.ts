/**
 * What `smtpspec verify` was asked for: its options as they are written, and what they mean once they were read.
 *
 * Files that options name are read here, before anything runs; what makes no sense is said at once (exit code 64).
 */
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Option } from 'commander'
import { readBaseline } from '../report/baseline.ts'
import type { Baseline } from '../report/baseline.ts'
import { failOns } from '../report/verdict.ts'
import type { FailOn } from '../report/verdict.ts'
import { signingKey } from './report-files.ts'
import { targetNames } from '../targets/choose.ts'
import { containerOf, isContainer } from '../targets/container/container.ts'
import { isHost, policyIn } from '../targets/host/host.ts'
import { usageFault } from './usage.ts'

export interface VerifyOptions {
  readonly target: string
  readonly policy?: string
  readonly tags?: string
  readonly exclude?: string
  readonly list?: true
  readonly strict?: true
  readonly parallel?: string
  readonly reportDir?: string
  readonly cache?: string
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly failOn: FailOn
  readonly shard?: string
  readonly retry?: string
  readonly sign?: string
  readonly outOfProcess?: true
  readonly iAmAuthorised?: true
}

/** The options that need reading, read. */
export interface Wishes {
  /** At least one, each once. */
  readonly targets: readonly string[]
  readonly workers: number | { readonly asItFits: number }
  readonly failOn: FailOn
  readonly shard: string | undefined
  readonly retry: number
  readonly baseline: Baseline | undefined
  readonly key: KeyObject | undefined
}

const targetsOf = (text: string): readonly string[] => {
  const asked = text.split(',').map((name) => name.trim())
  const named = [...new Set(asked.flatMap((name) => (name === 'all' ? targetNames : [name])))]
  for (const name of named)
    if (!targetNames.includes(name) && !isHost(name) && !isContainer(name))
      throw usageFault(`--target knows ${targetNames.join(', ')}, not "${name}"`)
  return named
}

const workersFor = (text: string | undefined): Wishes['workers'] => {
  if (text === undefined) return { asItFits: Math.max(2, availableParallelism()) }
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw usageFault(`--parallel takes a number from 1 to 64, not "${text}"`)
  return count
}

const shardOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  const [, part, total] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  if (Number(part) >= 1 && Number(part) <= Number(total)) return text
  throw usageFault(`--shard takes part/parts, for example 1/3, not "${text}"`)
}

const retriesOf = (text: string | undefined): number => {
  const count = Number(text ?? 0)
  if (Number.isInteger(count) && count >= 0 && count <= 10) return count
  throw usageFault(`--retry takes a number from 0 to 10, not "${text}"`)
}

const baselineIn = async (file: string | undefined): Promise<Baseline | undefined> => {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch(() => {
    throw usageFault(`there is no baseline at "${file}"; --write-baseline makes one`)
  })
  const read = readBaseline(text)
  if (read.kind === 'mistake') throw usageFault(`"${file}" is not a baseline: ${read.mistake}`)
  return read.baseline
}

/** What was asked for and makes sense, or a fault that says what does not. */
export const readOptions = async (options: VerifyOptions): Promise<Wishes> => {
  if (options.failOn === 'new' && options.baseline === undefined)
    throw usageFault('--fail-on new needs a --baseline to tell what is new')
  if (options.sign !== undefined && options.reportDir === undefined)
    throw usageFault('--sign signs a report; say where with --report-dir')
  const failOn: FailOn = options.strict === true && options.failOn === 'must' ? 'should' : options.failOn
  const targets = targetsOf(options.target)
  if (targets.some(isHost)) {
    if (options.policy === undefined)
      throw usageFault(
        '--target host:… needs a --policy FILE that says what the server is set to; docs/host.md shows one',
      )
    const policy = policyIn(options.policy)
    if (typeof policy === 'string') throw usageFault(policy)
  }
  for (const name of targets.filter(isContainer)) {
    const file = containerOf(name, options.policy)
    if (typeof file === 'string') throw usageFault(file)
  }
  if (options.outOfProcess === true && targets.some((name) => name !== 'reference'))
    throw usageFault('--out-of-process is about the reference server; the others have processes of their own')
  return {
    targets,
    workers: workersFor(options.parallel),
    failOn,
    shard: shardOf(options.shard),
    retry: retriesOf(options.retry),
    baseline: await baselineIn(options.baseline),
    key: await signingKey(options.sign),
  }
}

export const failOnOption = (): Option =>
  new Option('--fail-on <what>', 'what fails the run: a MUST; a SHOULD too; or, beside a baseline, whatever is new')
    .choices(failOns)
    .default('must')
