/**
 * The name server: what it answers, what is wrong with its answers, and what it was asked.
 */
import assert from 'node:assert/strict'
import { Given, Then } from '@cucumber/cucumber'
import type { DnsTrouble } from '../simulators/contract.ts'
import type { MailWorld } from './world.ts'

/**
 * `once|twice|3 times` in a sentence comes as the number that the parameter type {times} makes of it: of nothing, none
 * that counts.
 */
type Count = number | null | undefined

const counted = (times: Count): { readonly times?: number } =>
  typeof times === 'number' && Number.isInteger(times) ? { times } : {}

Given('the names under {domain} cannot be resolved for now', function (this: MailWorld, domain: string) {
  this.declare(domain)
  this.scene.dns.trouble(domain, 'servfail')
})

Given(
  /^the name server (answers nothing|answers too late|truncates its answers for good|truncates its answers|answers rubbish|refuses) for (\S+?)(?: (once|twice|\d+ times))?$/,
  function (this: MailWorld, what: string, name: string, times: Count) {
    const troubles: Readonly<Record<string, DnsTrouble>> = {
      'answers nothing': 'silence',
      'answers too late': 'slow',
      'truncates its answers': 'truncated',
      'truncates its answers for good': 'truncated-for-good',
      'answers rubbish': 'garbage',
      refuses: 'refused',
    }
    this.declare(name)
    this.scene.dns.trouble(name, troubles[what] ?? 'servfail', counted(times))
  },
)

Given('the zone:', function (this: MailWorld, text: string) {
  this.scene.dns.zone(text)
  for (const line of text.split('\n')) {
    const name = line.trim().split(/\s+/)[0]?.replace(/\.$/, '')
    if (name !== undefined && name !== '' && !name.startsWith(';')) this.declare(name)
  }
})

Given('the mail exchangers of {domain} cannot be told for now', function (this: MailWorld, domain: string) {
  this.declare(domain)
  this.scene.dns.trouble(domain, 'servfail', { type: 'MX' })
})

Given('the names under {domain} can be resolved again', function (this: MailWorld, domain: string) {
  this.scene.dns.recover(domain)
})

/** Made before the host's own, so that it comes first. */
Given('the first address of {host} is one where nobody answers', async function (this: MailWorld, host: string) {
  const { address } = await this.exchanger(host)
  this.scene.dns.replace(host, 'A', `${host}. A ${this.scene.address('exchanger')}\n${host}. A ${address}`)
})

Given(
  '{host} has the addresses of {host} and {host}',
  async function (this: MailWorld, name: string, first: string, second: string) {
    this.declare(name)
    for (const host of [first, second]) {
      const { address } = await this.exchanger(host)
      this.scene.dns.zone(`${name}. A ${address}`)
    }
  },
)

Then('the name server is asked for {word} of {domain}', async function (this: MailWorld, type: string, name: string) {
  this.needs('outgoing')
  await this.rest()
  const asked = this.scene.dns.questions.filter((question) => question.name.toLowerCase() === name)
  assert.ok(
    asked.some((question) => question.type === type),
    `asked were: ${asked.map((question) => question.type).join(', ') || 'nothing of that name'}`,
  )
})

Then('the name server is not asked for {domain}', async function (this: MailWorld, name: string) {
  await this.rest()
  const asked = this.scene.dns.questions.filter((question) => question.name.toLowerCase().replace(/\.$/, '') === name)
  assert.equal(asked.length, 0, asked.map(({ type }) => type).join(', '))
})
