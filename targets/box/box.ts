/**
 * A box: a root of its own in namespaces of its own, in which a mail server runs that was unpacked and not installed.
 *
 * Its files lie on a memory file system that only the box has, its programs are the host's with the product's packages laid
 * over them. Everything in it, processes, mounts and files, ends with its first process, which ends when our end of a pipe
 * closes: by `close`, by a crash of ours, by Ctrl-C. The network is the host's; nothing but loopback is used.
 * Needs Linux, root and `unshare`; asks for nothing else and leaves nothing on disk.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { accounts } from './accounts.ts'

const openMilliseconds = 10_000
const closeMilliseconds = 5000
const runMilliseconds = 20_000
const maximumOutput = 16 * 1024 * 1024

/**
 * Builds the root and waits for our end of standard input to close. The process id is read before the box has a /proc of
 * its own, so it is the host's. A `read` in the shell also takes the children that nobody waits for.
 */
const script = `
set -e
tree=$1
read -r pid rest < /proc/self/stat
mount -t tmpfs -o mode=755,size=1g smtpspec /mnt
cd /mnt
mkdir -p usr etc var/mail var/log var/spool var/lib var/tmp tmp run/lock dev proc root home
chmod 1777 tmp var/tmp
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L /$name ] || ln -s "$(readlink /$name)" $name; done
mount -t overlay overlay -o "ro,lowerdir=$tree/usr:/usr" usr
mount -t proc proc proc
mount --rbind /dev dev
for part in etc var; do [ ! -d "$tree/$part" ] || cp -a "$tree/$part/." $part/; done
cp /etc/services /etc/protocols etc/ 2>/dev/null || true
echo "$pid"
exec chroot . /bin/bash -c 'read -r _ || true'
`

export interface Output {
  readonly code: number
  readonly text: string
  readonly errors: string
}

export interface FileInBox {
  readonly text: string
  /** Octal permissions; 0644 when absent. */
  readonly mode?: number
  /** A user of `accounts`; root when absent. */
  readonly owner?: string
}

export interface Box {
  /** The path by which this process reaches a path inside. */
  path(inside: string): string
  /** Runs a program inside to its end; rejects only when that takes more than 20 s. */
  run(command: readonly string[], input?: string): Promise<Output>
  /** Starts a program inside that lives until it is told to end, or the box ends. */
  start(command: readonly string[]): ChildProcess
  write(inside: string, file: FileInBox): Promise<void>
  /** Ends every process inside at once and keeps the files. */
  killAll(): Promise<void>
  close(): Promise<void>
}

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C' }

const ended = async (child: ChildProcess, milliseconds: number): Promise<boolean> => {
  if (child.exitCode !== null || child.signalCode !== null) return true
  return Promise.race([once(child, 'exit').then(() => true), setTimeout(milliseconds, false, { ref: false })])
}

const processId = async (child: ChildProcess): Promise<string> => {
  const errors: string[] = []
  child.stderr?.on('data', (bytes: Buffer) => void errors.push(bytes.toString()))
  child.on('error', (error) => void errors.push(error.message))
  if (child.stdout === null) throw new Error('the box has no standard output')
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    once(child, 'close').then(() => undefined),
    setTimeout(openMilliseconds, undefined, { ref: false }),
  ])
  if (line === undefined) throw new Error(`a box could not be opened: ${errors.join('').trim() || 'no reason given'}`)
  return line
}

/** `tree` holds the product's unpacked packages; see `packages.ts`. */
export const openBox = async (tree: string): Promise<Box> => {
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
      ...['--uts', '--ipc', '/bin/bash', '-c', script, 'box', tree],
    ],
    // A group of its own: Ctrl-C is for us, and the box ends after us.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: environment },
  )
  const pid = await processId(child)
  child.stdin?.on('error', () => undefined)
  const enter = ['--target', pid, '--mount', '--pid', '--uts', '--ipc', '--root', '--wd', '--']
  const path = (inside: string): string => `/proc/${pid}/root${inside}`
  const run = async (command: readonly string[], input?: string): Promise<Output> =>
    new Promise((resolve, reject) => {
      const running = execFile(
        'nsenter',
        [...enter, ...command],
        { timeout: runMilliseconds, maxBuffer: maximumOutput, env: environment },
        (error, text, errors) => {
          if (error?.killed === true) reject(new Error(`${command.join(' ')} did not end: ${text}${errors}`))
          else resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 127, text, errors })
        },
      )
      running.stdin?.on('error', () => undefined)
      running.stdin?.end(input ?? '')
    })
  const box: Box = {
    path,
    run,
    start: (command) =>
      spawn('nsenter', [...enter, ...command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment }),
    async write(inside, { text, mode = 0o644, owner }) {
      await mkdir(dirname(path(inside)), { recursive: true })
      await writeFile(path(inside), text)
      await chmod(path(inside), mode)
      const account = owner === undefined ? undefined : accounts.find(({ name }) => name === owner)
      await chown(path(inside), account?.id ?? 0, account?.id ?? 0)
    },
    async killAll() {
      await run(['/bin/bash', '-c', 'kill -KILL -1'])
    },
    async close() {
      child.stdin?.end()
      if (await ended(child, closeMilliseconds)) return
      child.kill('SIGKILL')
      await ended(child, closeMilliseconds)
    },
  }
  const lines = (text: readonly string[]): FileInBox => ({ text: `${text.join('\n')}\n` })
  await box.write(
    '/etc/passwd',
    lines([
      'root:x:0:0::/root:/bin/bash',
      'nobody:x:65534:65534::/:/bin/false',
      ...accounts.map(({ name, id, home }) => `${name}:x:${id}:${id}::${home}:/bin/false`),
    ]),
  )
  await box.write(
    '/etc/group',
    lines([
      'root:x:0:',
      'tty:x:5:',
      'mail:x:8:',
      'nogroup:x:65534:',
      ...accounts.map(({ name, id }) => `${name}:x:${id}:`),
    ]),
  )
  await box.write(
    '/etc/nsswitch.conf',
    lines(
      ['passwd', 'group', 'shadow', 'services', 'protocols', 'aliases']
        .map((name) => `${name}: files`)
        .concat('hosts: files dns'),
    ),
  )
  await box.write('/etc/hosts', lines(['127.0.0.1 localhost']))
  return box
}
