/**
 * Where this package lies: features and fixtures are found from here, in a clone and in an installed tarball alike.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const isHome = (folder: string): boolean => {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return false
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof content === 'object' && content !== null && 'name' in content && content.name === 'smtpspec'
}

/** The absolute path of something inside the package; `home()` is the package itself. */
export const home = (path = ''): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!isHome(folder)) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('smtpspec cannot find its own folder')
    folder = parent
  }
  return join(folder, path)
}

/** Where this code itself lies: the package in a clone, `dist` in an installed tarball; and how its modules end. */
export const codeHome = (): { readonly folder: string; readonly extension: '.ts' | '.js' } => ({
  folder: dirname(dirname(fileURLToPath(import.meta.url))),
  extension: import.meta.url.endsWith('.ts') ? '.ts' : '.js',
})
