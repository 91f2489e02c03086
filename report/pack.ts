/**
 * How a report lies in a page: a table of what is shown and filtered at once, and everything else in compressed chunks that
 * the page unpacks as they are asked for, so that a page of many thousand results opens quickly and stays small.
 *
 * The chunks hold the scenarios whole: what was packed is read back from the head and the chunks alone. How a compressor
 * writes the same bytes may change between versions, so pages are compared with their chunks unpacked (`plainPage`).
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { ReportDocument, ReportedScenario } from './schema.ts'

/** Characters of JSON in a chunk before the next one begins: unpacked in a few milliseconds. */
const chunkCharacters = 400_000

interface Chunk {
  readonly scenarios: readonly ReportedScenario[]
  /** Those that its scenarios name. */
  readonly configurations: ReportDocument['configurations']
}

/** JSON that may stand inside a script element. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

const chunksOf = ({ scenarios, configurations }: ReportDocument): readonly Chunk[] => {
  const parts: ReportedScenario[][] = []
  let characters = 0
  for (const scenario of scenarios) {
    const size = JSON.stringify(scenario).length
    if (parts.length === 0 || characters + size > chunkCharacters) {
      parts.push([])
      characters = 0
    }
    characters += size
    parts.at(-1)?.push(scenario)
  }
  return parts.map((own) => {
    const used = new Set(own.flatMap(({ configuration }) => configuration ?? []))
    return {
      scenarios: own,
      configurations: Object.fromEntries(Object.entries(configurations).filter(([hash]) => used.has(hash))),
    }
  })
}

/** What the page filters by: each scenario once, each result as four numbers. */
const tableOf = ({ head, scenarios }: ReportDocument): Readonly<Record<string, unknown>> => {
  const shared = new Map<string, number>()
  const verdicts: string[] = []
  const targets = head.targets.map(({ name }) => name)
  const results = scenarios.map(
    ({ place, feature, rule, name, level, requirements, steps, target, verdict, retried }) => {
      const key = JSON.stringify([
        place,
        feature,
        rule ?? '',
        name,
        level,
        requirements,
        steps.map(({ text }) => text).join('\n'),
      ])
      if (!shared.has(key)) shared.set(key, shared.size)
      if (!verdicts.includes(verdict)) verdicts.push(verdict)
      return [
        shared.get(key),
        targets.indexOf(target),
        verdicts.indexOf(verdict),
        ...(retried === undefined ? [] : [retried.length]),
      ]
    },
  )
  return { scenarios: [...shared.keys()].map((key) => JSON.parse(key) as unknown), verdicts, results }
}

const chunkMark = /<script type="text\/plain" class="chunk">([A-Za-z0-9+/=]*)<\/script>/g

const packed = (value: unknown): string => deflateRawSync(JSON.stringify(value)).toString('base64')
const unpacked = (text: string): string => inflateRawSync(Buffer.from(text, 'base64')).toString('utf8')

/** The script elements that carry the report: the table, to stand before the page's script, and the chunks. */
export const scriptsOf = (report: ReportDocument): { readonly table: string; readonly chunks: string } => {
  const { head, requirements, chain, signature } = report
  const chunks = chunksOf(report)
  const sizes = chunks.map(({ scenarios }) => scenarios.length)
  const table = { head, requirements, chain, ...(signature !== undefined && { signature }), sizes, ...tableOf(report) }
  return {
    table: `<script type="application/json" id="report">${embedded(table)}</script>`,
    chunks: chunks.map((chunk) => `<script type="text/plain" class="chunk">${packed(chunk)}</script>`).join('\n'),
  }
}

/** The report that a page carries, unchecked; undefined where it carries none. Throws where it cannot be unpacked. */
export const reportIn = (page: string): unknown => {
  const table = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)?.[1]
  if (table === undefined) return undefined
  const { head, requirements, chain, signature } = JSON.parse(table) as Partial<ReportDocument>
  const chunks = [...page.matchAll(chunkMark)].map(([, text = '']) => JSON.parse(unpacked(text)) as Chunk)
  return {
    head,
    requirements,
    configurations: Object.fromEntries(
      chunks
        .flatMap(({ configurations }) => Object.entries(configurations))
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
    scenarios: chunks.flatMap(({ scenarios }) => scenarios),
    chain,
    ...(signature !== undefined && { signature }),
  }
}

/** The page with its chunks unpacked, to be compared. */
export const plainPage = (page: string): string => page.replaceAll(chunkMark, (_all, text: string) => unpacked(text))
