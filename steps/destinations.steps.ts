/**
 * The outside: which domains exist, which hosts serve them, and what is wrong with them.
 */
import { Given } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { ExchangerOptions } from '../simulators/contract.ts'
import { offeringOnly } from './offers.ts'
import type { MailWorld } from './world.ts'

const mx = async (
  world: MailWorld,
  domain: string,
  preference: string,
  host: string,
  options?: ExchangerOptions,
): Promise<void> => {
  world.declare(domain)
  world.scene.dns.zone(`${domain}. MX ${preference} ${host}.`)
  await world.exchanger(host, options)
}

Given('{domain} has the mail exchanger {host}', async function (this: MailWorld, domain: string, host: string) {
  await mx(this, domain, '10', host)
})

Given('{domain} has the mail exchangers:', async function (this: MailWorld, domain: string, table: DataTable) {
  for (const { preference, host } of table.hashes()) await mx(this, domain, preference ?? '10', host ?? '')
})

/** An address where a name belongs: whoever takes it for a name asks the DNS for it, and there is none. */
Given(
  'the mail exchanger of {domain} is published as the address of {host}',
  async function (this: MailWorld, domain: string, host: string) {
    const { address } = await this.exchanger(host)
    this.declare(domain, address)
    this.scene.dns.zone(`${domain}. MX 10 ${address}.`)
  },
)

Given('{domain} is served by its own address', async function (this: MailWorld, domain: string) {
  await this.exchanger(domain)
})

Given('{domain} publishes a null MX', function (this: MailWorld, domain: string) {
  this.declare(domain)
  this.scene.dns.zone(`${domain}. MX 0 .`)
})

Given('{domain} does not exist', function (this: MailWorld, domain: string) {
  this.declare(domain)
})

Given('{domain} has neither mail exchanger nor address', function (this: MailWorld, domain: string) {
  this.declare(domain)
  this.scene.dns.zone(`${domain}. TXT "no mail here"`)
})

Given('{domain} is another name of {domain}', function (this: MailWorld, alias: string, domain: string) {
  this.declare(alias)
  this.scene.dns.zone(`${alias}. CNAME ${domain}.`)
})

Given(
  '{domain} has the mail exchanger {host} that withholds {}',
  async function (this: MailWorld, domain: string, host: string, keywords: string) {
    await mx(this, domain, '10', host, { withholds: keywords.split(/, | and /) })
  },
)

Given(
  '{domain} has the mail exchanger {host} that knows only HELO',
  async function (this: MailWorld, domain: string, host: string) {
    await mx(this, domain, '10', host, { heloOnly: true })
  },
)

Given(
  /^(\S+\.example) has the mail exchanger (\S+\.example) with a (good|self-signed|expired|wrong-name) certificate$/,
  async function (this: MailWorld, domain: string, host: string, certificate: string) {
    await mx(this, domain, '10', host, { certificate: certificate as NonNullable<ExchangerOptions['certificate']> })
  },
)

Given(
  '{domain} has the mail exchanger {host} with a limit of {int} octets',
  async function (this: MailWorld, domain: string, host: string, maximumSize: number) {
    await mx(this, domain, '10', host, { maximumSize })
  },
)

Given(
  '{domain} has the mail exchanger {host} that answers {string} beyond {int} recipients',
  async function (this: MailWorld, domain: string, host: string, reply: string, count: number) {
    await mx(this, domain, '10', host, { recipientLimit: { count, reply }, withholds: ['SIZE'] })
  },
)

Given('of the mail exchangers only {host} can be reached', async function (this: MailWorld, host: string) {
  for (const exchanger of this.scene.exchangers) if (exchanger.name !== host) await exchanger.shut()
})

Given(
  '{int} domains share the mail exchangers {host} and {host}',
  async function (this: MailWorld, count: number, first: string, second: string) {
    for (let number = 1; number <= Math.min(count, 100); number += 1) {
      for (const host of [first, second]) await mx(this, `d${number}.example`, '10', host)
    }
  },
)

Given(
  '{domain} has the mail exchanger {host} at an IPv6 address',
  async function (this: MailWorld, domain: string, host: string) {
    await mx(this, domain, '10', host, { family: 6 })
  },
)

Given('{host} has also an IPv4 address where nobody answers', function (this: MailWorld, host: string) {
  this.scene.dns.zone(`${host}. A ${this.scene.address('exchanger')}`)
})

Given('{host} is a host at a known address', async function (this: MailWorld, host: string) {
  await this.exchanger(host)
})

Given(
  '{domain} has the mail exchanger {host} that offers only {}',
  async function (this: MailWorld, domain: string, host: string, offered: string) {
    await mx(this, domain, '10', host, offeringOnly(offered))
  },
)
