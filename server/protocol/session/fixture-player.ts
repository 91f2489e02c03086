/**
 * Plays a written conversation against a session: for tests only.
 *
 * The notation is the house's: `C:` a client line, `C|` exact octets with \r \n \t \0 \\ \xHH, `S:` how the last line of
 * the next reply begins, `S!` the server closes, `C!` the client is gone, `#` a comment. Inputs that are no octets stand
 * as `* secured`, `* timeout` and `* shutdown`. Questions are answered by a function; what came out is returned.
 *
 * The same conversation can be fed line by line, octet by octet, or with everything pipelined before a question is
 * answered; the replies must not differ. The player itself checks that a question is the last output of its input, that
 * nothing follows `close`, and that no reply is left over.
 */
import type { Input, Output, Protection, Question, Ruling, Terms } from '../exchange.ts'
import type { Reply } from '../reply.ts'
import { openSession, type Session, type SessionState } from '../session.ts'

export type Feed = 'lines' | 'octets' | 'pipelined'
export const feeds: readonly Feed[] = ['lines', 'octets', 'pipelined']

/** Answers a question; `undefined` leaves it to `grant`. */
export type Judge = (question: Question) => Ruling | undefined

export interface Played {
  /** What differed from the script; empty when nothing did. */
  readonly differences: readonly string[]
  /** Last lines of all replies, in order. */
  readonly replies: readonly string[]
  readonly questions: readonly Question[]
  /** Content octets as Latin-1 text, a piece for each `content` question that was granted. */
  readonly contents: readonly string[]
  readonly notes: readonly Extract<Output, { kind: 'note' }>[]
  readonly abandoned: number
  readonly closed: boolean
  readonly state: SessionState
}

export const plainTerms: Terms = {
  role: 'relay',
  hostName: 'mx.here.example',
  tlsAvailable: true,
  tlsRequired: false,
  authenticationRequired: false,
  mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
  clearTextPasswords: true,
  maximumMessageSize: 1000,
  maximumRecipients: 100,
  maximumCommandLine: 2048,
  maximumTextLine: 1000,
  maximumErrors: 0,
  maximumAuthenticationFailures: 3,
  bareLineEnds: 'refuse',
  withheld: [],
}

export const protection: Protection = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  bindings: { 'tls-exporter': Uint8Array.of(1, 2, 3, 4) },
}

/** Says yes to everything; alice's password is `secret`. */
export function grant(question: Question): Ruling {
  switch (question.ask) {
    case 'challenge':
      return { kind: 'challenge', text: '<1.2@mx.here.example>', salt: Uint8Array.of(1, 2, 3), iterations: 4096 }
    case 'credentials': {
      const { proof } = question
      const wrong = 'password' in proof && proof.password !== 'secret'
      return wrong
        ? { kind: 'refused', reply: { code: 535, enhanced: '5.7.8', lines: ['no'] } }
        : { kind: 'identified', user: proof.name, serverSignature: Uint8Array.of(9, 9) }
    }
    default:
      return { kind: 'granted' }
  }
}

/** The last line of a reply as it would be sent, for comparing. */
export function lastLine({ code, enhanced, lines }: Reply): string {
  return `${code} ${enhanced === undefined ? '' : `${enhanced} `}${lines.at(-1) ?? ''}`
}

/** Octets of `C|` text. */
export function unescaped(text: string): Uint8Array {
  const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0' }
  const plain = text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|(.))/gsu, (_all, hex: string | undefined, letter: string) =>
    hex === undefined ? (named[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

/** A session with somebody at the other end of its questions. */
export class Player {
  readonly session: Session
  readonly replies: string[] = []
  readonly questions: Question[] = []
  readonly contents: string[] = []
  readonly notes: Extract<Output, { kind: 'note' }>[] = []
  abandoned = 0
  closed = false
  readonly #judge: Judge
  #open: Question | undefined

  constructor(terms: Partial<Terms> = {}, judge: Judge = () => undefined) {
    this.session = openSession({ ...plainTerms, ...terms })
    this.#judge = judge
  }

  /** Feeds one input, and then the answers to whatever is asked. */
  give(input: Input): void {
    this.#collect(this.session.take(input))
    while (this.#open !== undefined) {
      const question = this.#open
      this.#open = undefined
      const ruling = this.#judge(question) ?? grant(question)
      if (question.ask === 'content' && ruling.kind === 'granted') this.contents.push('')
      this.#collect(this.session.take({ kind: 'ruling', ruling }))
    }
  }

  #collect(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (this.closed) throw new Error(`${output.kind} after close`)
      if (this.#open !== undefined) throw new Error(`${output.kind} while a question is open`)
      if (output.kind === 'reply') this.replies.push(lastLine(output.reply))
      else if (output.kind === 'question') this.questions.push((this.#open = output.question))
      else if (output.kind === 'note') this.notes.push(output)
      else if (output.kind === 'abandon') this.abandoned += 1
      else if (output.kind === 'close') this.closed = true
      else if (output.kind === 'content') {
        const at = this.contents.length - 1
        this.contents[at] = (this.contents[at] ?? '') + String.fromCharCode(...output.bytes)
      }
    }
  }
}

type Act =
  | { readonly kind: 'client'; readonly bytes: Uint8Array }
  | { readonly kind: 'server'; readonly text: string }
  | { readonly kind: 'server-closes' }
  | { readonly kind: 'input'; readonly input: Input }

function readAct(line: string): Act | undefined {
  if (line === '' || line.startsWith('#')) return undefined
  if (line.startsWith('C: ') || line === 'C:') {
    return { kind: 'client', bytes: new TextEncoder().encode(`${line.slice(3)}\r\n`) }
  }
  if (line.startsWith('C| ')) return { kind: 'client', bytes: unescaped(line.slice(3)) }
  if (line.startsWith('S: ')) return { kind: 'server', text: line.slice(3) }
  if (line === 'S!') return { kind: 'server-closes' }
  if (line === 'C!') return { kind: 'input', input: { kind: 'disconnected' } }
  if (line === '* secured') return { kind: 'input', input: { kind: 'secured', secure: protection } }
  if (line === '* timeout' || line === '* shutdown') {
    return { kind: 'input', input: { kind: line === '* timeout' ? 'timeout' : 'shutdown' } }
  }
  throw new Error(`no line of a conversation: ${line}`)
}

/** What the client says, cut as `feed` wants it: everything up to the next input that is no octets belongs together. */
function inputs(acts: readonly Act[], feed: Feed): readonly Input[] {
  const result: Input[] = []
  let together: number[] = []
  const flush = (): void => {
    if (together.length > 0) result.push({ kind: 'bytes', bytes: Uint8Array.from(together) })
    together = []
  }
  for (const act of acts) {
    if (act.kind === 'input') {
      flush()
      result.push(act.input)
    } else if (act.kind === 'client') {
      together.push(...act.bytes)
      if (feed === 'lines') flush()
      if (feed === 'octets') {
        result.push(...together.map((octet): Input => ({ kind: 'bytes', bytes: Uint8Array.of(octet) })))
        together = []
      }
    }
  }
  flush()
  return result
}

/** Plays the conversation, `S: 220` of the greeting included, and compares. */
export function play(
  script: string,
  feed: Feed,
  options: {
    readonly terms?: Partial<Terms> | undefined
    readonly judge?: Judge | undefined
    readonly secure?: Protection | undefined
  } = {},
): Played {
  const acts = script.split('\n').flatMap((line) => readAct(line.trim()) ?? [])
  const player = new Player(options.terms, options.judge)
  player.give(options.secure === undefined ? { kind: 'connected' } : { kind: 'connected', secure: options.secure })
  for (const input of inputs(acts, feed)) player.give(input)
  const expected = acts.flatMap((act) => (act.kind === 'server' ? [act.text] : []))
  const differences = Array.from({ length: Math.max(expected.length, player.replies.length) }, (_, index) => {
    const [wanted, got] = [expected[index], player.replies[index]]
    const same = wanted !== undefined && got !== undefined && got.startsWith(wanted)
    return same ? [] : [`${index + 1}: wanted ${wanted ?? 'nothing'}, got ${got ?? 'nothing'}`]
  }).flat()
  const closes = acts.some((act) => act.kind === 'server-closes')
  if (closes !== player.closed) differences.push(closes ? 'did not close' : 'closed')
  const { replies, questions, contents, notes, abandoned, closed, session } = player
  return { differences, replies, questions, contents, notes, abandoned, closed, state: session.state }
}

/** A conversation of a test table: what is played, and what is expected beside the replies. */
export interface Conversation {
  readonly name: string
  readonly script: string
  readonly terms?: Partial<Terms>
  readonly judge?: Judge
  readonly contents?: readonly string[]
  readonly abandoned?: number
}

/** EHLO and an envelope from a to b. */
export const mailToBob = `
  C: EHLO c.example
  S: 250 HELP
  C: MAIL FROM:<a@c.example>
  S: 250 2.1.0
  C: RCPT TO:<b@here.example>
  S: 250 2.1.5`

/** Refuses whatever is asked in that way. */
export function refusing(ask: Question['ask'], reply: Reply, close = false): Judge {
  return (question) => (question.ask === ask ? { kind: 'refused', reply, close } : undefined)
}
