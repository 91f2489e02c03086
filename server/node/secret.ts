/**
 * A secret of this installation, made once and kept in a file that only its owner can read.
 *
 * From it come the salts that unknown users are answered with, so that they look the same over restarts and nobody learns
 * from them who exists.
 */
import { open, readFile } from 'node:fs/promises'
import type { Ids } from '../ports.ts'

const octets = 32

/** Rejects when the file can be neither read nor made. */
export const keptSecret = async (path: string, ids: Pick<Ids, 'secret'>): Promise<Uint8Array> => {
  const kept = await readFile(path).catch(() => undefined)
  if (kept !== undefined && kept.length === octets) return kept
  const made = ids.secret(octets)
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(made)
    await file.sync()
  } finally {
    await file.close()
  }
  return made
}
