/**
 * Planted defects as data: the tables in `fixtures/defects/`, one a room of the server, and what is wrong with them.
 *
 * A defect is a patch with a story (what a tired programmer did) and the requirements that must turn red; the features that
 * carry them are run. Faults of the tables are sentences, all of them at once.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { patched } from './patch.ts'
import type { Patch } from './patch.ts'

const defectSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  file: z.string().regex(/^server\/.+\.ts$/),
  story: z.string().min(10),
  find: z.string().min(1),
  replace: z.string(),
  /** Requirement ids: each must be claimed by a scenario that turns red. */
  reds: z.array(z.string()).min(1).readonly(),
  /** Requirement ids whose scenarios may turn red too. */
  also: z.array(z.string()).readonly().default([]),
  /** Features that are run besides those that carry an id of `reds`. */
  features: z
    .array(z.string().regex(/^features\/.+\.feature$/))
    .readonly()
    .default([]),
})

export interface Defect extends Patch, Readonly<z.output<typeof defectSchema>> {
  /** The name of its table. */
  readonly room: string
}

/** Every defect, in the order of the tables. Throws for a table that cannot be read: the tables are our own. */
export const readDefects = (folder: string): readonly Defect[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => {
      const read = z.array(defectSchema).safeParse(parse(readFileSync(join(folder, name), 'utf8')))
      if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`)
      const room = name.replace(/\.yaml$/, '')
      return read.data.map((defect): Defect => Object.assign(defect, { room }))
    })

/** Which features carry a tag, from the package's own folder: tag (without `@`) to paths. */
export const readTags = (root: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const carriers = new Map<string, Set<string>>()
  const names = readdirSync(join(root, 'features'), { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((candidate) => candidate.endsWith('.feature')).toSorted()) {
    const path = `features/${name.replaceAll('\\', '/')}`
    for (const line of readFileSync(join(root, path), 'utf8').split('\n')) {
      if (!line.trimStart().startsWith('@')) continue
      for (const [, tag = ''] of line.matchAll(/@([^\s@]+)/g)) {
        carriers.set(tag, (carriers.get(tag) ?? new Set()).add(path))
      }
    }
  }
  return carriers
}

/** The features that are run for a defect. */
export const featuresOf = (
  { reds, features }: Pick<Defect, 'reds' | 'features'>,
  carriers: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] => [...new Set([...reds.flatMap((id) => [...(carriers.get(id) ?? [])]), ...features])].toSorted()

/** What keeps a defect from being planted and judged; `root` is the package's own folder. */
export const faultsOf = (
  defect: Defect,
  root: string,
  carriers: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] => {
  const source = join(root, defect.file)
  const made = existsSync(source)
    ? patched(readFileSync(source, 'utf8'), defect)
    : { kind: 'fault' as const, why: `there is no ${defect.file}` }
  return [
    ...(made.kind === 'fault' ? [made.why] : []),
    ...(defect.find === defect.replace ? ['it changes nothing'] : []),
    ...defect.features.filter((path) => !existsSync(join(root, path))).map((path) => `there is no ${path}`),
    ...[...defect.reds, ...defect.also].filter((id) => !carriers.has(id)).map((id) => `no scenario carries ${id}`),
  ].map((fault) => `${defect.room}/${defect.name}: ${fault}`)
}
