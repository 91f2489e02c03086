/**
 * Vitest with a patch planted: the unit tests of a room against a mutant of it, without touching a file.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { carriedPatch, patched, patchVariable } from './patch.ts'

const root = join(import.meta.dirname, '..')
const carried = process.env[patchVariable]
const patch = carried === undefined ? undefined : carriedPatch(carried)

export default defineConfig({
  root,
  cacheDir: join(root, 'node_modules/.vite/eyesight'),
  plugins: [
    {
      name: 'eyesight',
      enforce: 'pre',
      load: (id) => {
        if (patch === undefined || id.replaceAll('\\', '/') !== join(root, patch.file).replaceAll('\\', '/'))
          return null
        const made = patched(readFileSync(id, 'utf8'), patch)
        if (made.kind === 'fault') throw new Error(`the mutant cannot be planted: ${made.why}`)
        return made.text
      },
    },
  ],
  test: {
    include: ['server/**/*.test.ts'],
    testTimeout: 10_000,
    hookTimeout: 10_000,
    // What was transformed before knows nothing of patches.
    fsModuleCache: false,
  },
})
