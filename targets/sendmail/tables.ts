/**
 * Sendmail's tables beside `sendmail.mc`: who may connect and relay (`access`), who lives here (accounts, aliases, the table
 * of virtual users), whose addresses are whose (`owners`), and what the smarthost is told (`authinfo`).
 */
import { passwordFile } from '../box/accounts.ts'
import type { Place, Rendered } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import type { House } from '../house.ts'

const most = 256

const table = (entries: Iterable<readonly [string, string]>): string =>
  [...entries].map(([key, value]) => `${key}\t${value}\n`).join('')

/** `access` knows whole octets (IPv6: whole groups) only: other networks are told as all the shorter ones that they are made of. */
export const prefixesOf = (network: string): readonly string[] => {
  const [address = '', written] = network.split('/')
  if (address.includes(':')) {
    const bits = Number(written ?? 128)
    const groups = address.split('::')[0]?.split(':') ?? []
    if (bits % 16 !== 0 || groups.length < bits / 16)
      throw new NotApplicable(`knows networks of IPv6 by whole groups, and not ${network}`)
    return [`IPv6:${groups.slice(0, bits / 16).join(':')}`]
  }
  const bits = Number(written ?? 32)
  const octets = address.split('.').map(Number)
  const whole = Math.ceil(bits / 8)
  const count = 2 ** (whole * 8 - bits)
  if (whole === 0) return Array.from({ length: most }, (_, first) => String(first))
  const kept = octets.slice(0, whole - 1)
  const last = (octets[whole - 1] ?? 0) & ~(count - 1)
  return Array.from({ length: count }, (_, more) => [...kept, last + more].join('.'))
}

const access = ({ settings }: House): string => {
  const { relay, refusals, incoming, limits, outgoing } = settings
  const { smarthost } = outgoing
  return table([
    ...relay.trustedHosts.flatMap(prefixesOf).map((prefix) => [`Connect:${prefix}`, 'RELAY'] as const),
    ...refusals.hosts.flatMap(prefixesOf).map((prefix) => [`Connect:${prefix}`, 'REJECT'] as const),
    ...refusals.senders.map((sender) => [`From:${sender}`, 'REJECT'] as const),
    ...incoming.relayDomains.map((domain) => [`To:${domain}`, 'RELAY'] as const),
    ['ClientConn:', String(limits.connectionsPerHost)],
    ['ClientRate:', String(limits.connectionsPerMinute)],
    // The name is that of the settings: plain CN would be the name that the DNS gave.
    ...(smarthost?.tls === 'required' ? [['TLS_Srv:', `VERIFY+CN:${smarthost.host}`] as const] : []),
  ])
}

const local = (address: string): string => address.slice(0, address.lastIndexOf('@'))
const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Residents {
  readonly virtual: readonly (readonly [string, string])[]
  readonly aliases: ReadonlyMap<string, string>
}

/** A name that means the same at all of our domains is an account or an alias; others stand in the table of virtual users. */
const residents = ({ domains, mailboxes, redirects }: House): Residents => {
  const virtual: (readonly [string, string])[] = []
  const aliases = new Map<string, string>([['MAILER-DAEMON', 'postmaster']])
  for (const [address, name] of mailboxes) if (local(address) !== name.toLowerCase()) virtual.push([address, name])
  for (const [address, to] of redirects) {
    const name = local(address)
    const members = to.join(', ')
    const everywhere = domains.every((domain) => redirects.get(`${name}@${domain}`)?.join(', ') === members)
    const alias = everywhere ? name : address.replace('@', '=')
    aliases.set(alias, members)
    if (!everywhere) virtual.push([address, alias])
  }
  // The box's own accounts have no mail.
  for (const [account = ''] of passwordFile.split('\n').map((line) => line.split(':')))
    for (const address of domains.map((domain) => `${account}@${domain}`))
      if (account !== '' && !mailboxes.has(address) && !redirects.has(address))
        virtual.push([address, 'error:5.1.1:550 User unknown'])
  return { virtual, aliases }
}

const accountsOf = ({ mailboxes }: House): string => {
  const names = [...new Set(mailboxes.values())]
  const odd = names.find((name) => /[:\n]/.test(name))
  if (odd !== undefined) throw new NotApplicable(`has no account with a name like ${odd}`)
  return names.map((name) => `${name}:x:7108:7108::/var/mail/${name}:/bin/false\n`).join('')
}

/** For any server: only the smarthost is ever asked, whose name may be an alias of another. */
const authinfo = ({ settings: { outgoing } }: House): string => {
  const { smarthost } = outgoing
  if (smarthost?.user === undefined) return ''
  const { user, password = '' } = smarthost
  if (base64(password).length > most)
    throw new NotApplicable('finds no password in its table that is longer than a name')
  return table([['AuthInfo:', `"U=${base64(user)}" "I=${base64(user)}" "P=${base64(password)}"`]])
}

export const tables = (house: House, { certificate, trustedCertificates, listeners }: Place): Rendered['files'] => {
  const { settings, domains } = house
  const { virtual, aliases } = residents(house)
  const owners = [...house.owners].flatMap(([address, names]) =>
    names.flatMap((name) => [name, `${name}@${domains[0] ?? ''}`].map((who) => [`${who}/${address}`, 'OWN'] as const)),
  )
  return {
    // A machine knows its own name without asking anybody.
    '/etc/hosts': {
      text: `127.0.0.1 localhost\n${listeners[0]?.address ?? '127.0.0.1'} ${settings.hostName}\n::1 ${settings.hostName}\n`,
    },
    '/etc/passwd': { text: `${passwordFile}${accountsOf(house)}` },
    '/etc/mail/access': { text: access(house) },
    '/etc/mail/virtusertable': { text: table(virtual) },
    '/etc/mail/mailertable': {
      text: table(settings.incoming.relayDomains.map((domain) => [domain, `esmtp:${domain}`] as const)),
    },
    '/etc/mail/aliases': { text: [...aliases].map(([name, to]) => `${name}: ${to}\n`).join('') },
    '/etc/mail/owners': { text: table(owners) },
    '/etc/mail/authinfo': { text: authinfo(house), mode: 0o600 },
    '/etc/mail/local-host-names': { text: '' },
    '/etc/mail/tls/certificate.pem': { text: certificate.cert },
    '/etc/mail/tls/key.pem': { text: certificate.key, mode: 0o600 },
    '/etc/mail/tls/trusted.pem': { text: trustedCertificates ?? '' },
    '/etc/mail/deliver': { text: 'NAME=$1\nORGMAIL=/var/mail/$NAME/\nDEFAULT=/var/mail/$NAME/\n:0\n$DEFAULT\n' },
    '/etc/sasl2/Sendmail.conf': {
      text: [
        'pwcheck_method: auxprop',
        'auxprop_plugin: sasldb',
        // An empty list would be a syntax error.
        ...(settings.authentication.methods.length === 0
          ? []
          : [`mech_list: ${settings.authentication.methods.join(' ')}`]),
        'sasldb_path: /etc/sasldb2',
        '',
      ].join('\n'),
    },
  }
}
