/**
 * How long the suite takes, feature by feature: runs `smtpspec verify` once, reads its report, prints a table and draws a
 * plot.
 *
 *     node bench/suite.ts [--out FOLDER] [selection of verify …]
 *
 * The times of a feature are its scenarios' own, added up; workers run beside each other, so the sum is more than the wall.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Scenario {
  readonly place: string
  readonly milliseconds: number
}

interface FeatureTime {
  readonly feature: string
  readonly scenarios: number
  readonly milliseconds: number
  readonly slowest: number
}

const timesOf = (scenarios: readonly Scenario[]): readonly FeatureTime[] =>
  [...Map.groupBy(scenarios, ({ place }) => place.replace(/:\d+$/, ''))]
    .map(([feature, own]) => ({
      feature,
      scenarios: own.length,
      milliseconds: own.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      slowest: Math.max(...own.map(({ milliseconds }) => milliseconds)),
    }))
    .toSorted((one, other) => other.milliseconds - one.milliseconds)

const barHeight = 16
const labelWidth = 320
const plotWidth = 900

/** One bar a feature, longest first. */
const plot = (times: readonly FeatureTime[], title: string): string => {
  const longest = Math.max(1, ...times.map(({ milliseconds }) => milliseconds))
  const height = (times.length + 2) * barHeight
  const bars = times.map(({ feature, milliseconds, scenarios }, index) => {
    const y = (index + 2) * barHeight
    const width = Math.round(((plotWidth - labelWidth - 140) * milliseconds) / longest)
    return [
      `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${feature.replace(/^features\//, '')}</text>`,
      `<rect x="${labelWidth}" y="${y + 2}" width="${Math.max(1, width)}" height="${barHeight - 4}" fill="#3b7dd8"/>`,
      `<text x="${labelWidth + width + 6}" y="${y + 12}">${(milliseconds / 1000).toFixed(1)} s, ${scenarios} scenarios</text>`,
    ].join('')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${plotWidth}" height="${height}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/><text x="8" y="16" font-size="13">${title}</text>${bars.join('')}</svg>\n`
}

const words = process.argv.slice(2)
const at = words.indexOf('--out')
const out = at === -1 ? 'reports' : (words[at + 1] ?? 'reports')
const selection = at === -1 ? words : words.toSpliced(at, 2)
const folder = mkdtempSync(join(tmpdir(), 'smtpspec-bench-'))
const root = join(import.meta.dirname, '..')

try {
  const startedAt = performance.now()
  const { status, stdout } = spawnSync(
    process.execPath,
    ['cli/main.ts', 'verify', ...selection, '--report-dir', folder],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      timeout: 600_000,
    },
  )
  const wall = (performance.now() - startedAt) / 1000
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
    readonly scenarios: readonly Scenario[]
  }
  const times = timesOf(report.scenarios)
  for (const { feature, scenarios, milliseconds, slowest } of times) {
    process.stdout.write(
      `${(milliseconds / 1000).toFixed(2).padStart(8)} s  ${String(scenarios).padStart(4)} scenarios  slowest ${String(slowest).padStart(6)} ms  ${feature}\n`,
    )
  }
  const title = `${report.scenarios.length} scenarios in ${wall.toFixed(1)} s of wall time, report and start included`
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'suite.svg'), plot(times, title))
  process.stdout.write(`${stdout.trim().split('\n').at(-2) ?? ''}\n${title}; plot: ${join(out, 'suite.svg')}\n`)
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
