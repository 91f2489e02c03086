/**
 * Where Postfix and its load programs are: unpacked below `POSTFIX_ROOT` (a Debian package, not installed), or installed.
 */
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'

export interface PostfixPlace {
  /** `/` when it is installed. */
  readonly root: string
  /** The absolute path of one of its programs in `/usr/sbin`. */
  program(name: string): string
  /** Its libraries stand in a folder of their own. */
  readonly environment: Readonly<Record<string, string>>
}

export const postfixRemedy =
  'Postfix is not there (apt-get download postfix && dpkg -x postfix_*.deb FOLDER, and POSTFIX_ROOT=FOLDER)'

export const findPostfix = (): PostfixPlace | undefined => {
  const root = process.env['POSTFIX_ROOT'] ?? '/'
  const program = (name: string): string => join(root, 'usr/sbin', name)
  if (!existsSync(program('smtp-source'))) return undefined
  // Beside its own, the libraries that were unpacked with it because the machine had none.
  const others = root === '/' ? [] : globSync(['usr/lib/*-linux-gnu', 'lib/*-linux-gnu'], { cwd: root })
  const folders = ['usr/lib/postfix', ...others].map((folder) => join(root, folder))
  return { root, program, environment: { LD_LIBRARY_PATH: folders.join(':') } }
}
