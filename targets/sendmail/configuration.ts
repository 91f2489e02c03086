/**
 * The settings of a mail service as Sendmail's `sendmail.mc`, from which m4 makes `sendmail.cf` in the box.
 *
 * What the settings do not speak of stays as Sendmail ships it (cf/README, and the Operations Guide, op.txt), but for what
 * needs the Internet (senders' domains are not looked up) or only slows a suite down. A value that Sendmail cannot express
 * throws `NotApplicable`. Quotes are m4's own: `word'.
 */
import { domainToASCII } from 'node:url'
import type { ListenerPlace, Place } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import type { House } from '../house.ts'
import { settingsSchema } from '../../server/settings/schema.ts'

const folder = '/etc/mail'

const define = (name: string, value: string): string => `define(\`${name}', \`${value}')dnl`
const feature = (name: string, ...values: readonly string[]): string =>
  `FEATURE(${[name, ...values].map((value) => `\`${value}'`).join(', ')})dnl`
const seconds = (milliseconds: number): string => `${Math.max(1, Math.round(milliseconds / 1000))}s`
/** A rule of a ruleset: its sides are parted by tabs. */
const rule = (left: string, right: string): string => `R${left}\t\t${right}`

const identity = ({ settings, domains }: House, { listeners }: Place): readonly string[] => [
  `divert(-1)`,
  "define(`_USE_ETC_MAIL_')",
  'divert(0)dnl',
  "include(`/usr/share/sendmail/cf/m4/cf.m4')dnl",
  "OSTYPE(`linux')dnl",
  define('confDOMAIN_NAME', domainToASCII(settings.hostName)),
  define('STATUS_FILE', '/var/lib/sendmail/statistics'),
  define('confPID_FILE', '/run/sendmail.pid'),
  define('QUEUE_DIR', '/var/spool/mqueue'),
  // Addresses of the machine are no names of the box; its own stand in the next line.
  define('confDONT_PROBE_INTERFACES', 'true'),
  ...[...domains, ...new Set(listeners.map(({ address }) => `[${address}]`))].map(
    (name) => `LOCAL_DOMAIN(\`${name}')dnl`,
  ),
  // The settings complete no names, so the resolver's own domain is not tried.
  define('confBIND_OPTS', '-DNSRCH -DEFNAMES'),
  feature('nocanonify'),
  feature('accept_unresolvable_domains'),
  feature('access_db', 'hash -T<TMPF> -o /etc/mail/access'),
  feature('virtusertable', 'hash -o /etc/mail/virtusertable'),
  // A domain that is relayed for means itself, not what is below it; names of our own are whole in headers as well.
  feature('relay_hosts_only'),
  feature('always_add_domain'),
]

/** What only slows a suite down: lookups of users at the client, pauses after wrong recipients, loads of the machine. */
const haste: readonly string[] = [
  define('confTO_IDENT', '0'),
  define('confBAD_RCPT_THROTTLE', ''),
  define('confQUEUE_LA', '1000'),
  define('confREFUSE_LA', '1000'),
  define('confDELAY_LA', '0'),
  define('confMAX_QUEUE_CHILDREN', '100'),
  define('confMAX_RUNNERS_PER_QUEUE', '20'),
]

/** Aliases are told of from level 11 on; without, nobody could say what became of the address that was given. */
const log: readonly string[] = [define('confLOG_LEVEL', '11')]

const limits = ({ settings: { limits: most, refusals, verify } }: House): readonly string[] => [
  define('confMAX_MESSAGE_SIZE', String(most.messageSize)),
  define('confMAX_RCPTS_PER_MESSAGE', String(most.recipients)),
  define('confMAX_DAEMON_CHILDREN', String(most.connections)),
  define('confMAX_HOP', String(most.receivedHops)),
  define('confTO_COMMAND', seconds(most.commandTimeout)),
  define(
    'confPRIVACY_FLAGS',
    [
      'authwarnings',
      ...(verify.vrfy === 'nobody' ? ['novrfy'] : []),
      ...(verify.expn === 'everybody' ? [] : ['noexpn']),
    ].join(','),
  ),
  feature('conncontrol', '', 'terminate'),
  feature('ratecontrol', '', 'terminate'),
  ...(most.greetingDelay > 0 && refusals.earlyTalkers === 'refuse'
    ? [feature('greet_pause', String(most.greetingDelay))]
    : []),
]

const timeouts = ({ settings: { outgoing, queue } }: House): readonly string[] => {
  const { timeouts: wait } = outgoing
  return [
    define('confTO_ICONNECT', seconds(wait.connection)),
    define('confTO_CONNECT', seconds(wait.connection)),
    define('confTO_INITIAL', seconds(wait.greeting)),
    ...['HELO', 'MAIL', 'RCPT', 'AUTH'].map((name) => define(`confTO_${name}`, seconds(wait.command))),
    define('confTO_DATAINIT', seconds(wait.dataInitiation)),
    define('confTO_STARTTLS', seconds(wait.dataInitiation)),
    define('confTO_DATABLOCK', seconds(wait.dataBlock)),
    define('confTO_DATAFINAL', seconds(wait.dataTermination)),
    define('confTO_RSET', seconds(wait.farewell)),
    define('confTO_QUIT', seconds(wait.farewell)),
    define('confTO_QUEUERETURN', seconds(queue.lifetime)),
    define('confTO_QUEUERETURN_DSN', seconds(queue.notificationLifetime)),
    define('confTO_QUEUEWARN', queue.delayWarning === 0 ? '0' : seconds(queue.delayWarning)),
  ]
}

const protocols = ({ settings }: House): string =>
  [
    'SSL_OP_NO_SSLv2',
    'SSL_OP_NO_SSLv3',
    'SSL_OP_NO_TLSv1',
    'SSL_OP_NO_TLSv1_1',
    ...(settings.tls.minimumVersion === 'TLSv1.3' ? ['SSL_OP_NO_TLSv1_2'] : []),
  ]
    .map((option) => `+${option}`)
    .join(' ')

const encryption = (house: House, { trustedCertificates }: Place): readonly string[] => [
  define('confSERVER_CERT', `${folder}/tls/certificate.pem`),
  define('confSERVER_KEY', `${folder}/tls/key.pem`),
  define('confCACERT', `${folder}/tls/${trustedCertificates === undefined ? 'certificate' : 'trusted'}.pem`),
  define('confCACERT_PATH', `${folder}/tls`),
  define('confTLS_SRV_OPTIONS', 'V'),
  define('confSERVER_SSL_OPTIONS', protocols(house)),
  define('confCLIENT_SSL_OPTIONS', protocols(house)),
]

const authentication = ({ settings: { authentication: how } }: House): readonly string[] => {
  const methods = how.methods.join(' ')
  return [
    define('confAUTH_MECHANISMS', methods),
    ...(methods === '' ? [] : [`TRUST_AUTH_MECH(\`${methods}')dnl`]),
    define('confAUTH_OPTIONS', how.clearText ? '' : 'p'),
  ]
}

const outgoing = ({ settings: { outgoing: how } }: House): readonly string[] => {
  const { smarthost, sourceAddress } = how
  if (smarthost?.tls === 'implicit') throw new NotApplicable('speaks no TLS from the start to a smarthost')
  const tls = smarthost === undefined ? how.tls : smarthost.tls
  const client = [
    'Family=inet',
    ...(sourceAddress === undefined ? [] : [`Address=${sourceAddress}`]),
    ...(tls === 'none' ? ['M=S'] : []),
  ]
  return [
    // Opportunistic means that a handshake which fails costs no mail.
    ...(tls === 'opportunistic' ? [define('confTLS_FALLBACK_TO_CLEAR', 'true')] : []),
    ...(client.length === 1 ? [] : [`CLIENT_OPTIONS(\`${client.join(', ')}')dnl`]),
    ...(smarthost === undefined
      ? []
      : [
          define('SMART_HOST', `[${smarthost.host}]`),
          define('RELAY_MAILER_ARGS', `TCP $h ${smarthost.port}`),
          // Domains that we are the backup of go to their own exchangers.
          feature('mailertable', 'hash -o /etc/mail/mailertable'),
          ...(smarthost.user === undefined ? [] : [feature('authinfo', 'hash -o /etc/mail/authinfo')]),
        ]),
  ]
}

const names = { relay: 'MTA', submission: 'MSA', submissions: 'TLSMSA' } as const

const doors = ({ settings }: House, { listeners }: Place): readonly string[] => [
  feature('no_default_msa'),
  ...listeners.map((listener: ListenerPlace) => {
    const { role, address, port } = listener
    const modifiers = [
      ...(role === 'submissions' ? ['s'] : settings.tls.offered ? [] : ['S']),
      ...(role === 'relay' ? [] : ['E']),
    ].join('')
    const family = address.includes(':') ? 'inet6' : 'inet'
    const more = modifiers === '' ? '' : `, M=${modifiers}`
    return `DAEMON_OPTIONS(\`Name=${names[role]}, Family=${family}, Addr=${address}, Port=${port}${more}')dnl`
  }),
]

const users = ({ settings, openRelay }: House): readonly string[] => [
  define('confFORWARD_PATH', ''),
  // As the recipient and with rules of its own: as shipped, procmail makes an mbox file of its own accord.
  feature('local_procmail', '/usr/bin/procmail', 'procmail -t -Y -m /etc/mail/deliver $u', 'oPn9'),
  ...(settings.subaddressSeparator === '+' ? [] : [feature('preserve_local_plus_detail')]),
  ...(openRelay ? [feature('promiscuous_relay')] : []),
]

/** Rules of our own, for what only the doors' names, TLS and a proven name together tell. */
const rulesets = ({ settings, openRelay }: House): readonly string[] => {
  const { tls, submission, incoming } = settings
  const encrypted = [...(tls.requiredOnRelay ? ['MTA'] : []), ...(tls.requiredOnSubmission ? ['MSA'] : [])]
  return [
    'LOCAL_CONFIG',
    'Kowners hash -o /etc/mail/owners',
    // Content ends at CRLF.CRLF only (srv_features, `o'); clients are not asked for certificates (`V').
    // Without AUTH before TLS (`A') it is not offered after TLS either.
    'LOCAL_SRV_FEATURES',
    rule('$*', '$# V o'),
    'LOCAL_RULESETS',
    'SInsider',
    ...(openRelay ? [rule('$*', '$@ YES')] : []),
    rule('$*', '$: $&{auth_type} $| $&{client_addr}'),
    rule('$+ $| $*', '$@ YES'),
    rule('$* $| $+', '$: $>A <$2> <NO> <+ Connect> <>'),
    rule('<RELAY> $*', '$@ YES'),
    rule('$*', '$@ NO'),
    'SLocal_check_mail',
    ...encrypted.flatMap((name) => [
      rule('$*', '$: $&{daemon_name} $| $&{tls_version} $| $1'),
      rule(`${name} $| $| $*`, '$#error $@ 5.7.0 $: "530 Must issue a STARTTLS command first"'),
      rule('$* $| $* $| $*', '$: $3'),
    ]),
    ...(submission.senderMustBeOwn
      ? [
          rule('$*', '$: $&{auth_authen} $| $1'),
          rule('$+ $| <>', '$@ OK'),
          rule('$+ $| <$+>', '$: <$(owners $1/$2 $: NO $)>'),
          rule('$+ $| $+', '$: <$(owners $1/$2 $: NO $)>'),
          rule('<NO>', '$#error $@ 5.7.1 $: "550 Not your address"'),
        ]
      : []),
    // The users' doors are for users, from MAIL on (RFC 6409 §4.3).
    ...['MSA', 'TLSMSA'].flatMap((name) => [
      rule('$*', '$: $&{daemon_name} $| $1'),
      rule(`${name} $| $*`, '$: $>Insider $1'),
      rule('NO', '$#error $@ 5.7.0 $: "530 Authentication required"'),
      rule('YES', '$@ OK'),
      rule('$* $| $*', '$: $2'),
    ]),
    'SLocal_check_rcpt',
    rule('$*', '$: $>Insider $1'),
    rule('YES', '$@ OK'),
    ...(incoming.allowed ? [] : [rule('$*', '$#error $@ 5.7.1 $: "550 No incoming mail here"')]),
  ]
}

const plain = /^[ -~]*$/
const patience = 9

export const sendmailMc = (house: House, place: Place): string => {
  const {
    authentication: how,
    verify,
    queue,
    subaddressSeparator,
    submission,
    hostName,
    outgoing: out,
  } = house.settings
  if (!hostName.includes('.')) throw new NotApplicable('waits a minute at its start for its name to become a whole one')
  if (![...house.mailboxes, ...house.redirects].flat(2).every((name) => plain.test(name)))
    throw new NotApplicable('knows names of ASCII only (SMTPUTF8 is not built in)')
  if (out.refuseLoopback) throw new NotApplicable('sends to loopback addresses as to any other')
  if (out.smarthost?.user !== undefined && out.smarthost.tls === 'opportunistic')
    throw new NotApplicable('authenticates to a smarthost whether TLS was verified or not')
  // No failed attempts of a session are counted; fewer than the usual three would be a promise that is not kept.
  if (how.failuresPerSession < 3) throw new NotApplicable('does not close sessions after failed attempts')
  // Each AUTH beyond the number of mechanisms is answered later than the one before (checksmtpattack in srvrsmtp.c).
  if (how.failuresPerSession > patience) throw new NotApplicable('waits longer and longer after some attempts')
  if (verify.vrfy === 'everybody') throw new NotApplicable('shows users under the name of the host, without full names')
  if (verify.vrfy === 'authenticated') throw new NotApplicable('answers VRFY for everybody or for nobody')
  if (!['', '+'].includes(subaddressSeparator)) throw new NotApplicable('parts local parts at a plus only')
  if (!submission.completeMessages) throw new NotApplicable('completes every message')
  const usual = JSON.stringify(settingsSchema.parse({}).queue.retryAfter)
  const even = queue.retryAfter.every((wait) => wait === queue.retryAfter[0])
  if (!even && JSON.stringify(queue.retryAfter) !== usual)
    throw new NotApplicable('looks through its queue at even intervals')
  const lines = [
    ...identity(house, place),
    ...haste,
    ...log,
    ...limits(house),
    ...timeouts(house),
    ...encryption(house, place),
    ...authentication(house),
    ...outgoing(house),
    ...doors(house, place),
    ...users(house),
    "MAILER(`local')dnl",
    "MAILER(`smtp')dnl",
    ...rulesets(house),
  ]
  return `${lines.join('\n')}\n`
}
