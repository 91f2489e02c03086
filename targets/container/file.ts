/**
 * The file that says how a container with a mail server is started and what the server in it is set to.
 *
 * Mistakes are sentences with the place, what is wrong and how to mend it; all of them at once.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { portSchema, readDescribed } from '../described.ts'
import { policySchema } from '../host/policy.ts'
import type { Policy } from '../host/policy.ts'
import { policyIn } from '../host/host.ts'

/** Every client comes from the runtime's own gateway, so that no network can be trusted and another not. */
const settingsSchema = policySchema.omit({ ports: true, trustedHosts: true })

export const containerSchema = z.strictObject({
  image: z.string().min(1),
  /** Ports inside the container. */
  ports: z
    .strictObject({
      relay: portSchema.default(25),
      submission: portSchema.optional(),
      submissions: portSchema.optional(),
    })
    .prefault({}),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  /** Path in the container to a file beside this one. */
  files: z.record(z.string().startsWith('/', 'is no absolute path in the container'), z.string().min(1)).default({}),
  command: z.array(z.string()).optional(),
  /** How to tell that it is ready; the ports listen when nothing else is said. */
  ready: z
    .strictObject({
      log: z.string().optional(),
      healthy: z.literal(true).optional(),
      seconds: z.int().min(1).max(600).default(60),
    })
    .refine(
      ({ log, healthy }) => log === undefined || healthy === undefined,
      'is told by a line of the log, or by its own health check, not by both',
    )
    .prefault({}),
  settings: settingsSchema,
})

export type ContainerFile = Omit<z.output<typeof containerSchema>, 'settings'> & { readonly policy: Policy }

export type ReadContainerFile =
  | { readonly kind: 'read'; readonly container: ContainerFile }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

/** `folder` is what paths of files begin from. */
export const readContainerFile = (text: string, folder: string): ReadContainerFile => {
  const read = readDescribed(text, containerSchema, 'docs/container.md')
  if (read.kind === 'mistakes') return read
  const { settings, files, ...rest } = read.value
  const { submission, submissions } = rest.ports
  return {
    kind: 'read',
    container: {
      ...rest,
      files: Object.fromEntries(Object.entries(files).map(([inside, file]) => [inside, resolve(folder, file)])),
      policy: {
        ...settings,
        trustedHosts: [],
        ports: { ...(submission !== undefined && { submission }), ...(submissions !== undefined && { submissions }) },
      },
    },
  }
}

/** An image that needs no more than its policy: ports of mail inside, nothing to be set. */
export const imageWith = (image: string, policyFile: string | undefined): ContainerFile | string => {
  if (image === '') return '--target container: names an image, or a file that ends in .yaml'
  if (policyFile === undefined)
    return `container:${image} needs a --policy FILE that says what the server is set to, or a file of its own (docs/container.md)`
  const policy = policyIn(policyFile)
  if (typeof policy === 'string') return policy
  return {
    image,
    ports: { relay: 25, ...policy.ports },
    environment: {},
    files: {},
    ready: { seconds: 60 },
    policy: { ...policy, trustedHosts: [] },
  }
}

/** The file of that name, or every mistake in it as one text. */
export const containerIn = (file: string): ContainerFile | string => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return `there is no file "${file}" that says how the container is started; docs/container.md shows one`
  }
  const read = readContainerFile(text, dirname(resolve(file)))
  return read.kind === 'read' ? read.container : `"${file}" describes no container: ${read.mistakes.join('; ')}`
}
