import { describe, expect, test } from 'vitest'
import { createPolicy } from './policy.ts'
import { forwardPath, settingsWith, stranger } from './fixture.ts'
import type { Client } from './client.ts'

/**
 * The whole truth table of DESIGN §8: (methods on or off) × (trusted hosts set or unset) × (stranger, trusted,
 * authenticated, failed) × (local, backup, remote), with incoming mail allowed or not, at the relay door and the users'.
 */
const trustedNetwork = '198.51.100.0/24'
const clients: Readonly<Record<string, Client>> = {
  stranger,
  // A wrong password leaves a client what it was.
  failed: stranger,
  trusted: { ...stranger, address: '198.51.100.7' },
  authenticated: { ...stranger, user: 'alice' },
}
const recipients = { local: 'bob@here.example', backup: 'dave@backup.example', remote: 'carol@there.example' } as const

interface Row {
  readonly methods: boolean
  readonly trust: boolean
  readonly incoming: boolean
  readonly submission: boolean
  readonly who: 'stranger' | 'failed' | 'trusted' | 'authenticated'
  readonly where: keyof typeof recipients
}

const both = [true, false] as const
const table: readonly Row[] = both.flatMap((methods) =>
  both.flatMap((trust) =>
    both.flatMap((incoming) =>
      both.flatMap((submission) =>
        (['stranger', 'failed', 'trusted', 'authenticated'] as const)
          // Nobody can authenticate where there is no method.
          .filter((who) => methods || (who !== 'authenticated' && who !== 'failed'))
          .flatMap((who) =>
            (['local', 'backup', 'remote'] as const).map((where) => ({
              methods,
              trust,
              incoming,
              submission,
              who,
              where,
            })),
          ),
      ),
    ),
  ),
)

/** The rule in the words of the issue, written a second time and another way round. */
const expected = (row: Row): string => {
  const insider = row.who === 'authenticated' || (row.who === 'trusted' && row.trust)
  const openRelay = !row.methods && !row.trust
  if (insider) return row.where === 'local' ? 'deliver' : 'relay'
  if (row.submission && !openRelay) return '530 5.7.0'
  if (row.incoming && row.where === 'local') return 'deliver'
  if (row.incoming && row.where === 'backup') return 'backup'
  if (row.where === 'local') return '550 5.7.1'
  return openRelay ? 'relay' : '550 5.7.1'
}

const ruling = (row: Row, recipient: string): string => {
  const policy = createPolicy(
    settingsWith({
      incoming: {
        allowed: row.incoming,
        domains: ['here.example', 'also.example'],
        relayDomains: ['backup.example'],
      },
      authentication: { methods: row.methods ? ['PLAIN', 'SCRAM-SHA-256'] : [] },
      relay: { trustedHosts: row.trust ? [trustedNetwork] : [], acknowledgeOpenRelay: true },
    }),
  )
  const client = { ...(clients[row.who] ?? stranger), role: row.submission ? 'submission' : 'relay' } as const
  const answer = policy.ruleRecipient(client, forwardPath(recipient))
  return answer.kind === 'granted' ? answer.passage : `${answer.reply.code} ${answer.reply.enhanced}`
}

describe('accept delivery and relay, told apart', () => {
  test('the table is whole', () => {
    expect(table).toHaveLength(2 * 2 * 2 * (4 + 2) * 3)
  })
  test.each(table)(
    'methods $methods, trusted hosts $trust, incoming $incoming, submission $submission: $who to $where',
    (row) => {
      expect(ruling(row, recipients[row.where])).toBe(expected(row))
    },
  )
})

const pairs = (rows: readonly Row[], addresses: readonly string[]) =>
  rows.flatMap((row) => addresses.map((address) => ({ row, address })))

describe('no form of an address opens a way', () => {
  /** What asks for carol elsewhere in disguise is a local part of here (rfc2505-2.1-04), and nobody has it. */
  const disguisedHere = [
    'carol%there.example@here.example',
    'there.example!carol@here.example',
    '"carol@there.example"@here.example',
    '"carol%there.example"@here.example',
    'carol%there.example%also.example@here.example',
    'carol%there.example@mx.here.example',
    'carol%there.example@[192.0.2.25]',
    '"there.example!carol"@HERE.EXAMPLE',
  ]
  const disguisedThere = [
    'carol@THERE.example',
    'bob%here.example@there.example',
    '"bob@here.example"@there.example',
    'here.example!bob@there.example',
    'bob@here.example.there.example',
    'bob@nothere.example',
    'bob@[203.0.113.1]',
    'bob@[IPv6:2001:db8::1]',
    'postmaster@there.example',
  ]
  const closed = table.filter((row) => (row.methods || row.trust) && row.incoming && !row.submission)
  const outsiders = closed.filter((row) => row.where === 'local' && expected({ ...row, where: 'remote' }) !== 'relay')
  test.each(pairs(outsiders, disguisedHere))(
    '$row.who to $address (methods $row.methods, trusted hosts $row.trust): no such user',
    ({ row, address }) => {
      expect(ruling(row, address)).toBe('550 5.1.1')
    },
  )
  test.each(pairs(outsiders, disguisedThere))(
    '$row.who to $address (methods $row.methods, trusted hosts $row.trust): relaying denied',
    ({ row, address }) => {
      expect(ruling(row, address)).toBe('550 5.7.1')
    },
  )
  test.each(disguisedHere)('nor does an insider send anything elsewhere with %s', (address) => {
    const insider = { methods: true, trust: false, incoming: true, submission: false, who: 'authenticated' } as const
    expect(ruling({ ...insider, where: 'local' }, address)).toBe('550 5.1.1')
  })

  test('a source route is ignored, and the final mailbox decides', () => {
    const policy = createPolicy(settingsWith({ relay: { trustedHosts: [trustedNetwork] } }))
    const through = (host: string, recipient: string) => {
      const path = forwardPath(recipient)
      return policy.ruleRecipient(stranger, path.kind === 'mailbox' ? { ...path, route: [host] } : path).kind
    }
    expect(through('here.example', 'carol@there.example')).toBe('refused')
    expect(through('there.example', 'bob@here.example')).toBe('granted')
  })
})

describe('an open relay that nobody acknowledged', () => {
  const policy = createPolicy(settingsWith())
  test.each([
    ['127.0.0.1', 'granted'],
    ['::1', 'granted'],
    ['192.0.2.25', 'refused'],
  ])('relays at %s: %s', (localAddress, kind) => {
    const client = { ...stranger, localAddress }
    expect(policy.ruleRecipient(client, forwardPath('carol@there.example')).kind).toBe(kind)
    expect(policy.ruleRecipient(client, forwardPath('bob@here.example')).kind).toBe('granted')
  })
})
