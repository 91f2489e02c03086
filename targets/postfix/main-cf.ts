/**
 * The settings of a mail service as Postfix's `main.cf`, one parameter a line, in groups that follow the settings.
 *
 * What the settings do not speak of stays as Postfix ships it, but for what only slows a suite down. Parameters are said
 * here in the product's own words (postconf(5)); a value that Postfix cannot express throws `NotApplicable`.
 */
import { domainToASCII, domainToUnicode } from 'node:url'
import { settingsSchema } from '../../server/settings/schema.ts'
import { isFullyQualified } from '../house.ts'
import type { House } from '../house.ts'
import { NotApplicable } from '../faults.ts'
import type { ListenerPlace, Place } from '../box/product.ts'

type Parameters = Readonly<Record<string, string>>

/**
 * `2001:db8::/32` is written `[2001:db8::]/32` here, because a colon would name a table. Of an address of IPv4, bits beyond
 * the prefix are cleared: Postfix takes a network with such bits for a mistake.
 */
const bracketed = (network: string): string => {
  const [address = '', bits] = network.split('/')
  if (bits === undefined) return address.includes(':') ? `[${address}]` : address
  if (address.includes(':')) return `[${address}]/${bits}`
  const octets = address.split('.').map((octet, index) => {
    const kept = Math.min(8, Math.max(0, Number(bits) - 8 * index))
    return Number(octet) & (0xff << (8 - kept)) & 0xff
  })
  return `${octets.join('.')}/${bits}`
}

/** Postfix counts whole seconds. */
const seconds = (milliseconds: number): string => `${Math.max(1, Math.round(milliseconds / 1000))}s`

const identity = ({ settings, domains }: House, { listeners }: Place): Parameters => ({
  compatibility_level: '3.6',
  myhostname: domainToASCII(settings.hostName),
  myorigin: domains[0] ?? settings.hostName,
  mydestination: '',
  alias_maps: '',
  alias_database: '',
  // An address that no interface holds is fatal here; where it listens stands in master.cf, what is its own in the next line.
  inet_interfaces: '127.0.0.1',
  proxy_interfaces: [
    ...new Set(listeners.map(({ address }) => address).filter((address) => address !== '0.0.0.0')),
  ].join(' '),
  inet_protocols: 'ipv4',
  maillog_file: '/var/log/mail.log',
})

const mailboxes = ({ settings, domains }: House): Parameters => ({
  // A domain is compared as it is written: each stands here in both writings.
  virtual_mailbox_domains: [...new Set(domains.flatMap((domain) => [domain, domainToUnicode(domain)]))].join(' '),
  virtual_mailbox_base: '/var/mail',
  virtual_mailbox_maps: 'texthash:/etc/postfix/mailboxes',
  virtual_alias_maps: 'texthash:/etc/postfix/redirects',
  virtual_uid_maps: 'static:7108',
  virtual_gid_maps: 'static:7108',
  virtual_mailbox_limit: '0',
  relay_domains: settings.incoming.relayDomains.join(' '),
  // What a domain is relayed for goes to its own exchangers, also where relayhost would take everything.
  transport_maps: 'texthash:/etc/postfix/transports',
  // A domain of the settings is that domain; as shipped, a backup's domain opens the relay for everything below it.
  parent_domain_matches_subdomains: '',
  recipient_delimiter: settings.subaddressSeparator,
})

const authentication = ({ settings, domains, openRelay }: House): Parameters => {
  const { authentication: how, relay } = settings
  return {
    smtpd_sasl_auth_enable: how.methods.length > 0 ? 'yes' : 'no',
    smtpd_sasl_type: 'cyrus',
    smtpd_sasl_path: 'smtpd',
    cyrus_sasl_config_path: '/etc/postfix/sasl',
    smtpd_sasl_local_domain: domains[0] ?? '',
    smtpd_sasl_security_options: how.clearText ? 'noanonymous' : 'noanonymous, noplaintext',
    smtpd_sasl_tls_security_options: 'noanonymous',
    mynetworks: openRelay ? '0.0.0.0/0' : relay.trustedHosts.map(bracketed).join(' '),
    smtpd_sender_login_maps: settings.submission.senderMustBeOwn ? 'texthash:/etc/postfix/owners' : '',
    // The house refuses for good what it will not relay; Postfix's own default defers.
    smtpd_relay_restrictions: 'permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination',
    smtpd_sender_restrictions: [
      ...(settings.refusals.senders.length > 0 ? ['check_sender_access texthash:/etc/postfix/senders'] : []),
      ...(settings.submission.senderMustBeOwn ? ['reject_authenticated_sender_login_mismatch'] : []),
    ].join(', '),
    smtpd_recipient_restrictions: settings.incoming.allowed
      ? ''
      : 'permit_mynetworks, permit_sasl_authenticated, reject',
  }
}

const encryption = ({ settings: { tls, outgoing } }: House): Parameters => ({
  smtpd_tls_chain_files: '/etc/postfix/key-and-certificate.pem',
  smtpd_tls_security_level: tls.requiredOnRelay ? 'encrypt' : tls.offered ? 'may' : 'none',
  smtpd_tls_protocols: `>=${tls.minimumVersion}`,
  smtpd_tls_mandatory_protocols: `>=${tls.minimumVersion}`,
  smtp_tls_protocols: `>=${tls.minimumVersion}`,
  smtp_tls_mandatory_protocols: `>=${tls.minimumVersion}`,
  smtp_tls_security_level: outgoing.tls === 'none' ? 'none' : 'may',
})

const limits = ({ settings: { limits: most, refusals, verify, authentication: how } }: House): Parameters => ({
  message_size_limit: String(most.messageSize),
  smtpd_recipient_limit: String(most.recipients),
  smtpd_client_connection_count_limit: String(most.connectionsPerHost),
  smtpd_client_connection_rate_limit: String(most.connectionsPerMinute),
  smtpd_client_message_rate_limit: String(most.messagesPerMinute),
  smtpd_client_recipient_rate_limit: String(most.recipientsPerMinute),
  smtpd_hard_error_limit: String(most.errorsPerSession === 0 ? 1_000_000 : most.errorsPerSession),
  smtpd_error_sleep_time: `${Math.round(how.failureDelay / 1000)}s`,
  smtpd_timeout: seconds(most.commandTimeout),
  line_length_limit: String(most.commandLine),
  // Postfix counts its own field too, and refuses at the number itself.
  hopcount_limit: String(most.receivedHops + 1),
  smtpd_forbid_bare_newline: refusals.bareLineEnds === 'refuse' ? 'reject' : 'normalize',
  smtpd_forbid_bare_newline_exclusions: '',
  smtpd_forbid_unauth_pipelining: refusals.earlyTalkers === 'refuse' ? 'yes' : 'no',
  disable_vrfy_command: verify.vrfy === 'nobody' ? 'yes' : 'no',
})

const outgoing = ({ settings }: House, { trustedCertificates }: Place): Parameters => {
  const { smarthost, timeouts, sourceAddress } = settings.outgoing
  const times: Parameters = {
    smtp_connect_timeout: seconds(timeouts.connection),
    smtp_helo_timeout: seconds(timeouts.greeting),
    smtp_mail_timeout: seconds(timeouts.command),
    smtp_rcpt_timeout: seconds(timeouts.command),
    smtp_data_init_timeout: seconds(timeouts.dataInitiation),
    smtp_starttls_timeout: seconds(timeouts.dataInitiation),
    smtp_data_xfer_timeout: seconds(timeouts.dataBlock),
    smtp_data_done_timeout: seconds(timeouts.dataTermination),
    smtp_quit_timeout: seconds(timeouts.farewell),
    smtp_rset_timeout: seconds(timeouts.farewell),
    ...(sourceAddress !== undefined && { smtp_bind_address: sourceAddress }),
    // The settings set no limit to the exchangers that are tried; Postfix's own are five addresses and two sessions.
    smtp_mx_address_limit: '0',
    smtp_mx_session_limit: '0',
  }
  if (smarthost === undefined) return times
  const verified = trustedCertificates !== undefined
  const levels = { none: 'none', opportunistic: 'may', required: 'secure', implicit: 'secure' } as const
  return {
    ...times,
    relayhost: `[${smarthost.host}]:${smarthost.port}`,
    smtp_tls_security_level: levels[smarthost.tls],
    smtp_tls_secure_cert_match: 'hostname',
    smtp_tls_wrappermode: smarthost.tls === 'implicit' ? 'yes' : 'no',
    ...(verified && { smtp_tls_CAfile: '/etc/postfix/trusted.pem' }),
    ...(smarthost.user !== undefined && {
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_type: 'cyrus',
      smtp_sasl_password_maps: 'texthash:/etc/postfix/smarthost',
      smtp_sasl_security_options: smarthost.tls === 'none' ? 'noanonymous' : 'noanonymous, noplaintext',
      smtp_sasl_tls_security_options: 'noanonymous, noplaintext',
      smtp_sasl_tls_verified_security_options: 'noanonymous',
    }),
  }
}

const queue = ({ settings: { queue: how } }: House): Parameters => {
  const usual = settingsSchema.parse({}).queue.retryAfter
  const even = how.retryAfter.every((wait) => wait === how.retryAfter[0])
  if (!even && JSON.stringify(how.retryAfter) !== JSON.stringify(usual))
    throw new NotApplicable('spaces attempts by the age of a message, and not by a list')
  const waits = how.retryAfter.map((milliseconds) => Math.max(1, Math.round(milliseconds / 1000)))
  const [first = 300] = waits
  return {
    minimal_backoff_time: `${Math.min(...waits)}s`,
    maximal_backoff_time: `${Math.max(...waits)}s`,
    queue_run_delay: `${Math.min(300, first)}s`,
    maximal_queue_lifetime: seconds(Math.max(how.lifetime, how.notificationLifetime)),
    bounce_queue_lifetime: seconds(how.notificationLifetime),
    delay_warning_time: how.delayWarning === 0 ? '0s' : seconds(how.delayWarning),
    default_destination_concurrency_limit: String(how.sessionsPerDestination),
    // Slows a full queue's clients down, which no scenario is about.
    in_flow_delay: '0s',
  }
}

export const mainCf = (house: House, place: Place): string => {
  // No failed attempts of a session are counted; fewer than the usual three would be a promise that is not kept.
  if (house.settings.authentication.failuresPerSession < 3)
    throw new NotApplicable('does not close sessions after failed attempts')
  if (!isFullyQualified(house.settings.hostName)) throw new NotApplicable("is told its host's fully qualified name")
  if (house.settings.outgoing.refuseLoopback) throw new NotApplicable('sends to loopback addresses as to any other')
  if (house.settings.verify.vrfy === 'authenticated')
    throw new NotApplicable('answers VRFY for everybody or for nobody')
  const all: Parameters = {
    ...identity(house, place),
    ...mailboxes(house),
    ...authentication(house),
    ...encryption(house),
    ...limits(house),
    ...outgoing(house, place),
    ...queue(house),
  }
  return Object.entries(all)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

const services = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

/** What a submission listener says otherwise: the users' door is for those who may, and adds what messages lack. */
const submissionOptions = ({ settings }: House, { role }: ListenerPlace): readonly string[] => {
  const { tls, submission } = settings
  const offered = role === 'submissions' || tls.offered
  return [
    `syslog_name=postfix/${role}`,
    ...(role === 'submissions' ? ['smtpd_tls_wrappermode=yes'] : []),
    `smtpd_tls_security_level=${!offered ? 'none' : tls.requiredOnSubmission || role === 'submissions' ? 'encrypt' : 'may'}`,
    'smtpd_relay_restrictions=permit_mynetworks,permit_sasl_authenticated,reject',
    ...(submission.completeMessages
      ? ['local_header_rewrite_clients=permit_mynetworks,permit_sasl_authenticated']
      : []),
  ]
}

export const masterCf = (house: House, { listeners }: Place): string => {
  const doors = house.settings.smtp.enabled ? listeners : []
  const lines = doors.map((listener) => {
    const options = listener.role === 'relay' ? [] : submissionOptions(house, listener)
    return [`${listener.address}:${listener.port} inet n - n - - smtpd`, ...options.map((one) => `  -o ${one}`)].join(
      '\n',
    )
  })
  return `${lines.join('\n')}\n${services}`
}
