/**
 * The AUTH command (RFC 4954): which mechanism, may it be used now, and what its outcome means for the session.
 *
 * The exchange itself is a mechanism's script (`mechanisms.ts`, `scram.ts`). Only mechanisms that the EHLO list of this
 * moment shows are taken; a mechanism that would need TLS first is simply not there (504; RFC 4954 §4 says so, and its
 * own 538 is historical). Nothing that the client sent is kept, shown or noted here but the name that the judge gives.
 */
import type { Command } from './command.ts'
import type { Mechanism } from './exchange.ts'
import { usableMechanisms } from './extensions.ts'
import { say, type Handling, type Verdict } from './session/handling.ts'
import { cramMd5, login, plain } from './authentication/mechanisms.ts'
import { offersNow, type Memory } from './session/memory.ts'
import { replies } from './replies.ts'
import { readAnswer, type Outcome, type Script } from './authentication/sasl.ts'
import { scram } from './authentication/scram.ts'

/** Octets of a line of the exchange: 12,288 and its CRLF (rfc4954-4-18). The AUTH command itself is a command line. */
export const maximumResponseLine = 12_290

interface Entry {
  readonly script: Script
  /** The client may begin, so the command may carry an initial response. */
  readonly initialResponse: boolean
}

const mechanisms: Readonly<Record<Mechanism, Entry>> = {
  PLAIN: { script: plain, initialResponse: true },
  LOGIN: { script: login, initialResponse: true },
  'CRAM-MD5': { script: cramMd5, initialResponse: false },
  'SCRAM-SHA-256': { script: scram, initialResponse: true },
  'SCRAM-SHA-256-PLUS': { script: scram, initialResponse: true },
}

export function* authenticate(memory: Memory, command: Extract<Command, { readonly verb: 'AUTH' }>): Handling {
  if (memory.user !== undefined) return say(replies.alreadyAuthenticated) // rfc4954-4-02
  if (memory.terms.mechanisms.length === 0) return say(replies.commandNotImplemented('AUTH'))
  if (memory.helo?.verb !== 'EHLO') return say(replies.extendedHelloFirst('AUTH'))
  const offered = mechanismsOffered(memory)
  const mechanism = offered.find((name) => name === command.mechanism)
  if (mechanism === undefined) return say(replies.unknownMechanism) // rfc4954-4-04, rfc4954-9-03
  const entry = mechanisms[mechanism]
  if (command.initial !== undefined && !entry.initialResponse) {
    return say(replies.initialResponseNotAllowed) // rfc4954-4-12
  }
  const initial = command.initial === undefined ? undefined : readAnswer(command.initial)
  if (initial?.kind === 'aborted') return say(initial.reply)
  const bindingOffered = offered.includes('SCRAM-SHA-256-PLUS')
  const outcome = yield* entry.script({ mechanism, secure: memory.secure, bindingOffered }, initial?.octets)
  return settle(memory, outcome)
}

function settle(memory: Memory, outcome: Outcome): Verdict {
  if (outcome.kind === 'identified') {
    // rfc4954-4-27: no security layer, so EHLO stays valid
    memory.user = outcome.user
    return say(replies.authenticated) // rfc4954-4-23
  }
  if (outcome.kind === 'aborted') return say(outcome.reply) // rfc4954-4-28: another AUTH may follow
  memory.failedAuthentications += 1
  const verdict = { reply: outcome.reply, close: outcome.close }
  if (memory.failedAuthentications < memory.terms.maximumAuthenticationFailures) return verdict
  // rfc4954-9-04
  return { ...verdict, farewell: replies.tooManyAuthenticationFailures(memory.terms.hostName) }
}

/** The mechanisms that EHLO would list now. */
function mechanismsOffered(memory: Memory): readonly Mechanism[] {
  if (!offersNow(memory).has('AUTH')) return []
  return usableMechanisms(memory.terms, { secure: memory.secure !== undefined })
}
