/**
 * Trials in processes of their own, a few beside each other, each with a deadline.
 *
 * A process that hangs is ended by its own handle; what it told until then is kept, with the reason.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { patchVariable } from './patch.ts'
import type { Patch } from './patch.ts'
import type { Ending } from './trial.ts'

export interface Trial {
  readonly endings: readonly Ending[]
  /** Why the process did not end well. */
  readonly fault?: string
  readonly seconds: number
}

const module = (name: string): URL => new URL(name, import.meta.url)

/** The environment of a process in which everything, threads and children included, has the patch planted. */
export const plantedEnvironment = (patch: Patch | undefined): NodeJS.ProcessEnv => ({
  ...process.env,
  ...(patch !== undefined && {
    [patchVariable]: JSON.stringify({ file: patch.file, find: patch.find, replace: patch.replace }),
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${module('plant.ts').href}`.trim(),
  }),
})

/** Runs the features with the patch planted, or as they are. `untilRed`: what comes after the first red one is skipped. */
export const runTrial = (
  patch: Patch | undefined,
  features: readonly string[],
  deadlineMilliseconds: number,
  untilRed = false,
): Promise<Trial> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const endings: Ending[] = []
    const said: string[] = []
    const child = fork(fileURLToPath(module('trial.ts')), [...(untilRed ? ['--fail-fast'] : []), ...features], {
      env: plantedEnvironment(patch),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let late = false
    const deadline = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, deadlineMilliseconds)
    child.stderr?.on('data', (bytes: Buffer) => {
      if (said.length < 100) said.push(bytes.toString())
    })
    child.on('message', (ending) => void endings.push(ending as Ending))
    child.once('close', (code, signal) => {
      clearTimeout(deadline)
      const seconds = (performance.now() - startedAt) / 1000
      const fault = late
        ? `no end after ${Math.round(seconds)} s`
        : code === 0
          ? undefined
          : `the process ended with ${signal ?? code}: ${said.join('').trim()}`
      resolve({ endings, seconds, ...(fault !== undefined && { fault }) })
    })
  })

/** Does the work on every item, `width` at a time, in their order. */
export const pooled = async <Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}
