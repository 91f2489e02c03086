/**
 * Builds `dist/` for packing: plain JavaScript with declarations and the JSON Schemas of settings and
 * reports, for users who install the
 * package.
 *
 * While working nothing is built: Node runs the TypeScript as it stands.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedReportSchema } from '../report/schema.ts'
import { publishedSchema } from '../server/settings/jsonschema.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (status !== 0) process.exit(status ?? 1)
chmodSync(join(dist, 'cli/main.js'), 0o755)
writeFileSync(join(dist, 'settings.schema.json'), `${JSON.stringify(publishedSchema(), undefined, 2)}\n`)
writeFileSync(join(dist, 'report.schema.json'), `${JSON.stringify(publishedReportSchema(), undefined, 2)}\n`)
