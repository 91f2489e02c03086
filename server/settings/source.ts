/**
 * The text of a settings file, JSON or YAML, read with the line of everything in it and written with its comments kept.
 *
 * Text in, values out; opening and replacing the file is `file.ts`.
 */
import { type Document, isCollection, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { type LineOf, type Mistake, mistake, type Path } from './mistake.ts'
import { reconcile } from './reconcile.ts'

export type Format = 'json' | 'yaml'

export type Parsed =
  | { readonly kind: 'parsed'; readonly document: unknown; readonly lineOf: LineOf }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly Mistake[] }

/** By the ending of the name, or, where that tells nothing, by how the text begins. */
export function formatOf(path: string, text: string): Format {
  if (/\.json$/i.test(path)) return 'json'
  if (/\.ya?ml$/i.test(path)) return 'yaml'
  return /^\s*\{/.test(text) ? 'json' : 'yaml'
}

/** What the text says; an empty file is an empty document. */
export function parseSource(text: string, format: Format): Parsed {
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  if (format === 'json') return parseJson(text, yaml, lines)
  if (yaml.errors.length > 0) {
    return {
      kind: 'mistakes',
      mistakes: yaml.errors.map((error) =>
        unreadable('YAML', lines.linePos(error.pos[0]).line, `The parser says: ${oneLine(error.message)}`),
      ),
    }
  }
  try {
    const document: unknown = yaml.toJS()
    return { kind: 'parsed', document: document ?? {}, lineOf: lookup(yaml, lines) }
  } catch (error) {
    // Aliases that multiply beyond reason, or that refer to nothing.
    return { kind: 'mistakes', mistakes: [unreadable('YAML', 1, oneLine(error instanceof Error ? error.message : ''))] }
  }
}

function parseJson(text: string, yaml: Document.Parsed, lines: LineCounter): Parsed {
  if (text.trim() === '') return { kind: 'parsed', document: {}, lineOf: () => undefined }
  try {
    const document: unknown = JSON.parse(text)
    // YAML reads JSON too, and notices what JSON.parse passes over: a field that is given twice.
    const twice = yaml.errors.filter((error) => error.code === 'DUPLICATE_KEY')
    if (twice.length === 0) return { kind: 'parsed', document, lineOf: lookup(yaml, lines) }
    return {
      kind: 'mistakes',
      mistakes: twice.map((error) => unreadable('JSON', lines.linePos(error.pos[0]).line, 'A field is given twice.')),
    }
  } catch (error) {
    // The engine's own words may quote the text, and with it a password: only the line is taken from them.
    const line = /\(line (\d+) /.exec(error instanceof Error ? error.message : '')?.[1]
    const hint = 'JSON has no comments, no single quotes and no comma after the last entry; YAML is less strict.'
    return {
      kind: 'mistakes',
      mistakes: [unreadable('JSON', line === undefined ? lastLine(text) : Number(line), hint)],
    }
  }
}

function unreadable(what: 'JSON' | 'YAML', line: number, remedy: string): Mistake {
  const found = mistake([], '', `From here on the file cannot be read as ${what}.`, remedy, () => line)
  return { ...found, found: 'text that is broken here' }
}

function lastLine(text: string): number {
  return text.trimEnd().split('\n').length
}

function oneLine(message: string): string {
  return message.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 200)
}

/** The line of a path, or of the nearest thing round it that the file has. */
function lookup(yaml: Document.Parsed, lines: LineCounter): LineOf {
  return (path: Path) => {
    let node: unknown = yaml.contents
    let offset = 0
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => (isScalar(item.key) ? item.key.value : item.key) === step)
        if (pair === undefined) break
        offset = startOf(pair.key) ?? offset
        node = pair.value
      } else if (isSeq(node) && typeof step === 'number') {
        node = node.items[step]
        offset = startOf(node) ?? offset
      } else {
        break
      }
    }
    return lines.linePos(offset).line
  }
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? (node as Node).range?.[0] : undefined
}

/** The document as text; `before` is the text that it replaces, whose comments and order stay where they can. */
export function renderSource(document: unknown, format: Format, before: string): string {
  if (format === 'json') return `${JSON.stringify(document, undefined, 2)}\n`
  const yaml = parseDocument(before, { stringKeys: true })
  const usable = yaml.errors.length === 0 ? yaml : parseDocument('')
  reconcile(usable, document)
  return usable.toString({ lineWidth: 100 })
}
