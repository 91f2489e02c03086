/**
 * The settings of a mail service as OpenSMTPD's `smtpd.conf`: tables, limits, filters, listeners, actions, and the rules
 * that match envelopes with actions, first match first.
 *
 * What the settings do not speak of stays as OpenSMTPD ships it, but for waits that only slow a suite down. See
 * smtpd.conf(5) and table(5); a value that OpenSMTPD cannot express throws `NotApplicable`.
 */
import { domainToASCII } from 'node:url'
import type { ListenerPlace, Place } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import type { House } from '../house.ts'

export const folder = '/etc/opensmtpd'

/** A local part has no colon outside quotes: what names would be cut at it, were there one. */
const noSeparator = ':'
/** "No limit" where a number is asked for. */
const unlimited = 1_000_000_000_000

const seconds = (milliseconds: number): string => `${Math.max(1, Math.round(milliseconds / 1000))}s`
const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
const table = (name: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`table ${name} { ${items.map(quote).join(', ')} }`]

/** `there.example` means everybody there, which a table of addresses writes with an at-sign. */
const senderOf = (text: string): string => (text.includes('@') ? text : `@${text}`)

const tables = ({ settings, domains }: House, { listeners }: Place): readonly string[] => {
  const literals = [...new Set(listeners.map(({ address }) => `[${address}]`))]
  return [
    ...table('here', [...domains, ...literals]),
    ...table('backed', settings.incoming.relayDomains),
    ...table('trusted', settings.relay.trustedHosts),
    // Whatever the server sends itself: notifications, and what an alias leads to.
    ...table('internal', ['local']),
    ...table('refusedhosts', settings.refusals.hosts),
    ...table('refusedsenders', settings.refusals.senders.map(senderOf)),
    ...table('everywhere', ['0.0.0.0/0', '::/0']),
    `table mailboxes file:${folder}/mailboxes`,
    `table people file:${folder}/people`,
    `table secrets file:${folder}/secrets`,
  ]
}

const limits = ({ settings }: House): readonly string[] => {
  const { limits: most, queue, outgoing } = settings
  const sessions = queue.sessionsPerDestination
  return [
    `queue ttl ${seconds(queue.lifetime)}`,
    // There is no "never"; nothing waits longer than its lifetime.
    `bounce warn-interval ${seconds(queue.delayWarning === 0 ? queue.lifetime + 3_600_000 : queue.delayWarning)}`,
    `smtp max-message-size ${most.messageSize === 0 ? unlimited : most.messageSize}`,
    `smtp limit max-rcpt ${most.recipients}`,
    'smtp limit max-mails 1000000',
    `smtp sub-addr-delim ${quote(settings.subaddressSeparator === '' ? noSeparator : settings.subaddressSeparator)}`,
    ...['host', 'route', 'domain', 'relay'].map((what) => `mta limit max-conn-per-${what} ${sessions}`),
    `mta limit session-mail-max ${queue.messagesPerSession}`,
    // Sessions that wait for more to say, and waits between connections to one place: no scenario is about them.
    ...['session-keepalive', 'conn-delay-route', 'conn-delay-relay', 'reconn-delay-route'].map(
      (what) => `mta limit ${what} 0`,
    ),
    ...(outgoing.ipv6 ? [] : ['mta limit inet4']),
  ]
}

/** Refusals at the door; a listener takes one filter, which may be a chain of them. */
const filters = ({ settings: { refusals } }: House): readonly string[] => {
  const each = [
    ...(refusals.noMail
      ? ['filter "nomail" phase connect match src <everywhere> disconnect "521 5.3.2 This host takes no mail"']
      : []),
    ...(refusals.hosts.length > 0
      ? ['filter "hosts" phase connect match src <refusedhosts> disconnect "554 5.7.1 No mail from your host"']
      : []),
    ...(refusals.senders.length > 0
      ? ['filter "senders" phase mail-from match mail-from <refusedsenders> reject "550 5.7.1 Sender refused"']
      : []),
  ]
  const names = each.map((line) => line.split(' ')[1] ?? '')
  return each.length === 0 ? [] : [...each, `filter "door" chain { ${names.join(', ')} }`]
}

const listener = ({ settings }: House, { role, address, port }: ListenerPlace, filtered: boolean): string =>
  [
    `listen on ${address} port ${port} hostname ${quote(domainToASCII(settings.hostName))}`,
    ...(filtered ? ['filter "door"'] : []),
    `tag "${role}"`,
  ].join(' ')

const outward = ({ settings: { outgoing, hostName } }: House): string => {
  const { smarthost, sourceAddress } = outgoing
  const common = [
    `helo ${quote(domainToASCII(hostName))}`,
    ...(sourceAddress === undefined ? [] : [`src ${quote(sourceAddress)}`]),
  ]
  if (smarthost === undefined) return ['relay', ...common].join(' ')
  const { user, tls, host, port } = smarthost
  if (user !== undefined && tls !== 'required' && tls !== 'implicit')
    throw new NotApplicable('authenticates to a smarthost only where TLS is certain')
  const scheme = { none: 'smtp+notls', opportunistic: 'smtp', required: 'smtp+tls', implicit: 'smtps' }[tls]
  const label = user === undefined ? '' : 'smarthost@'
  return [
    `relay host ${quote(`${scheme}://${label}${host}:${port}`)}`,
    ...(user === undefined ? [] : ['auth <secrets>']),
    ...common,
  ].join(' ')
}

const plain = /^[ -~]*$/

const rules = ({ settings, openRelay }: House): readonly string[] => {
  const { incoming, relay } = settings
  const known = [
    'from src <internal>',
    ...(relay.trustedHosts.length > 0 ? ['from src <trusted>'] : []),
    ...(openRelay ? ['from any'] : []),
  ]
  // The users' doors are for users; others' mail comes by the relay listener.
  const strangers = incoming.allowed ? ['tag "relay" from any'] : []
  return [
    ...[...known, ...strangers].map((from) => `match ${from} for domain <here> action "mailboxes"`),
    ...(incoming.relayDomains.length > 0
      ? [...known, ...strangers].map((from) => `match ${from} for domain <backed> action "backup"`)
      : []),
    ...known.map((from) => `match ${from} for any action "outward"`),
  ]
}

export const configuration = (house: House, place: Place): string => {
  if (![...house.mailboxes, ...house.redirects].flat(2).every((name) => plain.test(name)))
    throw new NotApplicable('knows names of ASCII only')
  if (house.settings.outgoing.refuseLoopback) throw new NotApplicable('sends to loopback addresses as to any other')
  const filtering = filters(house)
  const lines = [
    ...tables(house, place),
    ...limits(house),
    ...filtering,
    ...place.listeners.map((one) => listener(house, one, filtering.length > 0)),
    'action "mailboxes" maildir "/var/mail/%{user.username}" virtual <mailboxes> userbase <people>',
    `action "outward" ${outward(house)}`,
    ...(house.settings.incoming.relayDomains.length > 0
      ? [
          `action "backup" relay backup mx ${quote(domainToASCII(house.settings.hostName))} helo ${quote(domainToASCII(house.settings.hostName))}`,
        ]
      : []),
    ...rules(house),
  ]
  return `${lines.join('\n')}\n`
}
