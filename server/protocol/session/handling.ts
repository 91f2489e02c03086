/**
 * How one command is handled: a generator that yields what it needs and returns the one reply that answers it.
 *
 * A handling yields a step and is resumed with that step's outcome: a question with its ruling, a 334 prompt with the
 * client's next line, content with word of its end. Because the reply is what the generator returns, every command gets
 * exactly one (RFC 5321 §4.2), in order, however often it had to stop. `session.ts` runs the handlings; the files of
 * commands write them with the helpers below. Nothing here touches the session's memory.
 */
import type { Question, Ruling } from '../exchange.ts'
import type { ContentRead } from '../data.ts'
import type { Line } from '../lines.ts'
import type { Reply } from '../reply.ts'

export interface ContentReader {
  feed(bytes: Uint8Array): ContentRead
}

/** Octets to read as content, not as commands. */
export interface Intake {
  readonly reader: ContentReader
  /** Content octets that may be handed out; what comes beyond is read and thrown away, so the session stays in step. */
  readonly limit: number
  /** Sees every piece of content, handed out or not. */
  readonly watch?: (bytes: Uint8Array) => void
}

export type Step =
  | { readonly kind: 'question'; readonly question: Question }
  /** Send the reply (334) and read one line that is no command. */
  | { readonly kind: 'prompt'; readonly reply: Reply }
  /** Send the reply (354), if there is one, and read content to its end. */
  | { readonly kind: 'intake'; readonly reply?: Reply; readonly intake: Intake }

export type Resumption =
  | { readonly kind: 'ruling'; readonly ruling: Ruling }
  | { readonly kind: 'response'; readonly line: Line }
  /** The content came to its end; `exceeded`: there was more than the limit. */
  | { readonly kind: 'taken'; readonly exceeded: boolean }

export interface Verdict {
  readonly reply: Reply
  /** End the session after the reply; 221 and 421 do so by themselves (RFC 5321 §3.8). */
  readonly close?: boolean
  /** Begin the TLS handshake after the reply. */
  readonly secure?: boolean
  /** Said after the reply as the session's last word, with a 421. */
  readonly farewell?: Reply
}

export type Handling<T = Verdict> = Generator<Step, T, Resumption>

/** Asks and waits; the session looks at no further command until the ruling comes. */
export function* ask(question: Question): Handling<Ruling> {
  const resumption = yield { kind: 'question', question }
  if (resumption.kind !== 'ruling') throw new Error(`a question was answered with ${resumption.kind}`)
  return resumption.ruling
}

/** Sends a challenge and waits for the client's line. */
export function* prompt(reply: Reply): Handling<Line> {
  const resumption = yield { kind: 'prompt', reply }
  if (resumption.kind !== 'response') throw new Error(`a prompt was answered with ${resumption.kind}`)
  return resumption.line
}

/** Takes content to its end; tells whether it went over the limit. */
export function* takeIn(intake: Intake, reply?: Reply): Handling<{ readonly exceeded: boolean }> {
  const resumption = yield reply === undefined ? { kind: 'intake', intake } : { kind: 'intake', reply, intake }
  if (resumption.kind !== 'taken') throw new Error(`content was answered with ${resumption.kind}`)
  return resumption
}

/** The verdict of a command that needs no more: its reply. */
export function say(reply: Reply): Verdict {
  return { reply }
}

/** The verdict of a ruling to a plain yes-or-no question; `granted` is what the session says by itself. */
export function sayRuling(ruling: Ruling, granted: Reply): Verdict {
  if (ruling.kind === 'refused') return { reply: ruling.reply, close: ruling.close === true }
  return { reply: ruling.kind === 'granted' ? (ruling.reply ?? granted) : granted }
}
