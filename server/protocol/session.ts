/**
 * The server's side of an SMTP session as a machine without I/O: inputs in, outputs out (`exchange.ts`).
 *
 * Bytes become lines or content, a line becomes a handling (`commands.ts`), a handling runs until it needs something. At
 * a question the machine stops and holds what arrives until the ruling is fed; so replies come in the order of commands
 * however they were pipelined (RFC 2920 §3.2), and nothing sent before an answer can overtake it. The one exception is
 * STARTTLS: plaintext that follows it is thrown away, never executed (RFC 3207 §4.2, command injection).
 *
 * Promises: exactly one reply to each command; `abandon` exactly once for each transaction that MAIL began and that was
 * not handed over by the question `acceptance`; after `close` nothing more comes out. Nothing that a client sends makes it
 * throw; feeding it out of turn (a ruling that nobody asked for) does. Memory: what is fed while a question is open is
 * held, so the pump must stop reading then. Deadlines are the pump's; `timeout` while a question is open is ignored,
 * because it is not the client who is slow.
 */
import { maximumResponseLine } from './authentication.ts'
import { begin } from './session/commands.ts'
import type { Input, Output, Protection, Ruling, Terms, Transaction } from './exchange.ts'
import type { Handling, Intake, Resumption, Step, Verdict } from './session/handling.ts'
import { LineReader } from './lines.ts'
import { blankMemory, dropTransaction, forgetClient, type Helo, type Memory } from './session/memory.ts'
import { replies } from './replies.ts'
import type { Reply } from './reply.ts'
import type { Phase } from './sequence.ts'
import { greet } from './session/service.ts'

/** A read-only view, true until the next input. */
export interface SessionState {
  readonly phase: Phase
  /** What the session waits for: a command line, a line of a SASL exchange, content octets, a ruling, TLS, or nothing. */
  readonly awaiting: 'command' | 'response' | 'content' | 'ruling' | 'handshake' | 'nothing'
  readonly secure?: Protection
  readonly user?: string
  readonly helo?: Helo
  /** The open mail transaction: MAIL was accepted, the content is not handed over yet. */
  readonly transaction?: Transaction
}

export interface Session {
  /** Feeds one input; the outputs are to be carried out in order before the next one is fed. */
  take(input: Input): readonly Output[]
  readonly state: SessionState
}

/** Opens a session under `terms`, which stay as they are for its whole life. Feed `connected` first. */
export function openSession(terms: Terms): Session {
  return new ServerSession(terms)
}

/** No answer to HELO or EHLO carries an enhanced status code, whoever gives it. rfc2034-4-02 */
function answerTo(verb: string | undefined, reply: Reply): Reply {
  return verb === 'EHLO' || verb === 'HELO' ? { code: reply.code, lines: reply.lines } : reply
}

const awaitedBy = { question: 'ruling', prompt: 'response', intake: 'content' } as const

class ServerSession implements Session {
  readonly #memory: Memory
  readonly #lines: LineReader
  /** The handling in progress, its verb for the journal, and the step that it stopped at. */
  #current: { readonly verb: string | undefined; readonly handling: Handling } | undefined
  #step: Step | undefined
  /** Content octets taken in by the current step. */
  #taken = 0
  #handshaking = false
  #shuttingDown = false

  constructor(terms: Terms) {
    this.#memory = blankMemory(terms)
    this.#lines = new LineReader(terms.maximumCommandLine)
  }

  get state(): SessionState {
    const { phase, secure, user, helo, transaction } = this.#memory
    return {
      phase,
      awaiting: this.#awaiting(),
      ...(secure === undefined ? {} : { secure }),
      ...(user === undefined ? {} : { user }),
      ...(helo === undefined ? {} : { helo }),
      ...(transaction === undefined ? {} : { transaction }),
    }
  }

  take(input: Input): readonly Output[] {
    if (this.#memory.phase === 'closing') return []
    this.#memory.outputs = []
    this.#feed(input)
    return this.#memory.outputs
  }

  #feed(input: Input): void {
    switch (input.kind) {
      case 'connected':
        this.#memory.secure = input.secure
        this.#start(undefined, greet(this.#memory))
        return
      case 'bytes':
        if (this.#handshaking) return this.#discard(input.bytes.length)
        this.#lines.push(input.bytes)
        return this.#run()
      case 'ruling':
        this.#rule(input.ruling)
        return this.#run()
      case 'secured':
        if (!this.#handshaking) throw new Error('TLS came without STARTTLS')
        this.#handshaking = false
        return forgetClient(this.#memory, input.secure)
      case 'timeout':
        if (this.#awaiting() !== 'ruling') this.#farewell(replies.timeout(this.#host))
        return
      case 'shutdown':
        this.#shuttingDown = true
        if (this.#idle()) this.#farewell(replies.shuttingDown(this.#host)) // rfc5321-3.8-03, rfc5321-3.8-05
        return
      case 'disconnected':
        // rfc5321-4.1.1.10-05: the transaction is cancelled; rfc5321-4.1.1.5-05: as if QUIT had come first
        dropTransaction(this.#memory, 'closing')
        return
    }
  }

  /** Reads on as long as there are bytes and nothing has to be waited for. */
  #run(): void {
    for (;;) {
      const awaiting = this.#awaiting()
      if (awaiting === 'content' && this.#step?.kind === 'intake') {
        const bytes = this.#lines.drain()
        if (bytes.length === 0) return
        this.#takeIn(this.#step.intake, bytes)
      } else if (awaiting === 'response') {
        const line = this.#lines.next()
        if (line === undefined) return
        this.#resume({ kind: 'response', line })
      } else if (awaiting === 'command') {
        const line = this.#lines.next()
        if (line === undefined) return
        const { verb, handling } = begin(this.#memory, line)
        this.#start(verb, handling)
      } else return
    }
  }

  get #host(): string {
    return this.#memory.terms.hostName
  }

  #awaiting(): SessionState['awaiting'] {
    if (this.#memory.phase === 'closing') return 'nothing'
    if (this.#handshaking) return 'handshake'
    if (this.#step !== undefined) return awaitedBy[this.#step.kind]
    return this.#memory.phase === 'connecting' ? 'nothing' : 'command'
  }

  /** Nothing is in flight that deserves to be finished before the server goes down. */
  #idle(): boolean {
    const awaiting = this.#awaiting()
    return this.#memory.transaction === undefined && awaiting !== 'ruling' && awaiting !== 'content'
  }

  #start(verb: string | undefined, handling: Handling | Verdict): void {
    if ('reply' in handling) return this.#conclude(verb, handling)
    this.#current = { verb, handling }
    this.#advance(handling.next())
  }

  #resume(resumption: Resumption): void {
    const handling = this.#current?.handling
    if (handling === undefined) throw new Error(`${resumption.kind} came, but no command waits for it`)
    this.#step = undefined
    this.#lines.setMaximum(this.#memory.terms.maximumCommandLine)
    this.#advance(handling.next(resumption))
  }

  #rule(ruling: Ruling): void {
    if (this.#step?.kind !== 'question') throw new Error('a ruling came, but no question is open')
    this.#resume({ kind: 'ruling', ruling })
  }

  /** Carries out where the handling got to: its next step, or its verdict. */
  #advance(result: IteratorResult<Step, Verdict>): void {
    if (result.done === true) return this.#conclude(this.#current?.verb, result.value)
    const step = result.value
    this.#step = step
    switch (step.kind) {
      case 'question':
        return this.#say({ kind: 'question', question: step.question })
      case 'prompt':
        this.#lines.setMaximum(maximumResponseLine)
        return this.#say({ kind: 'reply', reply: step.reply })
      case 'intake':
        this.#taken = 0
        if (step.reply !== undefined) this.#say({ kind: 'reply', reply: step.reply })
    }
  }

  #takeIn(intake: Intake, bytes: Uint8Array): void {
    const { content, done, rest } = intake.reader.feed(bytes)
    for (const piece of content) {
      intake.watch?.(piece)
      this.#taken += piece.length
      if (this.#taken <= intake.limit) this.#say({ kind: 'content', bytes: piece })
    }
    if (!done) return
    if (rest.length > 0) this.#lines.push(rest)
    this.#resume({ kind: 'taken', exceeded: this.#taken > intake.limit })
  }

  /** Says a command's one reply and does what it entails. */
  #conclude(verb: string | undefined, verdict: Verdict): void {
    this.#current = undefined
    const reply = answerTo(verb, verdict.reply)
    this.#say({ kind: 'reply', reply })
    if (verb !== undefined && reply.code >= 400) this.#noteRefusal(verb, reply)
    if (verdict.close === true || reply.code === 221 || reply.code === 421) return this.#end()
    if (verdict.farewell !== undefined) return this.#farewell(verdict.farewell)
    const { terms, refusedCommands } = this.#memory
    const tooMany = terms.maximumErrors > 0 && refusedCommands >= terms.maximumErrors
    if (tooMany) return this.#farewell(replies.tooManyErrors(this.#host))
    if (verdict.secure === true) return this.#beginHandshake()
    if (this.#shuttingDown && this.#idle()) this.#farewell(replies.shuttingDown(this.#host))
  }

  /** Temporary refusals do not count as errors: a client with too many recipients does nothing wrong. */
  #noteRefusal(verb: string, reply: Reply): void {
    if (reply.code >= 500) this.#memory.refusedCommands += 1
    const { code, enhanced } = reply
    const detail = { verb, code, phase: this.#memory.phase }
    this.#say({
      kind: 'note',
      event: 'command-refused',
      detail: enhanced === undefined ? detail : { ...detail, enhanced },
    })
  }

  #beginHandshake(): void {
    const octets = this.#lines.drain().length
    if (octets > 0) this.#discard(octets)
    this.#handshaking = true
    this.#say({ kind: 'secure' })
  }

  /** rfc3207-4.2-02 */
  #discard(octets: number): void {
    this.#say({ kind: 'note', event: 'plaintext-discarded', detail: { octets } })
  }

  /** The session's last word, unless TLS is just being made and nobody could read it. */
  #farewell(reply: Reply): void {
    if (!this.#handshaking) this.#say({ kind: 'reply', reply })
    this.#end()
  }

  #end(): void {
    dropTransaction(this.#memory, 'closing')
    this.#say({ kind: 'close' })
  }

  #say(output: Output): void {
    this.#memory.outputs.push(output)
  }
}
