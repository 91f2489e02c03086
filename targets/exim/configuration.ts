/**
 * The settings of a mail service as Exim's one configuration file, section by section in Exim's own order.
 *
 * What the settings do not speak of stays as Exim ships it. See the Exim specification.
 */
import type { Place } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import { isFullyQualified } from '../house.ts'
import type { House } from '../house.ts'
import { accessLists, folder, lookup, ports } from './access.ts'

/** Exim's own lists are parted by colons; with `<;` they may hold addresses of IPv6. */
const list = (items: readonly string[]): string => (items.length === 0 ? '' : `<; ${items.join(' ; ')}`)
const seconds = (milliseconds: number): string => `${Math.max(1, Math.round(milliseconds / 1000))}s`
const main = ({ settings, domains, openRelay }: House, { listeners }: Place): readonly string[] => {
  const { limits, tls, relay, incoming, queue } = settings
  const versions = tls.minimumVersion === 'TLSv1.3' ? '+VERS-TLS1.3' : '+VERS-TLS1.3:+VERS-TLS1.2'
  return [
    `primary_hostname = ${settings.hostName}`,
    `qualify_domain = ${domains[0] ?? settings.hostName}`,
    `domainlist local_domains = ${domains.join(' : ')}`,
    `domainlist relay_to_domains = ${incoming.relayDomains.join(' : ')}`,
    `hostlist relay_from_hosts = ${openRelay ? '*' : list(relay.trustedHosts)}`,
    `local_interfaces = ${list(listeners.map(({ address, port }) => `[${address}]:${port}`))}`,
    `tls_on_connect_ports = ${ports(listeners, 'submissions')}`,
    'disable_ipv6 = true',
    'keep_environment =',
    'host_lookup = *',
    'rfc1413_query_timeout = 0s',
    'never_users = root',
    // Otherwise every message costs a new start of the program, only to become root again.
    'deliver_drop_privilege = true',
    'spool_directory = /var/spool/exim4',
    'log_file_path = /var/log/exim4/%slog',
    'pid_file_path = /run/exim.pid',
    // Its name would be the same for every Exim on this machine's network.
    'notifier_socket =',
    `tls_advertise_hosts = ${tls.offered ? '*' : ''}`,
    `tls_certificate = ${folder}/certificate.pem`,
    `tls_privatekey = ${folder}/key.pem`,
    `tls_require_ciphers = NORMAL:-VERS-ALL:${versions}`,
    'dsn_advertise_hosts = *',
    `message_size_limit = ${limits.messageSize}`,
    `recipients_max = ${limits.recipients}`,
    `received_headers_max = ${limits.receivedHops}`,
    `smtp_accept_max = ${limits.connections}`,
    `smtp_accept_max_per_host = ${limits.connectionsPerHost}`,
    // As shipped, whatever follows the tenth message of a session waits for the next run of the queue.
    'smtp_accept_queue_per_connection = 0',
    // As shipped, the eleventh command in a row that is none of a transaction ends the session.
    'smtp_accept_max_nonmail_hosts =',
    `smtp_max_unknown_commands = ${limits.errorsPerSession === 0 ? 1_000_000 : limits.errorsPerSession}`,
    `smtp_max_synprot_errors = ${limits.errorsPerSession === 0 ? 1_000_000 : limits.errorsPerSession}`,
    `smtp_receive_timeout = ${seconds(limits.commandTimeout)}`,
    `delay_warning = ${queue.delayWarning === 0 ? '' : seconds(queue.delayWarning)}`,
    // A notification that cannot be delivered is nobody's; Exim would freeze it for ten weeks.
    'ignore_bounce_errors_after = 0s',
    'acl_smtp_auth = acl_auth',
    'acl_smtp_mail = acl_mail',
    'acl_smtp_rcpt = acl_rcpt',
    ...(settings.verify.vrfy === 'everybody' ? ['acl_smtp_vrfy = acl_vrfy'] : []),
  ]
}

const routers = ({ settings }: House): readonly string[] => {
  const { smarthost } = settings.outgoing
  const suffix =
    settings.subaddressSeparator === ''
      ? []
      : [`  local_part_suffix = ${settings.subaddressSeparator}*`, '  local_part_suffix_optional']
  const outward =
    smarthost === undefined
      ? // Exim holds every address of 127.0.0.0/8 to be its own.
        ['  driver = dnslookup', '  self = send', '  transport = remote_smtp']
      : [
          '  driver = manualroute',
          `  route_list = * ${smarthost.host}::${smarthost.port}`,
          '  self = send',
          '  transport = smarthost',
        ]
  // What a domain is relayed for goes to its own exchangers, also where a smarthost takes everything else.
  const backups =
    smarthost === undefined
      ? []
      : [
          'backups:',
          '  driver = dnslookup',
          '  domains = +relay_to_domains',
          '  self = send',
          '  transport = remote_smtp',
          '  no_more',
        ]
  return [
    ...backups,
    'outward:',
    ...outward,
    '  domains = ! +local_domains',
    '  no_more',
    'redirects:',
    '  driver = redirect',
    `  data = ${lookup('redirects', '$local_part@$domain')}}`,
    ...suffix,
    'mailboxes:',
    '  driver = accept',
    `  address_data = ${lookup('mailboxes', '$local_part@$domain')}{$value}fail}`,
    ...suffix,
    '  transport = maildir',
    '  cannot_route_message = Unknown user',
  ]
}

const client = ({ settings: { outgoing } }: House): readonly string[] => [
  '  driver = smtp',
  `  connect_timeout = ${seconds(outgoing.timeouts.connection)}`,
  `  command_timeout = ${seconds(outgoing.timeouts.command)}`,
  `  data_timeout = ${seconds(outgoing.timeouts.dataBlock)}`,
  `  final_timeout = ${seconds(outgoing.timeouts.dataTermination)}`,
  // The settings set no limit to the exchangers that are tried.
  '  hosts_max_try = 50',
  ...(outgoing.sourceAddress === undefined ? [] : [`  interface = ${outgoing.sourceAddress}`]),
]

const transports = (house: House, { trustedCertificates }: Place): readonly string[] => {
  const { outgoing } = house.settings
  const { smarthost } = outgoing
  const sure = smarthost?.tls === 'required' || smarthost?.tls === 'implicit'
  return [
    'remote_smtp:',
    ...client(house),
    ...(outgoing.tls === 'none' ? ['  hosts_avoid_tls = *'] : []),
    'smarthost:',
    ...client(house),
    ...(smarthost?.tls === 'none' ? ['  hosts_avoid_tls = *'] : []),
    ...(smarthost?.tls === 'implicit' ? ['  protocol = smtps'] : []),
    ...(sure ? ['  hosts_require_tls = *', '  tls_verify_hosts = *', '  tls_verify_cert_hostnames = *'] : []),
    ...(trustedCertificates === undefined ? [] : [`  tls_verify_certificates = ${folder}/trusted.pem`]),
    ...(smarthost?.user === undefined ? [] : ['  hosts_require_auth = *']),
    'maildir:',
    '  driver = appendfile',
    '  directory = /var/mail/$address_data',
    '  maildir_format',
    '  create_directory',
    '  return_path_add',
  ]
}

/** Waits between attempts as Exim says them: until when since the first failure, and how long between. */
const retry = ({ settings: { queue } }: House): readonly string[] => {
  const rule = (lifetime: number): string => {
    let until = 0
    const last = queue.retryAfter.at(-1) ?? 0
    const parts = queue.retryAfter.slice(0, -1).map((wait) => {
      until += wait
      return `F,${seconds(Math.min(until, lifetime))},${seconds(wait)}`
    })
    return [...parts, `F,${seconds(lifetime)},${seconds(last)}`].join('; ')
  }
  return [`* * senders=: ${rule(queue.notificationLifetime)}`, `* * ${rule(queue.lifetime)}`]
}

const secretOf = (key: string): string => `\${lookup{${key}}lsearch{${folder}/passwords}{$value}fail}`

/** Text in an expanded string of `client_send`, where a circumflex stands for a NUL. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('$', '\\$').replaceAll('^', '^^')

const authenticators = ({ settings }: House): readonly string[] => {
  const { authentication, outgoing, tls } = settings
  const shown = authentication.clearText ? 'true' : '${if def:tls_in_cipher}'
  const hidden = tls.requiredOnSubmission ? '${if or{{def:tls_in_cipher}{eq{$received_port}{25}}}}' : 'true'
  const { smarthost } = outgoing
  const account = smarthost?.user === undefined ? undefined : { name: smarthost.user, secret: smarthost.password ?? '' }
  const server = {
    PLAIN: [
      '  server_prompts = :',
      `  server_condition = \${if eq{$auth3}{${secretOf('$auth2')}}}`,
      '  server_set_id = $auth2',
      `  server_advertise_condition = ${shown}`,
    ],
    LOGIN: [
      '  server_prompts = <| Username: | Password:',
      `  server_condition = \${if eq{$auth2}{${secretOf('$auth1')}}}`,
      '  server_set_id = $auth1',
      `  server_advertise_condition = ${shown}`,
    ],
    'CRAM-MD5': [
      `  server_secret = ${secretOf('$auth1')}`,
      '  server_set_id = $auth1',
      `  server_advertise_condition = ${hidden}`,
    ],
  }
  const sends =
    account === undefined
      ? undefined
      : {
          PLAIN: [`  client_send = ^${escaped(account.name)}^${escaped(account.secret)}`],
          LOGIN: [`  client_send = : ${escaped(account.name)} : ${escaped(account.secret)}`],
          'CRAM-MD5': [`  client_name = ${escaped(account.name)}`, `  client_secret = ${escaped(account.secret)}`],
        }
  // Where TLS is used at all, who is at the other end must be known before a password is shown.
  const sure = smarthost !== undefined && smarthost.tls !== 'none'
  const verified = '  client_condition = ${if bool{$tls_out_certificate_verified}}'
  const drivers = { 'CRAM-MD5': 'cram_md5', LOGIN: 'plaintext', PLAIN: 'plaintext' } as const
  const lines: string[] = []
  for (const method of ['CRAM-MD5', 'PLAIN', 'LOGIN'] as const) {
    const served = authentication.methods.includes(method)
    if (!served && sends === undefined) continue
    lines.push(
      `${method.toLowerCase().replace('-', '_')}:`,
      `  driver = ${drivers[method]}`,
      `  public_name = ${method}`,
    )
    if (served) lines.push(...server[method])
    if (sends !== undefined) lines.push(...sends[method], ...(sure ? [verified] : []))
  }
  return lines
}

export const configuration = (house: House, place: Place): string => {
  if (house.settings.verify.vrfy === 'authenticated')
    throw new NotApplicable('answers VRFY for everybody or for nobody')
  if (!isFullyQualified(house.settings.hostName))
    throw new NotApplicable("is told its host's official, fully qualified name")
  const lines = [
    ...main(house, place),
    'begin acl',
    ...accessLists(house, place),
    'begin routers',
    ...routers(house),
    'begin transports',
    ...transports(house, place),
    'begin retry',
    ...retry(house),
    'begin rewrite',
    'begin authenticators',
    ...authenticators(house),
  ]
  return `${lines.join('\n')}\n`
}
