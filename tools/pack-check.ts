/**
 * Packs the project, installs the tarball into an empty folder and runs `npx smtpspec verify` there, as a user would.
 *
 * Fails when the package lacks a file, needs TypeScript, or does not hold. Prints `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'smtpspec-pack-'))
let passed = 0
let failed = 0

const run = (what: string, command: string, parameters: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: 'utf8', timeout: 300_000 })
  if (status === 0) passed += 1
  else {
    failed += 1
    process.stdout.write(`FAIL ${what}\n${stdout}\n${stderr}\n`)
  }
  return stdout
}

try {
  run('npm pack', 'npm', ['pack', '--pack-destination', folder], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'smtpspec.tgz'
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true }))
  run('npm install of the tarball', 'npm', ['install', '--no-fund', '--no-audit', `./${tarball}`], folder)
  run('npx smtpspec --version', 'npx', ['smtpspec', '--version'], folder)
  const told = run('npx smtpspec verify', 'npx', ['smtpspec', 'verify', '--report-dir', 'reports'], folder)
  process.stdout.write(`${told.trim().split('\n').slice(-2).join('\n')}\n`)
  const reports = (existsSync(join(folder, 'reports')) ? readdirSync(join(folder, 'reports')) : []).toSorted()
  if (!reports.includes('report.html')) {
    failed += 1
    process.stdout.write(`FAIL the report is missing; there is: ${reports.join(', ') || 'nothing'}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
