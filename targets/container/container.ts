/**
 * A mail server in a container of the user's own image, as a target: the container is started once a worker and ends with it;
 * to the features the server in it is one that is already there (`../host/host.ts`), at the ports that the runtime gave it.
 *
 * Every client reaches it by the runtime's gateway, so nobody can be a trusted host.
 */
import { TargetUnavailable } from '../faults.ts'
import { createPlacedTarget } from '../host/host.ts'
import type { Place } from '../host/host.ts'
import { offersOf } from '../host/offers.ts'
import type { Extension } from '../host/offers.ts'
import type { Target } from '../target.ts'
import type { Worker } from '../worker.ts'
import { containerIn, imageWith } from './file.ts'
import type { ContainerFile } from './file.ts'
import { libraryIn, startContainer, whyNoRuntime } from './runtime.ts'
import type { Started } from './runtime.ts'

const prefix = 'container:'

export const isContainer = (name: string): boolean => name.startsWith(prefix)

/** What the file behind the name says, or an image with its policy; every mistake in either as one text. */
export const containerOf = (name: string, policy?: string): ContainerFile | string => {
  const source = name.slice(prefix.length)
  return /\.ya?ml$/.test(source) ? containerIn(source) : imageWith(source, policy)
}

/** Why no container can be started here, in one sentence with the way out; undefined when one can. */
export const whyNoContainer = async (cache: string): Promise<string | undefined> => {
  const library = await libraryIn(cache)
  return typeof library === 'string' ? library : whyNoRuntime(library)
}

/** Where the runtime put the ports of the container. */
export const placeIn = (started: Started, { ports }: ContainerFile): Place => {
  // A name would be looked up by every client, each in its own way.
  const host = started.getHost() === 'localhost' ? '127.0.0.1' : started.getHost()
  return {
    host,
    ports: Object.fromEntries(
      Object.entries(ports).flatMap(([role, port]) =>
        port === undefined ? [] : [[role, started.getMappedPort(port)]],
      ),
    ),
  }
}

const open = async (file: ContainerFile, cache: string): Promise<{ value: Place; close(): Promise<void> }> => {
  const library = await libraryIn(cache)
  if (typeof library === 'string') throw new TargetUnavailable(library)
  const started = await startContainer(library, file).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    const hint = why.includes('not bound')
      ? '; where the image has no shell, its file must say "ready: { log: … }"'
      : ''
    throw new TargetUnavailable(`no container of ${file.image} came up: ${why}${hint}`, { cause: error })
  })
  return {
    value: placeIn(started, file),
    close: async () => {
      await started.stop()
    },
  }
}

/** Starts it for all that the worker will ask of it: that takes longer than the steps of a scenario may. */
export const prepareContainer = async (name: string, policy: string | undefined, worker: Worker): Promise<void> => {
  const file = containerOf(name, policy)
  if (typeof file !== 'string') await worker.kept(name, () => open(file, worker.cache))
}

/**
 * What the server in it offers, where its file does not say: a container is started for the question, and ended. Rejects
 * with `TargetUnavailable` where none comes up, and with a sentence where it does not answer EHLO.
 */
export const offersOfContainer = async (
  name: string,
  policy: string | undefined,
  cache: string,
): Promise<readonly Extension[] | undefined> => {
  const file = containerOf(name, policy)
  if (typeof file === 'string' || file.policy.extensions !== undefined) return undefined
  const opened = await open(file, cache)
  const { host, ports } = opened.value
  try {
    return ports.relay === undefined ? [] : await offersOf(host, ports.relay)
  } finally {
    await opened.close()
  }
}

export const createContainerTarget = (
  name: string,
  policy: string | undefined,
  worker: Worker,
  offered: readonly Extension[] = [],
): Target => {
  const file = containerOf(name, policy)
  if (typeof file === 'string') throw new TargetUnavailable(file)
  let place: Place = { host: '127.0.0.1', ports: file.ports }
  const known = { ...file.policy, extensions: file.policy.extensions ?? offered }
  const target = createPlacedTarget(name, known, () => place)
  return {
    ...target,
    version: async () => file.image,
    unfit: (text) =>
      text.includes('[{server}]') ? 'is reached at an address that it cannot know' : target.unfit?.(text),
    async start(settings, surroundings) {
      await target.start(settings, surroundings)
      place = await worker.kept(name, () => open(file, worker.cache))
    },
  }
}
