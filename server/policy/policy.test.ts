import { describe, expect, test } from 'vitest'
import { failureDelay, mayActFor, sameName } from './authentication.ts'
import { forwardPath, reversePath, settingsWith, stranger } from './fixture.ts'
import { mayListen, openRelay } from './openrelay.ts'
import { createPolicy } from './policy.ts'
import { submitterOf } from './senders.ts'
import type { PolicyRuling } from './ruling.ts'
import type { RecipientRuling } from './recipients.ts'

const shown = (ruling: PolicyRuling | RecipientRuling): string =>
  ruling.kind === 'granted' ? 'granted' : `${ruling.reply.code} ${ruling.reply.enhanced ?? ruling.cause}`

const closed = { authentication: { methods: ['PLAIN' as const] } }

describe('who lives here', () => {
  const policy = createPolicy(settingsWith({ ...closed, subaddressSeparator: '+' }))
  test.each([
    ['alice@here.example', 'granted'],
    ['ALICE@HERE.Example', 'granted'],
    ['"alice"@here.example', 'granted'],
    [String.raw`"al\ice"@here.example`, 'granted'],
    ['alice@also.example', 'granted'],
    ['alice@mx.here.example', 'granted'],
    ['alice@[192.0.2.25]', 'granted'],
    ['alice@[127.0.0.1]', 'granted'],
    ['alice.example@also.example', 'granted'],
    ['wonder@also.example', 'granted'],
    ['wonder@here.example', '550 5.1.1'],
    // An address in quotes is a local part, and nobody's.
    ['"wonder@also.example"@here.example', '550 5.1.1'],
    ['"press@also.example"@also.example', '550 5.1.1'],
    ['"alice@elsewhere.example"@here.example', '550 5.1.1'],
    ['alice+news@here.example', 'granted'],
    ['alice+a+b@here.example', 'granted'],
    ['+alice@here.example', '550 5.1.1'],
    ['nobody+alice@here.example', '550 5.1.1'],
    ['sales@here.example', 'granted'],
    ['press@also.example', 'granted'],
    ['press@here.example', '550 5.1.1'],
    ['staff@here.example', 'granted'],
    ['nobody@here.example', '550 5.1.1'],
    ['postmaster', 'granted'],
    ['PostMaster', 'granted'],
    ['postmaster@here.example', 'granted'],
    ['POSTMASTER@also.example', 'granted'],
    ['"Postmaster"@mx.here.example', 'granted'],
    ['postmaster@[192.0.2.25]', 'granted'],
    ['Abuse@also.example', 'granted'],
    ['abuse@there.example', '550 5.7.1'],
    ['staff-request@here.example', 'granted'],
    ['STAFF-Request@also.example', 'granted'],
    ['sales-request@here.example', '550 5.1.1'],
    ['postmaster@there.example', '550 5.7.1'],
    ['alice@elsewhere.example', '550 5.7.1'],
    ['anybody@backup.example', 'granted'],
    ['alice@below.here.example', '550 5.7.1'],
  ])('a stranger writes to %s: %s', (address, expected) => {
    expect(shown(policy.ruleRecipient(stranger, forwardPath(address)))).toBe(expected)
  })

  test('without a separator a plus sign is a character like any other', () => {
    const plain = createPolicy(settingsWith(closed))
    expect(shown(plain.ruleRecipient(stranger, forwardPath('alice+news@here.example')))).toBe('550 5.1.1')
  })

  test.each(['b\u00fccher.example', 'B\u00dcCHER.example', 'xn--bcher-kva.example'])(
    'a domain with U-labels is the same as with A-labels: %s',
    (domain) => {
      for (const written of ['b\u00fccher.example', 'xn--bcher-kva.example']) {
        const policy2 = createPolicy(settingsWith({ ...closed, incoming: { allowed: true, domains: [written] } }))
        expect(shown(policy2.ruleRecipient(stranger, forwardPath(`bob@${domain}`)))).toBe('granted')
      }
    },
  )

  test('mail for a name without a dot is not taken from our own users', () => {
    const alice = { ...stranger, user: 'alice', role: 'submission' } as const
    expect(shown(policy.ruleRecipient(alice, forwardPath('carol@there')))).toBe('554 5.1.2')
    expect(shown(policy.ruleRecipient(alice, forwardPath('carol@there.example')))).toBe('granted')
    const loose = createPolicy(settingsWith({ ...closed, submission: { senderMustBeOwn: false } }))
    expect(shown(loose.ruleSender(alice, reversePath('alice@there')))).toBe('554 5.1.8')
    expect(shown(loose.ruleSender(alice, reversePath('alice@there.example')))).toBe('granted')
    expect(shown(loose.ruleSender(stranger, reversePath('alice@there')))).toBe('granted')
  })
})

describe('MAIL', () => {
  const settings = settingsWith({
    ...closed,
    subaddressSeparator: '+',
    refusals: { senders: ['mallory@there.example', 'spam.example', '.worse.example', '@worst.example'] },
  })
  const policy = createPolicy(settings)
  const alice = { ...stranger, user: 'alice' } as const
  test.each([
    ['', 'granted'],
    ['carol@there.example', 'granted'],
    // rfc2505-2.6.2-01
    ['alice@here.example', 'granted'],
    ['mallory@there.example', '550 5.7.1'],
    ['MALLORY@There.example', '550 5.7.1'],
    ['anybody@spam.example', '550 5.7.1'],
    ['anybody@below.spam.example', 'granted'],
    ['anybody@below.worse.example', '550 5.7.1'],
    ['anybody@worse.example', 'granted'],
    ['anybody@worst.example', '550 5.7.1'],
    ['anybody@notspam.example', 'granted'],
  ])('from a stranger as <%s>: %s', (address, expected) => {
    expect(shown(policy.ruleSender(stranger, reversePath(address)))).toBe(expected)
  })

  test.each([
    ['', 'granted'],
    ['alice@here.example', 'granted'],
    ['Alice@also.example', 'granted'],
    ['alice@mx.here.example', 'granted'],
    ['alice+news@here.example', 'granted'],
    ['alice.example@here.example', 'granted'],
    ['wonder@also.example', 'granted'],
    ['alice@elsewhere.example', 'granted'],
    ['sales@here.example', 'granted'],
    ['bob@here.example', '550 5.7.1'],
    ['press@also.example', '550 5.7.1'],
    ['staff@here.example', '550 5.7.1'],
    ['nobody@here.example', '550 5.7.1'],
    ['postmaster@here.example', '550 5.7.1'],
    ['alice@there.example', '550 5.7.1'],
    ['wonder@elsewhere.example', '550 5.7.1'],
    ['alice@alice.example', '550 5.7.1'],
    ['"alice@here.example"@there.example', '550 5.7.1'],
  ])('from alice as <%s>: %s', (address, expected) => {
    expect(shown(policy.ruleSender(alice, reversePath(address)))).toBe(expected)
  })

  test('from alice as anybody, where that is allowed', () => {
    const free = createPolicy(settingsWith({ ...closed, submission: { senderMustBeOwn: false } }))
    expect(shown(free.ruleSender(alice, reversePath('bob@here.example')))).toBe('granted')
  })

  test.each([
    ['alice@here.example', true, 'alice@here.example'],
    ['<>', true, '<>'],
    ['alice@here.example', false, '<>'],
    [undefined, true, undefined],
    [undefined, false, undefined],
  ])('AUTH=%s from an insider (%s) is taken as %s', (auth, insider, expected) => {
    expect(submitterOf(auth === undefined ? {} : { auth }, insider)).toBe(expected)
  })
})

describe('the connection', () => {
  const settings = settingsWith({
    relay: { trustedHosts: ['198.51.100.0/24'] },
    refusals: { hosts: ['203.0.113.66'] },
    limits: { connections: 10, connectionsPerHost: 2 },
  })
  const quiet = { connections: 1, fromThisHost: 1, tooFast: false }
  const trusted = '198.51.100.1'
  test.each([
    ['203.0.113.9', quiet, 'granted', false],
    ['203.0.113.66', quiet, '554 host-refused', false],
    ['203.0.113.9', { ...quiet, connections: 10 }, 'granted', false],
    ['203.0.113.9', { ...quiet, connections: 11 }, '421 too-many-connections', true],
    ['203.0.113.9', { ...quiet, fromThisHost: 2 }, 'granted', false],
    ['203.0.113.9', { ...quiet, fromThisHost: 3 }, '421 too-many-connections-from-host', true],
    ['203.0.113.9', { ...quiet, tooFast: true }, '421 connecting-too-fast', true],
    [trusted, { ...quiet, fromThisHost: 9, tooFast: true }, 'granted', false],
    [trusted, { ...quiet, connections: 11 }, '421 too-many-connections', true],
  ])('from %s with %j: %s, closing %s', (address, load, expected, close) => {
    const ruling = createPolicy(settings).ruleConnection({ ...stranger, address }, load)
    expect(shown(ruling)).toBe(expected)
    expect(ruling.kind === 'refused' && ruling.close === true).toBe(close)
  })

  test('a host that takes no mail says so to servers, not to users (RFC 7504, RFC 6409 §7)', () => {
    const policy = createPolicy(settingsWith({ refusals: { noMail: true } }))
    expect(shown(policy.ruleConnection(stranger, quiet))).toBe('521 no-mail-here')
    expect(shown(policy.ruleConnection({ ...stranger, role: 'submission' }, quiet))).toBe('granted')
  })
})

describe('an open relay', () => {
  test.each([
    [[], [], true],
    [['PLAIN' as const], [], false],
    [[], ['192.0.2.1'], false],
    [[], ['not a network'], false],
    [['PLAIN' as const], ['0.0.0.0/0'], true],
  ])('methods %j and trusted hosts %j make one: %s', (methods, trustedHosts, expected) => {
    expect(openRelay(settingsWith({ authentication: { methods }, relay: { trustedHosts } }))).toBe(expected)
  })

  test.each([
    ['127.0.0.1', false, 'ok'],
    ['127.8.9.10', false, 'ok'],
    ['::1', false, 'ok'],
    ['0.0.0.0', false, 'refusal'],
    ['::', false, 'refusal'],
    ['192.0.2.1', false, 'refusal'],
    ['2001:db8::1', false, 'refusal'],
    ['0.0.0.0', true, 'ok'],
  ])('on %s, acknowledged %s: %s', (address, acknowledgeOpenRelay, expected) => {
    expect(mayListen(settingsWith({ relay: { acknowledgeOpenRelay } }), address).kind).toBe(expected)
  })

  test('a closed server listens where it likes', () => {
    expect(mayListen(settingsWith(closed), '0.0.0.0').kind).toBe('ok')
  })
})

describe('authentication', () => {
  test.each([
    ['submission', false, closed, true],
    ['submissions', false, closed, true],
    ['submission', true, closed, false],
    ['relay', false, closed, false],
    ['submission', false, { relay: { acknowledgeOpenRelay: true } }, false],
  ] as const)('is required at the %s door, host trusted %s: %s', (role, trusted, changes, expected) => {
    const trustedHosts = trusted ? [stranger.address] : []
    const settings = settingsWith({ ...changes, relay: { ...('relay' in changes ? changes.relay : {}), trustedHosts } })
    expect(createPolicy(settings).requiresAuthentication({ ...stranger, role })).toBe(expected)
  })

  test.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [7, 60_000],
    [1000, 60_000],
  ])('the %ith failure waits %i ms', (failures, expected) => {
    expect(failureDelay(settingsWith(), failures)).toBe(expected)
  })

  test.each([
    ['alice', '', true],
    ['alice', 'alice', true],
    ['alice', 'Alice', true],
    ['alice', 'bob', false],
    ['alice', 'alice@here.example', false],
  ])('%s may act for %j: %s', (name, actFor, expected) => {
    expect(mayActFor(name, actFor)).toBe(expected)
  })

  test('names are the same once prepared, and nothing is the same as what cannot be', () => {
    expect(sameName('\u00fcb', 'u\u0308b')).toBe(true)
    expect(sameName('', '')).toBe(false)
  })
})
