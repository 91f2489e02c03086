/**
 * Packages of the system's own package manager, or npm's, unpacked beside each other instead of installed: mail servers
 * conflict as packages, and nothing of the host is to change. What was fetched stays in a cache folder until it is deleted.
 *
 * Knows Debian and its kin (`apt-get`, `dpkg`); says in one sentence what is missing elsewhere.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface PackageList {
  /** The target's name; the folder in the cache is named for it. */
  readonly name: string
  /** Where they come from: the system's own packages, or npm's. */
  readonly from?: 'npm'
  /** They run as they are, outside of any box: nothing but npm is needed to fetch them. */
  readonly unboxed?: true
  /** Packages; the first is the product itself. What they need comes by itself. */
  readonly packages: readonly [string, ...string[]]
}

/** `--cache DIR`, or `$XDG_CACHE_HOME/smtpspec`, or `~/.cache/smtpspec`. */
export const cacheFolder = (chosen?: string): string => {
  if (chosen !== undefined) return chosen
  const base = process.env['XDG_CACHE_HOME']
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'smtpspec')
}

const manifest = 'smtpspec-packages.json'

/** The folder with a product's unpacked packages. */
export const treeOf = (cache: string, name: string): string => join(cache, 'targets', name)

/** The version of the product in the cache (`3.7.11-0+deb12u1`); undefined when it was not fetched. */
export const installedVersion = async (cache: string, name: string): Promise<string | undefined> => {
  try {
    const content: unknown = JSON.parse(await readFile(join(treeOf(cache, name), manifest), 'utf8'))
    if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version)
  } catch {
    // Not there, or half there: both mean that it has to be fetched.
  }
  return undefined
}

/** What to say when it was not fetched; undefined when it was. */
export const whyNotFetched = async (cache: string, name: string): Promise<string | undefined> =>
  (await installedVersion(cache, name)) === undefined
    ? `${name} is not in ${cache}; get it with: smtpspec targets install ${name}`
    : undefined

/** Why packages cannot be fetched and run here; undefined when they can. */
export const whyNot = (): string | undefined => {
  if (process.platform !== 'linux') return 'needs Linux, whose namespaces keep it apart from the machine'
  if (process.getuid?.() !== 0)
    return 'needs root: it is unpacked and run in namespaces of its own, without being installed'
  const programs = ['unshare', 'nsenter', 'setpriv', 'apt-get', 'dpkg']
  const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  return missing.length > 0 ? `needs ${missing.join(' and ')}, as Debian and its kin have them` : undefined
}

/** The packages that have to be fetched with those that were asked for, as this machine lacks them. */
const withDependencies = async (packages: readonly string[]): Promise<readonly string[]> => {
  const simulate = ['install', '--simulate', '--yes', '--no-install-recommends', ...packages]
  const simulated = await execute('apt-get', simulate).catch(async () => {
    await execute('apt-get', ['update'])
    return execute('apt-get', simulate)
  })
  const lacking = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '')
  return [...new Set([...packages, ...lacking])]
}

/** `/bin`, `/sbin` and `/lib` are links into `/usr` today: a real folder in the tree would hide them. */
const mergeIntoUsr = async (tree: string): Promise<void> => {
  for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64']) {
    if (!existsSync(join(tree, name))) continue
    await cp(join(tree, name), join(tree, 'usr', name), { recursive: true, verbatimSymlinks: true })
    await rm(join(tree, name), { recursive: true })
  }
  await rm(join(tree, 'var/run'), { recursive: true, force: true })
  await rm(join(tree, 'var/lock'), { recursive: true, force: true })
}

/** Unpacks the system's packages into a tree; gives the version of the first and the names of all. */
const fromSystem = async (packages: PackageList['packages'], tree: string, say: (line: string) => void) => {
  const fetched = `${tree}.packages`
  try {
    await mkdir(fetched, { recursive: true })
    const all = await withDependencies(packages)
    say(`fetching ${all.join(', ')}`)
    // Root fetches in its own name, because the cache may be closed to others.
    await execute('apt-get', ['download', '--quiet', '-o', 'APT::Sandbox::User=root', ...all], { cwd: fetched })
    for (const file of (await readdir(fetched)).filter((one) => one.endsWith('.deb')))
      await execute('dpkg', ['-x', join(fetched, file), tree])
    await mergeIntoUsr(tree)
    const [lead] = packages
    const product = (await readdir(fetched)).find((one) => one.startsWith(`${lead}_`)) ?? ''
    return { version: decodeURIComponent(product.split('_')[1] ?? 'unknown'), all }
  } finally {
    await rm(fetched, { recursive: true, force: true })
  }
}

/** The folder in a tree that packages of npm lie in, and beside them the program that runs them. */
export const npmFolder = (name: string): string => `/usr/lib/smtpspec/${name}`

/** Packages of npm into a tree; for a box with this very Node.js, since it has no other that is sure to be new enough. */
const fromNpm = async ({ name, packages, unboxed }: PackageList, tree: string, say: (line: string) => void) => {
  const folder = join(tree, npmFolder(name))
  await mkdir(folder, { recursive: true })
  say(`fetching ${packages.join(', ')} from npm`)
  const options = ['--ignore-scripts', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund', '--no-package-lock']
  await execute('npm', ['install', '--prefix', folder, ...options, ...packages], { cwd: folder, maxBuffer: 16_777_216 })
  if (unboxed !== true) await copyFile(process.execPath, join(folder, 'node'))
  const lead = packages[0].replace(/(?<=.)@.*$/, '')
  const found: unknown = JSON.parse(await readFile(join(folder, 'node_modules', lead, 'package.json'), 'utf8'))
  const known = typeof found === 'object' && found !== null && 'version' in found
  return { version: known ? String(found.version) : 'unknown', all: [...packages] }
}

/** Fetches and unpacks; gives the version. Rejects with what the package manager said. */
export const install = async (list: PackageList, cache: string, say: (line: string) => void): Promise<string> => {
  const { name, packages, from, unboxed } = list
  const reason = unboxed === true ? undefined : whyNot()
  if (reason !== undefined) throw new Error(`${name} ${reason}`)
  const tree = treeOf(cache, name)
  const making = `${tree}.${process.pid}`
  try {
    await mkdir(making, { recursive: true })
    const { version, all } = from === 'npm' ? await fromNpm(list, making, say) : await fromSystem(packages, making, say)
    await writeFile(join(making, manifest), `${JSON.stringify({ name, version, packages: all }, undefined, 2)}\n`)
    await rm(tree, { recursive: true, force: true })
    await rename(making, tree)
    say(`${name} ${version} is in ${tree}`)
    return version
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}
