/**
 * Reads a settings file, JSON or YAML, and checks it: all mistakes at once, with their lines.
 *
 * That a file cannot be read at all is a mistake like any other. Writing is `file.ts`.
 */
import { readFile, stat } from 'node:fs/promises'
import { type Checked, checkDocument, type Mistaken } from './check.ts'
import { mistake } from './mistake.ts'
import { formatOf, parseSource } from './source.ts'

/** More than anybody writes by hand, and less than would hurt. */
const largestFile = 8 * 1024 * 1024

/** The checked document of a file, or its mistakes. Never rejects. */
export async function readSettingsFile(path: string): Promise<Checked> {
  const text = await readText(path)
  if (typeof text !== 'string') return text
  const parsed = parseSource(text, formatOf(path, text))
  return parsed.kind === 'mistakes' ? parsed : checkDocument(parsed.document, parsed.lineOf)
}

async function readText(path: string): Promise<string | Mistaken> {
  try {
    const facts = await stat(path)
    if (!facts.isFile()) return unreadable('This is no file.', 'Name a settings file.')
    if (facts.size > largestFile) return unreadable('This file is too large to be settings.', 'Name another file.')
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const remedy =
      code === 'ENOENT'
        ? 'Check the name; smtpspec settings defaults --yaml prints a file to begin with.'
        : 'See that the file may be read by the user who starts the server.'
    return unreadable(`The settings file cannot be read: ${code}.`, remedy)
  }
}

function unreadable(wrong: string, remedy: string): Mistaken {
  return { kind: 'mistakes', mistakes: [{ ...mistake([], undefined, wrong, remedy), place: '(file)' }] }
}
