/**
 * The POP and IMAP service that keeps the mailboxes of our users: a host that takes their mail over LMTP (RFC 2033).
 */
import { Given } from '@cucumber/cucumber'
import type { ExchangerOptions } from '../simulators/contract.ts'
import { offeringOnly } from './offers.ts'
import type { MailWorld } from './world.ts'

const handOver = async (world: MailWorld, host: string, options: ExchangerOptions = {}): Promise<void> => {
  const { name, port } = await world.exchanger(host, { ...options, protocol: 'lmtp' })
  world.settings = { ...world.settings, mailboxes: { lmtp: { host: name, port } } }
}

Given('mail for users here goes to the POP and IMAP service {host}', async function (this: MailWorld, host: string) {
  await handOver(this, host)
})

Given(
  'mail for users here goes to the POP and IMAP service {host}, which offers only {}',
  async function (this: MailWorld, host: string, offered: string) {
    await handOver(this, host, offeringOnly(offered))
  },
)
