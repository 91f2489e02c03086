/**
 * The reference server as its users meet it, `smtpspec serve` in a process of its own, standing in a scene of the
 * simulated world: what the real clients and servers of these scripts speak with.
 *
 * It is looked into as an operator would (the administration API) and as the system would (`/proc`). It can die by SIGKILL
 * and be started again on the same data. Closing it leaves no process, port or file.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { codeHome } from '../../cli/home.ts'
import type { SettingsDocument } from '../../server/settings/schema.ts'
import type { Scene } from '../../simulators/contract.ts'
import { openScene } from '../../simulators/scene.ts'
import type { SceneOptions } from '../../simulators/scene.ts'
import { serviceSettings } from '../../steps/service.ts'
import type { Checks } from './checks.ts'

export type Role = 'relay' | 'submission' | 'submissions'

export interface WaitingRecipient {
  readonly address: string
  readonly state: string
  readonly attempts: number
  /** What went wrong last, and the other side's words. */
  readonly trouble?: { readonly status: string; readonly reason: string }
}

export interface Service {
  readonly scene: Scene
  /** Where it listens. */
  readonly address: string
  /** From here anybody may relay; from there only those who authenticate. */
  readonly trusted: string
  readonly stranger: string
  /** Its settings and data. */
  readonly folder: string
  /** File with the authority that signed its certificate. */
  readonly authorityFile: string
  endpoint(role: Role): { readonly host: string; readonly port: number }
  adminUrl(): string
  admin(path: string, init?: { readonly method: string; readonly body: unknown }): Promise<unknown>
  pid(): number
  /** What it said on its console. */
  console(): string
  /** Recipients that wait in its queue. */
  waiting(): Promise<readonly WaitingRecipient[]>
  flush(): Promise<void>
  /** Resolves when the queue is empty. */
  drained(seconds: number): Promise<void>
  /** Contents of a mailbox, read from its Maildir. */
  mailbox(user: string): Promise<readonly Buffer[]>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it (again) on the same data. */
  start(): Promise<void>
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | undefined>
}

export interface ServiceOptions {
  readonly scene?: SceneOptions
  readonly change?: (usual: SettingsDocument, scene: Scene, address: string) => SettingsDocument
  /** For Node itself: `--expose-gc` … */
  readonly nodeOptions?: readonly string[]
}

interface Ready {
  readonly listeners: readonly { readonly role: string; readonly address: string; readonly port: number }[]
  readonly admin?: string
}

interface QueueView {
  readonly totals: { readonly messages: number }
  readonly messages: readonly { readonly recipients: readonly WaitingRecipient[] }[]
}

const token = 'token-of-one-run-only'
const startSeconds = 20
const stopSeconds = 15
const pollMilliseconds = 25
const mostConsole = 1_000_000

export const openService = async (checks: Checks, options: ServiceOptions = {}): Promise<Service> => {
  const scene = await openScene(options.scene)
  checks.stops.defer(() => scene.close())
  const address = scene.address('server')
  const folder = join(checks.folder, `service-${address}`)
  await mkdir(join(folder, 'data'), { recursive: true })
  const { cert, key } = await scene.certificate('good', 'mail.here.example', [address])
  const authorityFile = join(folder, 'authority.pem')
  await writeFile(authorityFile, scene.authority)
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key)
  scene.dns.zone(`here.example. MX 10 mail.here.example.\nmail.here.example. A ${address}`)
  const usual: SettingsDocument = {
    ...serviceSettings(scene, address),
    tls: { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') },
    admin: { enabled: true, port: 0, token },
  }
  await writeFile(
    join(folder, 'settings.json'),
    JSON.stringify(options.change?.(usual, scene, address) ?? usual, undefined, 2),
  )

  let child: ChildProcess | undefined
  let ready: Ready | undefined
  let said = ''
  let closed = false

  const start = async (): Promise<void> => {
    if (closed) throw new Error('the script is over: no server is started any more')
    const { folder: code, extension } = codeHome()
    const serve = ['serve', '--settings', join(folder, 'settings.json'), '--data', join(folder, 'data'), '--json']
    const started = spawn(
      process.execPath,
      [...(options.nodeOptions ?? []), join(code, `cli/main${extension}`), ...serve],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    child = started
    started.stderr.setEncoding('utf8').on('data', (piece: string) => {
      if (said.length < mostConsole) said += piece
    })
    const line = await Promise.race([
      once(createInterface({ input: started.stdout }), 'line').then(([text]) => String(text)),
      once(started, 'exit').then(() => undefined),
      setTimeout(startSeconds * 1000, undefined, { ref: false }),
    ])
    if (line?.includes('"listeners"') !== true) throw new Error(`smtpspec serve did not start: ${line ?? ''} ${said}`)
    ready = JSON.parse(line) as Ready
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | undefined> => {
    const ending = child
    child = undefined
    ready = undefined
    if (ending === undefined) return undefined
    if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode ?? undefined
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const done = await Promise.race([exited.then(() => true), setTimeout(stopSeconds * 1000, false, { ref: false })])
    if (!done) {
      ending.kill('SIGKILL')
      await exited
    }
    return ending.exitCode ?? undefined
  }
  const adminUrl = (): string => {
    if (ready?.admin === undefined) throw new Error('the server is not running')
    return ready.admin
  }
  const admin: Service['admin'] = async (path, init) => {
    const response = await fetch(`${adminUrl()}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(init !== undefined && { method: init.method, body: JSON.stringify(init.body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return JSON.parse(text) as unknown
  }
  const queue = async (): Promise<QueueView> => (await admin('/api/queue?limit=1000')) as QueueView
  const waiting: Service['waiting'] = async () =>
    (await queue()).messages.flatMap(({ recipients }) =>
      recipients.filter(({ state }) => state === 'queued' || state === 'held'),
    )

  checks.stops.defer(async () => {
    closed = true
    await end('SIGTERM')
  })
  await start()
  return {
    scene,
    address,
    trusted: scene.address('trusted'),
    stranger: scene.address('stranger'),
    folder,
    authorityFile,
    adminUrl,
    admin,
    waiting,
    console: () => said,
    endpoint: (role) => {
      const listener = ready?.listeners.find((candidate) => candidate.role === role)
      if (listener === undefined) throw new Error(`the server has no ${role} listener open`)
      return { host: listener.address, port: listener.port }
    },
    pid() {
      if (child?.pid === undefined) throw new Error('the server is not running')
      return child.pid
    },
    async flush() {
      await admin('/api/queue/flush', { method: 'POST', body: { all: true } })
    },
    async drained(seconds) {
      const deadline = performance.now() + seconds * 1000
      for (let left = await queue(); left.totals.messages > 0; left = await queue()) {
        if (performance.now() > deadline) {
          throw new Error(`after ${seconds} s there wait in the queue: ${JSON.stringify(left.messages, undefined, 1)}`)
        }
        await setTimeout(pollMilliseconds)
      }
    },
    async mailbox(user) {
      const mailbox = join(folder, 'data', 'mail', user)
      const found: Buffer[] = []
      for (const part of ['new', 'cur']) {
        const names = await readdir(join(mailbox, part)).catch(() => [])
        for (const name of names.toSorted((a, b) => a.localeCompare(b)))
          found.push(await readFile(join(mailbox, part, name)))
      }
      return found
    },
    kill: async () => void (await end('SIGKILL')),
    start,
    stop: () => end('SIGTERM'),
  }
}
