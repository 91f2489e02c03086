/**
 * Where Postfix and its load programs are: unpacked below `POSTFIX_ROOT` (a Debian package, not installed), or installed.
 */
import { existsSync } from 'node:fs'
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
  return { root, program, environment: { LD_LIBRARY_PATH: join(root, 'usr/lib/postfix') } }
}
