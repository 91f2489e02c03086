/**
 * `smtpspec targets`: the servers that the features can be run against, what is there of them, and how to get the rest.
 *
 * `install` fetches a product's packages into a cache folder and unpacks them there; the machine itself is not changed.
 */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder, install, installedVersion, whyNot } from '../targets/box/packages.ts'
import { createTarget, fetchable, products, targetNames } from '../targets/choose.ts'
import { createWorker } from '../targets/worker.ts'
import { examples, exitCodes, usageFault } from './usage.ts'

interface CacheOption {
  readonly cache?: string
}

const folderOf = ({ cache }: CacheOption): string => cacheFolder(cache === undefined ? undefined : resolve(cache))

const boxed = (name: string): boolean => products.some(({ packages }) => packages.name === name)

/** One line a target: its version, or how to get it, or why it cannot be had here. */
const stateOf = async (name: string, cache: string): Promise<string> => {
  if (!boxed(name)) return createTarget(name, { ownProcess: false, worker: createWorker(cache) }).version()
  const version = await installedVersion(cache, name)
  if (version !== undefined) return version
  return whyNot() ?? `not fetched; get it with: smtpspec targets install ${name}`
}

const list = async (options: CacheOption): Promise<void> => {
  const cache = folderOf(options)
  const width = Math.max(...targetNames.map((name) => name.length))
  for (const name of targetNames) process.stdout.write(`${name.padEnd(width)}  ${await stateOf(name, cache)}\n`)
}

const fetchAll = async (names: readonly string[], options: CacheOption): Promise<number> => {
  const every = fetchable.map((packages) => packages.name)
  const wanted = (names.includes('all') ? every : names).map((name) => {
    const packages = fetchable.find((one) => one.name === name)
    if (packages !== undefined) return packages
    const known = every.join(', ')
    throw usageFault(
      targetNames.includes(name) ? `${name} comes with smtpspec` : `targets install knows ${known}, not "${name}"`,
    )
  })
  const cache = folderOf(options)
  for (const one of wanted) {
    try {
      await install(one, cache, (line) => void process.stdout.write(`${line}\n`))
    } catch (error) {
      process.stderr.write(`smtpspec targets: ${error instanceof Error ? error.message : String(error)}\n`)
      return exitCodes.unavailable
    }
  }
  return exitCodes.good
}

export function register(program: Command): void {
  const command = program.command('targets').description('The servers that features can be run against.')
  const cacheOption = ['--cache <folder>', 'where packages are kept (default: $XDG_CACHE_HOME/smtpspec)'] as const
  command
    .command('list')
    .description('Tell what is there, and how to get the rest.')
    .option(...cacheOption)
    .action(async (options: CacheOption) => list(options))
  command
    .command('install')
    .description(
      'Fetch servers from the packages of this system, or of npm, into the cache. Those that run in boxes need root.',
    )
    .argument('<names...>', `${fetchable.map(({ name }) => name).join(', ')}, or all`)
    .option(...cacheOption)
    .action(async (names: string[], options: CacheOption) => {
      process.exitCode = await fetchAll(names, options)
    })
  examples(command, [
    ['smtpspec targets list', 'what there is'],
    ['smtpspec targets install postfix exim', 'fetch both'],
    ['smtpspec targets install all', 'fetch all that can be fetched'],
    ['smtpspec verify --target postfix', 'the same features, on a server that nobody here wrote'],
  ])
}
