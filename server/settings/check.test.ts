import { describe, expect, test } from 'vitest'
import { checkDocument } from './check.ts'
import type { Mistake } from './mistake.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const verifier = `SCRAM-SHA-256$4096:c2FsdA==$${key}:${key}`

function mistakesIn(document: unknown): readonly Mistake[] {
  const checked = checkDocument(document)
  return checked.kind === 'mistakes' ? checked.mistakes : []
}

function remarksIn(document: unknown): readonly string[] {
  const checked = checkDocument(document)
  return checked.kind === 'good' ? checked.remarks.map((remark) => remark.place) : ['(mistakes)']
}

describe('good settings', () => {
  test('an empty document is good: everything off', () => {
    const checked = checkDocument({})
    expect(checked).toMatchObject({ kind: 'good', document: {}, remarks: [] })
    expect(checked.kind === 'good' && checked.settings.queue.lifetime).toBe(5 * 86_400_000)
  })

  test('a whole mail service has nothing to be said about', () => {
    const document = {
      smtp: { enabled: true },
      hostName: 'mail.here.example',
      incoming: { allowed: true, domains: ['here.example', 'bücher.example'], relayDomains: ['friend.example'] },
      listeners: [
        { role: 'relay', address: '0.0.0.0', port: 25 },
        { role: 'relay', address: '::', port: 25 },
        { role: 'submission', address: '0.0.0.0', port: 587 },
        { role: 'submissions', address: '0.0.0.0', port: 465 },
      ],
      authentication: { methods: ['PLAIN', 'SCRAM-SHA-256'] },
      relay: { trustedHosts: ['192.0.2.7', '10.0.0.0/13', '2001:db8::/32'] },
      outgoing: {
        smarthost: { host: 'relay.provider.example', user: 'here', password: 'geheim' },
        nameServers: ['192.0.2.53', '127.0.0.1:5353', '[::1]:53'],
        sourceAddress: '192.0.2.1',
      },
      refusals: { hosts: ['198.51.100.0/24'], senders: ['spam.example', 'mallory@there.example'] },
      users: [
        { name: 'alice', verifier, addresses: ['a.smith', 'alice@other.example'] },
        { name: 'b ob', password: 'pass' },
      ],
      aliases: [
        { address: 'info', to: ['alice', 'carol@there.example'] },
        { address: 'sales@here.example', to: ['info', 'b ob'] },
      ],
      lists: [{ address: 'friends', owner: 'alice', members: ['alice', 'bob@there.example'] }],
      postmaster: 'alice@here.example',
      admin: { enabled: true, address: '::1' },
    }
    expect(mistakesIn(document)).toEqual([])
    expect(remarksIn(document)).toEqual([])
  })
})

describe('what the schema refuses is said in words', () => {
  test.each([
    [{ smpt: {} }, '(not a place)', 'smpt', 'There is no field of this name.', 'Did you mean "smtp"?'],
    [
      { incoming: { allow: true } },
      'true',
      'incoming.allow',
      'There is no field of this name.',
      'Did you mean "allowed"?',
    ],
    [
      { verify: { zzz: 1 } },
      '1',
      'verify.zzz',
      'There is no field of this name.',
      'Remove it; known here are "vrfy" or "expn".',
    ],
    [{ hostName: 5 }, '5', 'hostName', 'This must be a text.', 'Write it in quotes.'],
    [
      { incoming: { domains: 'here.example' } },
      '"here.example"',
      'incoming.domains',
      'This must be a list.',
      'Write it as a list, also when there is only one: [ ... ].',
    ],
    [
      { smtp: { enabled: 'yes' } },
      '"yes"',
      'smtp.enabled',
      'This must be true or false.',
      'Write true or false, without quotes.',
    ],
    [
      { listeners: [{ role: 'submision', port: 587 }] },
      '"submision"',
      'listeners[0].role',
      'This must be "relay", "submission" or "submissions".',
      'Did you mean "submission"?',
    ],
    [
      { listeners: [{ role: 'relay', port: 70_000 }] },
      '70000',
      'listeners[0].port',
      'This number must be at most 65535.',
      'Write a number that is at most 65535.',
    ],
    [
      { queue: { lifetime: '3 days' } },
      '"3 days"',
      'queue.lifetime',
      'This is not a duration.',
      'Write it so: a duration is a number and one of ms, s, m, h, d: 30s, 5m, 4h, 5d.',
    ],
    [
      { users: [{ fullName: 'Alice' }] },
      'nothing',
      'users[0].name',
      'This field must be given.',
      'Add it. It tells: The name to log in with; also the mailbox name and, at every local domain, the address.',
    ],
    [
      { aliases: [{ address: 'info', to: [] }] },
      'an empty list',
      'aliases[0].to',
      'This list must have at least 1 entry.',
      'Change the list.',
    ],
    [
      { subaddressSeparator: '++' },
      '"++"',
      'subaddressSeparator',
      'This text must have at most 1 character.',
      'Change the text.',
    ],
    [{ postmaster: null }, 'null', 'postmaster', 'This must be a text.', 'Leave the field out, or give it a value.'],
    [
      { limits: { recipients: 10.5 } },
      '10.5',
      'limits.recipients',
      'This must be a whole number.',
      'Write a whole number, without quotes or units.',
    ],
    [
      [],
      'an empty list',
      '(document)',
      'This must be a group of fields.',
      'Write the fields that belong here below it.',
    ],
    [
      { admin: { token: 'short' } },
      '(not shown)',
      'admin.token',
      'This text must have at least 16 characters.',
      'Change the text.',
    ],
  ])('%j', (document, found, place, wrong, remedy) => {
    const shown = found === '(not a place)' ? 'a group of fields' : found
    expect(mistakesIn(document)).toContainEqual({ place, found: shown, wrong, remedy })
  })
})

describe('what fields say together', () => {
  const beyond = { role: 'relay', address: '192.0.2.1', port: 25 }
  const user = { name: 'alice', verifier }
  test.each<[string, unknown, readonly string[]]>([
    ['incoming without a domain', { incoming: { allowed: true }, hostName: 'mail.here.example' }, ['incoming.domains']],
    [
      'incoming from everywhere without a host name',
      {
        incoming: { allowed: true, domains: ['here.example'] },
        listeners: [beyond],
      },
      ['hostName'],
    ],
    ['a host name that is none', { hostName: 'mail here' }, ['hostName']],
    ['an address as domain', { incoming: { domains: ['bob@here.example'] } }, ['incoming.domains[0]']],
    ['a domain with a final dot', { incoming: { domains: ['here.example.'] } }, ['incoming.domains[0]']],
    ['a domain twice', { incoming: { domains: ['here.example', 'HERE.example'] } }, ['incoming.domains[1]']],
    [
      'a domain both local and relayed',
      { incoming: { domains: ['here.example'], relayDomains: ['a.example', 'here.example'] } },
      ['incoming.relayDomains[1]'],
    ],
    [
      'a listener on a name',
      { listeners: [{ role: 'relay', address: 'localhost', port: 25 }] },
      ['listeners[0].address'],
    ],
    [
      'two listeners on one port',
      {
        listeners: [
          { role: 'relay', address: '127.0.0.1', port: 25 },
          { role: 'submission', address: '127.0.0.2', port: 25 },
          { role: 'submission', address: '127.0.0.1', port: 25 },
        ],
      },
      ['listeners[2].port'],
    ],
    [
      'two listeners on one port, one on all addresses',
      {
        listeners: [
          { role: 'relay', address: '127.0.0.1', port: 25 },
          { role: 'submission', address: '0.0.0.0', port: 25 },
        ],
      },
      ['listeners[1].port'],
    ],
    [
      'any number of listeners may let the system choose',
      {
        listeners: [
          { role: 'relay', port: 0 },
          { role: 'submission', port: 0 },
        ],
      },
      [],
    ],
    ['the API on a taken port', { admin: { enabled: true, port: 25 } }, ['admin.port']],
    ['the API beyond loopback', { admin: { address: '0.0.0.0' } }, ['admin.address']],
    [
      'networks that are none',
      { relay: { trustedHosts: ['192.0.2.0/33', 'mail', '10.0.0', '::1/129', '10.*.3.*', '*', '*.*.*.*'] } },
      Array.from({ length: 7 }, (_, index) => `relay.trustedHosts[${index}]`),
    ],
    [
      'names among the refused hosts',
      { refusals: { hosts: ['mail.example', '*.example'] } },
      ['refusals.hosts[0]', 'refusals.hosts[1]'],
    ],
    [
      'a new address that is none or many',
      { users: [{ name: 'alice' }], aliases: [{ address: 'info', to: ['alice', 'bob@there.example'], moved: 'told' }] },
      ['aliases[0].moved'],
    ],
    [
      'refusals that are none',
      { refusals: { hosts: ['x y'], senders: ['a b'] } },
      ['refusals.hosts[0]', 'refusals.senders[0]'],
    ],
    [
      'a DNS server by name, a source that is no address',
      { outgoing: { nameServers: ['dns.example'], sourceAddress: '::1' } },
      ['outgoing.nameServers[0]', 'outgoing.sourceAddress'],
    ],
    [
      'a smarthost that is the server itself',
      { hostName: 'mail.here.example', outgoing: { smarthost: { host: 'MAIL.here.example', port: 25 } } },
      ['outgoing.smarthost.host'],
    ],
    [
      'a smarthost on localhost, our own port',
      { outgoing: { smarthost: { host: 'localhost', port: 25 } } },
      ['outgoing.smarthost.host'],
    ],
    ['a smarthost on another port of this machine', { outgoing: { smarthost: { host: '127.0.0.1', port: 26 } } }, []],
    [
      'half the credentials of a smarthost',
      { outgoing: { smarthost: { host: 'relay.example', user: 'x' } } },
      ['outgoing.smarthost.password'],
    ],
    [
      'a POP and IMAP service that is nowhere, on the port of SMTP',
      { mailboxes: { lmtp: { host: 'a b', port: 25 } } },
      ['mailboxes.lmtp.host', 'mailboxes.lmtp.port'],
    ],
    [
      'a POP and IMAP service where the server itself listens',
      {
        hostName: 'mail.here.example',
        listeners: [{ role: 'relay', address: '0.0.0.0', port: 24 }],
        mailboxes: { lmtp: { host: 'localhost' } },
      },
      ['mailboxes.lmtp.port'],
    ],
    ['a POP and IMAP service on this machine', { mailboxes: { lmtp: { host: '127.0.0.1' } } }, []],
    ['two users of one name', { users: [user, { name: 'Alice', verifier }] }, ['users[1].name']],
    [
      'an alias over a user, a list over an address',
      {
        users: [{ ...user, addresses: ['friends@here.example'] }],
        aliases: [{ address: 'alice', to: ['bob@there.example'] }],
        lists: [{ address: 'Friends@here.example', owner: 'alice', members: ['alice'] }],
      },
      ['aliases[0].address', 'lists[0].address'],
    ],
    ['a user with a domain', { users: [{ name: 'alice@here.example', verifier }] }, ['users[0].name']],
    ['a user named like a folder', { users: [{ name: '../etc', verifier }] }, ['users[0].name']],
    [
      'an address that is none',
      { users: [{ ...user, addresses: ['a b', 'x@@y'] }] },
      ['users[0].addresses[0]', 'users[0].addresses[1]'],
    ],
    [
      'targets that nobody has',
      {
        incoming: { domains: ['here.example'] },
        users: [user],
        aliases: [{ address: 'info', to: ['alice', 'alcie', 'nobody@here.example', 'bob@there.example'] }],
        lists: [{ address: 'friends', owner: 'zoe', members: ['yan'] }],
        postmaster: 'xenia',
      },
      ['aliases[0].to[1]', 'aliases[0].to[2]', 'lists[0].owner', 'lists[0].members[0]', 'postmaster'],
    ],
    [
      'aliases in a circle',
      {
        aliases: [
          { address: 'a', to: ['b'] },
          { address: 'b', to: ['a'] },
        ],
      },
      ['aliases[0].to', 'aliases[1].to'],
    ],
    ['a method twice', { authentication: { methods: ['PLAIN', 'PLAIN'] } }, ['authentication.methods[1]']],
    ['a verifier that is none', { users: [{ name: 'alice', verifier: 'secret' }] }, ['users[0].verifier']],
    ['a password that nobody can type', { users: [{ name: 'alice', password: 'a\u0000b' }] }, ['users[0].password']],
    ['a certificate without a key', { tls: { certificate: 'c.pem' } }, ['tls.key']],
    ['a key without a certificate', { tls: { key: 'k.pem' } }, ['tls.certificate']],
    [
      'TLS demanded but not offered',
      { listeners: [{ role: 'submission', port: 587 }], tls: { offered: false } },
      ['tls.requiredOnSubmission'],
    ],
    [
      'TLS demanded of other servers but not offered',
      { tls: { offered: false, requiredOnRelay: true } },
      ['tls.requiredOnRelay'],
    ],
    ['no wait between attempts', { queue: { retryAfter: ['1m', '0s'] } }, ['queue.retryAfter[1]']],
    ['no lifetime', { queue: { lifetime: '0s', delayWarning: '0s' } }, ['queue.lifetime']],
    [
      'an open relay beyond loopback',
      { smtp: { enabled: true }, listeners: [{ role: 'relay', port: 25 }, beyond] },
      ['listeners[1].address'],
    ],
    [
      'everybody trusted beyond loopback',
      { smtp: { enabled: true }, listeners: [beyond], relay: { trustedHosts: ['0.0.0.0/0'] } },
      ['listeners[0].address'],
    ],
    [
      'an open relay that was asked for',
      { smtp: { enabled: true }, listeners: [beyond], relay: { acknowledgeOpenRelay: true } },
      [],
    ],
  ])('%s', (_, document, places) => {
    expect(mistakesIn(document).map((mistake) => mistake.place)).toEqual(places)
  })
})

describe('what is only remarked', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['an open relay on loopback', { smtp: { enabled: true } }, ['relay']],
    ['everybody trusted', { smtp: { enabled: true }, relay: { trustedHosts: ['::/0'] } }, ['relay.trustedHosts']],
    ['a closed service is no open relay', {}, []],
    ['methods without users', { authentication: { methods: ['PLAIN'] } }, ['users']],
    [
      'a submission listener without a method',
      { listeners: [{ role: 'submissions', port: 465 }] },
      ['listeners[0].role'],
    ],
    ['a user without a password', { users: [{ name: 'alice' }] }, ['users[0]']],
    [
      'CRAM-MD5 with only a verifier',
      { authentication: { methods: ['CRAM-MD5'] }, users: [{ name: 'alice', verifier }] },
      ['users[0]'],
    ],
    ['a secret that nothing needs', { users: [{ name: 'alice', verifier, secret: 'x' }] }, ['users[0].secret']],
    [
      'PLAIN without any TLS',
      {
        authentication: { methods: ['PLAIN'] },
        users: [{ name: 'alice', verifier }],
        tls: { offered: false },
      },
      ['authentication.clearText'],
    ],
    [
      'incoming on loopback without a host name',
      { incoming: { allowed: true, domains: ['here.example'] } },
      ['hostName'],
    ],
    [
      'timeouts below the standard',
      { limits: { commandTimeout: '4m', dataTimeout: '2m' } },
      ['limits.commandTimeout', 'limits.dataTimeout'],
    ],
    [
      'a quota that another program would have to heed',
      { mailboxes: { lmtp: { host: '127.0.0.1' } }, users: [{ name: 'alice', verifier, quota: 1000 }] },
      ['users[0].quota'],
    ],
    ['a warning that never comes', { queue: { delayWarning: '5d' } }, ['queue.delayWarning']],
  ])('%s', (_, document, places) => {
    expect(remarksIn(document)).toEqual(places)
  })
})

describe('all at once', () => {
  test('mistakes of the schema and across fields come together, at their true places', () => {
    const document = {
      hostName: 'mail.here.example',
      incoming: { allowed: true, domains: [7, 'here.example', 'not a domain'] },
      listeners: [
        { role: 'nobody', port: 1 },
        { role: 'relay', address: 'localhost', port: 25 },
      ],
      users: [{ fullName: 'no name' }, { name: 'alice', verifier, quota: -1 }],
      aliases: [{ address: 'info', to: [3, 'alice', 'alicia'] }],
    }
    expect(mistakesIn(document).map((mistake) => mistake.place)).toEqual([
      'incoming.domains[0]',
      'listeners[0].role',
      'users[0].name',
      'users[1].quota',
      'aliases[0].to[0]',
      'incoming.domains[2]',
      'listeners[1].address',
      'aliases[0].to[2]',
    ])
  })

  test('what was refused is not said to be missing', () => {
    const document = { hostName: 7, incoming: { allowed: true, domains: 'here.example' } }
    expect(mistakesIn(document).map((mistake) => mistake.place)).toEqual(['hostName', 'incoming.domains'])
  })

  test('whatever a document is, the check answers', () => {
    for (const document of [
      null,
      undefined,
      7,
      'x',
      [],
      [[]],
      { users: null },
      { users: [null] },
      { users: { 0: {} } },
    ]) {
      expect(mistakesIn(document).length).toBeGreaterThan(0)
    }
  })

  test.each([
    ['lists', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['groups', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
    ['lists in a field', `{"hostName": ${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('%s nested without end are a mistake; they once overflowed the stack', (_, text) => {
    expect(mistakesIn(JSON.parse(text))).toMatchObject([
      { place: '(document)', wrong: expect.stringMatching(/nested/) },
    ])
  })

  test('a document that holds itself is a mistake', () => {
    const list: unknown[] = []
    list.push(list, list)
    expect(mistakesIn({ users: list })).toMatchObject([{ wrong: expect.stringMatching(/nested/) }])
  })

  test('control characters in a document never reach the console', () => {
    const text = JSON.stringify(mistakesIn({ 'a\u001b[31m': 'x\u001b\n\u009b', hostName: 'ü\u007f' }))
    expect(text).toMatch(/^[\x20-\x7e]*$/)
  })

  test('a lookup by line orders and marks the mistakes', () => {
    const checked = checkDocument({ hostName: 7, smtp: 8 }, (path) => (path[0] === 'smtp' ? 2 : 9))
    expect(checked).toMatchObject({
      mistakes: [
        { place: 'smtp', line: 2 },
        { place: 'hostName', line: 9 },
      ],
    })
  })
})
