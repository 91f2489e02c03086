/**
 * The outside: which domains exist, which hosts serve them, and what is wrong with them.
 */
import { Given } from '@cucumber/cucumber'
import type { DataTable } from '@cucumber/cucumber'
import type { DnsTrouble, ExchangerOptions, Misbehaviour, Moment } from '../simulators/contract.ts'
import type { MailWorld } from './world.ts'

/** A part of a sentence that may be left out: the runner gives null or undefined then. */
type Unsaid = string | null | undefined

/** `once|twice|3 times` in a sentence comes as the number that the parameter type {times} makes of it. */
type Count = number | null | undefined

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

Given('the names under {domain} cannot be resolved for now', function (this: MailWorld, domain: string) {
  this.declare(domain)
  this.scene.dns.trouble(domain, 'servfail')
})

Given(
  /^the name server (answers nothing|answers too late|truncates its answers|answers rubbish|refuses) for (\S+?)(?: (once|twice|\d+ times))?$/,
  function (this: MailWorld, what: string, name: string, times: Count) {
    const troubles: Readonly<Record<string, DnsTrouble>> = {
      'answers nothing': 'silence',
      'answers too late': 'slow',
      'truncates its answers': 'truncated',
      'answers rubbish': 'garbage',
      refuses: 'refused',
    }
    this.declare(name)
    this.scene.dns.trouble(name, troubles[what] ?? 'servfail', typeof times === 'number' ? { times } : {})
  },
)

Given('the zone:', function (this: MailWorld, text: string) {
  this.scene.dns.zone(text)
  for (const line of text.split('\n')) {
    const name = line.trim().split(/\s+/)[0]?.replace(/\.$/, '')
    if (name !== undefined && name !== '' && !name.startsWith(';')) this.declare(name)
  }
})

// ─── What is wrong with a host ──────────────────────────────────────────────────────────────────────────────────────

const replies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  permanently: {
    connection: '554 5.3.2 no mail here',
    EHLO: '550 5.7.1 not with us',
    MAIL: '550 5.7.1 not from there',
    RCPT: '550 5.1.1 no such mailbox',
    DATA: '554 5.5.0 not now nor later',
    BDAT: '554 5.5.0 not now nor later',
    'content-end': '554 5.6.0 not this message',
  },
  temporarily: {
    connection: '421 4.3.2 come back later',
    EHLO: '450 4.3.2 come back later',
    MAIL: '451 4.3.0 come back later',
    RCPT: '450 4.2.1 the mailbox rests',
    DATA: '451 4.3.0 come back later',
    BDAT: '451 4.3.0 come back later',
    'content-end': '451 4.3.0 come back later',
  },
}

/** DATA means the beginning of the content, however the server sends it. */
const moments: Readonly<Record<string, readonly Moment[]>> = {
  'the connection': ['connection'],
  EHLO: ['EHLO'],
  HELO: ['HELO'],
  STARTTLS: ['STARTTLS'],
  AUTH: ['AUTH'],
  MAIL: ['MAIL'],
  RCPT: ['RCPT'],
  DATA: ['DATA', 'BDAT'],
  'the content': ['content'],
  'the end of data': ['content-end'],
  QUIT: ['QUIT'],
}

const misbehaviour = (what: string, moment: Moment): Misbehaviour => {
  switch (what) {
    case 'disconnects':
      return { do: 'disconnect' }
    case 'resets the connection':
      return { do: 'reset' }
    case 'is silent':
      return { do: 'silence' }
    case 'says 421':
      return { do: 'reply', lines: ['421 4.3.2 closing'], thenClose: true }
    case 'answers broken':
      return { do: 'bytes', bytes: Buffer.from('what?\r\n'), thenClose: true }
    default: {
      const how = what.endsWith('permanently') ? 'permanently' : 'temporarily'
      const line = replies[how]?.[moment] ?? (how === 'permanently' ? '550 5.0.0 no' : '450 4.0.0 later')
      return { do: 'reply', lines: [line], ...(moment === 'connection' && { thenClose: true }) }
    }
  }
}

Given(
  /^(\S+\.example) (refuses permanently|refuses temporarily|disconnects|resets the connection|is silent|says 421|answers broken)(?: for (the connection|EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|the content|the end of data|QUIT)(?: (\S+@\S+))?)?(?: (once|twice|\d+ times))?$/,
  async function (this: MailWorld, host: string, what: string, when: Unsaid, path: Unsaid, times: Count) {
    const exchanger = await this.exchanger(host)
    for (const at of moments[when ?? 'the connection'] ?? []) {
      exchanger.declare({
        at,
        misbehaviour: misbehaviour(what, at),
        ...(typeof path === 'string' && { path }),
        ...(typeof times === 'number' && { times }),
      })
    }
  },
)

Given('{host} is unreachable', async function (this: MailWorld, host: string) {
  const exchanger = await this.exchanger(host)
  await exchanger.shut()
})

Given('{host} can be reached again', async function (this: MailWorld, host: string) {
  await this.host(host).open()
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

Given('{host} is a host at a known address', async function (this: MailWorld, host: string) {
  await this.exchanger(host)
})

Given('everything goes through the smarthost {host}', async function (this: MailWorld, host: string) {
  const exchanger = await this.exchanger(host)
  this.settings = {
    ...this.settings,
    outgoing: { ...this.settings.outgoing, smarthost: { host: exchanger.name, port: exchanger.port, tls: 'none' } },
  }
})

Given(
  'everything goes through the smarthost {host}, which asks for authentication',
  async function (this: MailWorld, host: string) {
    const credentials = { user: 'relay-account', password: 'relay secret' }
    const exchanger = await this.exchanger(host, { credentials, certificate: 'good' })
    this.settings = {
      ...this.settings,
      outgoing: {
        ...this.settings.outgoing,
        smarthost: {
          host: exchanger.name,
          port: exchanger.port,
          tls: 'required',
          trustedCertificates: await this.authorityFile(),
          ...credentials,
        },
      },
    }
  },
)
