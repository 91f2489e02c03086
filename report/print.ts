/**
 * The run on a terminal or a pipe: progress while it goes, each failure with everything needed to understand it, a summary.
 *
 * A failure shows the requirement's sentence, the step, expected and actual, and the whole conversation. Pure text in,
 * text out; writing is the caller's.
 */
import { reproductions } from './reproduce.ts'
import type { Requirement } from './requirements.ts'
import { plainName } from './results.ts'
import type { Attached, ScenarioResult } from './results.ts'
import { requirementsOf } from './verdict.ts'
import type { Judged, Verdict } from './verdict.ts'

const marks: Readonly<Record<Verdict['kind'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  differs: 'diff',
  'known failure': 'old ',
  'unexpected pass': 'NEW ',
  'not applicable': 'n/a ',
  'target unavailable': 'GONE',
  'harness error': 'ERR ',
}

/** Says that a scenario failed before; nothing where it did not. */
const retriedMark = ({ retried }: ScenarioResult): string =>
  retried === undefined
    ? ''
    : `  RETRIED: it failed ${retried.length === 1 ? 'once' : `${retried.length} times`} before`

export const progressLine = ({ result, verdict }: Judged): string =>
  `${marks[verdict.kind]} ${result.feature} › ${result.name} (${Math.round(result.milliseconds)} ms)${retriedMark(result)}`

const indent = (text: string, by = '    '): string => text.replaceAll(/^/gm, by)

/** The message of an assertion without the stack that no mail administrator wants to read. */
export const withoutStack = (message: string): string =>
  message
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
    .trim()

/** The order of lines is for the page, and files of a server's own are long. */
const forTerminal = (one: Attached): boolean => !['time line', 'configuration'].includes(plainName(one))

/** One failure, whole; `target` is where it happened. */
export const failureText = (
  { result, verdict }: Judged,
  requirements: ReadonlyMap<string, Requirement>,
  target: string,
): string => {
  const ids = requirementsOf(result).map((id) => `  ${id}: ${requirements.get(id)?.what ?? '(no such requirement)'}`)
  const why = 'why' in verdict ? verdict.why : ''
  return [
    `${marks[verdict.kind]} ${result.feature} › ${result.name}`,
    `  ${result.uri}:${result.line}`,
    ...(result.rule === undefined ? [] : [`  Rule: ${result.rule}`]),
    ...ids,
    '',
    ...result.steps
      .filter(({ text, status }) => status === 'failed' || !text.startsWith('('))
      .map(({ text, status }) => `  ${status === 'passed' ? ' ' : status === 'failed' ? '✗' : '·'} ${text}`),
    '',
    indent(withoutStack(why)),
    '',
    ...result.evidence.filter(forTerminal).flatMap(({ name, text }) => [`  ── ${name} ──`, indent(text), '']),
    '  to see it again:',
    `    smtpspec verify ${result.uri}:${result.line}${target === 'reference' ? '' : ` --target ${target}`}`,
    ...reproductions(result.evidence).map((line) => indent(line)),
  ].join('\n')
}

/** A scenario that failed before it ended as it did: what each earlier attempt said. */
export const retriedText = ({ result, verdict }: Judged): string =>
  [
    `retried: ${result.feature} › ${result.name}: ${verdict.kind} at last (${result.uri}:${result.line})`,
    ...(result.retried ?? []).map((fault, index) => indent(`attempt ${index + 1}: ${withoutStack(fault)}`)),
  ].join('\n')

/** One line for a failure that was expected. */
export const differsText = ({ result, verdict }: Judged): string =>
  verdict.kind === 'known failure'
    ? `${marks[verdict.kind]} ${result.feature} › ${result.name}: in the baseline (${result.uri}:${result.line})`
    : verdict.kind === 'differs'
      ? `${marks.differs} ${result.feature} › ${result.name}: ${verdict.deviations.map(({ requirement, observed }) => `${requirement}: ${observed}`).join('; ')}`
      : ''

export const counts = (judged: readonly Judged[]): Readonly<Record<Verdict['kind'], number>> => {
  const count = {
    pass: 0,
    fail: 0,
    differs: 0,
    'known failure': 0,
    'unexpected pass': 0,
    'not applicable': 0,
    'target unavailable': 0,
    'harness error': 0,
  }
  for (const { verdict } of judged) count[verdict.kind] += 1
  return count
}

export const summaryText = (judged: readonly Judged[], target: string, seconds: number): string => {
  const count = counts(judged)
  const requirements = new Set(
    judged.filter(({ verdict }) => verdict.kind === 'pass').flatMap(({ result }) => requirementsOf(result)),
  )
  const parts = Object.entries(count)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => `${number} ${kind}`)
  const retried = judged.filter(({ result }) => result.retried !== undefined).length
  if (retried > 0) parts.push(`${retried} of them retried`)
  return `${target}: ${judged.length} scenarios in ${seconds.toFixed(1)} s: ${parts.join(', ') || 'none'}; ${requirements.size} requirements hold`
}

/** Features in their order, then lines: the same order however many workers ran. */
export const inOrder = (judged: readonly Judged[]): readonly Judged[] =>
  judged.toSorted((one, other) => one.result.uri.localeCompare(other.result.uri) || one.result.line - other.result.line)
