import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Terms } from './exchange.ts'
import { Player, protection, type Judge } from './session/fixture-player.ts'

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** What a client says, and how many replies it takes; `first` is the reply to the first line. */
interface Item {
  readonly text: string
  readonly replies: (first: string) => number
  /** What the first reply must look like, where that does not depend on the state. */
  readonly first?: RegExp
}

const one = (text: string, first?: RegExp): Item => ({
  text: `${text}\r\n`,
  replies: () => 1,
  ...(first === undefined ? {} : { first }),
})

const chunk = (octets: string, last: string): Item => ({
  text: `BDAT ${octets.length}${last}\r\n${octets}`,
  replies: () => 1,
  first: /^(?:2|4|503|530|55)/u,
})

const ehlo = one('EHLO c.example', /^(?:250|550)/u)
const mail = one('MAIL FROM:<a@c.example>', /^(?:250 2\.1\.0|4|5)/u)
const rcpt = one('RCPT TO:<b@here.example>', /^(?:250 2\.1\.5|4|5)/u)

const items: readonly Item[] = [
  ehlo,
  mail,
  rcpt,
  one('NOOP', /NOOP done/u),
  one('XYZZY', /^500 5\.5\.2/u),
  one('RSET', /RSET done/u),
  one('HELP', /^214/u),
  one('VRFY bob', /VRFY/u),
  one('HELO c.example', /^(?:250|550)/u),
  one('EHLO', /^501/u),
  one('MAIL FROM:<a@c.example> BODY=BINARYMIME', /^(?:250 2\.1\.0|4|5)/u),
  one('MAIL FROM:<a', /^501/u),
  one(`NOOP ${'x'.repeat(3000)}`, /^500/u),
  one('BDAT x', /^501/u),
  one('\0\x01\xff', /^500/u),
  chunk('QUIT\r\n', ''),
  chunk('NOOP\r\n.\r\n', ' LAST'),
  chunk('', ' LAST'),
  chunk('x'.repeat(60), ''),
  { text: 'DATA\r\nNOOP\r\n.\r\n', replies: (first) => (first.startsWith('354') ? 2 : 3), first: /^(?:354|4|5)/u },
  { text: `DATA\r\nx\n.\ny${'z'.repeat(90)}\r\n..\r\n.\r\n`, replies: (first) => (first.startsWith('354') ? 2 : 4) },
  { text: 'AUTH PLAIN\r\nAGFsaWNlAHNlY3JldA==\r\n', replies: () => 2, first: /^(?:334|503|530)/u },
  { text: 'AUTH LOGIN\r\n*\r\n', replies: () => 2 },
]

const item = fc.constantFrom(...items)
/** The usual way, so that the deeper phases are met often. */
const transaction = fc.constant([ehlo, mail, rcpt])
const conversation = fc
  .array(fc.oneof({ weight: 3, arbitrary: item.map((single) => [single]) }, { weight: 1, arbitrary: transaction }), {
    maxLength: 25,
  })
  .map((groups) => groups.flat())

/** Refuses every question whose number has `true` in the list. */
function judgeBy(refusals: readonly boolean[]): Judge {
  let asked = 0
  return (question) => {
    const refused = refusals[asked++ % Math.max(1, refusals.length)] === true
    if (!refused || question.ask === 'connection' || question.ask === 'challenge') return undefined
    return { kind: 'refused', reply: { code: 550, enhanced: '5.7.1', lines: [`${question.ask}, VRFY refused`] } }
  }
}

const terms: Partial<Terms> = {
  maximumMessageSize: 100,
  maximumTextLine: 1000,
  maximumRecipients: 2,
  maximumAuthenticationFailures: 1000,
}

/** Gives the bytes cut at the places named (each modulo the length). */
function feed(player: Player, bytes: Uint8Array, cuts: readonly number[]): void {
  player.give({ kind: 'connected' })
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.length]) {
    player.give({ kind: 'bytes', bytes: bytes.slice(from, to) })
    from = to
  }
}

const cuts = fc.array(fc.nat(10_000), { maxLength: 30 })
const refusals = fc.array(fc.boolean(), { maxLength: 12 })

describe('whatever a client sends', () => {
  test('each command has one reply, in order', () => {
    fc.assert(
      fc.property(conversation, cuts, refusals, (said, places, no) => {
        const player = new Player(terms, judgeBy(no))
        feed(player, latin1(said.map((part) => part.text).join('')), places)
        let at = 1
        for (const part of said) {
          const first = player.replies[at] ?? ''
          expect(first).toMatch(part.first ?? /^\d/u)
          at += part.replies(first)
        }
        expect(player.replies.length).toBe(at)
        expect(player.session.state.awaiting).toBe('command')
      }),
      { numRuns: 300 },
    )
  })

  test('every transaction is handed over or abandoned, once', () => {
    fc.assert(
      fc.property(conversation, cuts, refusals, fc.constantFrom('disconnected', 'timeout'), (said, places, no, end) => {
        const player = new Player(terms, judgeBy(no))
        feed(player, latin1(said.map((part) => part.text).join('')), places)
        player.give({ kind: end })
        const begun = player.replies.filter((reply) => reply.startsWith('250 2.1.0')).length
        const handedOver = player.questions.filter((question) => question.ask === 'acceptance').length
        expect(player.abandoned + handedOver).toBe(begun)
        expect(player.session.state.awaiting).toBe('nothing')
      }),
      { numRuns: 300 },
    )
  })

  test('how it is cut makes no difference, damaged or not; nothing throws, no content exceeds the limit', () => {
    const damage = fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { maxLength: 6 })
    const withTls = fc.array(fc.oneof(item, fc.constant(one('STARTTLS')), fc.constant(one('QUIT'))), { maxLength: 20 })
    fc.assert(
      fc.property(fc.oneof(conversation, withTls), damage, cuts, refusals, (said, damages, places, no) => {
        const bytes = latin1(said.map((part) => part.text).join(''))
        for (const [place, octet] of damages) if (bytes.length > 0) bytes[place % bytes.length] = octet
        const [whole, cut] = [new Player(terms, judgeBy(no)), new Player(terms, judgeBy(no))]
        feed(whole, bytes, [])
        feed(cut, bytes, places)
        expect(cut.replies).toEqual(whole.replies)
        expect(cut.questions).toEqual(whole.questions)
        expect(cut.abandoned).toBe(whole.abandoned)
        expect(cut.session.state).toEqual(whole.session.state)
        for (const content of cut.contents) expect(content.length).toBeLessThanOrEqual(100)
      }),
      { numRuns: 500 },
    )
  })

  test('random octets under any terms', () => {
    const anyTerms = fc.record({
      tlsRequired: fc.boolean(),
      authenticationRequired: fc.boolean(),
      clearTextPasswords: fc.boolean(),
      maximumErrors: fc.nat(3),
      withheld: fc.subarray(['CHUNKING', 'AUTH', 'STARTTLS', 'HELP', '8BITMIME']),
    })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), conversation, cuts, anyTerms, (noise, said, places, odd) => {
        const player = new Player({ ...terms, ...odd })
        feed(player, Uint8Array.of(...noise, ...latin1(said.map((part) => part.text).join('')), ...noise), places)
        if (player.session.state.awaiting === 'handshake') player.give({ kind: 'secured', secure: protection })
        player.give({ kind: 'shutdown' })
        player.give({ kind: 'disconnected' })
        expect(player.session.state.awaiting).toBe('nothing')
      }),
      { numRuns: 300 },
    )
  })
})
