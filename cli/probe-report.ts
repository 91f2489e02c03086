/**
 * What `smtpspec probe` says: before it sends anything, afterwards in one screen, and as a document for programs.
 *
 * Pure text. It claims no more than was seen: *accepted* is said to be no proof, and that other addresses may be trusted.
 */
import { commandsOf } from '../probes/relay.ts'
import type { Names } from '../probes/relay.ts'
import type { Portion } from '../probes/survey.ts'
import type { RelayVerdict, Rung } from '../probes/verdict.ts'

export const exitCodes = {
  /** No probe was accepted. */
  closed: 0,
  /** Delivered, or accepted although it should not be. */
  open: 1,
  unreachable: 3,
} as const

export interface ProbeResult {
  readonly target: string
  readonly address: string
  readonly names: Names
  readonly verdicts: readonly RelayVerdict[]
  readonly cutShort: boolean
  readonly seconds: number
  /** A sink watched the far end. */
  readonly watched: boolean
}

/** Lines of accepted probes that fit on one screen. */
const longestList = 10

const visible = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
const count = (planned: readonly Portion[]): number => planned.reduce((sum, { probes }) => sum + probes.length, 0)

/** Every command that would be sent, a line each. */
export const listing = (planned: readonly Portion[], names: Names): string =>
  planned
    .flatMap(({ session, probes }) => [
      `in sessions of the kind "${session.name}" (${session.id}):`,
      ...probes.map((probe) => {
        const commands = commandsOf(probe, session, names)
        return `  ${probe.id}  ${visible(commands?.mail ?? '')}  ${visible(commands?.rcpt ?? '')}`
      }),
    ])
    .map((line) => `${line}\n`)
    .join('')

export const summary = (about: {
  readonly target: string
  readonly names: Names
  readonly planned: readonly Portion[]
  readonly far: boolean
}): string => {
  const { target, names, planned, far } = about
  const probes = count(planned)
  return [
    `${target} calls itself ${names['host'] ?? 'nothing'}. It will be sent ${probes} probes in ${planned.length} kinds of session${far ? `, one a second (${Math.ceil(probes / 60)} minutes)` : ''}:`,
    `mail from many senders, none of whom may relay, to forms of <${names['eu'] ?? ''}@${names['ext'] ?? ''}>. What it accepts it gets whole, a few lines each.`,
    '',
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const verdictWord = ({
  verdicts,
  cutShort,
}: ProbeResult): 'open relay' | 'accepted' | 'not an open relay' | 'unclear' => {
  if (verdicts.some(({ rung }) => rung === 'delivered')) return 'open relay'
  if (verdicts.some(({ breach }) => breach)) return 'accepted'
  return cutShort ? 'unclear' : 'not an open relay'
}

const exitCodeOf = (result: ProbeResult): number => {
  switch (verdictWord(result)) {
    case 'not an open relay':
      return exitCodes.closed
    case 'unclear':
      return exitCodes.unreachable
    default:
      return exitCodes.open
  }
}

const explanation = (result: ProbeResult): readonly string[] => {
  const { address, names, watched } = result
  const plain = result.verdicts.some(
    ({ breach, attempt }) => breach && attempt.recipient === `<${names['eu'] ?? ''}@${names['ext'] ?? ''}>`,
  )
  switch (verdictWord(result)) {
    case 'open relay':
      return ['OPEN RELAY, proven: what was sent as a stranger arrived at the sink.']
    case 'accepted':
      return [
        plain
          ? 'It ACCEPTED mail of a stranger for another domain, as an open relay does.'
          : 'It ACCEPTED clever forms of addresses; plain ones it refused.',
        watched
          ? 'Nothing has arrived at the sink so far: it may still wait, be returned or be dropped. Accepting alone makes a server useful to senders of junk.'
          : 'Accepted is not proof of relaying: the mail may be dropped, or returned to the forged sender. Proof needs a domain whose mail exchanger is yours: --domain NAME --sink ADDRESS:PORT.',
      ]
    case 'unclear':
      return ['UNCLEAR: the server stopped answering before all probes were made; none of those made was accepted.']
    default:
      return [
        'NOT AN OPEN RELAY, as seen from here: no probe was accepted.',
        `That is said of clients at this machine's address, as ${address} sees it; networks that the server trusts may fare otherwise.`,
      ]
  }
}

const tally = (verdicts: readonly RelayVerdict[]): readonly string[] =>
  [...Map.groupBy(verdicts, ({ rung }) => rung)].map(([rung, of]: readonly [Rung, readonly RelayVerdict[]]) => {
    const codes = Map.groupBy(of, ({ attempt: { outcome } }) =>
      outcome.kind === 'ended' ? 'no reply' : outcome.reply.slice(0, 3),
    )
    const told = [...codes].map(([code, some]) => `${code} × ${some.length}`).join(', ')
    return `  ${rung.padEnd(10)} ${String(of.length).padStart(4)}   ${told}`
  })

/** The answer for people, on one screen. */
export const conclusion = (result: ProbeResult): string => {
  const { verdicts, seconds } = result
  const open = verdicts.filter(({ breach }) => breach)
  const lines = open
    .slice(0, longestList)
    .map(
      ({ attempt, words }) =>
        `  ${attempt.probe.id}  ${visible(attempt.sender)} → ${visible(attempt.recipient)}: ${words}`,
    )
  return [
    ...explanation(result),
    '',
    `${verdicts.length} probes in ${seconds.toFixed(1)} s:`,
    ...tally(verdicts),
    ...(lines.length === 0 ? [] : ['', ...lines]),
    ...(open.length > longestList ? [`  … and ${open.length - longestList} more: --json has them all`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

/** The answer for programs. Names do not change; further ones may come. */
export const resultDocument = (result: ProbeResult) => ({
  server: { target: result.target, address: result.address, name: result.names['host'] ?? '' },
  domain: result.names['ext'] ?? '',
  verdict: verdictWord(result),
  /** Whether a sink watched the far end; without one `accepted` is not proof. */
  watched: result.watched,
  seconds: Math.round(result.seconds * 10) / 10,
  exitCode: exitCodeOf(result),
  probes: result.verdicts.map(({ attempt, rung, words, breach }) => ({
    id: attempt.probe.id,
    session: attempt.session.id,
    known: attempt.probe.known,
    sender: attempt.sender,
    recipient: attempt.recipient,
    rung,
    words,
    breach,
  })),
})
