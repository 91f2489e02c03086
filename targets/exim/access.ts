/**
 * Who may do what, as Exim's access lists for AUTH, MAIL, RCPT and VRFY say it. `configuration.ts` renders everything else.
 */
import type { ListenerPlace, Place } from '../box/product.ts'
import type { House } from '../house.ts'

export const folder = '/etc/exim4'

export const ports = (listeners: readonly ListenerPlace[], ...roles: readonly string[]): string =>
  listeners
    .filter(({ role }) => roles.includes(role))
    .map(({ port }) => String(port))
    .join(':') || '0'

export const lookup = (file: string, key: string): string => `\${lookup{\${lc:${key}}}lsearch{${folder}/${file}}`

/** Exim counts no failures; its access list for AUTH counts the commands of a session that has not succeeded, and ends it. */
const authAcl = ({ settings: { authentication } }: House): readonly string[] => [
  'acl_auth:',
  '  drop    message = 554 5.7.0 Too many failures',
  `          condition = \${if >={\${eval10:0$acl_c_attempts}}{${authentication.failuresPerSession}}}`,
  '  accept  set acl_c_attempts = ${eval10:0$acl_c_attempts+1}',
]

const mailAcl = ({ settings }: House, { listeners }: Place): readonly string[] => {
  const { tls, refusals, submission } = settings
  const encrypted = [
    ...(tls.requiredOnRelay ? [ports(listeners, 'relay')] : []),
    ...(tls.requiredOnSubmission ? [ports(listeners, 'submission')] : []),
  ]
  return [
    'acl_mail:',
    ...(encrypted.length > 0
      ? [
          '  deny    message = 530 5.7.0 Must issue a STARTTLS command first',
          `          condition = \${if inlist{$received_port}{${encrypted.join(':')}}}`,
          '          !encrypted = *',
        ]
      : []),
    '  deny    message = 530 5.7.0 Authentication required',
    `          condition = \${if inlist{$received_port}{${ports(listeners, 'submission', 'submissions')}}}`,
    '          !authenticated = *',
    '          !hosts = +relay_from_hosts',
    ...(refusals.senders.length > 0
      ? ['  deny    message = 550 5.7.1 Sender refused', `          senders = ${refusals.senders.join(' : ')}`]
      : []),
    ...(submission.senderMustBeOwn
      ? [
          '  deny    message = 550 5.7.1 Not your address',
          '          authenticated = *',
          `          condition = \${if !forany{<, ${lookup('owners', '$sender_address')}}}{eq{$item}{$authenticated_id}}}`,
          '          condition = ${if !eq{$sender_address}{}}',
        ]
      : []),
    '  accept',
  ]
}

const rcptAcl = ({ settings }: House, { listeners }: Place): readonly string[] => {
  const users = ports(listeners, 'submission', 'submissions')
  const fixes = settings.submission.completeMessages
    ? [
        '  warn    condition = ${if inlist{$received_port}{USERS}}'.replace('USERS', users),
        '          control = submission/sender_retain',
      ]
    : []
  return [
    'acl_rcpt:',
    '  accept  hosts = :',
    ...fixes,
    '  accept  hosts = +relay_from_hosts',
    '          domains = !+local_domains',
    '  accept  authenticated = *',
    '          domains = !+local_domains',
    ...(settings.incoming.allowed
      ? ['  accept  local_parts = postmaster', '          domains = +local_domains']
      : [
          '  deny    message = No incoming mail here',
          '          !authenticated = *',
          '          !hosts = +relay_from_hosts',
        ]),
    '  require message = relay not permitted',
    '          domains = +local_domains : +relay_to_domains',
    // Whether a domain that we are backup for can be reached is found out when its mail is sent.
    '  accept  domains = +relay_to_domains',
    '  require verify = recipient',
    '  accept',
    'acl_vrfy:',
    '  accept',
  ]
}

export const accessLists = (house: House, place: Place): readonly string[] => [
  ...authAcl(house),
  ...mailAcl(house, place),
  ...rcptAcl(house, place),
]
