/**
 * A real Dovecot, the POP and IMAP service of many a mail administrator: it takes mail over LMTP into mailboxes of its own
 * and shows it to curl over POP3 and IMAP. It runs in a box (`targets/box`), unpacked and not installed, so that it takes
 * no port of the machine's and leaves nothing behind. It needs Linux, root, and Debian's packages, fetched when they are
 * not in the cache.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openBox } from '../../targets/box/box.ts'
import type { Program } from '../../targets/box/programs.ts'
import { cacheFolder, install, installedVersion, treeOf } from '../../targets/box/packages.ts'
import type { PackageList } from '../../targets/box/packages.ts'
import { listens } from '../../targets/box/sockets.ts'
import type { Checks } from '../support/checks.ts'
import { run } from '../support/program.ts'

const packages: PackageList = {
  name: 'dovecot',
  packages: ['dovecot-core', 'dovecot-lmtpd', 'dovecot-imapd', 'dovecot-pop3d'],
}

export const lmtpPort = 24

/** A mailbox of Dovecot's; `quota` in octets, none when absent. */
export interface Account {
  readonly name: string
  readonly quota?: number
}

export interface RunningDovecot {
  readonly version: string
  /** The messages of a mailbox as POP3 gives them, oldest first. */
  overPop3(name: string): Promise<readonly Buffer[]>
  /** The same over IMAP. */
  overImap(name: string): Promise<readonly Buffer[]>
  /** The user takes everything out, over POP3. */
  empty(name: string): Promise<void>
  log(): Promise<string>
  /** SIGKILL for every process of it. */
  kill(): Promise<void>
  start(): Promise<void>
}

const folder = '/etc/dovecot'
const logFile = '/var/log/dovecot.log'
const startMilliseconds = 15_000
const pollMilliseconds = 20
const password = 'open sesame'

const configuration = (host: string): string => `
protocols = lmtp imap pop3
listen = ${host}
base_dir = /run/dovecot
log_path = ${logFile}
ssl = no
disable_plaintext_auth = no
auth_username_format = %n
first_valid_uid = 1
mail_location = maildir:/var/mail/%n
mail_plugins = quota
postmaster_address = postmaster@here.example
quota_full_tempfail = yes
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
plugin {
  quota = maildir:User quota
  quota_grace = 0
}
service lmtp {
  inet_listener lmtp {
    address = ${host}
    port = ${lmtpPort}
  }
}
`

/** A line of a passwd-file: name, password, numbers, and what more is known of the user. */
const line = ({ name, quota }: Account): string =>
  `${name}:{PLAIN}${password}:7108:7108::/var/mail/${name}::${quota === undefined ? '' : `userdb_quota_rule=*:bytes=${quota}`}\n`

/** Opens it on that address; it is closed with the script. */
export const openDovecot = async (
  checks: Checks,
  host: string,
  accounts: readonly Account[],
): Promise<RunningDovecot> => {
  const cache = cacheFolder()
  const version = (await installedVersion(cache, packages.name)) ?? (await install(packages, cache, () => undefined))
  const box = await openBox(treeOf(cache, packages.name))
  checks.stops.defer(() => box.close())
  box.write(`${folder}/dovecot.conf`, { text: configuration(host) })
  box.write(`${folder}/users`, { text: accounts.map(line).join(''), mode: 0o600, owner: 'dovecot' })
  box.folder('/var/mail', 'vmail', 'vmail', 0o755)
  let program: Program | undefined

  const start = async (): Promise<void> => {
    const started = await box.start(['/usr/sbin/dovecot', '-F', '-c', `${folder}/dovecot.conf`])
    program = started
    const deadline = performance.now() + startMilliseconds
    for (const port of [lmtpPort, 143, 110]) {
      while (!listens({ address: host, port })) {
        if (started.hasEnded() || performance.now() > deadline) {
          const { text, errors } = await started.said()
          throw new Error(`Dovecot does not answer on ${host}:${port}: ${text}${errors}`)
        }
        await setTimeout(pollMilliseconds)
      }
    }
  }

  let fetched = 0
  const curl = async (name: string, ...parameters: readonly string[]): Promise<Buffer> => {
    fetched += 1
    const file = join(checks.folder, `curl-${fetched}`)
    const words = ['-sS', '--max-time', '10', '--user', `${name}:${password}`, '-o', file, ...parameters]
    const { code, output } = await run('curl', words)
    if (code !== 0) throw new Error(`curl ${parameters.join(' ')}: ${output}`)
    return await readFile(file).catch(() => Buffer.alloc(0))
  }
  const numbersOf = async (name: string): Promise<readonly string[]> =>
    [...(await curl(name, `pop3://${host}/`)).toString().matchAll(/^(\d+) \d+\r?$/gm)].map(([, number = '']) => number)

  await start()
  return {
    version,
    async overPop3(name) {
      const found: Buffer[] = []
      for (const number of await numbersOf(name)) found.push(await curl(name, `pop3://${host}/${number}`))
      return found
    },
    async overImap(name) {
      const status = (await curl(name, '-X', 'STATUS INBOX (MESSAGES)', `imap://${host}/`)).toString()
      const count = Number(/MESSAGES (\d+)/.exec(status)?.[1] ?? 0)
      const found: Buffer[] = []
      for (let number = 1; number <= count; number += 1)
        found.push(await curl(name, `imap://${host}/INBOX;MAILINDEX=${number}`))
      return found
    },
    async empty(name) {
      // A session each: the next message is the first one then. The answer is a line, and no message.
      for (const _ of await numbersOf(name)) await curl(name, '--head', '-X', 'DELE', `pop3://${host}/1`)
    },
    log: async () => readFile(box.path(logFile), 'utf8').catch(() => ''),
    async kill() {
      await box.killAll()
      await program?.forget()
    },
    start,
  }
}
