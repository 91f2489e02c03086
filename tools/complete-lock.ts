/**
 * Completes `package-lock.json` with the platform binaries of optional dependencies that a registry mirror does not have,
 * so that `npm ci` works on every platform wherever the lock was written. Run it after `npm install`.
 *
 * What it adds has a version and the platform, and no integrity; npm fetches it only on that platform.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  readonly version?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const path = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> }
/** `@scope/binding-linux-arm64-musl` or `@scope/linux-x64`: system, processor, C library. */
const pattern =
  /^@(?:oxfmt|oxlint|oxlint-tsgolint)\/(?:binding-)?(?<os>[a-z0-9]+)-(?<cpu>[a-z0-9]+)(?:-(?<libc>[a-z]+))?$/

let added = 0
for (const { optionalDependencies } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const platform = pattern.exec(name)?.groups
    const key = `node_modules/${name}`
    if (platform === undefined || lock.packages[key] !== undefined) continue
    const { os, cpu, libc } = platform
    const library = os === 'linux' && libc !== undefined ? { libc: [libc.startsWith('musl') ? 'musl' : 'glibc'] } : {}
    const entry = { version, cpu: [cpu], dev: true, ...library, license: 'MIT', optional: true, os: [os] }
    lock.packages[key] = entry
    added += 1
  }
}
const packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([one], [other]) => (one < other ? -1 : 1)))
writeFileSync(path, `${JSON.stringify({ ...lock, packages }, undefined, 2)}\n`)
process.stdout.write(`${added} platforms added\n`)
