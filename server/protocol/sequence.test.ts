import { describe, expect, test } from 'vitest'
import type { Verb } from './command.ts'
import { commandPhases, demands, refusal, refusalReply, sequence, type CommandPhase, type Phase } from './sequence.ts'
import { lastLine, Player } from './session/fixture-player.ts'

const refusedSession = { kind: 'refused', reply: { code: 554, lines: ['mx.here.example no'] } } as const

/** How a client gets a session into each phase. */
const ways: Readonly<Record<CommandPhase, readonly string[]>> = {
  refused: [],
  greeted: [],
  identified: ['EHLO c.example'],
  mail: ['EHLO c.example', 'MAIL FROM:<a@c.example>'],
  recipients: ['EHLO c.example', 'MAIL FROM:<a@c.example>', 'RCPT TO:<b@here.example>'],
  chunks: ['EHLO c.example', 'MAIL FROM:<a@c.example>', 'RCPT TO:<b@here.example>', 'BDAT 1\r\nx'],
  failed: ['EHLO c.example', 'MAIL FROM:<a@c.example>', 'BDAT 1\r\nx'],
}

/** A well-formed command of each verb, what it is answered where it is allowed, and the phase that follows. */
const commands: Readonly<Record<Verb, readonly [line: string, code: number, next: Phase | 'same' | 'reset']>> = {
  EHLO: ['EHLO d.example', 250, 'identified'],
  HELO: ['HELO d.example', 250, 'identified'],
  MAIL: ['MAIL FROM:<c@d.example>', 250, 'mail'],
  RCPT: ['RCPT TO:<d@here.example>', 250, 'recipients'],
  DATA: ['DATA', 354, 'same'],
  BDAT: ['BDAT 2\r\n\r\n', 250, 'chunks'],
  RSET: ['RSET', 250, 'reset'],
  NOOP: ['NOOP', 250, 'same'],
  QUIT: ['QUIT', 221, 'closing'],
  VRFY: ['VRFY d', 252, 'same'],
  EXPN: ['EXPN d', 252, 'same'],
  HELP: ['HELP', 214, 'same'],
  STARTTLS: ['STARTTLS', 220, 'reset'],
  AUTH: ['AUTH PLAIN AGFsaWNlAHNlY3JldA==', 235, 'same'],
}

function line(text: string): { readonly kind: 'bytes'; readonly bytes: Uint8Array } {
  return { kind: 'bytes', bytes: new TextEncoder().encode(text.startsWith('BDAT') ? text : `${text}\r\n`) }
}

function sessionIn(phase: CommandPhase): Player {
  const player = new Player({}, (question) =>
    phase === 'refused' && question.ask === 'connection' ? refusedSession : undefined,
  )
  player.give({ kind: 'connected' })
  for (const command of ways[phase]) player.give(line(command))
  return player
}

const verbs = Object.keys(sequence) as readonly Verb[]
const cells = verbs.flatMap((verb) => commandPhases.map((phase) => [verb, phase, sequence[verb][phase]] as const))

/** Sends the verb in the phase; gives its one reply and the phase that follows. */
function attempt(verb: Verb, phase: CommandPhase): { readonly reply: string; readonly next: Phase } {
  const player = sessionIn(phase)
  expect(player.session.state.phase).toBe(phase)
  const before = player.replies.length
  player.give(line(commands[verb][0]))
  const [reply, ...more] = player.replies.slice(before)
  expect(more).toEqual([])
  return { reply: reply ?? 'none', next: player.session.state.phase }
}

describe('the table, walked whole', () => {
  const allowed = cells.filter(([, , entry]) => entry === 'allowed')
  const refused = cells.flatMap(([verb, phase, entry]) => (entry === 'allowed' ? [] : [[verb, phase, entry] as const]))

  test.each(allowed)('%s in %s is allowed', (verb, phase) => {
    const [, code, next] = commands[verb]
    const got = attempt(verb, phase)
    expect(Number(got.reply.slice(0, 3))).toBe(code)
    const afterReset = phase === 'greeted' ? 'greeted' : 'identified'
    expect(got.next).toBe(next === 'same' ? phase : next === 'reset' ? afterReset : next)
  })

  test.each(refused)('%s in %s: %s', (verb, phase, reason) => {
    // A refused chunk spoils the transaction, everything else leaves the phase alone. rfc5321-4.1.4-13
    const next = verb === 'BDAT' && phase === 'mail' ? 'failed' : phase
    const { code, enhanced, lines } = refusalReply(reason, verb, 554)
    const status = verb === 'EHLO' || verb === 'HELO' ? undefined : enhanced // rfc2034-4-02
    const reply = lastLine(status === undefined ? { code, lines } : { code, enhanced: status, lines })
    expect(attempt(verb, phase)).toEqual({ reply, next })
  })

  test('every reply that it names is 503, 521 or 554', () => {
    const codes = refused.map(([verb, , reason]) => refusalReply(reason, verb, 554).code)
    expect(new Set(codes)).toEqual(new Set([503, 554]))
    expect(refusalReply('session refused', 'MAIL', 521).code).toBe(521)
  })
})

describe('demands', () => {
  test.each(verbs)('%s waits for TLS and for a user where it should', (verb) => {
    const standing = { phase: 'identified', tlsMissing: true, userMissing: true } as const
    expect(refusal(verb, standing) === 'TLS first').toBe(demands[verb].tls)
    expect(refusal(verb, { ...standing, tlsMissing: false }) === 'AUTH first').toBe(demands[verb].user)
  })

  test('what a client can mend first is told first', () => {
    const greeted = { phase: 'greeted', tlsMissing: true, userMissing: true } as const
    expect(refusal('MAIL', greeted)).toBe('TLS first')
    expect(refusal('MAIL', { ...greeted, tlsMissing: false })).toBe('EHLO first')
    expect(refusal('MAIL', { ...greeted, phase: 'refused' })).toBe('session refused')
  })
})
