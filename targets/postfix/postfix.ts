/**
 * Postfix in a box: its tables, its queue as `postqueue -j` and the spool tell it, its log as the record of what became of
 * every recipient. `main-cf.ts` renders the configuration proper.
 */
import { setTimeout } from 'node:timers/promises'
import { domainToUnicode } from 'node:url'
import { literally } from '../box/literally.ts'
import type { Box } from '../box/box.ts'
import { processesIn } from '../box/processes.ts'
import type { Place, Product, Rendered } from '../box/product.ts'
import type { House } from '../house.ts'
import { usualExtensions } from '../target.ts'
import type { Capability } from '../target.ts'
import { mainCf, masterCf } from './main-cf.ts'
import { filesIn, spool, waitingRecipients } from './queue.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  ...usualExtensions,
  'queue-view',
  'mailboxes',
  'kill',
  'submission',
  'submissions',
  'tls',
  'apply',
  'dsn',
  'chunking',
  'smtputf8',
  'outgoing',
  'enhanced-codes',
  'own-address',
  'scram',
  'mends-line-ends',
])

/** Folders with messages; deferred and defer are split by the first letters of the name. */
const queues = [
  'maildrop',
  'incoming',
  'active',
  'deferred',
  'hold',
  'corrupt',
  'defer',
  'bounce',
  'trace',
  'flush',
] as const

/** The queue manager has looked through what waits within so long after it was told to. */
const flushMilliseconds = 3000
/** It has gone within so long, to be followed by one with another configuration or none of the memories. */
const goneMilliseconds = 1000
const pollMilliseconds = 10

const table = (entries: Iterable<readonly [string, string]>): string =>
  [...entries].map(([key, value]) => `${key} ${value}\n`).join('')

/** Addresses as keys, those of an internationalized domain in both writings. */
const addressTable = (entries: Iterable<readonly [string, string]>): string =>
  table(
    [...entries].flatMap(([address, value]) => {
      const at = address.lastIndexOf('@') + 1
      const other = `${address.slice(0, at)}${domainToUnicode(address.slice(at))}`
      return [address, ...(other === address || at === 0 || other.endsWith('@') ? [] : [other])].map(
        (key) => [key, value] as const,
      )
    }),
  )

/** Addresses that lead elsewhere; an address literal of our own leads to the first domain, as it is no virtual domain itself. */
const redirectsOf = (house: House, { listeners }: Place): readonly (readonly [string, string])[] => {
  const redirects = [...house.redirects].map(([address, to]) => [address, to.join(', ')] as const)
  const primary = `@${house.domains[0] ?? ''}`
  const here = [...house.mailboxes.keys(), ...house.redirects.keys()].filter((address) => address.endsWith(primary))
  const literals = new Set(listeners.map(({ address }) => address))
  const ours = [...literals].flatMap((literal) =>
    here.map((address) => [`${address.slice(0, -primary.length)}@[${literal}]`, address] as const),
  )
  return [...redirects, ...ours]
}

const tables = (house: House, place: Place): Rendered['files'] => {
  const { refusals, outgoing } = house.settings
  const { smarthost } = outgoing
  const owners = [...house.owners].map(
    ([address, names]) =>
      [address, names.map((name) => `${name}, ${name}@${house.domains[0] ?? ''}`).join(', ')] as const,
  )
  const { cert, key } = place.certificate
  return {
    '/etc/postfix/mailboxes': {
      text: addressTable([...house.mailboxes].map(([address, name]) => [address, `${name}/`])),
    },
    '/etc/postfix/redirects': { text: addressTable(redirectsOf(house, place)) },
    '/etc/postfix/owners': { text: table(owners) },
    '/etc/postfix/transports': {
      text: table(house.settings.incoming.relayDomains.map((domain) => [domain, `relay:${domain}`])),
    },
    '/etc/postfix/senders': { text: table(refusals.senders.map((sender) => [sender, 'REJECT'])) },
    '/etc/postfix/key-and-certificate.pem': { text: `${key.trim()}\n${cert.trim()}\n`, mode: 0o600 },
    '/etc/postfix/trusted.pem': { text: place.trustedCertificates ?? '' },
    '/etc/postfix/smarthost': {
      text:
        smarthost?.user === undefined
          ? ''
          : `[${smarthost.host}]:${smarthost.port} ${smarthost.user}:${smarthost.password ?? ''}\n`,
      mode: 0o600,
    },
    '/etc/postfix/sasl/smtpd.conf': {
      text: [
        'pwcheck_method: auxprop',
        'auxprop_plugin: sasldb',
        `mech_list: ${house.settings.authentication.methods.join(' ')}`,
        'sasldb_path: /etc/sasldb2',
        '',
      ].join('\n'),
    },
  }
}

/** The processes that keep the queue, as the box counts: one, or two while one follows the other. */
const queueManagers = (box: Box): readonly string[] =>
  processesIn(box.path('/proc')).flatMap(({ id, commandLine }) => (/^qmgr\b/.test(commandLine) ? [id] : []))

/** Whether these queue managers are gone, or go in time. */
const haveGone = async (box: Box, managers: readonly string[]): Promise<boolean> => {
  const deadline = performance.now() + goneMilliseconds
  const isHere = (): boolean => queueManagers(box).some((id) => managers.includes(id))
  while (isHere()) {
    if (performance.now() > deadline) return false
    await setTimeout(pollMilliseconds)
  }
  return true
}

export const postfix: Product = {
  packages: {
    name: 'postfix',
    packages: ['postfix', 'postfix-pcre', 'sasl2-bin', 'libsasl2-modules', 'libsasl2-modules-db'],
  },
  capabilities,
  settings: [
    'smtp',
    'hostName',
    'incoming',
    'listeners',
    'relay.trustedHosts',
    'submission',
    'tls',
    'outgoing',
    'authentication.methods',
    'authentication.clearText',
    'authentication.failureDelay',
    'authentication.failuresPerSession',
    'queue.retryAfter',
    'queue.lifetime',
    'queue.notificationLifetime',
    'queue.delayWarning',
    'queue.sessionsPerDestination',
    'limits.messageSize',
    'limits.recipients',
    'limits.connectionsPerHost',
    'limits.connectionsPerMinute',
    'limits.messagesPerMinute',
    'limits.recipientsPerMinute',
    'limits.errorsPerSession',
    'limits.commandLine',
    'limits.commandTimeout',
    'limits.receivedHops',
    'refusals.senders',
    'refusals.bareLineEnds',
    'refusals.earlyTalkers',
    'verify.vrfy',
    'users',
    'aliases',
    'postmaster',
    'subaddressSeparator',
  ],
  log: '/var/log/mail.log',
  render: (house, place) => {
    const realm = house.domains[0] ?? ''
    return {
      hostName: house.settings.hostName,
      files: {
        '/etc/postfix/main.cf': { text: mainCf(house, place) },
        '/etc/postfix/master.cf': { text: masterCf(house, place) },
        ...tables(house, place),
      },
      commands: [
        ...house.settings.users.flatMap(({ name, password }) =>
          password === undefined
            ? []
            : [{ command: ['/usr/sbin/saslpasswd2', '-p', '-c', '-u', realm, name], input: password }],
        ),
        { command: ['/bin/chown', 'root:postfix', '/etc/sasldb2'] },
        { command: ['/bin/chmod', '640', '/etc/sasldb2'] },
      ],
    }
  },
  async furnish(box) {
    box.folder(spool, 'root', 'root', 0o755)
    for (const queue of queues) box.folder(`${spool}/${queue}`, 'postfix', 'root', 0o700)
    box.folder(`${spool}/maildrop`, 'postfix', 'postdrop', 0o730)
    for (const name of ['private', 'saved']) box.folder(`${spool}/${name}`, 'postfix', 'root', 0o700)
    box.folder(`${spool}/public`, 'postfix', 'postdrop', 0o710)
    box.folder(`${spool}/pid`, 'root', 'root', 0o755)
    box.folder('/var/lib/postfix', 'postfix', 'postfix', 0o700)
    box.folder('/var/mail', 'vmail', 'vmail', 0o755)
  },
  daemon: ['/usr/lib/postfix/sbin/master', '-s', '-c', '/etc/postfix'],
  async end(box) {
    await box.run(['/bin/bash', '-c', 'kill -TERM $(cat /var/spool/postfix/pid/master.pid)'])
  },
  async reload(box) {
    // A queue manager that is about to go takes mail that it leaves lying: nobody looks there before the next mail comes.
    const before = queueManagers(box)
    await box.run(['/bin/bash', '-c', 'kill -HUP $(cat /var/spool/postfix/pid/master.pid)'])
    await haveGone(box, before)
  },
  async runQueue(box) {
    const waiting = filesIn(box, 'deferred')
    await box.run(['/usr/sbin/postqueue', '-f'])
    // The queue manager looks through the deferred ones in its own time; each has left that folder when it has.
    const deadline = performance.now() + flushMilliseconds
    const untouched = (): boolean =>
      filesIn(box, 'deferred').some((one) =>
        waiting.some(({ name, since }) => one.name === name && one.since === since),
      )
    while (untouched() && performance.now() < deadline) await setTimeout(pollMilliseconds)
  },
  async underWay(box) {
    const doing: string[] = []
    const now = Date.now()
    for (const file of filesIn(box, 'deferred')) if (file.due <= now) doing.push(`${file.name} is due`)
    // In the direction in which messages move, one after the other: none slips past between two looks.
    for (const queue of ['maildrop', 'incoming', 'active'] as const)
      for (const { name } of filesIn(box, queue)) doing.push(`${name} is in ${queue}`)
    return doing
  },
  queue: waitingRecipients,
  async nextDue(box) {
    const due = filesIn(box, 'deferred').map((file) => file.due)
    return due.length === 0 ? undefined : Math.min(...due)
  },
  async operate(box, act, message) {
    const flags = { hold: '-h', release: '-H', remove: '-d' } as const
    await box.run(['/usr/sbin/postsuper', flags[act], message])
  },
  ended: (log, address) =>
    new RegExp(`(?:to|orig_to)=<${literally(address)}>.* status=(?:sent|bounced|expired)`, 'i').test(log),
  // The queue manager remembers places that it could not reach or that refused to talk; what a host said of a message it forgets.
  remembers: (log) => /status=deferred|status=bounced (?!\(host \S+ said:)/.test(log),
  async forget(box) {
    // Only the queue manager remembers; the master starts another one for the next mail.
    const managers = queueManagers(box)
    if (managers.length > 0) await box.run(['/bin/kill', '-KILL', ...managers])
    if (!(await haveGone(box, managers))) return false
    await postfix.empty(box)
    await postfix.furnish(box)
    return true
  },
  /** Removes all queues, with what waits in them; `furnish` makes them anew. */
  async empty(box) {
    for (const queue of queues) box.remove(`${spool}/${queue}`)
  },
}
