/**
 * The smarthost: one host that takes all outgoing mail, and what it asks for.
 */
import assert from 'node:assert/strict'
import { Given, Then } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { ExchangerOptions } from '../simulators/contract.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import type { MailWorld } from './world.ts'

type Smarthost = NonNullable<NonNullable<SettingsDocument['outgoing']>['smarthost']>

const sendThrough = (world: MailWorld, smarthost: Smarthost): void => {
  world.settings = { ...world.settings, outgoing: { ...world.settings.outgoing, smarthost } }
}

Given('everything goes through the smarthost {host}', async function (this: MailWorld, host: string) {
  const exchanger = await this.exchanger(host)
  sendThrough(this, { host: exchanger.name, port: exchanger.port, tls: 'none' })
})

const words = (text: string): readonly string[] => text.split(/, | and /)

const account = { user: 'relay-account', password: 'relay secret' }

Given(
  'everything goes through the smarthost {host}, which asks for authentication',
  async function (this: MailWorld, host: string) {
    const exchanger = await this.exchanger(host, { credentials: account, certificate: 'good' })
    sendThrough(this, {
      host: exchanger.name,
      port: exchanger.port,
      tls: 'required',
      trustedCertificates: await this.authorityFile(),
      ...account,
    })
  },
)

/**
 * All of it in a table, each row with a usual value: methods, tls, certificate, password (`none` for no account at all),
 * `its password` (what it takes), `named` (in the certificate), `called` (another name of it, which the settings have),
 * `scram` (what is wrong with it), `withholds`.
 */
Given(
  'everything goes through the smarthost {host} with:',
  async function (this: MailWorld, host: string, table: DataTable) {
    const rows: Readonly<Record<string, string>> = table.rowsHash()
    const { tls = 'required', certificate = 'good', methods = '', called, named, scram, withholds } = rows
    const password = rows['password'] ?? account.password
    if (methods.includes('SCRAM')) this.needs('scram', 'knows no SCRAM')
    const options: ExchangerOptions = {
      ...(certificate !== 'none' && { certificate: certificate as NonNullable<ExchangerOptions['certificate']> }),
      ...(named !== undefined && { certificateName: named }),
      ...(withholds !== undefined && { withholds: words(withholds) }),
      ...(tls === 'implicit' && { implicitTls: true }),
      ...(password !== 'none' && {
        credentials: {
          user: account.user,
          password: rows['its password'] ?? password,
          ...(methods !== '' && { methods: words(methods) }),
          ...(scram !== undefined && { scramFault: scram as 'nonce' | 'signature' }),
        },
      }),
    }
    const exchanger = await this.exchanger(host, options)
    if (called !== undefined) {
      this.declare(called)
      this.scene.dns.zone(`${called}. CNAME ${host}.`)
    }
    sendThrough(this, {
      host: called ?? host,
      port: exchanger.port,
      tls: tls as 'none' | 'opportunistic' | 'required' | 'implicit',
      ...(certificate !== 'none' && { trustedCertificates: await this.authorityFile() }),
      ...(password !== 'none' && { user: account.user, password }),
    })
  },
)

Given('{host} asks a challenge of {int} octets', async function (this: MailWorld, host: string, octets: number) {
  const challenge = Buffer.alloc(Math.min(octets, 12_000), 'long ').toString('base64')
  const exchanger = await this.exchanger(host)
  exchanger.declare({ at: 'challenge', misbehaviour: { do: 'reply', lines: [`334 ${challenge}`] } })
})

/** The name and sixteen octets in hexadecimal (RFC 2195 §2): neither `*` nor nothing. */
Then('{host} hears the answer to it', async function (this: MailWorld, host: string) {
  await this.rest()
  const said = this.host(host).conversations.flatMap(({ spoken }) => spoken.filter(({ side }) => side === 'C'))
  const answers = said.map(({ bytes }) =>
    Buffer.from(Buffer.from(bytes).toString('latin1'), 'base64').toString('latin1'),
  )
  assert.ok(answers.some((answer) => new RegExp(`^${account.user} [0-9a-f]{32}$`).test(answer)))
})
