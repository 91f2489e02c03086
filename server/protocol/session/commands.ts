/**
 * From a command line to its handling: syntax, then order, then the function that does it.
 *
 * The literal `handlers` is the server's table of contents. Precedence of refusals: a session refused by its greeting
 * refuses everything; a line that is no command or has a broken argument is told so whatever the phase; then what the
 * listener demands, then the order (`sequence.ts`); last what an argument asks for and cannot have. Every path gives one
 * handling and so one reply (rfc5321-4.2-01), and a refused BDAT takes its octets with it.
 */
import { authenticate } from '../authentication.ts'
import { parseCommand, type Command, type SyntaxFault, type Verb } from '../command.ts'
import { chunk, data, refusedChunk } from './content.ts'
import { say, type Handling, type Verdict } from './handling.ts'
import type { Line } from '../lines.ts'
import { mail, recipient } from './mailing.ts'
import { dropTransaction, offersNow, type Memory } from './memory.ts'
import { replies } from '../replies.ts'
import type { Reply } from '../reply.ts'
import { commandPhases, refusal, refusalReply, type CommandPhase } from '../sequence.ts'
import { expand, hello, help, noop, quit, reset, startTls, verify } from './service.ts'

export interface Begun {
  /** The verb for the journal; `unknown` unless it is one we know, so that no stray password gets there. */
  readonly verb: string
  /** A verdict where nothing has to be waited for. */
  readonly handling: Handling | Verdict
}

/** Begins the handling of one line that stands where a command is expected. */
export function begin(memory: Memory, line: Line): Begun {
  if (line.kind === 'too-long') return refused('unknown', inRefusedSession(memory) ?? replies.lineTooLong)
  const parsed = parseCommand(line.bytes, {
    extended: memory.helo?.verb === 'EHLO',
    offers: offersNow(memory),
    smtputf8: memory.transaction?.parameters.smtputf8 === true,
  })
  if (parsed.kind === 'fault') return refused(parsed.verb ?? 'unknown', faultReply(memory, parsed))
  const reason = outOfOrder(memory, parsed.verb) ?? withheld(memory, parsed.verb)
  if (reason === undefined) return { verb: parsed.verb, handling: handle(memory, parsed.verb, parsed) }
  // rfc3030-2-10: the octets are on their way whatever we think of the command
  if (parsed.verb === 'BDAT') return { verb: 'BDAT', handling: refusedChunk(memory, parsed.size, say(reason)) }
  return refused(parsed.verb, reason)
}

type CommandOf<V extends Verb> = Command & { readonly verb: V }

/** Every verb and the function that serves it. */
const handlers: { readonly [V in Verb]: (memory: Memory, command: CommandOf<V>) => Handling | Verdict } = {
  EHLO: hello,
  HELO: hello,
  MAIL: mail,
  RCPT: recipient,
  DATA: data,
  BDAT: chunk,
  RSET: reset,
  NOOP: noop,
  VRFY: verify,
  EXPN: expand,
  HELP: help,
  STARTTLS: startTls,
  AUTH: authenticate,
  QUIT: quit,
}

function handle<V extends Verb>(memory: Memory, verb: V, command: CommandOf<V>): Handling | Verdict {
  return handlers[verb](memory, command)
}

/** Commands that are there only while their keyword is offered (rfc5321-4.1.1.1-15); STARTTLS and AUTH look themselves. */
const keywords: Readonly<Partial<Record<Verb, string>>> = { BDAT: 'CHUNKING', EXPN: 'EXPN', HELP: 'HELP' }

function withheld(memory: Memory, verb: Verb): Reply | undefined {
  const keyword = keywords[verb]
  if (keyword === undefined || offersNow(memory).has(keyword)) return undefined
  return replies.commandNotImplemented(verb)
}

/** Why a good command cannot be served now. */
function outOfOrder(memory: Memory, verb: Verb): Reply | undefined {
  const { terms } = memory
  const reason = refusal(verb, {
    phase: commandPhase(memory),
    tlsMissing: terms.tlsRequired && memory.secure === undefined,
    userMissing: terms.authenticationRequired && memory.user === undefined,
  })
  return reason === undefined ? undefined : refusalReply(reason, verb, memory.greetingCode)
}

/** 500 to 504 tell of the line itself and go first; any other fault only matters where the command is in order. */
function faultReply(memory: Memory, fault: SyntaxFault): Reply {
  const { verb } = fault
  // How many octets follow nobody knows, and a chunk is missing: what comes next must not complete the message.
  if (verb === 'BDAT' && fault.reply.code === 501 && memory.transaction !== undefined) dropTransaction(memory, 'failed')
  const aboutTheLine = fault.reply.code >= 500 && fault.reply.code <= 504
  return (
    inRefusedSession(memory) ??
    (verb === undefined || aboutTheLine ? fault.reply : (outOfOrder(memory, verb) ?? fault.reply))
  )
}

/** The answer to everything in a session that the greeting refused (rfc5321-3.1-03). */
function inRefusedSession(memory: Memory): Reply | undefined {
  if (memory.phase !== 'refused') return undefined
  return refusalReply('session refused', 'NOOP', memory.greetingCode)
}

function refused(verb: string, reply: Reply): Begun {
  return { verb, handling: say(reply) }
}

function commandPhase(memory: Memory): CommandPhase {
  const phase = commandPhases.find((candidate) => candidate === memory.phase)
  if (phase === undefined) throw new Error(`a command was looked at in phase ${memory.phase}`)
  return phase
}
