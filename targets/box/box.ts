/**
 * A box: a root of its own in namespaces of its own, in which a mail server runs that was unpacked and not installed.
 *
 * Its files lie on a memory file system that only the box has, its programs are the host's with the product's packages laid
 * over them. Everything in it, processes, mounts and files, ends with its first process, which ends when our end of a pipe
 * closes: by `close`, by a crash of ours, by Ctrl-C. The network is the host's; nothing but loopback is used.
 * The box is only ever reached through its first process and an open handle on its root, never by a path or a process id
 * that could come to mean the host's. Needs Linux and root; leaves nothing on disk.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { groupFile, passwordFile } from './accounts.ts'
import { createFiles } from './files.ts'
import type { Files } from './files.ts'
import { createPrograms, shell } from './programs.ts'
import type { Program } from './programs.ts'

const openMilliseconds = 15_000
const closeMilliseconds = 5000
const runMilliseconds = 20_000
const marker = '/.smtpspec-box'

/**
 * Builds the root, goes into it, tells the process id as the host sees it (read before the box has a /proc of its own), and
 * starts programs until our end of standard input closes. A `read` in the shell also takes the children that nobody waits for.
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
exec chroot . /bin/bash --norc -c "echo $pid; $3"
`

const unshare = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--uts', '--ipc']
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C' }

export interface Output {
  readonly code: number
  readonly text: string
  readonly errors: string
}

export interface Box extends Files {
  /** The path by which this process may read what lies inside. */
  path(inside: string): string
  /** Runs a program inside to its end; rejects only when that takes more than 20 s. */
  run(command: readonly string[], input?: string): Promise<Output>
  /** Starts a program inside that lives until it is told to end, or the box ends; it leads a session of its own. */
  start(command: readonly string[]): Promise<Program>
  /** Ends every process inside at once and keeps the files. */
  killAll(): Promise<void>
  close(): Promise<void>
}

const ended = async (child: ChildProcess, milliseconds: number): Promise<boolean> => {
  if (child.exitCode !== null || child.signalCode !== null) return true
  return Promise.race([once(child, 'exit').then(() => true), setTimeout(milliseconds, false, { ref: false })])
}

const processId = async (child: ChildProcess, lines: Interface): Promise<string> => {
  const errors: string[] = []
  child.stderr?.on('data', (bytes: Buffer) => void errors.push(bytes.toString()))
  child.on('error', (error) => void errors.push(error.message))
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'close').then(() => undefined),
    setTimeout(openMilliseconds, undefined, { ref: false }),
  ])
  if (line === undefined) throw new Error(`a box could not be opened: ${errors.join('').trim() || 'no reason given'}`)
  return line
}

/** A handle on the box's root; throws unless it is the box's, marked with the token. */
const rootOf = async (pid: string, token: string): Promise<FileHandle> => {
  const root = await open(`/proc/${pid}/root`)
  const found = await readFile(`/proc/self/fd/${root.fd}${marker}`, 'utf8').catch(() => '')
  if (found.trim() === token) return root
  await root.close()
  throw new Error('the root of a box is not its own')
}

/** `tree` holds the product's unpacked packages; see `packages.ts`. */
export const openBox = async (tree: string): Promise<Box> => {
  const token = randomUUID()
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, '/bin/bash', '--norc', '-c', script, 'box', tree, token, shell],
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
  if (child.stdout === null) throw new Error('the box has no standard output')
  const lines = createInterface({ input: child.stdout })
  let root: FileHandle
  try {
    root = await rootOf(await processId(child, lines), token)
  } catch (error) {
    await end()
    throw error
  }
  const path = (inside: string): string => {
    if (root.fd < 0) throw new Error('the box is closed')
    return `/proc/self/fd/${root.fd}${inside}`
  }
  const programs = createPrograms(child, lines, path)
  const run = async (words: readonly string[], input?: string): Promise<Output> => {
    const program = await programs.start(words, input)
    const inTime = new AbortController()
    const code = await Promise.race([
      program.ended,
      setTimeout(runMilliseconds, undefined, { ref: false, signal: inTime.signal }).catch(() => undefined),
    ])
    inTime.abort()
    const { text, errors } = await program.said()
    if (code === undefined) throw new Error(`${words.join(' ')} did not end: ${text}${errors}`)
    await program.forget()
    return { code, text, errors }
  }

  const files = createFiles(path)
  const box: Box = {
    ...files,
    path,
    run,
    start: async (words) => programs.start(['/usr/bin/setsid', ...words]),
    killAll: async () => programs.killAll(),
    async close() {
      await end()
      await root.close()
    },
  }
  box.write('/etc/passwd', { text: passwordFile })
  box.write('/etc/group', { text: groupFile })
  box.write('/etc/hosts', { text: '127.0.0.1 localhost\n' })
  const sources = ['passwd', 'group', 'shadow', 'services', 'protocols', 'aliases'].map((name) => `${name}: files\n`)
  box.write('/etc/nsswitch.conf', { text: `${sources.join('')}hosts: files dns\n` })
  return box
}
