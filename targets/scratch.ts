/**
 * Where the folders of scenarios are made: in memory where the system offers that, else among the temporary files; all of
 * one process in one folder that is named for it, so that what a killed one left is known as such and swept.
 *
 * A server under test flushes every message to disk, as it must. Hundreds of short-lived queues on a busy disk would make
 * the suite wait for nothing: what a scenario kills is a process, never the machine.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, statfs } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

const inMemory = '/dev/shm'
const leastOctets = 512 * 1024 * 1024
/** With less room than this a failure tells of the disk, not of the server. */
const fullOctets = 4 * 1024 * 1024

/** Machines that share a disk do not share process ids. */
const machineName = hostname().replaceAll(/[^A-Za-z0-9.]/g, '_')
const nameOf = (pid: number): string => `smtpspec-${machineName}-${pid}`

const roomIn = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}

let chosen: Promise<string> | undefined

const choose = async (): Promise<string> => {
  const base = (await roomIn(inMemory)) >= leastOctets ? inMemory : tmpdir()
  const folder = join(base, nameOf(process.pid))
  await mkdir(folder, { recursive: true, mode: 0o755 })
  return folder
}

/** A new empty folder; the caller removes it. */
export const scratchFolder = async (): Promise<string> => {
  chosen ??= choose()
  return mkdtemp(join(await chosen, 'scenario-'))
}

/** Why nothing can be written any more, as a sentence; undefined when there is room. */
export const whyFull = async (): Promise<string | undefined> => {
  if (chosen === undefined) return undefined
  const folder = await chosen
  return (await roomIn(folder)) < fullOctets ? `the disk is full: there is no room left for ${folder}` : undefined
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const bases = (): readonly string[] => [...new Set([inMemory, tmpdir()])]

const remove = (folder: string): void => {
  // What cannot be removed now belongs to somebody else, or is swept the next time.
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    return
  }
}

const patienceMilliseconds = 2000
const pauseMilliseconds = 50

/** A server that ends with this process may make a file while its folder is removed: looked at again, for a while. */
const removeForGood = (folder: string): void => {
  const deadline = performance.now() + patienceMilliseconds
  for (;;) {
    remove(folder)
    if (!existsSync(folder) || performance.now() > deadline) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds)
  }
}

/** Removes what this process made; and, `swept`, what processes of this machine left that are no more. */
export const clearScratch = (which: 'own' | 'swept'): void => {
  const pattern = new RegExp(`^smtpspec-${machineName.replaceAll('.', '\\.')}-(\\d+)$`)
  for (const base of bases()) {
    if (which === 'own') {
      removeForGood(join(base, nameOf(process.pid)))
      continue
    }
    let names: readonly string[]
    try {
      names = readdirSync(base)
    } catch {
      continue
    }
    for (const name of names) {
      const [, pid] = pattern.exec(name) ?? []
      if (pid !== undefined && !isAlive(Number(pid))) remove(join(base, name))
    }
  }
}
