/**
 * A settings file as a place to keep settings in: replaced whole or not at all. Reading is `load.ts`.
 *
 * A crash at any moment leaves either the old file or the new one. What somebody changed by hand meanwhile is never
 * overwritten. YAML keeps its comments. The file keeps its permissions for owner and group, a new one is for its owner
 * only, and nobody else may read either, since they hold verifiers and perhaps secrets.
 */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Mistake, mistake } from './mistake.ts'
import type { SettingsDocument } from './schema.ts'
import { formatOf, parseSource, renderSource } from './source.ts'

export interface SettingsFile {
  readonly path: string
  /**
   * Replaces the file's document. `replaced` are the documents that may stand there now: if the file says something
   * else, somebody changed it meanwhile, and nothing is written.
   */
  write(document: SettingsDocument, replaced: readonly unknown[]): Promise<{ readonly kind: 'written' } | NotWritten>
}

export interface NotWritten {
  readonly kind: 'not-written'
  readonly mistake: Mistake
}

/** The file as a place to keep settings; it need not exist yet. */
export function settingsFile(path: string): SettingsFile {
  return {
    path,
    async write(document, replaced) {
      try {
        const target = await realpath(path).catch(() => path)
        const before = await readFile(target, 'utf8').catch(nothingIfMissing)
        const format = formatOf(path, before ?? '{')
        if (before !== undefined) {
          const parsed = parseSource(before, format)
          if (parsed.kind === 'mistakes' || !replaced.some((known) => isDeepStrictEqual(parsed.document, known))) {
            return notWritten(changedByHand)
          }
          if (isDeepStrictEqual(parsed.document, document)) return { kind: 'written' }
        }
        await replaceFile(target, renderSource(document, format, before ?? ''))
        return { kind: 'written' }
      } catch (error) {
        return notWritten({
          wrong: `The settings could not be saved: ${codeOf(error)}.`,
          remedy: 'Let the server write to the folder of the settings file, and see that the disk is not full.',
        })
      }
    },
  }
}

const changedByHand = {
  wrong: 'The settings file was changed by hand since the server read it.',
  remedy: 'Let the server read it first (SIGHUP, or a restart), then change the settings again.',
}

function notWritten({ wrong, remedy }: { readonly wrong: string; readonly remedy: string }): NotWritten {
  return { kind: 'not-written', mistake: { ...mistake([], undefined, wrong, remedy), place: '(file)' } }
}

/** Writes beside, flushes, moves over, flushes the folder: whole or not at all. */
async function replaceFile(path: string, text: string): Promise<void> {
  // It holds verifiers, and perhaps a token: the group may go on reading it, the whole machine may not.
  const mode = ((await stat(path).catch(nothingIfMissing))?.mode ?? 0o600) & 0o770
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  await rm(beside, { force: true })
  try {
    const file = await open(beside, 'wx', mode)
    try {
      // The umask may have taken bits that the old file has.
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function nothingIfMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
