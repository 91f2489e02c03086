import { describe, expect, test } from 'vitest'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import { settingsSchema } from '../settings/schema.ts'
import { selects } from './address.ts'
import { days, deferred, envelope, failed, hours, minutes, recipient, relayed, start } from './fixture.ts'
import { decide, decideState, decideWaiting } from './settle.ts'
import type { Circumstances } from './settle.ts'

const waits = settingsSchema.parse({}).queue

const circumstances = (more: Partial<Circumstances> = {}): Circumstances => {
  let names = 0
  return { waits, now: start, unique: () => `n${++names}`, removing: new Set(), canCopy: true, ...more }
}

const one = (outcome: Outcome, about: Partial<Recipient> = {}, more: Partial<Circumstances> = {}) => {
  const before = recipient('r1', 'bob@there.example', about)
  return decide(envelope('e1', [before]), [{ recipient: 'r1', outcome }], circumstances(more))
}

describe('what an outcome comes to', () => {
  test.each<[string, Outcome, Partial<Recipient>, Partial<Circumstances>, string, string | undefined, string]>([
    ['delivered', { kind: 'delivered' }, {}, {}, 'delivered', 'delivered', 'recipient-delivered'],
    ['relayed, duty passed on', relayed(true), {}, {}, 'relayed', undefined, 'recipient-relayed'],
    ['relayed, duty stays here', relayed(false), {}, {}, 'relayed', 'relayed', 'recipient-relayed'],
    ['failed', failed, {}, {}, 'failed', 'failed', 'recipient-failed'],
    ['deferred', deferred(), {}, {}, 'queued', undefined, 'recipient-deferred'],
    ['deferred, warning due', deferred(), {}, { now: start + hours(4) }, 'queued', 'delayed', 'recipient-deferred'],
    [
      'deferred, warned before',
      deferred(),
      { delayToldAt: start },
      { now: start + hours(4) },
      'queued',
      undefined,
      'recipient-deferred',
    ],
    ['deferred at the end', deferred(), {}, { now: start + days(5) }, 'expired', 'failed', 'recipient-expired'],
    ['deferred while held', deferred(), { state: 'held' }, {}, 'held', undefined, 'recipient-deferred'],
    [
      'delivered while held',
      { kind: 'delivered' },
      { state: 'held' },
      {},
      'delivered',
      'delivered',
      'recipient-delivered',
    ],
    [
      'deferred while being removed',
      deferred(),
      {},
      { removing: new Set(['r1']) },
      'removed',
      undefined,
      'recipient-removed',
    ],
    [
      'failed while being removed',
      failed,
      {},
      { removing: new Set(['r1']) },
      'removed',
      undefined,
      'recipient-removed',
    ],
    [
      'an alias',
      { kind: 'expanded', into: ['carol@there.example'] },
      {},
      {},
      'expanded',
      'expanded',
      'recipient-expanded',
    ],
    [
      'a list',
      { kind: 'expanded', into: ['carol@there.example'], listOwner: 'owner@here.example' },
      {},
      {},
      'expanded',
      'delivered',
      'recipient-expanded',
    ],
    [
      'a list whose copies cannot be stored now',
      { kind: 'expanded', into: ['carol@there.example'], listOwner: 'owner@here.example' },
      {},
      { canCopy: false },
      'queued',
      undefined,
      'recipient-deferred',
    ],
    [
      'the end of a chain that is too long',
      { kind: 'expanded', into: ['carol@there.example'] },
      { expandedFrom: Array.from({ length: 10 }, (_, index) => `x${index}`) },
      {},
      'failed',
      'failed',
      'recipient-failed',
    ],
  ])('%s', (_, outcome, about, more, state, cause, event) => {
    const decision = one(outcome, about, more)
    expect(decision.changed[0]).toMatchObject({ id: 'r1', state, attempts: 1 })
    expect(decision.told[0]?.cause).toBe(cause)
    expect(decision.events.map((telling) => telling.event)).toEqual([event])
    expect(decision.attempted).toEqual(['r1'])
  })

  test('a deferral keeps its trouble and counts the attempt', () => {
    const { changed } = one(deferred('host'), { attempts: 1 }, { now: start + minutes(31) })
    expect(changed[0]).toMatchObject({ attempts: 2, dueAt: start + minutes(61), trouble: { radius: 'host' } })
  })

  test('a loop is told as a failure with 5.4.6', () => {
    const chain = Array.from({ length: 10 }, (_, index) => `x${index}`)
    const { told } = one({ kind: 'expanded', into: ['x@here.example'] }, { expandedFrom: chain })
    expect(told[0]?.outcome).toMatchObject({ kind: 'failed', trouble: { status: '5.4.6' } })
  })

  test('a recipient that has ended ends once', () => {
    expect(one(failed, { state: 'removed' }).changed).toEqual([])
  })

  test('results of recipients that are not there count for nothing', () => {
    const decision = decide(
      envelope('e1', ['bob@there.example']),
      [{ recipient: 'x', outcome: failed }],
      circumstances(),
    )
    expect(decision.changed).toEqual([])
  })
})

describe('an alias', () => {
  const originalRecipient = { type: 'rfc822', address: 'Team@here.example' }
  const expand = (into: readonly string[], notify: Recipient['notify'], others: readonly Recipient[] = []) => {
    const alias = recipient('r1', 'team@here.example', { originalRecipient, ...(notify !== undefined && { notify }) })
    const outcome = { kind: 'expanded', into } as const
    return decide(envelope('e1', [alias, ...others]), [{ recipient: 'r1', outcome }], circumstances()).changed.slice(1)
  }

  test.each<[string, readonly string[], Recipient['notify'], Recipient['notify']]>([
    ['one target inherits all', ['bob@there.example'], ['success', 'failure'], ['success', 'failure']],
    ['several lose SUCCESS', ['bob@there.example', 'carol@there.example'], ['success', 'failure'], ['failure']],
    [
      'several with SUCCESS alone want nothing more',
      ['bob@there.example', 'carol@there.example'],
      ['success'],
      'never',
    ],
    ['NEVER stays', ['bob@there.example', 'carol@there.example'], 'never', 'never'],
    ['nothing stays nothing', ['bob@there.example', 'carol@there.example'], undefined, undefined],
  ])('NOTIFY: %s', (_, into, notify, expected) => {
    const targets = expand(into, notify)
    expect(targets.map((target) => target.address)).toEqual(into)
    for (const target of targets) {
      expect(target.notify).toEqual(expected)
      expect(target).toMatchObject({ originalRecipient, expandedFrom: ['r1'], state: 'queued', attempts: 0 })
    }
  })

  test.each<[string, Recipient, number]>([
    ['waiting', recipient('r2', 'bob@THERE.example'), 0],
    ['held', recipient('r2', 'bob@there.example', { state: 'held' }), 0],
    ['delivered', recipient('r2', 'bob@there.example', { state: 'delivered' }), 0],
    ['failed', recipient('r2', 'bob@there.example', { state: 'failed' }), 1],
    ['another local-part', recipient('r2', 'Bob@there.example'), 1],
  ])('adds nobody twice: %s', (_, other, count) => {
    expect(expand(['bob@there.example', 'bob@there.example'], undefined, [other])).toHaveLength(count)
  })

  test('may name itself, to be judged anew', () => {
    expect(expand(['team@here.example'], undefined)).toMatchObject([
      { address: 'team@here.example', expandedFrom: ['r1'] },
    ])
  })
})

const expandedList = (about: Partial<Envelope>) => {
  const list = recipient('r1', 'list@here.example', { notify: ['success'] })
  const outcome = {
    kind: 'expanded',
    into: ['alice@here.example', 'bob@there.example'],
    listOwner: 'owner@here.example',
  } as const
  return decide(envelope('e1', [list], about), [{ recipient: 'r1', outcome }], circumstances()).copies[0]
}

describe('a mailing list', () => {
  test('writes to its members in the name of its owner, with nothing of the sender’s wishes', () => {
    const copy = expandedList({
      return: 'HDRS',
      envelopeId: 'QQ',
      submitter: 'alice',
      body: '8BITMIME',
      smtputf8: true,
    })
    expect(copy).toMatchObject({ reversePath: 'owner@here.example', kind: 'message', body: '8BITMIME', smtputf8: true })
    expect(copy?.origin.role).toBe('internal')
    expect(copy).not.toHaveProperty('return')
    expect(copy).not.toHaveProperty('envelopeId')
    expect(copy).not.toHaveProperty('submitter')
    expect(copy?.recipients.map(({ address }) => address)).toEqual(['alice@here.example', 'bob@there.example'])
    for (const member of copy?.recipients ?? []) {
      expect(member).not.toHaveProperty('notify')
      expect(member).not.toHaveProperty('originalRecipient')
      expect(member.expandedFrom).toEqual(['r1'])
    }
  })

  test('keeps a null reverse-path, so that nobody is told of its failures', () => {
    expect(expandedList({ reversePath: '', kind: 'notification' })).toMatchObject({
      reversePath: '',
      kind: 'notification',
    })
  })
})

describe('the end of waiting', () => {
  const trouble = { status: '4.4.1', reason: 'No answer.' }
  test('gives up or warns those that still wait', () => {
    const about = envelope('e1', [
      recipient('r1', 'bob@there.example'),
      recipient('r2', 'carol@there.example', { trouble: { status: '4.2.2', reason: 'Full.' } }),
      recipient('r3', 'dave@there.example', { state: 'delivered' }),
      recipient('r4', 'erin@there.example', { delayToldAt: start }),
    ])
    const due = new Map([
      ['r1', { what: 'expiry', trouble } as const],
      ['r2', { what: 'warning', trouble } as const],
      ['r3', { what: 'expiry', trouble } as const],
      ['r4', { what: 'warning', trouble } as const],
    ])
    const { changed, told } = decideWaiting(about, due, start + 5)
    expect(changed).toMatchObject([
      { id: 'r1', state: 'expired', trouble: { status: '4.4.1' } },
      { id: 'r2', state: 'queued', delayToldAt: start + 5 },
    ])
    expect(told.map(({ cause, outcome }) => [cause, outcome.kind === 'deferred' && outcome.trouble.status])).toEqual([
      ['failed', '4.4.1'],
      ['delayed', '4.2.2'],
    ])
  })
})

describe('selections', () => {
  test.each([
    [{}, 'bob@there.example', true],
    [{ recipient: 'bob@THERE.example' }, 'bob@there.example', true],
    [{ recipient: 'Bob@there.example' }, 'bob@there.example', false],
    [{ recipient: 'Postmaster' }, 'postmaster', true],
  ])('%o and %s: %s', (selection, address, expected) => {
    expect(selects(selection)({ address })).toBe(expected)
  })
})

describe('the operator', () => {
  test.each([
    ['held', 77],
    ['queued', start],
    ['removed', 77],
  ] as const)('%s: only a release makes it due now', (state, dueAt) => {
    const before = recipient('r1', 'bob@there.example', { dueAt: 77 })
    const { recipient: after } = decideState(before, { state, event: 'recipient-held' }, start)
    expect(after).toMatchObject({ state, dueAt })
  })
})

describe('a list at the end of a chain', () => {
  test.each([
    [9, 'expanded'],
    [10, 'failed'],
  ])('of %i addresses is %s', (length, state) => {
    const chain = Array.from({ length }, (_, index) => `x${index}`)
    const list = { kind: 'expanded', into: ['carol@here.example'], listOwner: 'owner@here.example' } as const
    const { changed } = one(list, { expandedFrom: chain })
    expect(changed[0]?.state).toBe(state)
  })
})
