/**
 * Haraka in a box: its queue is read from the names of its files, what it is doing from the numbers that the plugin of ours
 * writes down, what became of a recipient from the plugin's lines in the log. `configuration.ts` renders its configuration.
 */
import { readFileSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { home } from '../../cli/home.ts'
import type { Box } from '../box/box.ts'
import { npmFolder } from '../box/packages.ts'
import { literally } from '../box/literally.ts'
import type { Product } from '../box/product.ts'
import { NotApplicable } from '../faults.ts'
import { usualExtensions } from '../target.ts'
import type { Capability, QueuedRecipient } from '../target.ts'
import { configuration, folder } from './configuration.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  ...usualExtensions,
  'queue-view',
  'mailboxes',
  'kill',
  'submission',
  'submissions',
  'tls',
  'smtputf8',
  'outgoing',
])

const spool = '/var/spool/haraka'
const program = npmFolder('haraka')
/** It reads its queue within so long after a start. */
const readMilliseconds = 2000
/** The plugin tells what it is doing within so long. */
const toldMilliseconds = 40

const plugin = readFileSync(home('fixtures/haraka/house.js'), 'utf8')

interface QueueFile {
  readonly name: string
  readonly next: number
  readonly attempts: number
}

/** `ARRIVAL_NEXT_ATTEMPTS_PID_UID_COUNTER_HOST` (outbound/qfile.js); other names are files that are being written. */
export const readName = (name: string): QueueFile | undefined => {
  const [, next, attempts] = /^\d+_(\d+)_(\d+)_\d+_[^_]+_\d+_/.exec(name) ?? []
  return next === undefined ? undefined : { name, next: Number(next), attempts: Number(attempts) }
}

const namesIn = async (box: Box): Promise<readonly string[]> => readdir(box.path(spool)).catch(() => [])
const filesIn = async (box: Box): Promise<readonly QueueFile[]> =>
  (await namesIn(box)).flatMap((name) => readName(name) ?? [])

/** What it sends, what it is about to send, and what failed for now. */
const statsOf = async (box: Box): Promise<readonly number[]> =>
  (await readFile(box.path('/run/haraka.stats'), 'utf8').catch(() => '')).split('/').map(Number)
const waitingIn = ([, , failed = 0]: readonly number[]): number => failed

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const addressOf = (value: unknown): string =>
  isRecord(value) && typeof value['original'] === 'string' ? value['original'].replace(/^<(.*)>$/s, '$1') : ''

/** Four octets of length, and the envelope as JSON (outbound/index.js); undefined while it is gone or being written. */
const envelopeOf = (bytes: Buffer): Readonly<Record<string, unknown>> | undefined => {
  try {
    const found: unknown = JSON.parse(bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('utf8'))
    return isRecord(found) ? found : undefined
  } catch {
    return undefined
  }
}

export const haraka: Product = {
  packages: { name: 'haraka', from: 'npm', packages: ['Haraka@^3.3.4'] },
  capabilities,
  settings: [
    'smtp',
    'hostName',
    'incoming',
    'listeners',
    'relay.trustedHosts',
    'authentication.methods',
    'authentication.failureDelay',
    'submission.senderMustBeOwn',
    'tls.certificate',
    'tls.key',
    'tls.minimumVersion',
    'tls.offered',
    'tls.requiredOnSubmission',
    'outgoing.smarthost',
    'outgoing.tls',
    'outgoing.nameServers',
    'outgoing.port',
    'outgoing.refuseLoopback',
    'outgoing.ipv6',
    'queue.retryAfter',
    'queue.lifetime',
    'limits.messageSize',
    'limits.receivedHops',
    'refusals.hosts',
    'refusals.senders',
    'users',
    'aliases',
    'postmaster',
  ],
  live: [`${folder}/config/house.json`],
  log: '/var/log/haraka.log',
  render: (house, place) => ({
    hostName: house.settings.hostName,
    files: configuration(house, place, plugin),
    // The words of its notifications, as it ships them; those in HTML are for who adds them (its docs/Outbound.md).
    commands: [
      { command: ['/bin/cp', `${program}/node_modules/Haraka/config/outbound.bounce_message`, `${folder}/config/`] },
    ],
  }),
  async furnish(box) {
    box.folder(spool, 'root', 'root', 0o755)
    box.folder('/var/mail', 'vmail', 'vmail', 0o755)
  },
  daemon: [
    '/bin/bash',
    '-c',
    `rm -f /run/haraka.stats; echo $$ > /run/haraka.pid; export NODE_COMPILE_CACHE=/var/cache/node; exec ${program}/node ${program}/node_modules/Haraka/bin/haraka -c ${folder} >> /var/log/haraka.log 2>&1`,
  ],
  async end(box) {
    await box.run(['/bin/bash', '-c', 'kill -INT $(cat /run/haraka.pid)'])
  },
  reload() {
    throw new NotApplicable('reads its list of plugins only when it starts')
  },
  async runQueue(box) {
    // After a start it reads its queue a moment later than it answers: nothing could be flushed yet.
    const deadline = performance.now() + readMilliseconds
    while (waitingIn(await statsOf(box)) < (await filesIn(box)).length && performance.now() < deadline)
      await setTimeout(toldMilliseconds)
    // SIGHUP flushes the queue of what failed for now (haraka.js). What an earlier life left there is only read from its file
    // by that, and waits on (_add_hmail in outbound/queue.js): an operator flushes once more.
    const flush = async (): Promise<void> => {
      await box.run(['/bin/bash', '-c', 'kill -HUP $(cat /run/haraka.pid)'])
      await setTimeout(2 * toldMilliseconds)
    }
    const waiting = new Set(await namesIn(box))
    await flush()
    const left = (await namesIn(box)).some((name) => waiting.has(name))
    if (left && waitingIn(await statsOf(box)) > 0) await flush()
    while (waitingIn(await statsOf(box)) > 0 && performance.now() < deadline) await setTimeout(toldMilliseconds)
    await setTimeout(toldMilliseconds)
  },
  async underWay(box) {
    const [sending = 0, waiting = 0] = await statsOf(box)
    const due = (await namesIn(box)).filter((name) => (readName(name)?.next ?? 0) <= Date.now())
    return [...(sending + waiting > 0 ? [`${sending} sent, ${waiting} to be sent`] : []), ...due]
  },
  async queue(box): Promise<readonly QueuedRecipient[]> {
    const entries: QueuedRecipient[] = []
    for (const { name, attempts } of await filesIn(box)) {
      const todo = envelopeOf(await readFile(box.path(`${spool}/${name}`)).catch(() => Buffer.alloc(4)))
      const recipients = todo?.['rcpt_to']
      for (const recipient of Array.isArray(recipients) ? recipients : [])
        entries.push({
          message: name,
          sender: addressOf(todo?.['mail_from']),
          recipient: addressOf(recipient),
          state: 'queued',
          attempts,
        })
    }
    return entries
  },
  async nextDue(box) {
    const due = (await filesIn(box)).map(({ next }) => next)
    return due.length === 0 ? undefined : Math.min(...due)
  },
  operate() {
    throw new NotApplicable('has no operator who holds and releases single messages')
  },
  ended: (log, address) => new RegExp(`ended <${literally(address)}>`, 'i').test(log),
  remembers: () => false,
  async empty(box) {
    box.remove(spool)
    box.remove('/run/haraka.stats')
  },
}
