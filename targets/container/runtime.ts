/**
 * Containers by `testcontainers`, which is fetched on demand and is no dependency: what of it is used, in types of our own,
 * and how a container is started from what its file says.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installedVersion, npmFolder, treeOf } from '../box/packages.ts'
import type { PackageList } from '../box/packages.ts'
import type { ContainerFile } from './file.ts'

export const containerPackages: PackageList = {
  name: 'container',
  from: 'npm',
  unboxed: true,
  packages: ['testcontainers@^12.2.0'],
}

/** A container that runs. */
export interface Started {
  getHost(): string
  getMappedPort(port: number): number
  stop(): Promise<unknown>
}

interface Container {
  withExposedPorts(...ports: number[]): Container
  withEnvironment(environment: Record<string, string>): Container
  withCopyFilesToContainer(files: readonly { readonly source: string; readonly target: string }[]): Container
  withCommand(command: string[]): Container
  withWaitStrategy(strategy: unknown): Container
  withStartupTimeout(milliseconds: number): Container
  start(): Promise<Started>
}

/** What is used of the library. */
export interface Library {
  readonly GenericContainer: new (image: string) => Container
  readonly Wait: {
    forLogMessage(text: string): unknown
    forHealthCheck(): unknown
    forListeningPorts(): unknown
  }
  getContainerRuntimeClient(): Promise<unknown>
}

const isLibrary = (value: unknown): value is Library =>
  typeof value === 'object' && value !== null && 'GenericContainer' in value && 'Wait' in value

/** The library out of the cache; a sentence when it is not there. */
export const libraryIn = async (cache: string): Promise<Library | string> => {
  const { name } = containerPackages
  if ((await installedVersion(cache, name)) === undefined)
    return `containers need testcontainers, which is not in ${cache}; get it with: smtpspec targets install ${name}`
  const loaded: unknown = createRequire(join(treeOf(cache, name), npmFolder(name), 'package.json'))('testcontainers')
  return isLibrary(loaded) ? loaded : 'testcontainers is not the library that was expected; fetch it again'
}

/** Why no container can be started here, in a sentence; undefined when one can. */
export const whyNoRuntime = async (library: Library): Promise<string | undefined> => {
  try {
    await library.getContainerRuntimeClient()
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `no container runtime answers (${why}); start Docker or Podman, or set DOCKER_HOST`
  }
}

export const innerPorts = ({ ports }: ContainerFile): readonly number[] =>
  [ports.relay, ports.submission, ports.submissions].filter((one) => one !== undefined)

/** Starts it and waits until it is ready; rejects with what the runtime said. */
export const startContainer = async ({ GenericContainer, Wait }: Library, file: ContainerFile): Promise<Started> => {
  const { image, environment, files, command, ready } = file
  const strategy =
    ready.log !== undefined
      ? Wait.forLogMessage(ready.log)
      : ready.healthy === true
        ? Wait.forHealthCheck()
        : Wait.forListeningPorts()
  const container = new GenericContainer(image)
    .withExposedPorts(...innerPorts(file))
    .withEnvironment(environment)
    .withCopyFilesToContainer(Object.entries(files).map(([target, source]) => ({ source, target })))
    .withWaitStrategy(strategy)
    .withStartupTimeout(ready.seconds * 1000)
  return (command === undefined ? container : container.withCommand([...command])).start()
}
