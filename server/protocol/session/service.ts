/**
 * The commands that carry no mail: the opening question, EHLO, HELO, STARTTLS, NOOP, RSET, VRFY, EXPN, HELP and QUIT.
 *
 * Each function handles one command that `sequence.ts` has already let through. Only EHLO, HELO, RSET, STARTTLS and QUIT
 * touch a transaction; the others leave everything as it was (RFC 5321 §4.1.1.6 to §4.1.1.9).
 */
import type { Command, Verb } from '../command.ts'
import { ask, say, sayRuling, type Handling, type Verdict } from './handling.ts'
import { offeredNow, offersNow, resetTransaction, type Helo, type Memory } from './memory.ts'
import { replies } from '../replies.ts'

/** Every command with its form: what HELP tells, and all it tells. */
export const usage: Readonly<Record<Verb, string>> = {
  EHLO: 'EHLO domain-or-literal',
  HELO: 'HELO domain',
  MAIL: 'MAIL FROM:<reverse-path> [parameters]',
  RCPT: 'RCPT TO:<forward-path> [parameters]',
  DATA: 'DATA',
  BDAT: 'BDAT octets [LAST]',
  RSET: 'RSET',
  NOOP: 'NOOP [text]',
  QUIT: 'QUIT',
  VRFY: 'VRFY user-or-mailbox [SMTPUTF8]',
  EXPN: 'EXPN list [SMTPUTF8]',
  HELP: 'HELP [command]',
  STARTTLS: 'STARTTLS',
  AUTH: 'AUTH mechanism [initial-response]',
}

/** The greeting. A refused session stays open until QUIT unless the reply is 421 (rfc5321-3.1-01, rfc5321-3.1-02). */
export function* greet(memory: Memory): Handling {
  const ruling = yield* ask({ ask: 'connection' })
  memory.phase = ruling.kind === 'refused' ? 'refused' : 'greeted'
  if (ruling.kind === 'refused') memory.greetingCode = ruling.reply.code
  return sayRuling(ruling, replies.greeting(memory.terms.hostName))
}

export function* hello(memory: Memory, helo: Helo): Handling {
  const ruling = yield* ask({ ask: 'hello', verb: helo.verb, name: helo.name })
  // rfc5321-4.1.4-05: a refused EHLO leaves the session as it was
  if (ruling.kind !== 'refused') {
    memory.helo = { verb: helo.verb, name: helo.name }
    resetTransaction(memory) // rfc5321-4.1.1.1-08, rfc5321-4.1.4-03
  }
  const host = memory.terms.hostName
  // rfc5321-3.2-01: HELO never gets a list
  return sayRuling(ruling, helo.verb === 'EHLO' ? replies.ehlo(host, offeredNow(memory)) : replies.helo(host))
}

/** RFC 3207 §4. Allowed before EHLO and in a transaction, which it ends: what is open now would not survive TLS. */
export function startTls(memory: Memory): Verdict {
  if (memory.secure !== undefined) return say(replies.alreadySecure) // rfc3207-4.2-10
  if (!offersNow(memory).has('STARTTLS')) return say(replies.commandNotImplemented('STARTTLS'))
  resetTransaction(memory)
  return { reply: replies.readyForTls(memory.terms.hostName), secure: true } // rfc3207-4-01
}

export function noop(): Verdict {
  return say(replies.ok)
}

export function reset(memory: Memory): Verdict {
  resetTransaction(memory)
  return say(replies.reset) // rfc5321-4.1.1.5-02
}

export function* verify(_memory: Memory, command: Extract<Command, { readonly verb: 'VRFY' | 'EXPN' }>): Handling {
  const { argument, smtputf8 } = command
  // rfc5321-3.5.3-01: without a word from policy nothing was verified
  return sayRuling(yield* ask({ ask: 'verify', argument, smtputf8 }), replies.cannotVerify)
}

export function* expand(_memory: Memory, command: Extract<Command, { readonly verb: 'VRFY' | 'EXPN' }>): Handling {
  const { argument, smtputf8 } = command
  return sayRuling(yield* ask({ ask: 'expand', argument, smtputf8 }), replies.cannotExpand)
}

export function help(_memory: Memory, command: Extract<Command, { readonly verb: 'HELP' }>): Verdict {
  const { topic } = command
  if (topic === undefined) return say(replies.help(Object.keys(usage))) // rfc5321-4.1.1.8-02
  const form = new Map<string, string>(Object.entries(usage)).get(topic.trim().toUpperCase())
  return say(form === undefined ? replies.noHelpOnThat : replies.helpOn([form])) // rfc5321-4.1.1.8-03
}

export function quit(memory: Memory): Verdict {
  // rfc5321-4.1.1.10-01: 221 closes, and closing drops an open transaction (rfc5321-4.1.1.10-09)
  return say(replies.goodbye(memory.terms.hostName))
}
