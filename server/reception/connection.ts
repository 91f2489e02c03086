/**
 * One connection: pumps bytes between a socket and a session, and carries the session's outputs out strictly in order.
 *
 * While something is under way (a question, a container that is slow, a handshake, a client that does not read) nothing is
 * fed, and soon nothing is read: what arrives meanwhile is held, at most a chunk or two, and the rest stays with the
 * sender (back-pressure). Replies of one pipelined group leave in one write, at the latest when everything that came was
 * answered or something has to be waited for (RFC 2920 §3.2). The client's FIN is honoured after everything before it was
 * answered; its RST drops the transaction. What is said on the line is the session's business, when to give up the watch's.
 */
import type { Socket } from 'node:net'
import type { Tell, EventName } from '../journal/events.ts'
import { printable } from '../journal/printable.ts'
import type { Clock } from '../ports.ts'
import type { Input, Protection, Question, Ruling } from '../protocol/exchange.ts'
import { replies } from '../protocol/replies.ts'
import { renderReply } from '../protocol/reply.ts'
import type { Session } from '../protocol/session.ts'
import type { Answers } from './answers.ts'
import { createWatch } from './deadlines.ts'
import type { Impatience, Patience, Watch } from './deadlines.ts'
import { Outputs } from './outputs.ts'
import type { Handshake } from './tls.ts'
import { Wire } from './wire.ts'

export interface ConnectionParts {
  readonly id: string
  readonly hostName: string
  readonly socket: Socket
  readonly session: Session
  readonly answers: Pick<Answers, 'content' | 'abandon'>
  readonly clock: Clock
  readonly tell: Tell
  readonly patience: Patience
  /** Rules on what the session asks; `spoken` tells whether something came that was not fed yet. */
  readonly answer: (question: Question, spoken: () => boolean) => Ruling | Promise<Ruling>
  /** Makes the socket a secure one. */
  readonly secure: (plain: Socket) => Promise<Handshake>
  /** Called once, when the last word is said or the client is gone. */
  readonly onEnded: () => void
  /** Called once, after `onEnded`, when there is no socket any more. */
  readonly onGone: () => void
}

/** Octets of commands that are fed at a time, so that the replies to one read stay within bounds. */
const feedOctets = 8 * 1024
const lineFeed = 0x0a

export class Connection {
  readonly #parts: ConnectionParts
  readonly #watch: Watch
  readonly #wire: Wire
  readonly #outputs = new Outputs()
  /** `ending`: our last word is said. */
  #state: 'open' | 'ending' | 'gone' = 'open'
  /** Something is under way that must end before more is fed; `tls` owns the socket meanwhile. */
  #busy: 'no' | 'waiting' | 'tls' = 'no'
  /** What came last does not end a line. */
  #lineOpen = false
  #clientEnded = false
  #goingDown = false
  /** Why the client's time was up, if it was. */
  #impatience: Impatience | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#wire = new Wire(parts.socket, parts.clock, {
      data: (chunk) => this.#onData(chunk),
      drained: () => this.#enter(() => this.#readOn()),
      ended: () => {
        this.#clientEnded = true
        this.#enter(() => this.#readOn())
      },
      gone: (fault) => this.#onGone(fault ?? 'client'),
    })
    this.#watch = createWatch(parts.clock, parts.patience, (why) => {
      this.#impatience = why
      this.#enter(() => this.#feed({ kind: 'timeout' }))
    })
  }

  /** Begins to speak, after a handshake where TLS comes first. Call it once, at once. */
  start(how: { readonly implicitTls: boolean }): void {
    this.#watch.expect()
    this.#enter(() => {
      if (how.implicitTls) this.#startTls((secure) => this.#feed({ kind: 'connected', secure }))
      else this.#feed({ kind: 'connected' })
    })
  }

  /** The server goes down: the session says 421 when nothing is in flight, or as soon as that is so. */
  shutDown(): void {
    this.#goingDown = true
    if (this.#state === 'ending') this.#wire.endSoon()
    this.#enter(() => this.#feed({ kind: 'shutdown' }))
  }

  /** Ends now: 421 if it can be said at once (rfc5321-3.8-05), and no waiting for anybody. */
  terminate(): void {
    this.#goingDown = true
    if (this.#state === 'open' && this.#busy !== 'tls') {
      this.#drop()
      this.#wire.say(renderReply(replies.shuttingDown(this.#parts.hostName)))
      this.#finish('shutdown')
    }
    if (this.#state === 'open' || this.#wire.backlog > 0) this.#wire.destroy()
  }

  #onData(chunk: Uint8Array): void {
    if (this.#state !== 'open') return
    if (this.#isHalted() || this.#wire.holding) this.#wire.hold(chunk)
    else this.#enter(() => this.#receive(chunk))
  }

  #onGone(reason: string): void {
    if (this.#state === 'gone') return
    // rfc5321-4.1.1.5-05 rfc5321-4.1.1.10-05: as if QUIT had come first; what is accepted stays accepted.
    if (this.#state === 'open') {
      this.#drop()
      this.#close(reason)
    }
    this.#state = 'gone'
    this.#parts.onGone()
  }

  #isHalted(): boolean {
    return this.#busy !== 'no' || this.#wire.stalled
  }

  /** The way in for everything that happens: a bug ends this connection and no other. */
  #enter(act: () => void): void {
    try {
      act()
      this.#settle(0)
    } catch (bug) {
      this.#fail(bug)
    }
  }

  #fail(bug: unknown): void {
    const fault = bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
    this.#parts.tell('warning', { session: this.#parts.id }, { fault: printable(fault, 2000) })
    this.#wire.destroy()
  }

  /** After each turn: replies leave, and the watch learns what the client is waited for. */
  #settle(octets: number): void {
    this.#wire.flush()
    if (this.#state === 'open' && this.#busy === 'no') {
      this.#watch.heard(octets, this.#parts.session.state.awaiting === 'content', this.#lineOpen)
    }
  }

  /** Feeds what was read, as far as it can be answered now; the rest is held. */
  #receive(chunk: Uint8Array): void {
    this.#lineOpen = chunk.at(-1) !== lineFeed
    for (let rest = chunk; rest.length > 0 && this.#state === 'open';) {
      if (this.#isHalted()) return this.#wire.hold(rest, 'first')
      const all = rest.length <= feedOctets || this.#parts.session.state.awaiting === 'content'
      const bytes = all ? rest : rest.subarray(0, feedOctets)
      rest = rest.subarray(bytes.length)
      this.#feed({ kind: 'bytes', bytes })
      this.#settle(bytes.length)
    }
  }

  /** What was held while something was under way, and then the socket again, or the end of it. */
  #readOn(): void {
    while (!this.#isHalted() && this.#state === 'open') {
      const chunk = this.#wire.unhold()
      if (chunk === undefined) break
      this.#receive(chunk)
    }
    if (this.#isHalted() || this.#state !== 'open') return
    if (this.#clientEnded) {
      this.#feed({ kind: 'disconnected' })
      this.#finish('client')
    } else {
      this.#wire.resume()
    }
  }

  #feed(input: Input): void {
    this.#outputs.add(this.#parts.session.take(input))
    this.#carry()
  }

  /** Carries outputs out, in order, until there are none or one has to be waited for. */
  #carry(): void {
    const { answer, answers, id: session, tell } = this.#parts
    while (this.#busy === 'no') {
      const output = this.#outputs.next()
      if (output === undefined) return
      switch (output.kind) {
        case 'reply':
          this.#wire.say(renderReply(output.reply))
          break
        case 'content': {
          const slow = answers.content(output.bytes)
          if (slow !== undefined) this.#await(slow, () => {})
          break
        }
        case 'question': {
          const ruling = answer(output.question, () => this.#wire.holding)
          if (ruling instanceof Promise) this.#await(ruling, (late) => this.#rule(late))
          else this.#rule(ruling)
          break
        }
        case 'secure':
          if (this.#clientEnded) this.#finish('client') // who has said goodbye begins no handshake
          else this.#startTls((secure) => this.#feed({ kind: 'secured', secure }))
          break
        case 'abandon':
          answers.abandon()
          break
        case 'note':
          tell(output.event as EventName, { session }, output.detail) // the session speaks the journal's vocabulary
          break
        case 'close':
          this.#finish('server')
      }
    }
  }

  #rule(ruling: Ruling): void {
    this.#outputs.add(this.#parts.session.take({ kind: 'ruling', ruling }))
  }

  /** The client is gone or given up: nothing is answered any more, and content that nobody owns yet is thrown away. */
  #drop(): void {
    this.#outputs.add(this.#parts.session.take({ kind: 'disconnected' }))
    for (const output of this.#outputs.drain()) {
      const ownerless = output.kind === 'question' && output.question.ask === 'acceptance'
      if (output.kind === 'abandon' || ownerless) this.#parts.answers.abandon()
    }
  }

  /** Waits for something of ours; meanwhile the client's time stands still. */
  #await<T>(promise: Promise<T>, then: (value: T) => void): void {
    this.#busy = 'waiting'
    this.#watch.rest()
    this.#wire.flush()
    promise.then(
      (value) => this.#goOn(() => then(value)),
      (bug: unknown) => this.#fail(bug),
    )
  }

  #goOn(act: () => void): void {
    this.#busy = 'no'
    if (this.#state !== 'open') return
    this.#watch.expect()
    this.#enter(() => {
      act()
      this.#carry()
      this.#readOn()
    })
  }

  #startTls(then: (secure: Protection) => void): void {
    this.#busy = 'tls'
    this.#watch.rest()
    const { plain, unread } = this.#wire.release()
    // The session counts what came in clear, and forgets it.
    for (const bytes of unread) this.#outputs.add(this.#parts.session.take({ kind: 'bytes', bytes }))
    this.#parts.secure(plain).then(
      (handshake) => this.#secured(handshake, then),
      (bug: unknown) => this.#fail(bug),
    )
  }

  #secured(handshake: Handshake, then: (secure: Protection) => void): void {
    const { id: session, tell } = this.#parts
    this.#busy = 'no'
    if (handshake.kind === 'fault') {
      tell('session-secure-failed', { session }, { reason: printable(handshake.reason) })
      this.#onGone('no TLS')
      return
    }
    const { protocol, cipher } = handshake.protection
    tell('session-secured', { session }, { protocol, cipher }) // rfc8314-4-08
    this.#wire.adopt(handshake.socket)
    this.#lineOpen = false
    this.#goOn(() => then(handshake.protection))
  }

  /** Our last word is said: the session is over, and its socket soon. */
  #finish(by: 'client' | 'server' | 'shutdown'): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    if (this.#goingDown) this.#wire.endSoon()
    else this.#wire.end()
    this.#close(by)
  }

  #close(reason: string): void {
    this.#watch.close()
    this.#parts.tell('session-closed', { session: this.#parts.id }, { reason: this.#impatience ?? reason })
    this.#parts.onEnded()
  }
}
