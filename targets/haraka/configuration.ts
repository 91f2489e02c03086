/**
 * The settings of a mail service as Haraka's configuration: its own files where it has settings, and `house.json` for the
 * plugin of ours that decides what Haraka leaves to plugins (`fixtures/haraka/house.js`). See Haraka's docs/CoreConfig.md.
 */
import { readFileSync } from 'node:fs'
import { domainToASCII } from 'node:url'
import { home } from '../../cli/home.ts'
import type { FileInBox } from '../box/files.ts'
import type { Place } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import { isFullyQualified } from '../house.ts'
import type { House } from '../house.ts'

export const folder = '/etc/haraka'

/** The group ffdhe2048 of RFC 7919. */
const dhParameters = readFileSync(home('fixtures/haraka/dhparams.pem'), 'utf8')

/** A line of an ini file; what would be read otherwise cannot be said. */
const line = (key: string, value: string): string => {
  if (!/^[\w@:.\-/]+$/.test(key) || !/^\S(?:[^\r\n]*\S)?$/.test(value) || /^[\d.]+$|^(?:true|false)$/.test(value))
    throw new NotApplicable(`has no way to write ${JSON.stringify(`${key}=${value}`)} in an ini file`)
  return `${key}=${value}\n`
}

const known = new Set(['PLAIN', 'LOGIN', 'CRAM-MD5'])

/** Waits until a message is given up, as `temp_fail_intervals` has them: whole seconds, none below five. */
export const intervals = (waits: readonly number[], lifetime: number): string => {
  const all: number[] = []
  for (let passed = 0; passed < lifetime && all.length < 200;) {
    const wait = waits[Math.min(all.length, waits.length - 1)] ?? lifetime
    if (wait < 5000) throw new NotApplicable('waits for five seconds at least')
    all.push(Math.round(wait / 1000))
    passed += wait
  }
  return all.map((seconds) => `${seconds}s`).join(',')
}

const smarthostOf = ({ outgoing: { smarthost } }: House['settings']): object | undefined => {
  if (smarthost === undefined) return undefined
  if (smarthost.tls === 'required' || smarthost.tls === 'implicit')
    throw new NotApplicable('verifies no certificate of a smarthost')
  const { host, port, user, password } = smarthost
  return { exchange: host, port, ...(user !== undefined && { auth_user: user, auth_pass: password }) }
}

/** What the plugin of ours needs to know. */
const houseFile = (house: House, { listeners }: Place): string => {
  const { settings } = house
  const door = listeners.find(({ role }) => role === 'relay')
  return JSON.stringify({
    domains: house.domains,
    addresses: listeners.map(({ address }) => `[${address}]`),
    mailboxes: Object.fromEntries(house.mailboxes),
    redirects: Object.fromEntries(house.redirects),
    relayDomains: settings.incoming.relayDomains,
    incoming: settings.incoming.allowed,
    trusted: settings.relay.trustedHosts,
    refused: settings.refusals.hosts,
    senders: settings.refusals.senders,
    senderMustBeOwn: settings.submission.senderMustBeOwn,
    submission: listeners.filter(({ role }) => role !== 'relay').map(({ port }) => port),
    open: house.openRelay,
    door,
    smarthost: smarthostOf(settings),
  })
}

/** Its own file takes the place of the one that it ships, so everything is in it that it ships. */
const connection = (size: number, hops: number): string =>
  [
    '[main]',
    '[haproxy]',
    'hosts[] =',
    '[headers]',
    'max_lines=1000',
    `max_received=${hops}`,
    '[max]',
    `bytes=${size}`,
    'mime_parts=1000',
    'line_length=512',
    'data_line_length=992',
    '[message]',
    'helo=Haraka is at your service.',
    'close=closing connection. Have a jolly good day.',
    '[uuid]',
    'banner_chars=6',
    'deny_chars=0',
  ].join('\n')

/** The files of its folder `config`, by their names. */
const filesOf = (house: House, place: Place): Readonly<Record<string, string>> => {
  const { settings } = house
  const { authentication, tls, limits, queue, outgoing } = settings
  if (!isFullyQualified(settings.hostName)) throw new NotApplicable("is told its host's fully qualified name")
  const methods = authentication.methods.filter((method) => known.has(method))
  const submissions = place.listeners.find(({ role }) => role === 'submissions')?.port ?? 0
  const users = settings.users.map(({ name, password }) => line(name, password ?? ''))
  return {
    me: domainToASCII(settings.hostName),
    'smtp.ini': `listen=${place.listeners.map(({ address, port }) => `${address}:${port}`).join(',')}\nsmtps_port=${submissions}\nnodes=0\n`,
    plugins: ['house', 'tls', ...(methods.length > 0 ? ['auth/flat_file'] : [])].join('\n'),
    'connection.ini': connection(limits.messageSize, limits.receivedHops),
    'auth_flat_file.ini': `[core]\nmethods=${methods.join(',')}\nconstrain_sender=false\n[users]\n${users.join('')}`,
    'tls.ini': `key=${folder}/key.pem\ncert=${folder}/cert.pem\nminVersion=${tls.minimumVersion}\n${tls.offered ? '' : place.listeners.map(({ port }) => `no_starttls_ports[]=${port}\n`).join('')}`,
    'outbound.ini': `local_mx_ok=true\nreceived_header=disabled\ninet_prefer=v4\nenable_tls=${outgoing.tls !== 'none'}\ntemp_fail_intervals=${intervals(queue.retryAfter, queue.lifetime)}\n`,
    'log.ini': 'level=info\ntimestamps=true\nformat=default\n',
    // Otherwise it makes one, for seconds.
    'dhparams.pem': dhParameters,
    queue_dir: '/var/spool/haraka',
    'house.json': houseFile(house, place),
  }
}

export const configuration = (house: House, place: Place, plugin: string): Readonly<Record<string, FileInBox>> => ({
  ...Object.fromEntries(
    Object.entries(filesOf(house, place)).map(([name, text]) => [
      `${folder}/config/${name}`,
      { text: `${text.trimEnd()}\n` },
    ]),
  ),
  [`${folder}/plugins/house.js`]: { text: plugin },
  [`${folder}/package.json`]: { text: '{}\n' },
  [`${folder}/cert.pem`]: { text: place.certificate.cert },
  [`${folder}/key.pem`]: { text: place.certificate.key, mode: 0o600 },
})
