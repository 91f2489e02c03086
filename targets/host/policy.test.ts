import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { home } from '../../cli/home.ts'
import { NotApplicable } from '../faults.ts'
import { createHostTarget, whyNotHost } from './host.ts'
import { readPolicy } from './policy.ts'

const example = /```yaml\n([^]*?)```/.exec(readFileSync(home('docs/host.md'), 'utf8'))?.[1] ?? ''

const policyOf = (text: string) => {
  const read = readPolicy(text)
  if (read.kind !== 'read') throw new Error(read.mistakes.join('\n'))
  return read.policy
}

test('the example of the manual is a policy', () => {
  expect(policyOf(example).ports).toEqual({ submission: 2587, submissions: 2465 })
})

test.each([
  ['hostName: [', 'it is no YAML'],
  [
    'hostName: mail.here.example\ndomains: [corp.example]\nusers: [{ name: alice }]',
    'domains: here.example is missing',
  ],
  ['hostName: mail.here.example\ndomains: [here.example]\nusers: []', 'users: alice is missing'],
  [`${example}\nrelays: yes`, 'relays'],
])('a mistake is told with its place: %#', (text, told) => {
  const read = readPolicy(text)
  expect(read.kind === 'mistakes' ? read.mistakes.join('\n') : 'read').toContain(told)
})

const surroundings = { nameServer: '127.0.0.1:53', exchangerPort: 25, address: '127.0.0.1', folder: '/nowhere' }

test('a scenario that needs another setting than the policy says is not applicable, and one that needs the same is', async () => {
  const target = createHostTarget('host:127.0.0.1:2525', policyOf(example))
  const usual = target.usual?.({ smtp: { enabled: true } }) ?? {}
  await target.start({ ...usual, limits: { messageSize: 50_000_000 } }, surroundings)
  const start = target.start({ ...usual, limits: { messageSize: 1000 } }, surroundings)
  await expect(start).rejects.toThrow(NotApplicable)
  await expect(start).rejects.toThrow('limits.messageSize')
})

test('people speak from addresses that the server trusts, or does not', () => {
  const target = createHostTarget('host:127.0.0.1:2525', policyOf(example))
  expect(target.source?.('trusted', '127.9.9.200')).toBe('127.0.7.1')
  expect(target.source?.('stranger', '127.9.9.130')).toBe('127.9.9.130')
  const trusting = createHostTarget('host:127.0.0.1:2525', { ...policyOf(example), trustedHosts: ['127.0.0.0/8'] })
  expect(() => trusting.source?.('stranger', '127.9.9.130')).toThrow('trusts every address')
})

test('scenarios that speak of what the policy lacks are not asked', () => {
  const target = createHostTarget('host:127.0.0.1:2525', { ...policyOf(example), hostName: 'mx.corp.example' })
  const unfit = (said: string): string | undefined => target.unfit?.(JSON.stringify([{ text: said }]))
  expect(unfit('AUTH CRAM-MD5')).toContain('does not offer CRAM-MD5')
  expect(unfit('names itself mail.here.example')).toContain('is called mx.corp.example')
  expect(unfit('AUTH PLAIN')).toBeUndefined()
  expect(unfit('C: BDAT 0')).toContain('does not offer CHUNKING')
})

test('only loopback is spoken to, and silence there is told', async () => {
  expect(await whyNotHost('host:127.0.0.1:1')).toContain('cannot be reached')
})
