/**
 * Preloaded by `--import`: plants one defect while its module loads. The server's own code knows nothing of it.
 *
 * The patch comes by the environment and so reaches worker threads and child processes too. One that does not apply throws
 * while the module loads: an unplanted defect must never pass for one that was not seen.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { carriedPatch, patched, patchVariable } from './patch.ts'

const carried = process.env[patchVariable]

if (carried !== undefined) {
  const patch = carriedPatch(carried)
  const place = new URL(`../${patch.file}`, import.meta.url).href
  registerHooks({
    load: (url, context, nextLoad) => {
      if (url !== place) return nextLoad(url, context)
      const made = patched(readFileSync(fileURLToPath(url), 'utf8'), patch)
      if (made.kind === 'fault') throw new Error(`the defect cannot be planted: ${made.why}`)
      return { format: 'module-typescript', source: made.text, shortCircuit: true }
    },
  })
}
