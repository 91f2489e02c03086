/**
 * Where the folders of scenarios are made: in memory where the system offers that, else among the temporary files.
 *
 * A server under test flushes every message to disk, as it must. Hundreds of short-lived queues on a busy disk would make
 * the suite wait for nothing: what a scenario kills is a process, never the machine.
 */
import { mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const inMemory = '/dev/shm'
const leastOctets = 512 * 1024 * 1024

const memoryHasRoom = async (): Promise<boolean> => {
  try {
    const { bavail, bsize } = await statfs(inMemory)
    return bavail * bsize >= leastOctets
  } catch {
    return false
  }
}

/** A new empty folder; the caller removes it. */
export const scratchFolder = async (): Promise<string> =>
  mkdtemp(join((await memoryHasRoom()) ? inMemory : tmpdir(), 'smtpspec-'))
