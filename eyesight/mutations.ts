/**
 * Plausible one-line mistakes in a source, by rule: a condition turned round, a comparison that is off by one, a line that
 * is missing, another reply code, arguments in the wrong order.
 *
 * Lines of text, not syntax trees: the rules know the house style (one statement a line, spaces around operators) and leave
 * comments, imports and types alone. Not every mutant changes what the program does; that is for people to see.
 */
import type { Patch } from './patch.ts'

export interface Mutant extends Patch {
  readonly rule: string
  /** In the source as it is, from 1. */
  readonly line: number
}

interface Rule {
  readonly name: string
  /** The line as it could have been written; none where the rule finds nothing. */
  readonly variants: (line: string) => readonly string[]
}

/** Every way to replace one match of the pattern. */
const eachMatch = (line: string, pattern: RegExp, replacement: (match: string) => string): readonly string[] =>
  [...line.matchAll(pattern)].map(
    ({ 0: match, index }) => line.slice(0, index) + replacement(match) + line.slice(index + match.length),
  )

const swapped = (pairs: Readonly<Record<string, string>>): ((line: string) => readonly string[]) => {
  const alternatives = Object.keys(pairs)
    .toSorted((one, other) => other.length - one.length)
    .map((word) => word.replaceAll(/[|+]/g, String.raw`\$&`))
  const pattern = new RegExp(String.raw`(?<= )(?:${alternatives.join('|')})(?= )`, 'g')
  return (line) => eachMatch(line, pattern, (match) => pairs[match] ?? match)
}

const isBalanced = (line: string): boolean =>
  [
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
  ].every(([open = '', close = '']) => line.split(open).length === line.split(close).length)

const rules: readonly Rule[] = [
  {
    name: 'condition negated',
    variants: (line) =>
      isBalanced(line.replace(/\{$/, ''))
        ? eachMatch(line, /(?<=\bif \().+?(?=\) (?:return|\{|throw|continue|break))/g, (match) => `!(${match})`)
        : [],
  },
  { name: 'comparison off by one', variants: swapped({ '<': '<=', '<=': '<', '>': '>=', '>=': '>' }) },
  { name: 'comparison turned round', variants: swapped({ '===': '!==', '!==': '===' }) },
  { name: 'and for or', variants: swapped({ '&&': '||', '||': '&&' }) },
  { name: 'plus for minus', variants: swapped({ '+': '-', '-': '+' }) },
  {
    name: 'number off by one',
    variants: (line) =>
      eachMatch(line, /(?<=[ (])(?<!(?:enhanced|plain)\()\d{1,6}(?=[ ),\]]|$)/g, (match) => String(Number(match) + 1)),
  },
  {
    name: 'another reply code',
    variants: (line) =>
      eachMatch(
        line,
        /(?<=enhanced\(|plain\()[245]\d\d(?=, )/g,
        (code) => `${code.startsWith('5') ? 4 : 5}${code.slice(1)}`,
      ),
  },
  {
    name: 'false for true',
    variants: (line) => eachMatch(line, /(?<=[ (])(?:true|false)(?=[ ),]|$)/g, (word) => String(word !== 'true')),
  },
  {
    name: 'arguments swapped',
    variants: (line) =>
      eachMatch(line, /(?<=\w\()(?<!Math\.m\w\w\()\w+, \w+(?=\))/g, (match) =>
        match.split(', ').toReversed().join(', '),
      ),
  },
  {
    name: 'line dropped',
    variants: (line) =>
      isBalanced(line) && /^ +(?:yield\* |await |void )?(?:this|[a-z]\w*)[\w.#?!]*(?:\(.*\)| [+-]?= .+)$/.test(line)
        ? ['']
        : [],
  },
  {
    name: 'refusal dropped',
    variants: (line) => (isBalanced(line) && /^ +if \(.+\) (?:return|throw)\b/.test(line) ? [''] : []),
  },
]

/** The line without what stands in its comment. */
const commentAt = (line: string): number => {
  const at = line.search(/(?:^| )\/\/ /)
  return at === -1 ? line.length : at
}

const isCode = (line: string): boolean =>
  !/^\s*(?:\/?\*|\/\/|import\b|export \{|export type\b|type\b|readonly \w+\??:|export interface\b|interface\b|\| )/.test(
    line,
  ) && line.trim() !== ''

/** As much before and after the line as makes it unique in its file. */
const patchOf = (file: string, lines: readonly string[], at: number, variant: string): Patch => {
  const source = lines.join('\n')
  for (let around = 0; ; around += 1) {
    const before = lines.slice(Math.max(0, at - around), at)
    const after = lines.slice(at + 1, at + 1 + around)
    const find = [...before, lines[at] ?? '', ...after].join('\n')
    if (source.split(find).length === 2 || around > lines.length) {
      return { file, find, replace: [...before, variant, ...after].join('\n') }
    }
  }
}

/** Every mutant of a source, line by line. */
export const mutantsOf = (file: string, source: string): readonly Mutant[] => {
  const lines = source.split('\n')
  return lines.flatMap((line, at) => {
    if (!isCode(line)) return []
    const end = commentAt(line)
    return rules.flatMap(({ name, variants }) =>
      variants(line.slice(0, end)).map((variant): Mutant => {
        const { find, replace } = patchOf(file, lines, at, variant === '' ? '' : variant + line.slice(end))
        return { file, find, replace, rule: name, line: at + 1 }
      }),
    )
  })
}
