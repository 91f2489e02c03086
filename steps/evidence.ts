/**
 * The evidence of a scenario: every conversation, the DNS questions, what the exchangers received, the queue, the journal,
 * the target's log and configuration; and the time line, which tells the order of all their lines.
 *
 * Attached whether the scenario passed or failed, in the notation that people read; bounded, so that a report stays
 * readable; passwords never shown (`report/secrets.ts` is the net under what is written here).
 */
import type { Conversation, Exchanger } from '../simulators/contract.ts'
import { timedConversation } from '../simulators/notation.ts'
import { loggedAt } from '../report/log-times.ts'
import type { MailWorld } from './world.ts'

const maximumCharacters = 20_000
const maximumConversations = 30

interface Line {
  readonly text: string
  /** Milliseconds since the epoch, of this machine; absent where nobody knows. */
  readonly at?: number | undefined
}

interface Piece {
  readonly name: string
  readonly lines: readonly Line[]
}

/** The lines that fit, and how much did not. */
const bounded = (lines: readonly Line[]): readonly Line[] => {
  let characters = 0
  const fitting = lines.filter(({ text }) => (characters += text.length + 1) <= maximumCharacters)
  if (fitting.length === lines.length) return lines
  const [first] = fitting.length === 0 ? lines : []
  const kept = first === undefined ? fitting : [{ ...first, text: first.text.slice(0, maximumCharacters) }]
  return [...kept, { text: `… (${characters - maximumCharacters} characters more)` }]
}

const received = ({ name, address, received: messages }: Exchanger): readonly Line[] => [
  { text: `${name} [${address}]` },
  ...messages.map(({ at, reversePath, recipients, content, by, secure }) => {
    const to = recipients.map(({ address: recipient }) => `<${recipient}>`).join(' ')
    return {
      at,
      text: `  <${reversePath}> → ${to}: ${content.length} octets by ${by}${secure ? ' under TLS' : ''}`,
    }
  }),
  ...(messages.length === 0 ? [{ text: '  nothing' }] : []),
]

const settled = async <T>(work: Promise<T> | undefined): Promise<T | undefined> => {
  try {
    return await work
  } catch {
    return undefined
  }
}

/** Conversations of one title are numbered from the second on. */
const conversationPieces = (conversations: readonly Conversation[]): readonly Piece[] => {
  const seen = new Map<string, number>()
  return conversations.slice(0, maximumConversations).map((conversation) => {
    const times = (seen.get(conversation.title) ?? 0) + 1
    seen.set(conversation.title, times)
    const name = `conversation: ${conversation.title}${times > 1 ? ` (${times})` : ''}`
    return { name, lines: timedConversation(conversation) }
  })
}

const serverPieces = async ({ target, scene }: MailWorld): Promise<readonly Piece[]> => {
  const { dns, exchangers } = scene
  const queue = (await settled(target.queue?.())) ?? []
  const lookedAt = Date.now()
  const journal = target.journal?.() ?? []
  const log = ((await settled(target.log?.())) ?? '').split('\n').filter((line) => line.trim() !== '')
  return [
    {
      name: 'DNS questions',
      lines: dns.questions.map(({ at, name, type, transport, answer }) => ({
        at,
        text: `${name} ${type} (${transport}): ${answer}`,
      })),
    },
    { name: 'mail exchangers', lines: exchangers.flatMap(received) },
    {
      name: 'queue',
      lines: queue.map(({ sender, recipient, state, attempts }) => ({
        at: lookedAt,
        text: `<${sender}> → ${recipient}: ${state}, ${attempts ?? '?'} attempts`,
      })),
    },
    {
      name: 'journal',
      lines: journal.map(({ at, heardAt, event, facts }) => ({
        at: heardAt ?? at,
        text: `${new Date(at).toISOString()} ${event} ${JSON.stringify(facts)}`,
      })),
    },
    { name: 'log', lines: log.map((text) => ({ text, at: loggedAt(text) })) },
  ]
}

/** Passwords and tokens of the settings, wherever they stand in them. */
const secretsIn = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
        typeof part === 'string' && (key === 'password' || key === 'token') ? [part] : secretsIn(part),
      )

/** What the server was told: the files that its settings became, or else the settings themselves. */
const configurationOf = ({ target, settings }: MailWorld): string => {
  const files = target.configuration?.() ?? { settings: JSON.stringify(settings, undefined, 2) }
  const secrets = secretsIn(settings).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  return Object.entries(files)
    .map(([path, text]) => {
      const clear = secrets
        .filter((secret) => secret !== '')
        .reduce((left, secret) => left.replaceAll(secret, '(redacted)'), text)
      return `── ${path} ──\n${clear.trimEnd()}\n`
    })
    .join('\n')
}

/** `[milliseconds since the first, number of the piece, first line, last line]`, in order of time. */
const timeLineOf = (pieces: readonly Piece[]): readonly (readonly number[])[] => {
  const timed = pieces.flatMap(({ lines }, piece) =>
    lines.flatMap(({ at }, line) => (at === undefined ? [] : [{ at, piece, line }])),
  )
  const start = Math.min(...timed.map(({ at }) => at))
  const runs: [at: number, piece: number, first: number, last: number][] = []
  for (const { at, piece, line } of timed.toSorted((one, other) => one.at - other.at)) {
    const before = runs.at(-1)
    if (before?.[1] === piece && before[3] === line - 1 && at - start - before[0] < 5) before[3] = line
    else runs.push([Math.round(at - start), piece, line, line])
  }
  return runs
}

export const attachEvidence = async (world: MailWorld): Promise<void> => {
  const attach = (name: string, text: string): void => world.attach(text, { mediaType: 'text/plain', fileName: name })
  const found = [...conversationPieces(world.conversations()), ...(world.started ? await serverPieces(world) : [])]
  const pieces = found
    .filter(({ lines }) => lines.some(({ text }) => text.trim() !== ''))
    .map(({ name, lines }) => ({ name, lines: bounded(lines) }))
  for (const { name, lines } of pieces) attach(name, lines.map(({ text }) => text).join('\n'))
  if (world.started) attach('configuration', configurationOf(world))
  if (pieces.length > 0) {
    const names = pieces.map(({ name }) => name)
    attach('time line', JSON.stringify({ names, runs: timeLineOf(pieces) }))
  }
}
