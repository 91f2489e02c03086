/**
 * A trial: what is done to the server in one round, as a value that can be written down, read back and made smaller.
 *
 * The file form is the conversation notation (`simulators/notation.ts`). Its comments carry what the notation has no sign
 * for: `# kind: sessions`, `# visit: relay from a stranger` before each session, `# C resets`, `# C begins TLS`,
 * `# AUTH PLAIN as alice`, `# the path damages octet 700`; and, for rubbish that our client meets, `# at: EHLO` before what the exchanger says there and
 * `# question: MX unruly.example` before the DNS packet that answers it (its first two octets are laid over the id).
 */
import type { Fault, Moment } from '../simulators/contract.ts'
import { parseScript, renderScript } from '../simulators/notation.ts'
import type { Script, ScriptLine } from '../simulators/notation.ts'

/** `no handshake`: the port of submissions, without TLS. */
export type Door = 'relay' | 'submission' | 'submissions' | 'no handshake'
const doors: readonly Door[] = ['relay', 'submission', 'submissions', 'no handshake']
export type Source = 'stranger' | 'trusted host'

/** One session: through which door, from where, and what is said. `S:` lines wait until nothing is owed. */
export interface Visit {
  readonly door: Door
  readonly source: Source
  readonly script: Script
}

/** What the rubbish exchanger says instead of its reply, once; `skip` such moments pass first. */
export interface Rubbish {
  readonly at: Moment
  readonly skip: number
  readonly bytes: Uint8Array
  readonly thenClose: boolean
}

/** The DNS packet that answers a question once: `MX unruly.example`. Its first two octets are laid over the question's id. */
export interface Packet {
  readonly question: string
  readonly bytes: Uint8Array
}

export type Trial =
  | { readonly kind: 'sessions'; readonly visits: readonly Visit[] }
  | { readonly kind: 'exchanger'; readonly rubbish: readonly Rubbish[] }
  | { readonly kind: 'names'; readonly packets: readonly Packet[] }

const moments: readonly Moment[] = [
  'connection',
  'EHLO',
  'HELO',
  'STARTTLS',
  'MAIL',
  'RCPT',
  'DATA',
  'BDAT',
  'content-end',
  'RSET',
  'QUIT',
  'tls',
]

const comment = (text: string): ScriptLine => ({ kind: 'comment', text })
const serverBytes = (bytes: Uint8Array): ScriptLine => ({ kind: 'bytes', side: 'S', bytes })

/** The trial as a file; `heading` says where it comes from and what it breaks. */
export const renderTrial = (trial: Trial, heading: readonly string[] = []): string => {
  const lines: ScriptLine[] = [...heading.map(comment), comment(`kind: ${trial.kind}`)]
  switch (trial.kind) {
    case 'sessions':
      for (const { door, source, script } of trial.visits) {
        lines.push(comment(`visit: ${door} from a ${source}`), ...script)
      }
      break
    case 'exchanger':
      for (const { at, skip, bytes, thenClose } of trial.rubbish) {
        lines.push(comment(`at: ${at}${skip > 0 ? ` after ${skip}` : ''}`), serverBytes(bytes))
        if (thenClose) lines.push({ kind: 'close', side: 'S' })
      }
      break
    case 'names':
      for (const { question, bytes } of trial.packets) lines.push(comment(`question: ${question}`), serverBytes(bytes))
  }
  return renderScript(lines)
}

/** The stretches that begin with a comment `name: …`, each with what follows the colon. */
const stretches = (script: Script, name: string): readonly { readonly of: string; readonly lines: Script }[] => {
  const found: { of: string; lines: ScriptLine[] }[] = []
  for (const line of script) {
    if (line.kind === 'comment' && line.text.startsWith(`${name}: `)) {
      found.push({ of: line.text.slice(name.length + 2), lines: [] })
    } else found.at(-1)?.lines.push(line)
  }
  return found
}

const bytesOf = (lines: Script): Uint8Array =>
  Buffer.concat(lines.flatMap((line) => (line.kind === 'bytes' && line.side === 'S' ? [line.bytes] : [])))

const visitOf = (of: string, script: Script): Visit => {
  const [, written] = /^(.+) from a (?:stranger|trusted host)$/.exec(of) ?? []
  const door = doors.find((known) => known === written)
  if (door === undefined) throw new Error(`no door in "visit: ${of}"`)
  return { door, source: of.endsWith('stranger') ? 'stranger' : 'trusted host', script }
}

/** The sessions of a file, each from its `# visit:` on. */
export const visitsIn = (script: Script): readonly Visit[] =>
  stretches(script, 'visit').map(({ of, lines }) => visitOf(of, lines))

/** Reads a file of `fixtures/corpus/`; throws with a sentence when it is no trial. */
export const parseTrial = (text: string): Trial => {
  const script = parseScript(text)
  const [kind] = stretches(script, 'kind')
  switch (kind?.of) {
    case 'sessions':
      return { kind: 'sessions', visits: visitsIn(script) }
    case 'exchanger':
      return {
        kind: 'exchanger',
        rubbish: stretches(script, 'at').map(({ of, lines }) => {
          const [, moment, skip] = /^(\S+)(?: after (\d+))?$/.exec(of) ?? []
          const at = moments.find((known) => known === moment)
          if (at === undefined) throw new Error(`no moment in "at: ${of}"`)
          const thenClose = lines.some((line) => line.kind === 'close')
          return { at, skip: Number(skip ?? 0), bytes: bytesOf(lines), thenClose }
        }),
      }
    case 'names':
      return {
        kind: 'names',
        packets: stretches(script, 'question').map(({ of, lines }) => ({
          question: of,
          bytes: bytesOf(lines),
        })),
      }
    default:
      throw new Error('a trial says "# kind: sessions", "# kind: exchanger" or "# kind: names"')
  }
}

/** As the scripted exchanger takes it. */
export const faultOf = ({ at, skip, bytes, thenClose }: Rubbish): Fault => ({
  at,
  after: skip,
  times: 1,
  misbehaviour: bytes.length === 0 && thenClose ? { do: 'disconnect' } : { do: 'bytes', bytes, thenClose },
})
