/**
 * What Linux tells of a process: how much memory it holds and what it has open. Read from `/proc`, so that nothing is asked
 * of the process itself.
 */
import { readFile, readdir, readlink } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

/** Resident memory in octets, now. */
export const residentOctets = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** Everything that is open: `socket`, `pipe`, `anon_inode` or the path of a file, and how often. */
export const openHandles = async (pid: number): Promise<ReadonlyMap<string, number>> => {
  const count = new Map<string, number>()
  for (const name of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => 'gone')
    const kind = target.startsWith('/') ? target : (target.split(':')[0] ?? target)
    count.set(kind, (count.get(kind) ?? 0) + 1)
  }
  return count
}

/** Watches a process's resident memory until told to stop, and then gives the most that it ever was, in octets. */
export const watchMemory = (pid: number): (() => Promise<number>) => {
  const over = new AbortController()
  const watch = async (): Promise<number> => {
    let most = 0
    while (!over.signal.aborted) {
      most = Math.max(most, await residentOctets(pid).catch(() => 0))
      await setTimeout(10)
    }
    return most
  }
  const watching = watch()
  return async () => {
    over.abort()
    return await watching
  }
}
