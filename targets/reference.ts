/**
 * The reference server in this process, on a clock that can be moved: days of queueing pass in milliseconds.
 *
 * Everything else is real: sockets, DNS, the SQLite queue and the Maildir in the scenario's own folder.
 */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { SettingsDocument } from '../server/settings/schema.ts'
import { startServer } from '../server/main.ts'
import type { RunningServer } from '../server/main.ts'
import { VirtualClock } from '../simulators/clock.ts'
import type { Capability, Endpoint, QueuedRecipient, StoredMessage, Surroundings, Target, TargetEvent } from './target.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'clock',
  'queue-view',
  'mailboxes',
  'journal',
  'submission',
  'submissions',
  'tls',
  'apply',
  'admin',
  'ipv6',
  'dsn',
  'chunking',
  'smtputf8',
])

/** After a timer has fired, how long to look for something to happen before the next one is fired. */
const quietMilliseconds = 8
const longestSettlingMilliseconds = 5000
const graceMilliseconds = 200

export const createReferenceTarget = (): Target => {
  const clock = new VirtualClock()
  const told: string[] = []
  let server: RunningServer | undefined
  let surroundings: Surroundings | undefined
  let document: SettingsDocument = {}

  const running = (): RunningServer => {
    if (server === undefined) throw new Error('the reference server is not running')
    return server
  }
  const launch = async (): Promise<void> => {
    if (surroundings === undefined) throw new Error('the reference server was never started')
    server = await startServer({
      settingsFile: join(surroundings.folder, 'settings.json'),
      initial: document,
      folder: surroundings.folder,
      clock,
      say: (line) => void told.push(line),
    })
  }
  const halt = async (): Promise<void> => {
    const stopping = server
    server = undefined
    await stopping?.stop(graceMilliseconds)
  }
  /** Waits until the server has come to rest, or waits itself for a timer of the clock. */
  const settled = async (): Promise<void> => {
    const { journal, queue } = running()
    const deadline = performance.now() + longestSettlingMilliseconds
    for (;;) {
      const before = journal.events({ limit: 1 })[0]?.sequence
      let rested = false
      void queue.rest().then(() => (rested = true))
      await setTimeout(quietMilliseconds)
      const after = journal.events({ limit: 1 })[0]?.sequence
      if ((before === after && (rested || clock.nextDue() !== undefined)) || performance.now() > deadline) return
    }
  }

  return {
    name: 'reference',
    capabilities,
    version: async () => (await import('../cli/version.ts')).version(),
    async start(settings, around) {
      surroundings = around
      document = settings
      await launch()
    },
    stop: halt,
    endpoint: (role): Endpoint | undefined => {
      const listener = server?.listeners().find((candidate) => candidate.role === role)
      return listener === undefined ? undefined : { host: listener.address, port: listener.port }
    },
    async runQueue() {
      running().queue.flush({})
      await setTimeout(0)
    },
    async rest(deadlineMilliseconds) {
      const { queue } = running()
      const late = new AbortController()
      const rested = await Promise.race([
        queue.rest().then(() => true),
        setTimeout(deadlineMilliseconds, false, { signal: late.signal }).catch(() => false),
      ])
      late.abort()
      if (!rested) throw new Error(`the queue did not come to rest: ${JSON.stringify(queue.counts())}`)
    },
    async apply(settings) {
      const applied = await running().apply(settings)
      if (applied.kind === 'mistakes') throw new Error(applied.sentences.join('\n'))
      document = settings
    },
    async restart() {
      await halt()
      await launch()
    },
    async advance(milliseconds) {
      const end = clock.now() + milliseconds
      for (let fired = 0; fired < 100_000; fired += 1) {
        await settled()
        const next = clock.nextDue()
        if (next === undefined || clock.now() + next > end) break
        clock.jumpToNext()
      }
      clock.advance(Math.max(0, end - clock.now()))
      await settled()
    },
    async nextAttempt() {
      const due = running().queue.nextDueAt()
      return due === undefined ? undefined : Math.max(0, due - clock.now())
    },
    async queue(): Promise<readonly QueuedRecipient[]> {
      return running()
        .queue.list()
        .flatMap(({ id, reversePath, recipients }) =>
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
    async operate(act, recipient) {
      const changed = await running().queue[act]({ recipient })
      if (changed === 0) throw new Error(`nothing in the queue is for ${recipient}`)
    },
    async mailbox(address): Promise<readonly StoredMessage[]> {
      const { mailboxes } = running()
      const user = running().mailboxOf(address)
      if (user === undefined) return []
      const messages = await mailboxes.list(user)
      const contents = await Promise.all(messages.map(({ id }) => mailboxes.read(user, id)))
      return contents.filter((content) => content !== undefined).map((content) => ({ content }))
    },
    journal: (): readonly TargetEvent[] =>
      running()
        .journal.events()
        .map(({ event, at, detail, session, transaction, envelope, recipient, attempt }) => ({
          event,
          at,
          facts: {
            ...(session !== undefined && { session }),
            ...(transaction !== undefined && { transaction }),
            ...(envelope !== undefined && { envelope }),
            ...(recipient !== undefined && { recipient }),
            ...(attempt !== undefined && { attempt }),
            ...detail,
          },
        })),
    admin: () => server?.admin(),
    console: () => told,
  }
}
