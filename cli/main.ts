#!/usr/bin/env node
/**
 * The `smtpspec` command: sees that Node is new enough, then hands over to `run.ts`.
 *
 * Nothing is imported before that is known, so that an old Node gives one clear sentence and no stack trace. Of Node's
 * warnings only the one about SQLite being experimental is kept back: which parts of Node we stand on is our concern.
 */
const oldestNode = 24
const [major = '0'] = process.versions.node.split('.')

if (Number(major) < oldestNode) {
  process.stderr.write(
    `smtpspec needs Node.js ${oldestNode} or newer, and this is ${process.versions.node}: see https://nodejs.org/en/download\n`,
  )
  // EX_UNAVAILABLE; `usage.ts` has the list, but is not imported yet.
  process.exitCode = 69
} else {
  const warn = process.emitWarning.bind(process) as (...warning: readonly unknown[]) => void
  process.emitWarning = (...warning: readonly unknown[]) => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature')) warn(...warning)
  }
  // What was compiled once is kept in the system's folder for temporary files; where that cannot be, nothing happens.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const { run } = await import('./run.ts')
  await run(process.argv.slice(2))
}
