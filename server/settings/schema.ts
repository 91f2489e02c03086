/**
 * The settings of the mail service, as a mail administrator's console words them: one schema, a sentence for every field.
 *
 * The same schema checks a settings file, types the server, and is published as JSON Schema. A document (what people
 * write) becomes `Settings` (what the server reads): durations turn into milliseconds and every default is filled in.
 * Checks that compare fields with each other stand in `check.ts`.
 */
import { z } from 'zod'

const unitMilliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitMilliseconds

/** `250ms`, `30s`, `5m`, `4h`, `5d`; gives milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'a duration is a number and one of ms, s, m, h, d: 30s, 5m, 4h, 5d')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as Unit
    return Math.round(Number.parseFloat(text) * unitMilliseconds[unit])
  })

const port = z.int().min(0).max(65_535)

/** What the server calls itself until it is given a name. */
export const defaultHostName = 'localhost.localdomain'

export const mechanism = z.enum(['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'])

export const listener = z
  .strictObject({
    role: z
      .enum(['relay', 'submission', 'submissions'])
      .describe(
        'relay takes mail from other servers (port 25); submission takes it from users over STARTTLS (587), submissions over implicit TLS (465).',
      ),
    address: z.string().default('127.0.0.1').describe('The IP address to listen on; 0.0.0.0 or :: for all.'),
    port: port.describe('The TCP port; 0 lets the system choose.'),
  })
  .describe('One address and port that the server answers on, and what it is for.')

export const user = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(255)
      .describe('The name to log in with; also the mailbox name and, at every local domain, the address.'),
    fullName: z.string().optional().describe('The name shown by VRFY.'),
    addresses: z
      .array(z.string())
      .default([])
      .describe('Further addresses of this user: local-part alone (at every local domain) or with a domain.'),
    password: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A new password in clear; replaced by a verifier (and, with CRAM-MD5 on, a secret) before the settings are saved.',
      ),
    verifier: z
      .string()
      .optional()
      .describe(
        'SCRAM-SHA-256 verifier of the password, in the form of RFC 5803: SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey.',
      ),
    secret: z
      .string()
      .optional()
      .describe('The password in clear, which CRAM-MD5 needs; kept only while that method is on.'),
    quota: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'Octets that the mailbox may hold here; mail beyond it waits in the queue. 0 means no limit. Of no effect with mailboxes.lmtp.',
      ),
  })
  .describe('A person with a mailbox here, who may log in.')

export const alias = z
  .strictObject({
    address: z.string().describe('Local-part alone (at every local domain) or local-part@domain.'),
    to: z.array(z.string()).min(1).describe('Where its mail goes: names of users, or addresses anywhere.'),
    moved: z
      .enum(['silently', 'told', 'refused'])
      .default('silently')
      .describe(
        'What senders learn: silently passes mail on, told does so and names the new address (251), refused takes none and names it (551).',
      ),
  })
  .describe('Another address for one or more recipients; the sender stays as it is (RFC 5321 §3.9.1).')

export const list = z
  .strictObject({
    address: z.string().describe('Local-part alone or local-part@domain of the mailing list.'),
    owner: z.string().describe('The list administrator: failures of members are reported there (RFC 5321 §3.9.2).'),
    members: z.array(z.string()).min(1).describe('Addresses of the members.'),
  })
  .describe('A mailing list: its messages go out in the name of the owner.')

export const smarthost = z
  .strictObject({
    host: z.string().describe('Name or IP address of the server that takes all outgoing mail.'),
    port: port.default(587).describe('Its TCP port: 587 for submission, 465 with implicit TLS, 25 for relaying.'),
    tls: z
      .enum(['none', 'opportunistic', 'required', 'implicit'])
      .default('opportunistic')
      .describe('required insists on STARTTLS and a good certificate; implicit starts TLS at once (port 465).'),
    user: z.string().optional().describe('The name to authenticate with, if the smarthost asks for it.'),
    password: z.string().optional().describe('The password for that name; never shown again once it is set.'),
    trustedCertificates: z
      .string()
      .optional()
      .describe("A file of PEM certificates to trust for this host instead of the system's own."),
  })
  .describe('Relay all outgoing mail through one host.')

export const lmtp = z
  .strictObject({
    host: z
      .string()
      .describe(
        'Name or IP address of the POP and IMAP service: this machine, or one on a trusted network, because mail goes there in clear and not over wide area networks (RFC 2033 §5).',
      ),
    port: port.min(1).default(24).describe('Its TCP port for LMTP; never 25, which is for SMTP (RFC 2033 §5).'),
  })
  .describe(
    'Hand mail for users here to the POP and IMAP service at this address over LMTP (RFC 2033), instead of keeping mailboxes here. The service sets the quotas then; the mail that lies in mailboxes here stays.',
  )

export const settingsSchema = z
  .strictObject({
    smtp: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Enable SMTP: when off, no listener is open and nothing is delivered.'),
      })
      .prefault({})
      .describe('The service itself.'),
    hostName: z
      .string()
      .default(defaultHostName)
      .describe("The server's host name, as other servers see it: greeting, EHLO, Received."),
    incoming: z
      .strictObject({
        allowed: z
          .boolean()
          .default(false)
          .describe('Allow incoming mail: take mail from other servers for the domains below.'),
        domains: z
          .array(z.string())
          .default([])
          .describe('Domain names to accept mail for; their users have their mailboxes here.'),
        relayDomains: z
          .array(z.string())
          .default([])
          .describe('Domains whose mail is accepted from anybody and passed on to their own exchangers (backup MX).'),
        internationalHeaders: z
          .boolean()
          .default(true)
          .describe(
            'Take messages with UTF-8 in their header for users here (RFC 6531); off where their programs cannot read them.',
          ),
      })
      .prefault({})
      .describe('Mail from other servers.'),
    listeners: z
      .array(listener)
      .default([{ role: 'relay', address: '127.0.0.1', port: 25 }])
      .describe('Where the server answers: as many addresses and ports as wanted, each for one purpose.'),
    authentication: z
      .strictObject({
        methods: z
          .array(mechanism)
          .default([])
          .describe('Methods of authentication that clients may use. None means that nobody can authenticate.'),
        clearText: z.boolean().default(false).describe('Offer and accept PLAIN and LOGIN without TLS.'),
        failureDelay: duration
          .prefault('1s')
          .describe(
            'How long a failed attempt is made to wait for its answer; doubles with each further one of the session.',
          ),
        failuresPerSession: z
          .int()
          .min(1)
          .default(3)
          .describe('After so many failed attempts the session is closed with 421.'),
        failuresPerHost: z
          .int()
          .min(0)
          .default(100)
          .describe(
            'After so many failed attempts from one address within ten minutes authentication is refused for a while. 0 means no limit.',
          ),
      })
      .prefault({})
      .describe('How users and other servers prove who they are.'),
    relay: z
      .strictObject({
        trustedHosts: z
          .array(z.string())
          .default([])
          .describe(
            'Hosts that may relay without authentication: addresses and networks (192.0.2.7, 192.0.2.0/24, 192.0.2.*, 2001:db8::/32), and on relay listeners names (*.inside.example), which DNS must confirm both ways.',
          ),
        acknowledgeOpenRelay: z
          .boolean()
          .default(false)
          .describe(
            'Listen beyond loopback even though neither a method nor a trusted host is set, which makes the server an open relay.',
          ),
      })
      .prefault({})
      .describe('Who may send mail through this server to others.'),
    submission: z
      .strictObject({
        senderMustBeOwn: z
          .boolean()
          .default(true)
          .describe('An authenticated user may only send from an address of their own.'),
        completeMessages: z
          .boolean()
          .default(true)
          .describe('Add Date and Message-ID where a submitted message has none (RFC 6409 §8).'),
      })
      .prefault({})
      .describe('Mail from our own users.'),
    tls: z
      .strictObject({
        certificate: z
          .string()
          .optional()
          .describe('File with the PEM certificate chain. Without one a self-signed certificate is made.'),
        key: z.string().optional().describe('File with the PEM private key.'),
        minimumVersion: z
          .enum(['TLSv1.2', 'TLSv1.3'])
          .default('TLSv1.2')
          .describe('The oldest version of TLS that is spoken, on either side (RFC 8996: none below 1.2).'),
        offered: z.boolean().default(true).describe('Offer STARTTLS.'),
        requiredOnRelay: z
          .boolean()
          .default(false)
          .describe('Refuse mail on relay listeners until STARTTLS; a public server must not (RFC 3207 §4).'),
        requiredOnSubmission: z
          .boolean()
          .default(true)
          .describe('Refuse mail and authentication on submission listeners until STARTTLS.'),
      })
      .prefault({})
      .describe('How TLS is offered to clients, and when it is demanded.'),
    outgoing: z
      .strictObject({
        smarthost: smarthost.optional(),
        nameServers: z
          .array(z.string())
          .default([])
          .describe("DNS servers (ADDRESS or ADDRESS:PORT); none means the system's own."),
        port: port.default(25).describe('The port of mail exchangers: 25 everywhere but in a laboratory.'),
        tls: z
          .enum(['none', 'opportunistic'])
          .default('opportunistic')
          .describe('Use STARTTLS with mail exchangers that offer it.'),
        sourceAddress: z.string().optional().describe('The local IPv4 address to send from.'),
        ipv6: z.boolean().default(true).describe('Deliver to IPv6 addresses too.'),
        refuseLoopback: z
          .boolean()
          .default(true)
          .describe('Treat a mail exchanger on a loopback address as ourselves; off in a laboratory.'),
        timeouts: z
          .strictObject({
            connection: duration.prefault('30s').describe('For a connection to be made.'),
            greeting: duration.prefault('5m').describe('For the greeting (RFC 5321 §4.5.3.2.1: at least 5 minutes).'),
            command: duration
              .prefault('5m')
              .describe('For the reply to a command: EHLO, MAIL, RCPT and others (RFC 5321 §4.5.3.2.2 and .3).'),
            dataInitiation: duration
              .prefault('2m')
              .describe('For the reply to DATA, to STARTTLS and for the TLS handshake (RFC 5321 §4.5.3.2.4).'),
            dataBlock: duration
              .prefault('3m')
              .describe('For a block of content to be taken by the other side (RFC 5321 §4.5.3.2.5).'),
            dataTermination: duration
              .prefault('10m')
              .describe('For the reply to the end of the content (RFC 5321 §4.5.3.2.6: shorter ones make duplicates).'),
            farewell: duration.prefault('30s').describe('For the replies to RSET and QUIT.'),
          })
          .prefault({})
          .describe('How long the server waits for other servers.'),
      })
      .prefault({})
      .describe('Mail to other servers.'),
    queue: z
      .strictObject({
        retryAfter: z
          .array(duration)
          .min(1)
          .prefault(['30m', '30m', '1h', '2h', '4h'])
          .describe('Waits between attempts; the last one repeats until the lifetime ends (RFC 5321 §4.5.4.1).'),
        lifetime: duration.prefault('5d').describe('After so long an undelivered message is returned.'),
        notificationLifetime: duration.prefault('2d').describe('The same for notifications.'),
        delayWarning: duration
          .prefault('4h')
          .describe('After so long in the queue the sender is told of the delay, once; 0s means never.'),
        sessionsPerDestination: z
          .int()
          .min(1)
          .default(4)
          .describe('Sessions open to one destination at the same time.'),
        sessionsInAll: z
          .int()
          .min(1)
          .default(50)
          .describe('Outgoing sessions open at the same time, to all destinations together.'),
        messagesPerSession: z
          .int()
          .min(1)
          .default(100)
          .describe('Messages sent over one session before a new one is opened.'),
      })
      .prefault({})
      .describe('Outgoing mail that waits.'),
    limits: z
      .strictObject({
        messageSize: z.int().min(0).default(50_000_000).describe('Octets of one message; 0 means no limit.'),
        queueSize: z
          .int()
          .min(0)
          .default(0)
          .describe('Octets that wait in the queue; a message beyond them is put off with 452. 0 means no limit.'),
        recipients: z
          .int()
          .min(100)
          .default(1000)
          .describe('Recipients of one message (RFC 5321 §4.5.3.1.8: at least 100).'),
        connections: z
          .int()
          .min(1)
          .default(500)
          .describe('Sessions open at the same time; further ones are greeted with 421.'),
        connectionsPerHost: z.int().min(1).default(50).describe('The same for one client address.'),
        connectionsPerMinute: z
          .int()
          .min(0)
          .default(0)
          .describe('New connections from one address in a minute; 0 means no limit. Trusted hosts are exempt.'),
        messagesPerMinute: z
          .int()
          .min(0)
          .default(0)
          .describe('Messages from one address or user in a minute; 0 means no limit.'),
        recipientsPerMinute: z
          .int()
          .min(0)
          .default(0)
          .describe('Recipients from one address or user in a minute; 0 means no limit.'),
        errorsPerSession: z
          .int()
          .min(0)
          .default(100)
          .describe('Refused commands before the session is closed with 421; 0 means no limit.'),
        commandLine: z.int().min(512).default(4096).describe('Octets of a command line; longer ones are answered 500.'),
        textLine: z
          .int()
          .min(1000)
          .default(1_000_000)
          .describe(
            'Octets of a line of content; messages with longer ones are refused. Submission listeners take no more than 1000 (RFC 6409 §8).',
          ),
        commandTimeout: duration
          .prefault('5m')
          .describe('How long the server waits for the next command (RFC 5321 §4.5.3.2.7: at least 5 minutes).'),
        dataTimeout: duration.prefault('5m').describe('How long it waits for the next piece of content.'),
        commandDeadline: duration
          .prefault('10m')
          .describe('How long one command line may take from its first to its last octet.'),
        minimumRate: z
          .int()
          .min(0)
          .default(20)
          .describe(
            'Octets a second that content must keep up over a minute; slower clients are cut off. 0 means no limit.',
          ),
        greetingDelay: duration
          .prefault('0ms')
          .describe('Wait so long before the greeting; who talks meanwhile is an early talker.'),
        receivedHops: z
          .int()
          .min(100)
          .default(100)
          .describe('Received fields after which a message is held to be looping (RFC 5321 §6.3).'),
      })
      .prefault({})
      .describe('How much, how many and how long: what the server takes before it refuses or hangs up.'),
    refusals: z
      .strictObject({
        hosts: z
          .array(z.string())
          .default([])
          .describe('Addresses and networks whose connections are greeted with 554.'),
        noMail: z
          .boolean()
          .default(false)
          .describe('This host takes no mail at all: every connection is greeted with 521 (RFC 7504).'),
        earlyTalkers: z
          .enum(['refuse', 'allow'])
          .default('refuse')
          .describe('What to do with clients that talk before the greeting.'),
        bareLineEnds: z
          .enum(['refuse', 'keep'])
          .default('refuse')
          .describe('What to do with content in which CR or LF stand alone.'),
        senders: z.array(z.string()).default([]).describe('Reverse-paths (address or domain) that are refused.'),
        senderDomains: z
          .enum(['unchecked', 'defer', 'refuse'])
          .default('unchecked')
          .describe(
            'Ask DNS for the domain of a reverse-path: one that takes no mail is refused, one that does not exist put off or refused, one that cannot be told put off.',
          ),
        recipientDomains: z
          .enum(['unchecked', 'check'])
          .default('unchecked')
          .describe(
            'Ask DNS for the domain of a forward-path elsewhere, and refuse at once what could only be returned: no such domain (550), or one that takes no mail (556).',
          ),
        answers: z
          .strictObject({
            hosts: z
              .enum(['refuse', 'defer', 'accept'])
              .default('refuse')
              .describe('The hosts above: refused for good (554), put off (421), or taken for now.'),
            senders: z
              .enum(['refuse', 'defer', 'accept'])
              .default('refuse')
              .describe('The senders above: refused for good (5yz), put off (4yz), or taken for now.'),
            relaying: z
              .enum(['refuse', 'defer'])
              .default('refuse')
              .describe('Who may not relay: refused for good (5yz) or put off (4yz).'),
          })
          .prefault({})
          .describe('How sure the administrator is of a rule: a mistake in one that only defers loses no mail.'),
      })
      .prefault({})
      .describe('Whom the server does not want to hear.'),
    verify: z
      .strictObject({
        vrfy: z
          .enum(['everybody', 'authenticated', 'nobody'])
          .default('nobody')
          .describe('Who may verify a mailbox; others are answered 252 (RFC 5321 §7.3).'),
        expn: z
          .enum(['everybody', 'authenticated', 'nobody'])
          .default('authenticated')
          .describe('Who may see the members of a list.'),
      })
      .prefault({})
      .describe('Who may ask whether an address or a list exists.'),
    mailboxes: z
      .strictObject({ lmtp: lmtp.optional() })
      .prefault({})
      .describe('Where mail for users here comes to rest; if nothing is said, in mailboxes that this server keeps.'),
    users: z.array(user).default([]).describe('The people who have their mailboxes here.'),
    aliases: z
      .array(alias)
      .default([])
      .describe('Further addresses, whose mail goes to users here or to addresses elsewhere.'),
    lists: z.array(list).default([]).describe('The mailing lists.'),
    postmaster: z
      .string()
      .optional()
      .describe(
        'The user or address that gets mail for postmaster and abuse. Without one they have a mailbox of their own.',
      ),
    subaddressSeparator: z
      .string()
      .max(1)
      .default('')
      .describe('A character after which the rest of a local-part is ignored: alice+news for alice. Empty: off.'),
    admin: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Open the administration API.'),
        address: z
          .string()
          .default('127.0.0.1')
          .describe('The loopback address that it listens on; others are refused.'),
        port: port.default(8025).describe('Its TCP port; 0 lets the system choose.'),
        token: z
          .string()
          .min(16)
          .optional()
          .describe('The bearer token that requests must show; made at the first start when absent.'),
      })
      .prefault({})
      .describe('The administration API, on loopback.'),
  })
  .describe('Settings of an smtpspec mail service.')

/** What people write: everything optional, durations as text. */
export type SettingsDocument = z.input<typeof settingsSchema>
/** What the server reads: every default filled in, durations in milliseconds. */
export type Settings = z.output<typeof settingsSchema>
export type UserSettings = Settings['users'][number]
export type SmarthostSettings = z.output<typeof smarthost>
export type LmtpSettings = z.output<typeof lmtp>
export type ListenerSettings = z.output<typeof listener>
