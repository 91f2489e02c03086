/**
 * OpenSMTPD in a box: its tables, its queue as `smtpctl show queue` tells it, its log as the record of what became of every
 * recipient. `configuration.ts` renders the configuration proper.
 *
 * It is shown without TLS for clients, and so without AUTH, which it offers under TLS only: with OpenSSL 3, which Debian's
 * package is built with, no handshake succeeds on the server's side (OpenSMTPD's issues 1171 and 1239, mended in 7.0).
 */
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Box } from '../box/box.ts'
import { literally } from '../box/literally.ts'
import type { Place, Product, Rendered } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import type { House } from '../house.ts'
import type { Capability, QueuedRecipient } from '../target.ts'
import { configuration, folder } from './configuration.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'size',
  '8bitmime',
  'queue-view',
  'mailboxes',
  'kill',
  'dsn',
  'outgoing',
  'enhanced-codes',
  'own-address',
])

const spool = '/var/spool/smtpd'
/** A copy that may have the group which the program insists on; the packages' own files cannot be changed. */
const control = '/run/smtpctl'
const owner = '7108:7108'
const calmMilliseconds = 3000
const staleMilliseconds = 80
const pollMilliseconds = 50

/** Lines of key and value; what a table would read otherwise cannot be said. */
const mapping = (entries: Iterable<readonly [string, string]>): string =>
  [...entries]
    .map(([key, value]) => {
      if (/[\s#]/.test(key) || key === '')
        throw new NotApplicable(`has no way to write ${JSON.stringify(key)} in a table`)
      return `${key} ${value}\n`
    })
    .join('')

/** Addresses and where their mail goes; an address literal of our own means the first domain. */
const destinationsOf = (house: House, { listeners }: Place): ReadonlyMap<string, string> => {
  const all = new Map(house.mailboxes)
  for (const [address, to] of house.redirects) all.set(address, to.join(','))
  const primary = `@${house.domains[0] ?? ''}`
  const literals = new Set(listeners.map(({ address }) => address))
  for (const [address, to] of [...all].filter(([name]) => name.endsWith(primary)))
    for (const literal of literals) all.set(`${address.slice(0, -primary.length)}@[${literal}]`, to)
  return all
}

const render = (house: House, place: Place): Rendered => {
  const { smarthost } = house.settings.outgoing
  const people = new Set(house.mailboxes.values())
  const login = smarthost?.user === undefined ? '' : `smarthost ${smarthost.user}:${smarthost.password ?? ''}\n`
  return {
    hostName: house.settings.hostName,
    files: {
      '/etc/mailname': { text: `${house.settings.hostName}\n` },
      '/etc/smtpd.conf': { text: configuration(house, place) },
      // Without the last line who is in no table is an expansion that failed, which is told with 524.
      [`${folder}/mailboxes`]: { text: `${mapping(destinationsOf(house, place))}@ error:550 5.1.1 User unknown\n` },
      [`${folder}/people`]: { text: mapping([...people].map((name) => [name, `${owner}:/var/mail/${name}`])) },
      [`${folder}/secrets`]: { text: login, mode: 0o640 },
      '/etc/ssl/certs/ca-certificates.crt': { text: place.trustedCertificates ?? '' },
    },
    commands: [],
  }
}

interface Envelope {
  readonly id: string
  readonly kind: string
  readonly flags: string
  readonly sender: string
  readonly recipient: string
  readonly attempts: number
  readonly state: string
  /** Seconds until the next attempt; for one under way, how long already. */
  readonly seconds: number
}

/** A line of `smtpctl show queue` for each envelope, its fields parted by bars; see smtpctl(8). */
export const readQueue = (text: string): readonly Envelope[] =>
  text.split('\n').flatMap((line) => {
    const [id = '', , kind = '', flags = '', sender = '', recipient = '', , , , , attempts, state, seconds] =
      line.split('|')
    if (!/^[0-9a-f]{16}$/.test(id) || state === undefined) return []
    return [
      {
        id,
        kind,
        flags,
        sender: sender === '@' ? '' : sender,
        recipient,
        attempts: Number(attempts),
        state,
        seconds: Number(seconds),
      },
    ]
  })

const held = ({ flags }: Envelope): boolean => /suspend/i.test(flags)

/** The files of messages and envelopes. */
const filesIn = (box: Box): readonly string[] =>
  ['incoming', 'queue'].flatMap((part) => {
    const place = box.path(`${spool}/${part}`)
    if (!existsSync(place)) return []
    try {
      return readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f]{8}$/.test(name))
    } catch {
      // A message ended while its folder was looked into.
      return ['something']
    }
  })

interface Told {
  readonly at: number
  readonly files: string
  readonly envelopes: readonly Envelope[]
}

/** What `smtpctl` said last: asking costs three processes, and who waits for the queue looks a hundred times a second. */
const told = new WeakMap<Box, Told>()

const isBusy = (one: Envelope): boolean =>
  !held(one) && (one.kind === 'bounce' || one.state !== 'pending' || one.seconds <= 0)

/**
 * What waits or is under way. While something is under way it is told as it was a twelfth of a second ago at the latest, that
 * all is calm only as it is now; nothing in the spool needs no question.
 */
const envelopes = async (box: Box): Promise<readonly Envelope[]> => {
  const files = filesIn(box).join()
  if (files === '') return []
  const known = told.get(box)
  const now = performance.now()
  if (known?.files === files && known.envelopes.some(isBusy) && now - known.at < staleMilliseconds)
    return known.envelopes
  const found = readQueue((await box.run([control, 'show', 'queue'])).text)
  told.set(box, { at: now, files, envelopes: found })
  return found
}

export const opensmtpd: Product = {
  packages: { name: 'opensmtpd', packages: ['opensmtpd'] },
  capabilities,
  settings: [
    'smtp',
    'hostName',
    'incoming',
    'listeners',
    'relay.trustedHosts',
    'tls.offered',
    'outgoing.smarthost',
    'outgoing.sourceAddress',
    'outgoing.nameServers',
    'outgoing.port',
    'outgoing.refuseLoopback',
    'outgoing.ipv6',
    'authentication.methods',
    'authentication.failureDelay',
    'authentication.failuresPerSession',
    'queue.lifetime',
    'queue.delayWarning',
    'queue.sessionsPerDestination',
    'queue.messagesPerSession',
    'limits.messageSize',
    'limits.recipients',
    'refusals.hosts',
    'refusals.noMail',
    'refusals.senders',
    'users',
    'aliases',
    'postmaster',
    'subaddressSeparator',
  ],
  unfit(text) {
    // As a client it knows PLAIN and LOGIN, and hangs where a smarthost offers neither.
    const [, methods] = /"methods"},\{"value":"([^"]*)"/.exec(text) ?? []
    return /CRAM|GSSAPI/.test(methods ?? '') ? 'knows PLAIN and LOGIN only as a client' : undefined
  },
  // The machine's own domain is not tried behind every name.
  resolver: 'search .\n',
  log: '/var/log/smtpd.log',
  render,
  async furnish(box) {
    box.folder('/var/lib/opensmtpd/empty', 'root', 'root', 0o755)
    box.folder('/var/spool', 'root', 'root', 0o711)
    box.folder('/var/mail', 'vmail', 'vmail', 0o755)
    box.folder('/var/run', 'root', 'root', 0o755)
    if (existsSync(box.path(control))) return
    const copy = `cp /usr/sbin/smtpctl ${control} && chgrp opensmtpq ${control} && chmod 2755 ${control}`
    await box.run(['/bin/bash', '-c', copy])
  },
  daemon: ['/bin/bash', '-c', 'exec /usr/sbin/smtpd -d 2>> /var/log/smtpd.log'],
  async end(box) {
    await box.run(['/bin/bash', '-c', 'kill -TERM $(cat /var/run/smtpd.pid)'])
  },
  reload() {
    throw new NotApplicable('does not read its configuration again while it runs')
  },
  async runQueue(box) {
    // What is under way waits for nothing, and would not be scheduled.
    const deadline = performance.now() + calmMilliseconds
    while (performance.now() < deadline && (await envelopes(box)).some(({ state }) => state === 'inflight'))
      await setTimeout(pollMilliseconds)
    // A route that failed is left alone for a while unless the operator says otherwise.
    const { text } = await box.run([control, 'show', 'routes'])
    for (const [, route = ''] of text.matchAll(/^(\d+)\. /gm)) await box.run([control, 'resume', 'route', route])
    await box.run([control, 'schedule', 'all'])
  },
  async underWay(box) {
    return (await envelopes(box))
      .filter(isBusy)
      .map(({ id, kind, state, recipient }) => `${id} (${kind}) for ${recipient} is ${state}`)
  },
  async queue(box): Promise<readonly QueuedRecipient[]> {
    return (await envelopes(box)).map((one) => ({
      message: one.id,
      sender: one.sender,
      recipient: one.recipient,
      state: held(one) ? ('held' as const) : ('queued' as const),
      attempts: one.attempts,
    }))
  },
  async nextDue(box) {
    const due = (await envelopes(box))
      .filter((one) => !held(one))
      .map(({ state, seconds }) => (state === 'pending' ? seconds : 0))
    return due.length === 0 ? undefined : Date.now() + Math.min(...due) * 1000
  },
  async operate(box, act, message) {
    const words = { hold: ['pause', 'envelope'], release: ['resume', 'envelope'], remove: ['remove'] } as const
    told.delete(box)
    await box.run([control, ...words[act], message])
  },
  ended: (log, address) =>
    new RegExp(`(?:to|rcpt)=<${literally(address)}>.* result="?(?:Ok|PermFail|Loop)`, 'i').test(log) ||
    new RegExp(`: (?:Expire|Loop|Remove|PermFail) for .*(?:to|rcpt)=<${literally(address)}>`, 'i').test(log),
  // Tried without the ones that went well: the next mail for such a place then lies for ten seconds.
  remembers: (log) => /\bmta\b|smtp-out:/.test(log),
  async empty(box) {
    box.remove(spool)
  },
}
