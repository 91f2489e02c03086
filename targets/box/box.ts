/**
 * A box: a root of its own in namespaces of its own, in which a mail server runs that was unpacked and not installed.
 *
 * Its files lie on a memory file system that only the box has, its programs are the host's with the product's packages laid
 * over them. Everything in it, processes, mounts and files, ends with its first process, which ends when our end of a pipe
 * closes: by `close`, by a crash of ours, by Ctrl-C. The network is the host's; nothing but loopback is used.
 * The box is only ever reached through open handles on its root and its namespaces, never by a path or a process id that
 * could come to mean the host's. Needs Linux and root; leaves nothing on disk.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, lstat, mkdir, open, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { accountId, groupFile, passwordFile } from './accounts.ts'

const openMilliseconds = 15_000
const closeMilliseconds = 5000
const runMilliseconds = 20_000
const maximumOutput = 16 * 1024 * 1024
/** Postfix waits until its configuration has not been written to for two seconds; what is written here is whole. */
const settledSeconds = 10
const marker = '/.smtpspec-box'

/**
 * Builds the root, goes into it, tells the process id as the host sees it (read before the box has a /proc of its own), and
 * waits for our end of standard input to close. A `read` in the shell also takes the children that nobody waits for.
 */
const script = `
set -e
tree=$1 token=$2
read -r pid rest < /proc/self/stat
mount -t tmpfs -o mode=755,size=1g smtpspec /mnt
cd /mnt
mkdir -p usr etc var/mail var/log var/spool var/lib var/tmp tmp run/lock dev proc root home
chmod 1777 tmp var/tmp
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L /$name ] || ln -s "$(readlink /$name)" $name; done
mount -t overlay overlay -o "ro,lowerdir=$tree/usr:/usr" usr
mount -t proc proc proc
for name in null zero full random urandom tty; do : > dev/$name; mount --bind /dev/$name dev/$name; done
ln -s /proc/self/fd dev/fd
mkdir -m 1777 dev/shm
for part in etc var; do [ ! -d "$tree/$part" ] || cp -a "$tree/$part/." $part/; done
cp /etc/services /etc/protocols etc/ 2>/dev/null || true
echo "$token" > .smtpspec-box
exec chroot . /bin/bash -c 'echo $0; read -r _ || true' "$pid"
`

const unshare = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--uts', '--ipc']
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C' }

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
  /** The path by which this process may read what lies inside. */
  path(inside: string): string
  /** Runs a program inside to its end; rejects only when that takes more than 20 s. */
  run(command: readonly string[], input?: string): Promise<Output>
  /** Starts a program inside that lives until it is told to end, or the box ends. */
  start(command: readonly string[]): ChildProcess
  write(inside: string, file: FileInBox): Promise<void>
  /** Makes a folder (and those above it), or sees that it has this owner, group and mode. */
  folder(inside: string, owner: string, group: string, mode: number): Promise<void>
  /** Removes a file or a folder with all it holds. */
  remove(inside: string): Promise<void>
  /** Ends every process inside at once and keeps the files. */
  killAll(): Promise<void>
  close(): Promise<void>
}

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

/** Handles on the box's root and namespaces; throws unless they are the box's, marked with the token, and not the host's. */
const handlesOf = async (pid: string, token: string): Promise<ReadonlyMap<string, FileHandle>> => {
  const handles = new Map<string, FileHandle>()
  try {
    handles.set('root', await open(`/proc/${pid}/root`))
    for (const name of ['mnt', 'pid', 'uts', 'ipc']) {
      const handle = await open(`/proc/${pid}/ns/${name}`)
      handles.set(name, handle)
      const ours = await open(`/proc/self/ns/${name}`)
      const same = (await ours.stat()).ino === (await handle.stat()).ino
      await ours.close()
      if (same) throw new Error('a box shares a namespace with the machine')
    }
    const found = await readFile(`/proc/self/fd/${handles.get('root')?.fd ?? -1}${marker}`, 'utf8')
    if (found.trim() !== token) throw new Error('the root of a box is not its own')
    return handles
  } catch (error) {
    for (const handle of handles.values()) await handle.close()
    throw error
  }
}

/** `tree` holds the product's unpacked packages; see `packages.ts`. */
export const openBox = async (tree: string): Promise<Box> => {
  const token = randomUUID()
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, '/bin/bash', '--norc', '-c', script, 'box', tree, token],
    // A shell whose input is a socket reads the user's .bashrc, and waits for whatever that waits for.
    // A group of its own: Ctrl-C is for us, and the box ends after us.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: environment },
  )
  child.stdin?.on('error', () => undefined)
  const end = async (): Promise<void> => {
    child.stdin?.end()
    if (await ended(child, closeMilliseconds)) return
    child.kill('SIGKILL')
    await ended(child, closeMilliseconds)
  }
  let handles: ReadonlyMap<string, FileHandle>
  try {
    handles = await handlesOf(await processId(child), token)
  } catch (error) {
    await end()
    throw error
  }
  const descriptor = (name: string): number => {
    const handle = handles.get(name)
    if (handle === undefined || handle.fd < 0) throw new Error('the box is closed')
    return handle.fd
  }
  const place = (name: string): string => `/proc/${process.pid}/fd/${descriptor(name)}`
  const command = (words: readonly string[]): readonly string[] => [
    `--mount=${place('mnt')}`,
    `--pid=${place('pid')}`,
    `--uts=${place('uts')}`,
    `--ipc=${place('ipc')}`,
    `--root=${place('root')}`,
    `--wd=${place('root')}`,
    '--',
    ...words,
  ]
  const path = (inside: string): string => `/proc/self/fd/${descriptor('root')}${inside}`
  /** A link on the way could lead to the host's own files; nothing is written or removed through one. */
  const withoutLinks = async (inside: string): Promise<string> => {
    const parts = inside.split('/').filter((part) => part !== '')
    if (parts.includes('..')) throw new Error(`${inside} leads out of the box`)
    for (let length = 1; length < parts.length; length += 1) {
      const above = `/${parts.slice(0, length).join('/')}`
      const facts = await lstat(path(above)).catch(() => undefined)
      if (facts?.isSymbolicLink() === true) throw new Error(`${above} is a link`)
    }
    return path(inside)
  }
  const run = async (words: readonly string[], input?: string): Promise<Output> =>
    new Promise((resolve, reject) => {
      const running = execFile(
        'nsenter',
        command(words),
        { timeout: runMilliseconds, maxBuffer: maximumOutput, env: environment },
        (error, text, errors) => {
          if (error?.killed === true) reject(new Error(`${words.join(' ')} did not end: ${text}${errors}`))
          else resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 127, text, errors })
        },
      )
      running.stdin?.on('error', () => undefined)
      running.stdin?.end(input ?? '')
    })

  const box: Box = {
    path,
    run,
    start: (words) =>
      spawn('nsenter', command(words), { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment }),
    async write(inside, { text, mode = 0o644, owner = 'root' }) {
      const file = await withoutLinks(inside)
      await mkdir(dirname(file), { recursive: true })
      await rm(file, { force: true })
      await writeFile(file, text, { flag: 'wx', mode })
      await chmod(file, mode)
      await chown(file, accountId(owner), accountId(owner))
      const written = Date.now() / 1000 - settledSeconds
      await utimes(file, written, written)
    },
    async folder(inside, owner, group, mode) {
      const folder = await withoutLinks(inside)
      await mkdir(folder, { recursive: true })
      await chown(folder, accountId(owner), accountId(group))
      await chmod(folder, mode)
    },
    async remove(inside) {
      await rm(await withoutLinks(inside), { recursive: true, force: true })
    },
    async killAll() {
      // Only reached inside the box's own process namespace: elsewhere `nsenter` fails and nothing is run.
      await run(['/bin/bash', '-c', 'kill -KILL -1'])
    },
    async close() {
      await end()
      for (const handle of handles.values()) await handle.close()
    },
  }
  await box.write('/etc/passwd', { text: passwordFile })
  await box.write('/etc/group', { text: groupFile })
  await box.write('/etc/hosts', { text: '127.0.0.1 localhost\n' })
  const sources = ['passwd', 'group', 'shadow', 'services', 'protocols', 'aliases'].map((name) => `${name}: files\n`)
  await box.write('/etc/nsswitch.conf', { text: `${sources.join('')}hosts: files dns\n` })
  return box
}
