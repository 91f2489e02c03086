/**
 * What a product wrote into its log since a scenario began. The log of a box grows for as long as the box lives; only the
 * scenario's own end of it is read, and nothing while it has not grown.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface Log {
  /** From here on it is told. */
  begin(): void
  /** Empty while there is no such file. */
  text(): string
}

/** `path` gives the place of the file. */
export const createLog = (path: () => string): Log => {
  let start = 0
  let size = 0
  let known = ''
  const read = (told: (handle: number, size: number) => void): void => {
    let handle: number
    try {
      handle = openSync(path(), 'r')
    } catch {
      return
    }
    try {
      told(handle, fstatSync(handle).size)
    } finally {
      closeSync(handle)
    }
  }
  return {
    begin() {
      start = 0
      known = ''
      read((_handle, octets) => (start = octets))
      size = start
    },
    text() {
      read((handle, octets) => {
        if (octets === size) return
        const bytes = Buffer.alloc(Math.max(0, octets - start))
        known = bytes.toString('utf8', 0, readSync(handle, bytes, 0, bytes.length, start))
        size = octets
      })
      return known
    },
  }
}
