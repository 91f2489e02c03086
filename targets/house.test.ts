import { describe, expect, test } from 'vitest'
import { NotApplicable } from './faults.ts'
import { houseOf } from './house.ts'

const known = ['smtp', 'hostName', 'incoming', 'users', 'aliases', 'postmaster', 'authentication', 'relay']

const service = {
  hostName: 'mail.here.example',
  incoming: { allowed: true, domains: ['here.example', 'Bücher.example'] },
  users: [{ name: 'alice', password: 'secret', addresses: ['a.archer'] }],
  aliases: [{ address: 'sales', to: ['alice', 'bob@there.example'] }],
}

describe('settings as other products need them', () => {
  test('domains have one form, and every name is an address at each of them', () => {
    const { domains, mailboxes, redirects } = houseOf(service, known)
    expect(domains).toEqual(['here.example', 'xn--bcher-kva.example', 'mail.here.example'])
    expect(mailboxes.get('a.archer@xn--bcher-kva.example')).toBe('alice')
    expect(redirects.get('sales@mail.here.example')).toEqual(['alice@here.example', 'bob@there.example'])
  })

  test.each([
    ['nobody was named', service, 'postmaster', undefined],
    ['somebody was named', { ...service, postmaster: 'alice' }, undefined, ['alice@here.example']],
  ])('the postmaster, when %s', (_, document, mailbox, redirect) => {
    const { mailboxes, redirects } = houseOf(document, known)
    expect(mailboxes.get('postmaster@here.example')).toBe(mailbox)
    expect(redirects.get('postmaster@here.example')).toEqual(redirect)
  })

  test.each([
    ['neither', {}, true],
    ['a method', { authentication: { methods: ['PLAIN' as const] } }, false],
    ['a network', { relay: { trustedHosts: ['127.0.0.0/8'] } }, false],
  ])('an open relay with %s', (_, more, open) => {
    expect(houseOf({ ...service, ...more }, known).openRelay).toBe(open)
  })

  test.each([
    ['a setting that the product does not have', { limits: { greetingDelay: '2s' } }],
    ['a quota', { users: [{ name: 'alice', password: 'x', quota: 10 }] }],
    ['a password that is only a verifier', { users: [{ name: 'alice', verifier: 'SCRAM-SHA-256$1:a$b:c' }] }],
  ])('%s is not applicable', (_, more) => {
    expect(() => houseOf({ ...service, ...more }, known)).toThrow(NotApplicable)
  })
})
