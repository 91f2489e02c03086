/**
 * Pumps a conversation over a line: carries out its acts, feeds it what happened, and watches the clock.
 *
 * Each reply has its own deadline, each block of content too (RFC 5321 §4.5.3.2); a reply that drips in does not lengthen
 * it. Commands are written while replies are read, so that neither side can block the other (rfc2920-3.1-09). Verdicts that
 * came together are told together, and before anything more is waited for (rfc2033-5-04). The client closes nothing but at
 * `close()`, or when TLS failed and the line is of no use.
 */
import type { Act, Event, Stage, Talk, Verdict, Verdicts } from '../protocol/conversation.ts'
import type { Clock, Line, Milliseconds, SecureOptions, Secured } from '../ports.ts'
import type { SaslClient } from './sasl.ts'
import type { SaslMechanism } from '../protocol/conversation.ts'
import type { Settings } from '../settings/schema.ts'

export type Timeouts = Settings['outgoing']['timeouts']

export interface ClientParts {
  readonly line: Line
  readonly clock: Clock
  readonly timeouts: Timeouts
  readonly security: SecureOptions
  /** Starts an exchange of a mechanism. */
  readonly sasl: (mechanism: SaslMechanism) => SaslClient
  /** TLS has been started. */
  readonly onSecured: (secured: Secured) => void
}

/** How long a session that is given up may still say something. */
const farewell: Milliseconds = 1000
/** Octets that have a deadline of their own on their way out. */
const block = 32_768

/** Which of the time-outs goes with which stage. */
const timeoutOf: Readonly<Record<Stage, keyof Timeouts>> = {
  greeting: 'greeting', // rfc5321-4.5.3.2.1-01
  EHLO: 'command',
  HELO: 'command',
  LHLO: 'command',
  STARTTLS: 'dataInitiation',
  AUTH: 'command',
  MAIL: 'command', // rfc5321-4.5.3.2.2-01
  RCPT: 'command', // rfc5321-4.5.3.2.3-01
  DATA: 'dataInitiation', // rfc5321-4.5.3.2.4-01
  BDAT: 'command',
  content: 'dataBlock', // rfc5321-4.5.3.2.5-01
  'content-end': 'dataTermination', // rfc5321-4.5.3.2.6-01
  RSET: 'farewell',
  QUIT: 'farewell',
  farewell: 'farewell',
}

const patience = (stage: Stage, timeouts: Timeouts): Milliseconds =>
  stage === 'farewell' ? Math.min(farewell, timeouts.farewell) : timeouts[timeoutOf[stage]]

const late = Symbol('late')

export class Client {
  readonly #parts: ClientParts
  /** The read that is under way, kept when a deadline passed over it. */
  #read: Promise<Uint8Array | undefined> | undefined
  /** Commands on their way out; false once the line refused them. */
  #written: Promise<boolean> = Promise.resolve(true)
  #sasl: SaslClient | undefined
  #reply = 0
  #deadline: Milliseconds = 0

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  /**
   * Holds a stretch of the conversation to its end. `content` is what a transaction sends; `onVerdicts` hears early what
   * became of its recipients, and is not waited for.
   */
  async run<T>(
    talk: Talk<T>,
    content: AsyncIterable<Uint8Array> = nothing(),
    onVerdicts: (verdicts: Verdicts) => void = () => {},
  ): Promise<T> {
    const pieces = content[Symbol.asyncIterator]()
    let untold = new Map<string, Verdict>()
    const tell = (): void => {
      if (untold.size === 0) return
      onVerdicts(untold)
      untold = new Map()
    }
    try {
      let step = talk.next()
      while (step.done !== true) {
        const act = step.value
        if (act.act === 'verdict') {
          untold.set(act.recipient, act.verdict)
          step = talk.next({ event: 'done' })
        } else {
          if (act.act === 'listen') tell()
          step = talk.next(await this.#carryOut(act, pieces))
        }
      }
      tell()
      return step.value
    } finally {
      await pieces.return?.()
    }
  }

  close(): void {
    this.#parts.line.close()
  }

  async #carryOut(act: Exclude<Act, { act: 'verdict' }>, pieces: AsyncIterator<Uint8Array>): Promise<Event> {
    if (act.act === 'listen') return await this.#listen(act.stage, act.reply)
    if (act.act === 'transmit') return await this.#transmit(act.bytes)
    if (act.act === 'secure') return await this.#secure()
    if (act.act === 'sasl') return { event: 'sasl', data: await this.#answer(act) }
    if (act.act === 'content') {
      const next = await pieces.next()
      return { event: 'content', bytes: next.done === true ? undefined : next.value }
    }
    void this.#write(act.bytes)
    return { event: 'done' }
  }

  #write(bytes: Uint8Array): Promise<boolean> {
    this.#written = this.#written.then((went) => went && this.#parts.line.write(bytes))
    return this.#written
  }

  async #transmit(bytes: Uint8Array): Promise<Event> {
    for (let at = 0; at < bytes.length; at += block) {
      const went = await this.#within(
        this.#write(bytes.subarray(at, at + block)),
        patience('content', this.#parts.timeouts),
      )
      if (went === late) return { event: 'ended', cause: 'timeout', detail: 'content was not taken' }
      if (!went) return { event: 'ended', cause: 'closed', detail: this.#fault() }
    }
    return { event: 'done' }
  }

  async #listen(stage: Stage, reply: number): Promise<Event> {
    const { clock, line, timeouts } = this.#parts
    if (reply !== this.#reply) {
      this.#reply = reply
      this.#deadline = clock.now() + patience(stage, timeouts)
    }
    this.#read ??= line.read()
    const bytes = await this.#within(this.#read, this.#deadline - clock.now())
    if (bytes === late) return { event: 'ended', cause: 'timeout', detail: 'no reply in time' }
    this.#read = undefined
    return bytes === undefined ? { event: 'ended', cause: 'closed', detail: this.#fault() } : { event: 'bytes', bytes }
  }

  async #secure(): Promise<Event> {
    const { line, security, timeouts, onSecured } = this.#parts
    await this.#written
    const result = await this.#within(line.secure(security), timeouts.dataInitiation)
    if (result === late || 'fault' in result) {
      line.close()
      return { event: 'ended', cause: 'tls', detail: result === late ? 'no handshake in time' : result.fault }
    }
    this.#read = undefined
    onSecured(result.secured)
    const { fault } = result.secured
    return { event: 'secured', ...(fault !== undefined && { fault }) }
  }

  async #answer(act: Extract<Act, { act: 'sasl' }>): Promise<Uint8Array | undefined> {
    if (act.step === 'begin') {
      this.#sasl = this.#parts.sasl(act.mechanism)
      return this.#sasl.begin()
    }
    if (act.step === 'challenge') return await this.#sasl?.answer(act.data)
    return this.#sasl?.believes() === true ? new Uint8Array() : undefined
  }

  #fault(): string {
    return this.#parts.line.fault() ?? 'connection closed'
  }

  async #within<T>(promise: Promise<T>, delay: Milliseconds): Promise<T | typeof late> {
    const { promise: alarm, resolve } = Promise.withResolvers<typeof late>()
    const timer = this.#parts.clock.after(delay, () => resolve(late))
    try {
      return await Promise.race([promise, alarm])
    } finally {
      timer.cancel()
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
