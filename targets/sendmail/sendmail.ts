/**
 * Sendmail in a box: its queue as the control files of the spool tell it, and its log as the record of what became of every
 * recipient. `configuration.ts` renders `sendmail.mc`, `tables.ts` what stands beside it.
 *
 * Sendmail logs by syslog only: a few lines of Perl in the box listen where it does.
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { Box } from '../box/box.ts'
import { literally } from '../box/literally.ts'
import { commandLines } from '../box/processes.ts'
import type { Product, Rendered } from '../box/product.ts'
import { usualExtensions } from '../target.ts'
import type { Capability, QueuedRecipient } from '../target.ts'
import { sendmailMc } from './configuration.ts'
import { tables } from './tables.ts'

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
  'outgoing',
  'enhanced-codes',
  'own-address',
  'scram',
])

const spool = '/var/spool/mqueue'
const logFile = '/var/log/mail.log'
const program = '/usr/libexec/sendmail/sendmail'
const reloadMilliseconds = 5000
const pollMilliseconds = 10

/** Binds the socket before the server starts, so that no line is lost; the listener ends with the box. */
const listener = `use strict;
use Socket;
unlink '/dev/log';
socket(my $in, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($in, sockaddr_un('/dev/log')) or die "/dev/log: $!";
my $child = fork();
die "fork: $!" unless defined $child;
exec @ARGV if $child;
open(my $out, '>>', '${logFile}') or die "${logFile}: $!";
while (defined recv($in, my $line, 65536, 0)) {
  $line =~ s/^<\\d+>//;
  $line =~ s/[\\0\\n]+$//;
  syswrite($out, "$line\\n");
}
`

/**
 * Makes the configuration and the databases from their sources, where those are not the ones of the last time: m4 and makemap
 * are a dozen processes.
 */
const make = `set -e
cd /etc/mail
[ -d made ] || mkdir made
changed() {
  one= other=
  read -r -d '' one < $1 || :
  [ ! -e made/$1 ] || read -r -d '' other < made/$1 || :
  [ ! -e made/$1 ] || [ "$one" != "$other" ]
}
read -r key < key
[ -e made/$key.cf ] || m4 sendmail.mc > made/$key.cf
cp made/$key.cf sendmail.cf
for table in access virtusertable mailertable owners authinfo; do
  if changed $table; then /usr/libexec/sendmail/makemap hash $table < $table; cp $table made/; fi
done
if changed aliases; then ${program} -bi > /dev/null; cp aliases made/; fi
`

/** A daemon looks through its queue as it starts: one that starts again finds what the one before has left. */
const leftovers = `[ -z "$(ls ${spool})" ] || { sleep 0.2; ${program} -q; } &`

/** How often the daemon looks through the queue by itself; with ordinary waits not at all within a scenario, nor at its start. */
const intervalOf = (waits: readonly number[]): string => {
  const shortest = Math.min(...waits)
  return shortest >= 60_000 ? '' : `-q${Math.max(1, Math.round(shortest / 1000))}s`
}

const attemptsIn = (log: string, id: string, recipient: string): number =>
  [...log.matchAll(new RegExp(`: ${id}: to=[^ ]*<?${literally(recipient)}>?,.* stat=(?:Deferred|.*: Deferred)`, 'gi'))]
    .length

export interface ControlFile {
  readonly id: string
  readonly sender: string
  readonly recipients: readonly string[]
  /** When it was last tried, milliseconds since the epoch; undefined when never. */
  readonly tried: number | undefined
}

const bare = (address: string): string => address.trim().replace(/^<(.*)>$/, '$1')

/** Control files of the queue (op.txt, Appendix B): a letter, then its value, on each line. */
export const readControl = (id: string, text: string): ControlFile => {
  const of = (letter: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(letter))
      .map((line) => line.slice(1))
  const tried = Number(of('K')[0] ?? 0) * 1000
  return {
    id,
    sender: bare(of('S')[0] ?? ''),
    recipients: of('R').map((line) => bare(line.slice(line.indexOf(':') + 1))),
    tried: tried === 0 ? undefined : tried,
  }
}

interface Waiting extends ControlFile {
  readonly held: boolean
}

/** What waits: `qf` files, and `hf` files for what was quarantined. */
const waitingIn = async (box: Box): Promise<readonly Waiting[]> => {
  const names = (await readdir(box.path(spool)).catch(() => [])).filter((name) => /^[qh]f/.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(box.path(`${spool}/${name}`), 'utf8').catch(() => '')
      return text === '' ? [] : [{ ...readControl(name.slice(2), text), held: name.startsWith('h') }]
    }),
  )
  return found.flat()
}

/** What Sendmail's processes say of themselves (`sendmail: ID HOST: client RCPT`). */
const titles = (box: Box): readonly string[] =>
  commandLines(box.path('/proc')).filter((line) => /sendmail|procmail/.test(line))

/** The source of the configuration, and the name under which what was made of it is kept. */
const macros = (text: string): Rendered['files'] => ({
  '/etc/mail/sendmail.mc': { text },
  '/etc/mail/key': { text: `${createHash('sha256').update(text).digest('hex')}\n` },
})

export const sendmail: Product = {
  packages: {
    name: 'sendmail',
    packages: [
      'sendmail-bin',
      'sendmail-base',
      'sendmail-cf',
      'm4',
      'procmail',
      'sasl2-bin',
      'libsasl2-modules',
      'libsasl2-modules-db',
    ],
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
    // Wrong passwords are answered at once; scenarios ask for no more.
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
    'limits.connectionsPerMinute',
    'limits.commandTimeout',
    'limits.greetingDelay',
    'limits.receivedHops',
    'refusals.hosts',
    'refusals.senders',
    'verify.vrfy',
    'users',
    'aliases',
    'postmaster',
    'subaddressSeparator',
  ],
  // The machine's own domain is not tried behind every name.
  resolver: 'search .\n',
  log: logFile,
  render: (house, place) => ({
    hostName: house.settings.hostName,
    files: {
      ...macros(sendmailMc(house, place)),
      '/etc/mail/make': { text: make },
      '/etc/mail/listener': { text: listener },
      '/etc/mail/interval': { text: intervalOf(house.settings.queue.retryAfter) },
      ...tables(house, place),
    },
    commands: [
      ...house.settings.users.flatMap(({ name, password }) =>
        password === undefined
          ? []
          : [
              {
                command: ['/usr/sbin/saslpasswd2', '-p', '-c', '-u', house.settings.hostName, name],
                input: password,
              },
            ],
      ),
      { command: ['/bin/bash', '-c', 'touch /etc/sasldb2; chmod 600 /etc/sasldb2'] },
    ],
  }),
  async furnish(box) {
    box.folder(spool, 'root', 'root', 0o700)
    box.folder('/var/lib/sendmail', 'root', 'root', 0o755)
    box.folder('/var/mail', 'vmail', 'vmail', 0o755)
  },
  daemon: [
    '/bin/bash',
    '-c',
    `bash /etc/mail/make || exit; ${leftovers} exec perl /etc/mail/listener ${program} -bD $(cat /etc/mail/interval)`,
  ],
  async end(box) {
    await box.run(['/bin/bash', '-c', 'kill -TERM $(head -1 /run/sendmail.pid)'])
  },
  async reload(box) {
    const starts = async (): Promise<number> =>
      (await readFile(box.path(logFile), 'utf8')).split('starting daemon (').length
    const before = await starts()
    await box.run(['/bin/bash', '-c', 'bash /etc/mail/make && kill -HUP $(head -1 /run/sendmail.pid)'])
    const deadline = performance.now() + reloadMilliseconds
    while ((await starts()) === before && performance.now() < deadline) await setTimeout(pollMilliseconds)
  },
  async runQueue(box) {
    await box.run([program, '-q'])
  },
  async underWay(box, log) {
    const working = titles(box).filter((title) => !/accepting connections|startup|cmd read|listener/.test(title))
    const untried = (await waitingIn(box)).filter(
      ({ id, held }) => !held && !new RegExp(`: ${id}: (?:to=.* stat=)`).test(log),
    )
    return [...working, ...untried.map(({ id }) => `${id} was not tried yet`)]
  },
  async queue(box, log): Promise<readonly QueuedRecipient[]> {
    return (await waitingIn(box)).flatMap(({ id, sender, recipients, held }) =>
      recipients.map((recipient) => ({
        message: id,
        sender,
        recipient,
        state: held ? ('held' as const) : ('queued' as const),
        attempts: attemptsIn(log, id, recipient),
      })),
    )
  },
  async nextDue(box) {
    const waiting = (await waitingIn(box)).filter(({ held }) => !held)
    if (waiting.length === 0) return undefined
    const interval = Number(/\d+/.exec(await readFile(box.path('/etc/mail/interval'), 'utf8'))?.[0] ?? 1800)
    return Math.min(...waiting.map(({ tried }) => (tried === undefined ? Date.now() : tried + interval * 1000)))
  },
  async operate(box, act, message) {
    if (act === 'remove') {
      for (const kind of ['qf', 'hf', 'df', 'xf']) box.remove(`${spool}/${kind}${message}`)
      return
    }
    const words = act === 'hold' ? ['-Qheld', `-qI${message}`] : ['-Q', '-qQ', `-qI${message}`]
    await box.run([program, ...words])
  },
  ended(log, address) {
    const final = String.raw`.* stat=(?!Deferred|queued)`
    if (new RegExp(`: to=<?${literally(address)}>?[,\\s]${final}`, 'i').test(log)) return true
    if (new RegExp(`: Too many hops .* to <?${literally(address)}>?`, 'i').test(log)) return true
    const [, id] = new RegExp(String.raw`: (\w+): alias <?${literally(address)}>? =>`, 'i').exec(log) ?? []
    return id !== undefined && new RegExp(`: ${id}: to=${final}`).test(log)
  },
  // What it learnt of hosts lives as long as the process that delivers (there is no HostStatusDirectory).
  remembers: () => false,
  async empty(box) {
    box.remove(spool)
  },
}
