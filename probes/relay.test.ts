import { describe, expect, test } from 'vitest'
import { openScene } from '../simulators/scene.ts'
import { relayProbes, relaySessions } from './relay-probes.ts'
import type { RelayProbe, RelaySession } from './relay-probes.ts'
import { commandsOf, fillIn, makeProbes } from './relay.ts'
import type { Attempt, Outcome } from './relay.ts'
import { verdictOf, verdictText } from './verdict.ts'
import type { Finds } from './verdict.ts'

const names = { ext: 'there.example', eu: 'bob', ext2: 'elsewhere.example', su: 'mallory', host: 'mail.here.example' }
const probe = (number: number): RelayProbe => {
  const found = relayProbes.find(({ id }) => id.endsWith(`-${number}`))
  if (found === undefined) throw new Error(`no probe ${number}`)
  return found
}
const session = (name: string): RelaySession => {
  const found = relaySessions.find((kind) => kind.name === name)
  if (found === undefined) throw new Error(`no session ${name}`)
  return found
}

test.each([
  ['<{eu}@{ext}>', '<bob@there.example>'],
  ['<{eu}@{EXT}>', '<bob@THERE.EXAMPLE>'],
  ['<{lu}@{ld}>', undefined],
  ['plain', 'plain'],
])('%s is filled in: %s', (template, expected) => {
  expect(fillIn(template, names)).toBe(expected)
})

test('a recipient that is not ASCII asks for SMTPUTF8', () => {
  expect(commandsOf(probe(66), session('a session each'), names)?.mail).toMatch(/ SMTPUTF8$/)
})

/** Takes everything from everybody: the simulated mail exchanger. */
describe('against a server that takes everything', () => {
  test.each(['one session with RSET between', 'a session each', 'pipelined', 'BDAT', 'after a recipient here'])(
    'in sessions of the kind %s a probe goes all the way',
    async (kind) => {
      await using scene = await openScene()
      const far = await scene.exchanger('mx1.there.example')
      const probes = [probe(22), probe(34), probe(44)]
      const attempts = await makeProbes({
        probes,
        session: session(kind),
        names: { ...names, ld: 'here.example', lu: 'alice' },
        dial: () => scene.connect({ host: far.address, port: far.port }),
        token: ({ id }) => `token-${id}`,
      })
      expect(attempts.map(({ outcome }) => outcome.kind)).toEqual(['accepted', 'accepted', 'accepted'])
      expect(far.received.map(({ content }) => Buffer.from(content).toString().split('\r\n')[0])).toEqual(
        probes.map(({ id }) => `Subject: token-${id}`),
      )
    },
  )
})

test('who closes or refuses is told with the stage, and the next probe is made all the same', async () => {
  await using scene = await openScene()
  const far = await scene.exchanger('mx1.there.example')
  far.declare({ at: 'MAIL', misbehaviour: { do: 'disconnect' }, times: 1 })
  far.declare({ at: 'RCPT', misbehaviour: { do: 'reply', lines: ['454 4.7.1 Relay access denied'] }, times: 1 })
  far.declare({ at: 'DATA', misbehaviour: { do: 'reply', lines: ['554 5.7.1 no'] }, times: 1 })
  const attempts = await makeProbes({
    probes: [probe(22), probe(44), probe(33)],
    session: session('one session with RSET between'),
    names,
    dial: () => scene.connect({ host: far.address, port: far.port }),
    token: ({ id }) => id,
  })
  expect(attempts.map(({ outcome }) => [outcome.kind, outcome.kind === 'accepted' ? '' : outcome.stage])).toEqual([
    ['ended', 'MAIL'],
    ['deferred', 'RCPT'],
    ['refused', 'DATA'],
  ])
})

const nothing: Finds = { delivered: [], here: false, notified: false, queued: false }
const attempt = (number: number, outcome: Outcome, kind = 'a session each'): Attempt => ({
  probe: probe(number),
  session: session(kind),
  token: 't',
  sender: '<>',
  recipient: '<bob@there.example>',
  outcome,
})

describe('the ladder', () => {
  const accepted: Outcome = { kind: 'accepted', reply: '250 ok' }
  const refused: Outcome = { kind: 'refused', stage: 'RCPT', reply: '550 no' }
  const deferred: Outcome = { kind: 'deferred', stage: 'RCPT', reply: '454 no' }
  const ended: Outcome = { kind: 'ended', stage: 'MAIL', reply: 'closed' }

  test.each<readonly [string, Attempt, Finds | undefined, string, boolean, boolean]>([
    ['refused', attempt(22, refused), nothing, 'refused', false, false],
    ['deferred', attempt(22, deferred), nothing, 'deferred', false, false],
    ['closed', attempt(22, ended), nothing, 'refused', false, false],
    ['notified', attempt(22, accepted), { ...nothing, notified: true }, 'accepted, then notified', true, false],
    ['queued', attempt(22, accepted), { ...nothing, queued: true }, 'accepted, then queued', true, false],
    ['dropped', attempt(22, accepted), nothing, 'accepted, then dropped', true, false],
    ['delivered', attempt(22, accepted), { ...nothing, delivered: ['mx1'] }, 'delivered', true, false],
    ['delivered although refused', attempt(22, refused), { ...nothing, delivered: ['mx1'] }, 'delivered', true, false],
    ['nobody can look', attempt(22, accepted), undefined, 'accepted', true, false],
    ['a mailbox here got it', attempt(22, accepted), { ...nothing, here: true }, 'taken here', false, false],
    [
      'the copy of its company proves nothing',
      attempt(22, accepted, 'after a recipient here'),
      { ...nothing, here: true },
      'accepted, then dropped',
      true,
      false,
    ],
    ['ours, taken', attempt(81, accepted), { ...nothing, here: true }, 'taken here', false, false],
    ['ours, refused', attempt(81, refused), nothing, 'refused', false, true],
    ['ours, sent away', attempt(81, accepted), { ...nothing, delivered: ['mx1'] }, 'delivered', true, false],
    ['ours, lost', attempt(81, accepted), nothing, 'accepted, then dropped', true, false],
    ['an alias that leads away', attempt(93, accepted), { ...nothing, delivered: ['mx1'] }, 'delivered', false, false],
  ])('%s', (_name, made, finds, rung, breach, withheld) => {
    expect(verdictOf(made, finds)).toMatchObject({ rung, breach, withheld })
  })

  test('in words', () => {
    expect(verdictText(verdictOf(attempt(22, refused), nothing))).toBe(
      'ok       relay-probe-22 <> → <bob@there.example>: refused@RCPT 550 no',
    )
  })
})
