/**
 * Which scenarios a command means: paths, requirement ids or prefixes of them, tag expressions, exclusions.
 *
 * A word with a slash or ending in `.feature` is a path; anything else must begin the tag of some scenario. A word that
 * selects nothing is a mistake and is said, with what there is.
 */
import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { home } from './home.ts'
import { usageFault } from './usage.ts'

const isPath = (word: string): boolean => word.includes('/') || word.endsWith('.feature') || word === 'features'

/** A path as the user sees it from where they stand, or else inside the package. */
const locate = (word: string): string => {
  const file = word.replace(/:\d+(:\d+)*$/, '')
  const lines = word.slice(file.length)
  const found = [isAbsolute(file) ? file : resolve(file), home(file)].find((candidate) => existsSync(candidate))
  if (found === undefined) throw usageFault(`there is no feature at "${word}"`)
  return `${found}${lines}`
}

/** Every tag that stands in a feature file, without `@`. */
export const tagsOf = async (folder: string): Promise<ReadonlySet<string>> => {
  const tags = new Set<string>()
  const names = await readdir(folder, { recursive: true })
  for (const name of names.filter((candidate) => candidate.endsWith('.feature'))) {
    const text = await readFile(join(folder, name), 'utf8')
    for (const line of text.split('\n')) {
      if (line.trimStart().startsWith('@'))
        for (const [, tag] of line.matchAll(/@([^\s@]+)/g)) if (tag !== undefined) tags.add(tag)
    }
  }
  return tags
}

const either = (tags: readonly string[]): string => `(${tags.map((tag) => `@${tag}`).join(' or ')})`

/** `rfc5321-4.5.2` begins `rfc5321-4.5.2-01` and `rfc5321-4.5.2.1-01`, not `rfc5321-4.5.21-01`. */
const begins = (tag: string, prefix: string): boolean =>
  tag === prefix || (tag.startsWith(prefix) && /^[-.]/.test(tag.slice(prefix.length)))

const matching = (all: ReadonlySet<string>, word: string): readonly string[] => {
  const found = [...all].filter((tag) => begins(tag, word.replace(/^@/, '')))
  if (found.length === 0)
    throw usageFault(`no scenario carries an id that begins with "${word}"; smtpspec verify --list shows what there is`)
  return found
}

export interface Selected {
  readonly paths: readonly string[]
  readonly tagExpression: string
}

export const select = async (
  words: readonly string[],
  { tags, exclude }: { readonly tags?: string; readonly exclude?: string },
): Promise<Selected> => {
  const paths = words.filter(isPath).map(locate)
  const ids = words.filter((word) => !isPath(word))
  const known = ids.length > 0 || exclude !== undefined ? await tagsOf(home('features')) : new Set<string>()
  const excluded = (exclude ?? '').split(',').filter((word) => word !== '')
  const parts = [
    ...(ids.length > 0 ? [either(ids.flatMap((word) => matching(known, word)))] : []),
    ...(tags === undefined ? [] : [`(${tags})`]),
    ...excluded.map((word) => `not ${either(matching(known, word))}`),
  ]
  return {
    paths: paths.length > 0 ? paths : [join(home('features'), '**/*.feature')],
    tagExpression: parts.join(' and '),
  }
}
