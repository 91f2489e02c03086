/**
 * A real Postfix, unpacked or installed, running for itself alone: in a mount and process namespace of its own, with its
 * own users, resolver and queue, so that it touches nothing of the machine's and ends with whoever started it.
 *
 * It takes mail for its domain into Maildirs and relays for 127.0.0.0/8. It needs root, and the scene's exchanger port and
 * name server at 25 and 53.
 */
import { chmod, chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Scene } from '../../simulators/contract.ts'
import type { Checks } from '../support/checks.ts'
import type { PostfixPlace } from '../support/postfix.ts'
import { start } from '../support/program.ts'

export const postfixDomain = 'postfix.example'

export interface RunningPostfix {
  readonly host: string
  readonly port: number
  mailbox(user: string): Promise<readonly Buffer[]>
  log(): Promise<string>
  stop(): Promise<void>
}

const owner = 7101
const dropGroup = 7102
const mailUser = 7108
const startSeconds = 15

const queueFolders = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'private',
  'saved',
  'trace',
]

const masterTable = `
HOST:PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

const mainSettings = (folder: string, { root, environment }: PostfixPlace): string => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/lib
daemon_directory = ${join(root, 'usr/lib/postfix/sbin')}
command_directory = ${join(root, 'usr/sbin')}
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
import_environment = MAIL_CONFIG, MAIL_LOGTAG, LANG=C, ${Object.entries(environment)
  .map(([name, value]) => `${name}=${value}`)
  .join(', ')}
myhostname = mx.${postfixDomain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_header_rewrite_clients =
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_peername_lookup = no
alias_maps =
alias_database =
virtual_mailbox_domains = ${postfixDomain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = inline:{ bob@${postfixDomain}=bob/, 用户@${postfixDomain}=utf8/ }
virtual_uid_maps = static:${mailUser}
virtual_gid_maps = static:${mailUser}
virtual_minimum_uid = 1000
smtp_host_lookup = dns
smtpd_tls_cert_file = ${folder}/cert.pem
smtpd_tls_key_file = ${folder}/key.pem
smtpd_tls_security_level = may
smtp_tls_security_level = may
smtpd_error_sleep_time = 0
in_flow_delay = 0
`

/** Pid 1 of the namespaces: it lives as long as somebody holds the other end of its input. */
const box = (folder: string, { root, environment }: PostfixPlace): string => `set -e
for file in passwd group resolv.conf; do mount --bind ${folder}/etc/$file /etc/$file; done
export MAIL_CONFIG=${folder}/etc ${Object.entries(environment)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}
${join(root, 'usr/lib/postfix/sbin/master')} -s -c ${folder}/etc &
cat >/dev/null
`

const greets = async (host: string, port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port })
  socket.once('data', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('close', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

const prepare = async (folder: string, scene: Scene, host: string, place: PostfixPlace): Promise<void> => {
  for (const name of ['etc', 'lib', 'mail', 'queue']) await mkdir(join(folder, name), { recursive: true })
  await chown(join(folder, 'lib'), owner, owner)
  await chown(join(folder, 'mail'), mailUser, mailUser)
  for (const name of queueFolders) {
    await mkdir(join(folder, 'queue', name), { mode: 0o700 })
    await chown(join(folder, 'queue', name), owner, 0)
  }
  for (const [name, mode] of [
    ['public', 0o710],
    ['maildrop', 0o730],
  ] as const) {
    await mkdir(join(folder, 'queue', name))
    await chown(join(folder, 'queue', name), owner, dropGroup)
    await chmod(join(folder, 'queue', name), mode)
  }
  await mkdir(join(folder, 'queue/pid'))
  const { cert, key } = await scene.certificate('good', `mx.${postfixDomain}`, [host])
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 })
  const etc = async (name: string, text: string): Promise<void> => await writeFile(join(folder, 'etc', name), text)
  await etc('main.cf', mainSettings(folder, place))
  await etc('master.cf', masterTable.replace('HOST', host).replace('PORT', String(scene.exchangerPort)))
  const users = `postfix:x:${owner}:${owner}::/:/bin/false\nvmail:x:${mailUser}:${mailUser}::/:/bin/false\n`
  const groups = `postfix:x:${owner}:\npostdrop:x:${dropGroup}:\nvmail:x:${mailUser}:\n`
  await etc('passwd', (await readFile('/etc/passwd', 'utf8')) + users)
  await etc('group', (await readFile('/etc/group', 'utf8')) + groups)
  await etc('resolv.conf', `nameserver ${scene.dns.endpoint.split(':')[0]}\noptions timeout:2 attempts:2\n`)
}

export const openPostfix = async (checks: Checks, scene: Scene, place: PostfixPlace): Promise<RunningPostfix> => {
  const host = scene.address('exchanger')
  const port = scene.exchangerPort
  scene.dns.zone(`${postfixDomain}. MX 10 mx.${postfixDomain}.\nmx.${postfixDomain}. A ${host}`)
  const folder = join(checks.folder, 'postfix')
  // Its processes are not root, and must get at what is theirs.
  await chmod(checks.folder, 0o711)
  await prepare(folder, scene, host, place)
  const running = checks.own(() =>
    start('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', box(folder, place)]),
  )
  const log = async (): Promise<string> =>
    `${running.output()}\n${await readFile(join(folder, 'log'), 'utf8').catch(() => '(no log)')}`
  const deadline = performance.now() + startSeconds * 1000
  while (!(await greets(host, port))) {
    if (performance.now() > deadline) throw new Error(`Postfix does not answer: ${await log()}`)
    await setTimeout(50)
  }
  return {
    host,
    port,
    log,
    stop: () => running.stop(),
    async mailbox(user) {
      const inbox = join(folder, 'mail', user, 'new')
      const names = await readdir(inbox).catch(() => [])
      return Promise.all(names.map((name) => readFile(join(inbox, name))))
    },
  }
}
