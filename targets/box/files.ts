/**
 * The files of a box, written from out here with their owner and permissions.
 *
 * A box lies on a memory file system: a call takes microseconds, less than asking for it beside other work would.
 * Nothing is written or removed through a link, which could lead to the host's own files.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { accountId } from './accounts.ts'

/** Postfix waits until its configuration has not been written to for two seconds; what is written here is whole. */
const settledSeconds = 10

export interface FileInBox {
  readonly text: string
  /** Octal permissions; 0644 when absent. */
  readonly mode?: number
  /** A user of `accounts`; root when absent. */
  readonly owner?: string
}

/** All throw for a path that leads through a link or out of the box. */
export interface Files {
  /** Writes a file anew, and makes the folders above it. */
  write(inside: string, file: FileInBox): void
  /** Makes a folder (and those above it), or sees that it has this owner, group and mode. */
  folder(inside: string, owner: string, group: string, mode: number): void
  /** Removes a file or a folder with all it holds. */
  remove(inside: string): void
}

/** `path` gives the place of a file of the box. */
export const createFiles = (path: (inside: string) => string): Files => {
  const withoutLinks = (inside: string): string => {
    const parts = inside.split('/').filter((part) => part !== '')
    if (parts.includes('..')) throw new Error(`${inside} leads out of the box`)
    for (let length = 1; length < parts.length; length += 1) {
      const above = `/${parts.slice(0, length).join('/')}`
      if (lstatSync(path(above), { throwIfNoEntry: false })?.isSymbolicLink() === true)
        throw new Error(`${above} is a link`)
    }
    return path(inside)
  }
  return {
    write(inside, { text, mode = 0o644, owner = 'root' }) {
      const file = withoutLinks(inside)
      mkdirSync(dirname(file), { recursive: true })
      rmSync(file, { force: true })
      writeFileSync(file, text, { flag: 'wx', mode })
      chmodSync(file, mode)
      chownSync(file, accountId(owner), accountId(owner))
      const written = Date.now() / 1000 - settledSeconds
      utimesSync(file, written, written)
    },
    folder(inside, owner, group, mode) {
      const folder = withoutLinks(inside)
      mkdirSync(folder, { recursive: true })
      chownSync(folder, accountId(owner), accountId(group))
      chmodSync(folder, mode)
    },
    remove(inside) {
      rmSync(withoutLinks(inside), { recursive: true, force: true })
    },
  }
}
