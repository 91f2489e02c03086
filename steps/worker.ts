/**
 * What the scenarios of one worker share: servers that keep running from one to the next, on addresses that stay.
 *
 * The runner gives scenarios no common place of their own, so this is the one value of the steps that lives at the level of
 * a module; it is closed when the worker has no more scenarios.
 */
import { AfterAll, BeforeAll } from '@cucumber/cucumber'
import { cacheFolder } from '../targets/box/packages.ts'
import { prepareTarget } from '../targets/choose.ts'
import { createWorker } from '../targets/worker.ts'
import type { Worker } from '../targets/worker.ts'

const workers = new Map<string, Worker>()

/** The worker whose packages lie in that cache; the usual one when none is named. */
export const workerFor = (cache: string | undefined): Worker => {
  const folder = cacheFolder(cache)
  const worker = workers.get(folder) ?? createWorker(folder)
  workers.set(folder, worker)
  return worker
}

const preparationMilliseconds = 180_000

const textIn = (parameters: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = parameters[name]
  return typeof value === 'string' ? value : undefined
}

BeforeAll({ timeout: preparationMilliseconds }, async function () {
  const worker = workerFor(textIn(this.parameters, 'cache'))
  await prepareTarget(textIn(this.parameters, 'target') ?? '', textIn(this.parameters, 'policy'), worker)
})

AfterAll(async () => {
  for (const worker of workers.values()) await worker.close()
  workers.clear()
})
