/**
 * How an exchanger's session hears and speaks: whole command lines, replies as lines, and the faults that strike instead.
 *
 * It watches the client's manners while it waits: bytes that came before the reply they had to wait for, broken lines, a
 * connection left without QUIT. What commands mean is the session's business.
 */
import type { Channel } from '../channel.ts'
import type { Moment } from '../contract.ts'
import { codeOf } from './faults.ts'
import type { FaultLedger } from './faults.ts'
import { lineViolations } from './etiquette.ts'

/** Octets of a line after which the exchanger hangs up: nobody means that. */
const LONGEST_LINE = 64 * 1024

/** RFC 2920 §3.1: what may be followed in a pipelined group before its reply came. */
const PIPELINED: ReadonlySet<Occasion> = new Set<Occasion>(['MAIL', 'RCPT', 'RSET', 'BDAT', 'content-end', 'grouped'])

/** A moment at which faults may strike; or some other command, which may (`grouped`) or may not be pipelined. */
export type Occasion = Moment | 'other' | 'grouped'

/** What will be said at a moment, after delays and faults had their way. */
export interface Utterance {
  readonly bytes: Uint8Array
  /** The code of the complete reply in it; 0 when a fault left none. */
  readonly code: number
  readonly thenClose: boolean
}

export interface Speech {
  /** The next command line without its line end; undefined when the client is gone. */
  hear(context?: { readonly isAuth: boolean }): Promise<string | undefined>
  /** Waits out delays and decides what to say; undefined when the connection is over instead. */
  prepare(moment: Occasion, lines: readonly string[], path?: string): Promise<Utterance | undefined>
  /** Says it; false when the connection is over. */
  say(utterance: Utterance): Promise<boolean>
  /** `prepare`, then `say`: the code that was said, or undefined when the connection is over. */
  answer(moment: Occasion, lines: readonly string[], path?: string): Promise<number | undefined>
  /** A fault has left the client without a proper reply: how it leaves is not held against it. */
  readonly excused: boolean
  /** The client may leave now without a word: QUIT was answered, say. */
  dismiss(): void
  /** The client may leave without a word until it says the next line: it may dislike a certificate. */
  excuseOnce(): void
  /** The client is gone: holds it against it, unless it was excused. */
  leave(where?: 'content'): undefined
}

export function openSpeech(
  channel: Channel,
  faults: FaultLedger,
  offered: () => ReadonlySet<string>,
  violate: (text: string) => void,
  released: () => Promise<void>,
): Speech {
  let excused = false
  let dismissed = false
  let excusedOnce = false

  const judgeHaste = (moment: Occasion): void => {
    if (channel.waiting.length === 0 || moment === 'tls' || moment === 'content') return
    if (moment === 'connection') violate('spoke before the greeting')
    else if (moment === 'DATA') violate('sent content before the 354')
    else if (moment === 'QUIT') violate('sent more after QUIT')
    else if (!offered().has('PIPELINING') || !PIPELINED.has(moment)) {
      violate(`sent more before the reply to ${moment === 'other' || moment === 'grouped' ? 'a command' : moment}`)
    }
  }
  const speech: Speech = {
    get excused() {
      return excused
    },
    dismiss() {
      dismissed = true
    },
    excuseOnce() {
      excusedOnce = true
    },
    leave(where) {
      if (excused || dismissed || excusedOnce) return
      const rest = channel.waiting.toString('latin1')
      if (where !== undefined) violate(`closed in the middle of the ${where}`)
      else if (rest === '') violate('closed the connection without QUIT')
      else violate(`closed in the middle of the line "${rest.slice(0, 80)}"`)
    },
    async hear({ isAuth } = { isAuth: false }) {
      for (;;) {
        const { waiting } = channel
        const end = waiting.indexOf(10)
        if (end >= 0) {
          const line = channel.take(end + 1)
          excusedOnce = false
          if (dismissed) violate('sent more after QUIT')
          for (const violation of lineViolations(line, offered(), isAuth)) violate(violation)
          return line.toString('utf8').replace(/\r?\n$/, '')
        }
        if (waiting.length > LONGEST_LINE) {
          violate(`sent ${waiting.length} octets without a line end`)
          channel.destroy()
          return undefined
        }
        if (channel.ended || !(await channel.more())) return speech.leave()
      }
    },
    async prepare(moment, lines, path) {
      const honest = { bytes: replyBytes(lines), code: Number(lines[0]?.slice(0, 3)), thenClose: false }
      for (const fault of moment === 'other' || moment === 'grouped' ? [] : faults.strike(moment, path)) {
        switch (fault.do) {
          case 'delay':
            excused = true
            if (!(await channel.wait(fault.milliseconds))) return undefined
            break
          case 'hold':
            excused = true
            if (!(await Promise.race([released().then(() => true), channel.over().then(() => false)]))) return undefined
            break
          case 'read-slowly':
            break
          case 'reply':
            judgeHaste(moment)
            return { ...honest, ...spoken(replyBytes(fault.lines)), thenClose: fault.thenClose ?? false }
          case 'bytes':
            excused = true
            return { ...spoken(fault.bytes), thenClose: fault.thenClose ?? false }
          case 'silence':
            excused = true
            await channel.over()
            return undefined
          case 'disconnect':
            excused = true
            channel.end()
            return undefined
          case 'reset':
            excused = true
            channel.reset()
            return undefined
        }
      }
      judgeHaste(moment)
      return honest
    },
    async say(utterance) {
      if (utterance.thenClose || utterance.code === 421) excused = true
      const said = await channel.write(utterance.bytes)
      if (utterance.thenClose) channel.end()
      return said && !utterance.thenClose
    },
    async answer(moment, lines, path) {
      const utterance = await speech.prepare(moment, lines, path)
      if (utterance === undefined || !(await speech.say(utterance))) return undefined
      return utterance.code
    },
  }
  return speech
}

function spoken(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly code: number } {
  return { bytes, code: codeOf(bytes) }
}

function replyBytes(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''))
}

export function isPositive(code: number | undefined): boolean {
  return code !== undefined && code >= 200 && code < 300
}
