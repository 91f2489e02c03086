/**
 * Exim in a box: its lookup files, its queue as `exim -bp` and the spool tell it, its main log as the record of what became
 * of every recipient. `configuration.ts` renders the configuration proper.
 */
import { readdir } from 'node:fs/promises'
import type { Box } from '../box/box.ts'
import { literally } from '../box/literally.ts'
import { commandLines } from '../box/processes.ts'
import type { Place, Product, Rendered } from '../box/product.ts'
import type { House } from '../house.ts'
import { usualExtensions } from '../target.ts'
import type { Capability, QueuedRecipient } from '../target.ts'
import { configuration } from './configuration.ts'

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
])

const spool = '/var/spool/exim4'
const program = '/usr/sbin/exim4'
const intervalFile = '/etc/exim4/interval'

/** `key: value` lines; keys and values that Exim would read otherwise are quoted. */
const table = (entries: Iterable<readonly [string, string]>): string =>
  [...entries].map(([key, value]) => `"${key.replaceAll(/["\\]/g, String.raw`\$&`)}": ${value}\n`).join('')

/** How often the daemon looks through the queue by itself; with ordinary waits not at all within a scenario, nor at its start. */
const intervalOf = (waits: readonly number[]): string => {
  const shortest = Math.min(...waits)
  return shortest >= 60_000 ? '' : `-q${Math.max(1, Math.round(shortest / 1000))}s`
}

const files = (house: House, place: Place): Rendered['files'] => {
  const { users, queue } = house.settings
  const passwords = users.flatMap(({ name, password }) => (password === undefined ? [] : [[name, password] as const]))
  return {
    '/etc/exim4/exim4.conf': { text: configuration(house, place) },
    '/etc/exim4/redirects': { text: table([...house.redirects].map(([address, to]) => [address, to.join(', ')])) },
    '/etc/exim4/mailboxes': { text: table(house.mailboxes) },
    '/etc/exim4/owners': { text: table([...house.owners].map(([address, names]) => [address, names.join(',')])) },
    '/etc/exim4/passwords': { text: table(passwords), mode: 0o600, owner: 'Debian-exim' },
    '/etc/exim4/certificate.pem': { text: place.certificate.cert },
    '/etc/exim4/key.pem': { text: place.certificate.key, mode: 0o600, owner: 'Debian-exim' },
    '/etc/exim4/trusted.pem': { text: place.trustedCertificates ?? '' },
    [intervalFile]: { text: intervalOf(queue.retryAfter) },
  }
}

const waitingIds = async (box: Box): Promise<readonly string[]> =>
  (await readdir(box.path(`${spool}/input`)).catch(() => []))
    .filter((name) => name.endsWith('-H'))
    .map((name) => name.slice(0, -2))

/**
 * Whether a message in the queue is one that waits: put off, and its sender told of what failed in it (Exim writes down the
 * failure first, and then the notification).
 */
const isTried = (id: string, log: string): boolean => {
  const has = (pattern: string): boolean => new RegExp(`^.{19} ${pattern}`, 'm').test(log)
  const name = literally(id)
  const told = !has(`${name} \\*\\*`) || has(`${name} <= <>`) || has(`\\S+ <= <> R=${name} `)
  return told && has(`${name} (?:==|.*[Ff]rozen|.*retry time not reached)`)
}

const attemptsIn = (log: string, id: string, recipient: string): number =>
  [...log.matchAll(new RegExp(`^.{19} ${id} == .*${literally(recipient)}`, 'gim'))].length

/** The blocks of `exim -bp`: a line for the message, then a line for each recipient (`D` before those who have it). */
export const readQueue = (text: string, log: string): readonly QueuedRecipient[] => {
  const found: QueuedRecipient[] = []
  let message: { readonly id: string; readonly sender: string; readonly held: boolean } | undefined
  for (const line of text.split('\n')) {
    const head = /^\s*\S+\s+\S+\s+(\w{6}-\w{6,11}-\w{2,4})\s+<([^>]*)>(.*)$/.exec(line)
    if (head !== null) {
      const [, id = '', sender = '', rest = ''] = head
      message = { id, sender, held: rest.includes('frozen') }
      continue
    }
    const recipient = /^\s{10}(\S.*)$/.exec(line)?.[1]
    if (recipient === undefined || message === undefined) continue
    found.push({
      message: message.id,
      sender: message.sender,
      recipient: recipient.trim(),
      state: message.held ? 'held' : 'queued',
      attempts: attemptsIn(log, message.id, recipient.trim()),
    })
  }
  return found
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Exim's hints about retries: on the second line of each, when it failed first, when last, and when it is due. */
export const readDue = (text: string): readonly number[] =>
  [...text.matchAll(/(\d\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d)[ *]*$/gm)].map(
    ([, day, month = '', year, hour, minute, second]) =>
      Date.UTC(Number(year), months.indexOf(month), Number(day), Number(hour), Number(minute), Number(second)),
  )

export const exim: Product = {
  packages: { name: 'exim', packages: ['exim4-daemon-heavy', 'exim4-base'] },
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
    'limits.messageSize',
    'limits.recipients',
    'limits.connections',
    'limits.connectionsPerHost',
    'limits.errorsPerSession',
    'limits.commandTimeout',
    'limits.receivedHops',
    'refusals.senders',
    'verify.vrfy',
    'users',
    'aliases',
    'postmaster',
    'subaddressSeparator',
  ],
  log: '/var/log/exim4/mainlog',
  render: (house, place) => ({ hostName: house.settings.hostName, files: files(house, place), commands: [] }),
  async furnish(box) {
    box.folder(spool, 'Debian-exim', 'Debian-exim', 0o750)
    box.folder('/var/log/exim4', 'Debian-exim', 'Debian-exim', 0o750)
    box.folder('/var/mail', 'Debian-exim', 'Debian-exim', 0o755)
  },
  daemon: ['/bin/bash', '-c', `exec ${program} -bdf $(<${intervalFile})`],
  // Debian's service runs the queue at its start (-q30m); within a scenario only where it is told to.
  async resume(box) {
    await box.run([program, '-q'])
  },
  async end(box) {
    // Sessions are processes of their own, which say 421 when they are told to end, as at the end of a machine's day.
    await box.run(['/bin/bash', '-c', 'kill -TERM $(cat /run/exim.pid); kill -TERM -1'])
  },
  async reload(box) {
    await box.run(['/bin/bash', '-c', 'kill -HUP $(cat /run/exim.pid)'])
  },
  async runQueue(box) {
    await box.run([program, '-qff'])
  },
  async underWay(box, log) {
    const running = commandLines(box.path('/proc')).filter((line) => / -(?:Mc|MCd?|qff?|odi|oem) /.test(`${line} `))
    const untried = (await waitingIds(box)).filter((id) => !isTried(id, log))
    return [...running, ...untried.map((id) => `${id} was not tried yet`)]
  },
  async queue(box, log) {
    // Asking Exim costs a process, and mostly nothing waits.
    if ((await waitingIds(box)).length === 0) return []
    return readQueue((await box.run([program, '-bp'])).text, log)
  },
  async nextDue(box, log) {
    if ((await exim.queue(box, log)).length === 0) return undefined
    const { text } = await box.run(['/usr/sbin/exim_dumpdb', spool, 'retry'])
    const due = readDue(text)
    return due.length === 0 ? Date.now() : Math.min(...due)
  },
  async operate(box, act, message) {
    const flags = { hold: '-Mf', release: '-Mt', remove: '-Mrm' } as const
    await box.run([program, flags[act], message])
  },
  ended: (log, address) => new RegExp(`(?:=>|->|\\*\\*|>>) .*${literally(address)}`, 'i').test(log),
  remembers: (log) => /^.{19} \S{16,} (?:==|\*\*|H=)|T=(?:remote_smtp|smarthost)/m.test(log),
  async forget(box, rendered) {
    // A daemon that looks through the queue by itself may be at it.
    if (rendered.files[intervalFile]?.text !== '') return false
    // What it learnt of hosts it writes down, for processes that come later; those that deliver keep nothing.
    for (const folder of ['db', 'input', 'msglog']) box.remove(`${spool}/${folder}`)
    return true
  },
  async empty(box) {
    box.remove(spool)
  },
}
