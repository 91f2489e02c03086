/**
 * The client's side of a session, as acts and events: what the machine wants done, and what came of it.
 *
 * The machine is a generator: it yields an `Act`, is resumed with the `Event` that answers it, and returns what it came
 * to. So it reads like the conversation it holds, and does no I/O: whoever pumps it (`delivery/client.ts`) owns the line,
 * the clock and the content. `Dialogue` adds the one thing that every exchange needs: replies out of bytes, one by one.
 */
import { ReplyReader } from '../reply-reader.ts'
import type { Reply } from '../reply.ts'
import { encodeUtf8 } from '../text.ts'
import type { Verdict } from './mail-transaction.ts'

/** What the client waits for, or is doing: names the time-out that applies (RFC 5321 §4.5.3.2). */
export type Stage =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'LHLO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'BDAT'
  | 'content'
  | 'content-end'
  | 'RSET'
  | 'QUIT'
  /** Whatever the server may still have to say on a session that is given up. */
  | 'farewell'

export type SaslMechanism = 'SCRAM-SHA-256' | 'CRAM-MD5' | 'PLAIN' | 'LOGIN'

export type Act =
  /** Let these octets go; answered `done` at once, so that replies are read meanwhile (rfc2920-3.1-09). */
  | { readonly act: 'send'; readonly bytes: Uint8Array }
  /** Let these octets of content go, and answer `done` when they have left, or `ended`. */
  | { readonly act: 'transmit'; readonly bytes: Uint8Array }
  /** Answered `bytes` or `ended`. All acts with the same `reply` number share one deadline (rfc5321-4.5.3.2-02). */
  | { readonly act: 'listen'; readonly stage: Stage; readonly reply: number }
  /** The next piece of content: answered `content`. */
  | { readonly act: 'content' }
  /** What became of a recipient, while others are still waited for (RFC 2033 §5): answered `done` at once. */
  | { readonly act: 'verdict'; readonly recipient: string; readonly verdict: Verdict }
  /** Start TLS: answered `secured` or `ended`. */
  | { readonly act: 'secure' }
  /** SASL's side of things: an initial response, an answer to a challenge, or a word on a success: answered `sasl`. */
  | {
      readonly act: 'sasl'
      readonly mechanism: SaslMechanism
      readonly step: 'begin' | 'challenge' | 'success'
      readonly data: Uint8Array
    }

export type Event =
  | { readonly event: 'done' }
  | { readonly event: 'bytes'; readonly bytes: Uint8Array }
  | { readonly event: 'ended'; readonly cause: 'closed' | 'timeout' | 'tls'; readonly detail: string }
  /** `undefined`: there is no more. */
  | { readonly event: 'content'; readonly bytes: Uint8Array | undefined }
  /** `fault`: the certificate did not verify. */
  | { readonly event: 'secured'; readonly fault?: string }
  /** `undefined` for `begin`: the server speaks first; for the others: cancel, the server is not to be trusted. */
  | { readonly event: 'sasl'; readonly data: Uint8Array | undefined }

/** A stretch of the conversation. */
export type Talk<T> = Generator<Act, T, Event>

/** The session broke: no reply came, or none that is one. Like 421: temporary (rfc5321-3.8-06, rfc5321-4.1.1.10-07). */
export interface Breakdown {
  readonly kind: 'breakdown'
  readonly stage: Stage
  readonly cause: 'closed' | 'timeout' | 'garbled' | 'tls'
  readonly detail: string
}

export type Heard = { readonly kind: 'reply'; readonly reply: Reply } | Breakdown

/** Only the first digit decides (rfc5321-4.2-10, rfc5321-4.2-11). */
export const isPositive = (heard: Heard): boolean =>
  heard.kind === 'reply' && heard.reply.code >= 200 && heard.reply.code < 300

export class Dialogue {
  #reader = new ReplyReader()
  #awaited = 0
  #breakdown: Breakdown | undefined
  /** The server said 421. */
  #closing = false
  #retired = false
  /** DATA or BDAT went out and what came of it is open: a command now would be taken for content. */
  midContent = false

  /** No further command makes sense. */
  get spent(): boolean {
    return this.#closing || this.#retired || this.#breakdown !== undefined
  }

  *send(text: string): Talk<void> {
    yield { act: 'send', bytes: encodeUtf8(text) }
  }

  /** Sends one command (CRLF added) and waits for its reply (rfc5321-2.1-03, rfc5321-4.3.1-01). */
  *say(command: string, stage: Stage): Talk<Heard> {
    if (this.#breakdown !== undefined) return this.#breakdown
    yield* this.send(`${command}\r\n`)
    return yield* this.hear(stage)
  }

  /** The next reply in order, whatever it says (rfc2920-3.1-07, rfc2920-3.1-08); for ever the same once broken down. */
  *hear(stage: Stage): Talk<Heard> {
    if (this.#breakdown !== undefined) return this.#breakdown
    this.#awaited += 1
    for (;;) {
      const read = this.#reader.next()
      if (read?.kind === 'broken') return this.breakDown(stage, 'garbled', read.reason)
      if (read?.kind === 'reply') {
        const { reply } = read
        // rfc5321-4.2-13: a code out of range ends the transaction
        if (reply.code < 200 || reply.code > 599) return this.breakDown(stage, 'garbled', `reply code ${reply.code}`)
        if (reply.code === 421) this.#closing = true // rfc5321-3.8: at any moment
        return { kind: 'reply', reply }
      }
      const event = yield { act: 'listen', stage, reply: this.#awaited }
      if (event.event === 'bytes') this.#reader.push(event.bytes)
      else if (event.event === 'ended') return this.breakDown(stage, event.cause, event.detail)
      else throw new Error(`${event.event} is no answer to listen`)
    }
  }

  /** No more transactions, though the server is still listening. */
  retire(): void {
    this.#retired = true
  }

  breakDown(stage: Stage, cause: Breakdown['cause'], detail: string): Breakdown {
    this.#breakdown ??= { kind: 'breakdown', stage, cause, detail }
    return this.#breakdown
  }

  /** TLS stands: what was heard before it is forgotten (rfc3207-4.2-05). */
  startAfresh(): void {
    this.#reader = new ReplyReader()
  }

  /**
   * Ends the session: QUIT and its reply, also after a refusal or a breakdown (rfc5321-4.1.1.10-03, rfc5321-4.1.4-14,
   * rfc5321-4.1.4-15), unless the line is gone or the word would be taken for content.
   */
  *quit(): Talk<void> {
    const broken = this.#breakdown
    if (this.midContent || broken?.cause === 'closed' || broken?.cause === 'tls') return
    yield* this.send('QUIT\r\n')
    if (broken === undefined && !this.#closing) {
      yield* this.hear('QUIT') // rfc5321-4.1.1.10-04
    } else {
      this.#awaited += 1
      yield { act: 'listen', stage: 'farewell', reply: this.#awaited }
    }
    this.breakDown('QUIT', 'closed', 'the session has ended')
  }
}
