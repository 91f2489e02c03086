/**
 * The reference server as a process of its own, `smtpspec serve`, on the real clock: for what must survive `kill -9`.
 *
 * Looked into through its administration API, as an operator would. It has no clock that can be moved.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { codeHome } from '../cli/home.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import type { Mistake } from '../server/settings/mistake.ts'
import { everyReference, mailboxName, sentencesOf } from './reference-both.ts'
import type { Capability, Endpoint, QueuedRecipient, StoredMessage, Surroundings, Target } from './target.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([...everyReference, 'apply', 'kill'])

const startMilliseconds = 15_000
const stopMilliseconds = 5000
const pollMilliseconds = 20
/** What is due and was not begun in so many looks waits for something. */
const stillLooks = 25
const token = 'token-of-one-scenario-only'

interface Ready {
  readonly listeners: readonly { readonly role: string; readonly address: string; readonly port: number }[]
  readonly admin?: string
}

interface QueueAnswer {
  readonly totals: { readonly underWay: number }
  readonly messages: readonly {
    readonly id: string
    readonly reversePath: string
    readonly recipients: readonly {
      readonly address: string
      readonly state: string
      readonly attempts: number
      readonly dueAt?: string
    }[]
  }[]
}

interface JournalAnswer {
  readonly events: readonly { readonly detail: Readonly<Record<string, string | number | boolean>> }[]
}

/** What the journal tells when a recipient's mail has come to an end, under whatever name. */
const ends = ['recipient-expanded', 'recipient-delivered', 'recipient-failed', 'recipient-expired']

/** The next line of `serve --json`, or why there is none. */
const nextLine = async (child: ChildProcess, lines: Interface, said: readonly string[]): Promise<Ready> => {
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(() => undefined),
    setTimeout(startMilliseconds, undefined, { ref: false }),
  ])
  if (line === undefined)
    throw new Error(`smtpspec serve did not start: ${said.join('\n').trim() || 'no reason given'}`)
  const told = JSON.parse(line) as Ready | { readonly mistakes: readonly Mistake[] }
  if ('mistakes' in told) throw new Error(sentencesOf(told.mistakes))
  return told
}

export const createReferenceProcessTarget = (): Target => {
  let child: ChildProcess | undefined
  let lines: Interface | undefined
  let ready: Ready | undefined
  let surroundings: Surroundings | undefined
  /** What it said on standard error since the start, a line each. */
  const said: string[] = []

  const writeSettings = async (settings: SettingsDocument): Promise<void> => {
    const document: SettingsDocument = { ...settings, admin: { enabled: true, port: 0, token } }
    await writeFile(join(surroundings?.folder ?? '', 'settings.json'), JSON.stringify(document, undefined, 2))
  }
  const launch = async (): Promise<void> => {
    if (surroundings === undefined) throw new Error('the server was never started')
    const { folder, extension } = codeHome()
    child = spawn(
      process.execPath,
      [
        join(folder, `cli/main${extension}`),
        'serve',
        '--settings',
        join(surroundings.folder, 'settings.json'),
        '--data',
        join(surroundings.folder, 'data'),
        '--json',
        '--until-input-ends',
      ],
      // Our end of its standard input closes with us, however we end; then it ends too.
      { stdio: ['pipe', 'pipe', 'pipe'] },
    )
    child.stdin?.on('error', () => undefined)
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => void said.push(line))
    if (child.stdout === null) throw new Error('the server has no standard output')
    lines = createInterface({ input: child.stdout })
    ready = await nextLine(child, lines, said)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = child
    child = undefined
    ready = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const done = await Promise.race([exited.then(() => true), setTimeout(stopMilliseconds, false, { ref: false })])
    if (!done) {
      ending.kill('SIGKILL')
      await exited
    }
  }
  const ask = async (path: string, method = 'GET', body?: unknown): Promise<Response> => {
    const url = ready?.admin
    if (url === undefined) throw new Error('the administration API is not open')
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(stopMilliseconds),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const queueNow = async (): Promise<QueueAnswer> => (await (await ask('/api/queue')).json()) as QueueAnswer

  return {
    name: 'reference (process)',
    capabilities,
    isOurs: true,
    version: async () => (await import('../cli/version.ts')).version(),
    async start(settings: SettingsDocument, around) {
      surroundings = around
      await mkdir(join(around.folder, 'data'), { recursive: true })
      await writeSettings(settings)
      await launch()
    },
    stop: () => end('SIGTERM'),
    endpoint: (role): Endpoint | undefined => {
      const listener = ready?.listeners.find((candidate) => candidate.role === role)
      return listener === undefined ? undefined : { host: listener.address, port: listener.port }
    },
    async runQueue() {
      await ask('/api/queue/flush', 'POST', { all: true })
    },
    async rest(deadlineMilliseconds) {
      const deadline = performance.now() + deadlineMilliseconds
      let still = 0
      for (;;) {
        const { messages, totals } = await queueNow()
        const now = Date.now()
        const due = messages.flatMap(({ recipients }) =>
          recipients.filter(
            ({ state, dueAt }) => state === 'queued' && dueAt !== undefined && Date.parse(dueAt) <= now,
          ),
        )
        // What the operator asked for is under way without being due.
        if (due.length === 0 && totals.underWay === 0) return
        // Due, and nobody at it: their destination is left in peace for a while.
        still = totals.underWay === 0 ? still + 1 : 0
        if (still === stillLooks) return
        if (performance.now() > deadline)
          throw new Error(
            `the queue did not come to rest: ${due.length} recipients are due, ${totals.underWay} under way`,
          )
        await setTimeout(pollMilliseconds)
      }
    },
    async apply(settings) {
      await writeSettings(settings)
      if (child === undefined || lines === undefined) throw new Error('the server is not running')
      const answer = nextLine(child, lines, said)
      child.kill('SIGHUP')
      ready = await answer
    },
    async restart() {
      await end('SIGTERM')
      await launch()
    },
    async kill() {
      await end('SIGKILL')
      await launch()
    },
    async queue(): Promise<readonly QueuedRecipient[]> {
      return (await queueNow()).messages.flatMap(({ id, reversePath, recipients }) =>
        recipients
          .filter(({ state }) => state === 'queued' || state === 'held')
          .map(({ address, state, attempts }) => ({
            message: id,
            sender: reversePath,
            recipient: address,
            state: state === 'held' ? ('held' as const) : ('queued' as const),
            attempts,
          })),
      )
    },
    async nextAttempt() {
      const waiting = (await queueNow()).messages.flatMap(({ recipients }) =>
        recipients.flatMap(({ state, dueAt }) =>
          state === 'queued' && dueAt !== undefined ? [Date.parse(dueAt)] : [],
        ),
      )
      return waiting.length === 0 ? undefined : Math.max(0, Math.min(...waiting) - Date.now())
    },
    async ended(address) {
      const answer = await ask(`/api/journal?event=${ends.join(',')}&limit=10000`)
      const { events } = (await answer.json()) as JournalAnswer
      return events.some(({ detail }) => String(detail['address'] ?? '').toLowerCase() === address.toLowerCase())
    },
    async mailbox(address): Promise<readonly StoredMessage[]> {
      const user = mailboxName(address)
      const all = (await (await ask('/api/mailboxes')).json()) as {
        readonly mailboxes: readonly { readonly user: string }[]
      }
      if (!all.mailboxes.some((mailbox) => mailbox.user === user)) return []
      const listed = (await (await ask(`/api/mailboxes/${encodeURIComponent(user)}`)).json()) as {
        readonly messages: readonly { readonly id: string }[]
      }
      return Promise.all(
        listed.messages.map(async ({ id }) => {
          const response = await ask(`/api/mailboxes/${encodeURIComponent(user)}/${encodeURIComponent(id)}`)
          return { content: new Uint8Array(await response.arrayBuffer()) }
        }),
      )
    },
    console: () => said,
    admin: () => (ready?.admin === undefined ? undefined : { url: ready.admin, token }),
  }
}
