/**
 * The reference server in this process, on a clock that can be moved: days of queueing pass in milliseconds.
 *
 * Everything else is real: sockets, DNS, the SQLite queue and the Maildir in the scenario's own folder.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { version } from '../cli/version.ts'
import { lineOf } from '../server/journal/lines.ts'
import { readSettingsFile } from '../server/settings/load.ts'
import { startServer } from '../server/main.ts'
import type { ReferenceServer } from '../server/main.ts'
import { createVirtualClock } from '../simulators/clock.ts'
import { everyReference, mailboxName, sentencesOf } from './reference-both.ts'
import type {
  Capability,
  Endpoint,
  QueuedRecipient,
  StoredMessage,
  Surroundings,
  Target,
  TargetEvent,
} from './target.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  ...everyReference,
  'clock',
  'journal',
  'apply',
  'ipv6',
])

/** After a timer has fired, how long to look for something to happen before the next one is fired. */
const quietMilliseconds = 8
/** Busy for so long meanwhile, with the exchangers and clients that share this process: something still happens. */
const busyMilliseconds = 4
const longestSettlingMilliseconds = 5000
const graceMilliseconds = 200

export const createReferenceTarget = (): Target => {
  const clock = createVirtualClock()
  const told: string[] = []
  /** When each event was heard of, by its sequence number. */
  const heard = new Map<number, number>()
  let server: ReferenceServer | undefined
  let surroundings: Surroundings | undefined

  const running = (): ReferenceServer => {
    if (server === undefined) throw new Error('the reference server is not running')
    return server
  }
  const launch = async (): Promise<void> => {
    if (surroundings === undefined) throw new Error('the reference server was never started')
    const settingsPath = join(surroundings.folder, 'settings.json')
    const read = await readSettingsFile(settingsPath)
    if (read.kind === 'mistakes') throw new Error(sentencesOf(read.mistakes))
    const started = await startServer({
      document: read.document,
      settingsPath,
      folder: join(surroundings.folder, 'data'),
      version: version(),
      ports: { clock },
      queueThread: false,
      onEvent: (event) => {
        heard.set(event.sequence, Date.now())
        if (event.event === 'open-relay' || event.event === 'warning') told.push(lineOf(event))
      },
    })
    if (started.kind === 'mistakes') throw new Error(sentencesOf(started.mistakes))
    server = started.server
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
      const load = performance.eventLoopUtilization()
      await setTimeout(quietMilliseconds)
      // Whatever came while this process had no turn is looked at now.
      await setImmediate()
      await setImmediate()
      const quiet = performance.eventLoopUtilization(load).active < busyMilliseconds
      const after = journal.events({ limit: 1 })[0]?.sequence
      if ((quiet && before === after && (rested || clock.nextDue() !== undefined)) || performance.now() > deadline)
        return
    }
  }

  return {
    name: 'reference',
    capabilities,
    isOurs: true,
    version: async () => version(),
    async start(settings, around) {
      surroundings = around
      await writeFile(join(around.folder, 'settings.json'), JSON.stringify(settings, undefined, 2))
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
      if (applied.kind === 'mistakes') throw new Error(sentencesOf(applied.mistakes))
    },
    async restart() {
      await halt()
      await launch()
    },
    async advance(milliseconds) {
      const end = clock.now() + milliseconds
      for (let fired = 0; fired < 100_000; fired += 1) {
        await settled()
        if (!clock.jumpToNext(end - clock.now())) break
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
      const user = mailboxName(address)
      const messages = await mailboxes.list(user)
      const contents = await Promise.all(messages.map(({ id }) => mailboxes.read(user, id)))
      return contents.filter((content) => content !== undefined).map((content) => ({ content }))
    },
    journal: (): readonly TargetEvent[] =>
      (server?.journal.events() ?? []).map(
        ({ event, at, sequence, detail, session, transaction, envelope, recipient, attempt }) => ({
          event,
          at,
          heardAt: heard.get(sequence) ?? at,
          facts: {
            ...(session !== undefined && { session }),
            ...(transaction !== undefined && { transaction }),
            ...(envelope !== undefined && { envelope }),
            ...(recipient !== undefined && { recipient }),
            ...(attempt !== undefined && { attempt }),
            ...detail,
          },
        }),
      ),
    admin() {
      const url = server?.adminUrl()
      return url === undefined ? undefined : { url, token: running().settings().admin.token ?? '' }
    },
    console: () => told,
  }
}
