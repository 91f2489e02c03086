/**
 * The sanity journey: whether a server is there at all and does what mail servers are for, asked before it is judged and
 * again after. Where it fails, nothing that was seen in between is held against anybody.
 */
import { failureText } from '../report/print.ts'
import type { Requirement } from '../report/requirements.ts'
import { withoutSecrets } from '../report/secrets.ts'
import { judge } from '../report/verdict.ts'
import type { Judged } from '../report/verdict.ts'
import { home } from './home.ts'
import type { Parameters, Runner, Wanted } from './runner.ts'

/** Keeps the journey out of what is judged, unless it was asked for by name; it stands around it. */
export const withoutSanity = ({ paths, tagExpression }: Pick<Wanted, 'paths' | 'tagExpression'>): string =>
  paths.some((path) => /\/features\/sanity(?:\/|$)/.test(path))
    ? tagExpression
    : tagExpression === ''
      ? 'not @sanity'
      : `(${tagExpression}) and not @sanity`

/** What of the journey went wrong, as one text with its evidence; undefined when the server came through. */
export const insanity = async (runner: Runner, target: string, parameters: Parameters): Promise<string | undefined> => {
  const seen: Judged[] = []
  const unreadable = await runner.run(
    { paths: [home('features/sanity/journey.feature')], tagExpression: '@sanity', parameters, workers: 0 },
    (result) => void seen.push(judge(withoutSecrets(result))),
  )
  const none: ReadonlyMap<string, Requirement> = new Map()
  const wrong = seen.filter(({ verdict }) => verdict.kind !== 'pass' && verdict.kind !== 'not applicable')
  if (unreadable.length > 0) return unreadable.join('\n')
  if (!seen.some(({ verdict }) => verdict.kind === 'pass')) wrong.push(...seen)
  return wrong.length === 0 ? undefined : wrong.map((one) => failureText(one, none, target)).join('\n\n')
}

/** Verdicts that were given about a server that had lost its mind: taken back, with the reason. */
export const takenBack = (judged: readonly Judged[]): readonly Judged[] =>
  judged.map((one) =>
    one.verdict.kind === 'not applicable'
      ? one
      : {
          result: one.result,
          verdict: { kind: 'target unavailable', why: 'not judged: the sanity journey failed after the run' },
        },
  )
