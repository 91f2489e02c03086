/**
 * The composition root: settings in, running server out. The only file that knows every room.
 *
 * It makes the ports, hands each room what it asked for, opens the doors, and takes them down in the opposite order. It
 * decides nothing itself. What settings can cause is a mistake with its place; only a dead disk rejects.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Administration, OpenListener, RunningServer, StartMistakes, StartOptions } from './admin/contract.ts'
import { healthOf } from './admin/health.ts'
import { createMetrics } from './admin/metrics.ts'
import { openAdminServer } from './admin/server.ts'
import type { AdminServer } from './admin/server.ts'
import { createNotify } from './bounce/notify.ts'
import { createDelivery } from './delivery/attempt.ts'
import { createLocalDelivery } from './delivery/local.ts'
import { openJournalFile } from './journal/file.ts'
import { createJournal } from './journal/journal.ts'
import type { Journal } from './journal/journal.ts'
import type { Mailboxes } from './mailbox/contract.ts'
import { createMaildir } from './mailbox/maildir.ts'
import { createNodePorts } from './node.ts'
import type { NodePorts } from './node.ts'
import { interfaceAddresses } from './node/interfaces.ts'
import { keptSecret } from './node/secret.ts'
import type { SetAside } from './ports.ts'
import type { Queue } from './queue/contract.ts'
import { openQueue } from './queue/manager.ts'
import { openSqliteStore } from './queue/sqlite.ts'
import { createDoors } from './reception/doors.ts'
import type { Doors } from './reception/doors.ts'
import { createReception } from './reception/reception.ts'
import { route } from './routing/route.ts'
import { settingsFile } from './settings/file.ts'
import { createKeeper } from './settings/keeper.ts'
import { mistake } from './settings/mistake.ts'
import type { Mistake } from './settings/mistake.ts'
import { openingWords, relayOpening } from './settings/open-relay.ts'
import type { Settings } from './settings/schema.ts'
import { createUsers } from './settings/users.ts'

/** A running server as those see it who stand inside the same process. */
export interface ReferenceServer extends RunningServer {
  readonly queue: Queue
  readonly mailboxes: Mailboxes
  readonly journal: Journal
  settings(): Settings
}

export interface ReferenceOptions extends StartOptions {
  /** Of smtpspec. */
  readonly version: string
  /** Ports other than Node's own: a clock that can be moved, say. */
  readonly ports?: Partial<NodePorts>
  /** False: the queue's database gets no thread of its own; for servers that live for a moment. */
  readonly queueThread?: boolean
}

export type Started = { readonly kind: 'started'; readonly server: ReferenceServer } | StartMistakes

/** How long transactions at a listener that the settings no longer ask for may go on. */
const leavingGraceMilliseconds = 60_000

const wildcards: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

export const startServer = async (options: ReferenceOptions): Promise<Started> => {
  const { folder, version } = options
  await mkdir(folder, { recursive: true })
  let settings: Settings | undefined
  const current = (): Settings => {
    if (settings === undefined) throw new Error('the settings are asked for before there are any')
    return settings
  }

  const ports: NodePorts = { ...createNodePorts(() => current().outgoing.nameServers), ...options.ports }
  const { clock, ids } = ports
  const journal = createJournal({ clock })
  const { tell } = journal
  const setAside: SetAside[] = []
  journal.subscribe(({ event, detail }) => {
    if (event !== 'set-aside') return
    setAside.push({ what: String(detail['what']), where: String(detail['where']), reason: String(detail['reason']) })
  })
  if (options.onEvent !== undefined) journal.subscribe(options.onEvent)

  let install = async (next: Settings): Promise<readonly Mistake[]> => {
    settings = next
    return []
  }
  const kept = await createKeeper({
    document: options.document,
    ...(options.overrides !== undefined && { overrides: options.overrides }),
    ...(options.settingsPath !== undefined && { file: settingsFile(options.settingsPath) }),
    ids,
    install: (next) => install(next),
  })
  if (kept.kind === 'mistakes') return kept
  const { keeper } = kept
  settings = keeper.settings()

  const journalFile = openJournalFile({ folder })
  journal.subscribe((event) => journalFile.write(event))
  tell('server-started', {}, { version, hostName: settings.hostName })
  for (const { says } of kept.remarks) tell('warning', {}, { about: 'settings', reason: says })

  // ─── The rooms ──────────────────────────────────────────────────────────────────────────────────────────────────

  let doors: Doors | undefined
  /** Where this server answers, or is about to. */
  const openEndpoints = (): readonly { readonly address: string; readonly port: number }[] =>
    (doors?.open ?? current().listeners).flatMap(({ address, port }) =>
      (wildcards.has(address) ? interfaceAddresses() : [address]).map((own) => ({ address: own, port })),
    )
  const ownAddresses = (): readonly string[] => [
    ...openEndpoints().map(({ address }) => address),
    ...current().listeners.map(({ address }) => address),
  ]

  const mailboxes = createMaildir({ root: join(folder, 'mail'), hostName: () => current().hostName, clock })
  const remote = createDelivery({
    ...ports,
    tell,
    settings: current,
    identity: () => ({ names: [current().hostName], endpoints: openEndpoints() }),
  })
  const local = createLocalDelivery({ mailboxes, settings: current, tell, open: remote.open })
  const store = await openSqliteStore({
    folder: join(folder, 'queue'),
    clock,
    ...(options.queueThread !== undefined && { ownThread: options.queueThread }),
    onFault: (reason) => tell('warning', {}, { about: 'the database of the queue', reason }),
  })
  const queue = await openQueue({
    store,
    clock,
    ids,
    tell,
    settings: current,
    route: (address) => route(address, current(), ownAddresses()),
    deliver: (lane, signal) => (lane.destination.kind === 'local' ? local : remote.deliver)(lane, signal),
    notify: createNotify({ settings: current, clock, ids, tell }),
  })
  const flush: Queue['flush'] = (selection) => {
    remote.forget()
    queue.flush(selection)
  }
  const operated: Queue = { ...queue, flush }
  const secret = await keptSecret(join(folder, 'secret'), ids)
  const reception = createReception({ settings: current, clock, ids, tell, queue, resolver: ports.resolver, secret })
  const openDoors = createDoors(reception, leavingGraceMilliseconds)
  doors = openDoors
  const metrics = createMetrics({ version, journal, queue, settings: current, clock })

  // ─── The administration API ─────────────────────────────────────────────────────────────────────────────────────

  const administration: Administration = {
    version,
    settings: keeper,
    users: createUsers(keeper),
    queue: operated,
    mailboxes,
    journal,
    health: () =>
      healthOf({
        settings: current(),
        setAside,
        closedListeners: closedListeners(current(), openDoors.open.length),
        lostEvents: journalFile.lost(),
      }),
    metrics: () => metrics.text(),
  }
  let admin: { readonly server: AdminServer; readonly place: string } | undefined
  /** Opens, moves or closes the API as the settings ask; a sentence when it cannot be opened. */
  const fitAdmin = async ({ admin: wanted }: Settings): Promise<string | undefined> => {
    const place = `${wanted.address}:${wanted.port}`
    const leaving = admin
    if (wanted.enabled && leaving?.place === place) return undefined
    admin = undefined
    if (wanted.enabled) {
      const { address, port } = wanted
      const opening = await openAdminServer({ administration, clock, address, port })
      if (opening.kind === 'fault') {
        admin = leaving
        return opening.fault
      }
      admin = { server: opening.server, place }
    }
    // Not waited for: the request that asked for the change may be the one that is under way.
    void leaving?.server.close()
    return undefined
  }

  // ─── Changes while running ──────────────────────────────────────────────────────────────────────────────────────

  const warnOfOpenRelay = (next: Settings, previous?: Settings): void => {
    const opening = relayOpening(next)
    if (opening === undefined || (previous !== undefined && relayOpening(previous) === opening)) return
    const { says, remedy } = openingWords[opening]
    tell('open-relay', {}, { says, remedy })
  }
  /** Makes everything follow the settings, or gives the mistakes and leaves the doors as they were. */
  const put = async (next: Settings): Promise<readonly Mistake[]> => {
    settings = next
    const certificate = await reception.renewCertificate(next)
    if (certificate !== undefined) {
      return [
        mistake(['tls', 'certificate'], next.tls.certificate, certificate, 'Give a readable certificate and its key.'),
      ]
    }
    const faults = await openDoors.fit(next)
    if (faults.length > 0) {
      return faults.map((sentence) =>
        mistake(['listeners'], next.listeners, sentence, 'Change the listeners, or what stands in their way.'),
      )
    }
    const fault = await fitAdmin(next)
    if (fault !== undefined)
      return [mistake(['admin'], next.admin.port, fault, 'Give the API another address or port.')]
    queue.reconsider()
    return []
  }
  install = async (next) => {
    const previous = current()
    const mistakes = await put(next)
    if (mistakes.length === 0) {
      tell('settings-applied', {}, { hostName: next.hostName, smtp: next.smtp.enabled })
      warnOfOpenRelay(next, previous)
      return []
    }
    tell('settings-refused', {}, { mistakes: mistakes.length, reason: mistakes[0]?.wrong ?? '' })
    await put(previous)
    return mistakes
  }

  // ─── Up, and down again ─────────────────────────────────────────────────────────────────────────────────────────

  let stopping: Promise<void> | undefined
  const stop = async (graceMilliseconds: number): Promise<void> => {
    tell('server-stopping', {})
    await reception.close(graceMilliseconds)
    await queue.stop(graceMilliseconds)
    await admin?.server.close()
    metrics.close()
    tell('server-stopped', {})
    await journalFile.close()
  }
  const server: ReferenceServer = {
    listeners: (): readonly OpenListener[] =>
      openDoors.open.map(({ settings: { role }, address, port }) => ({ role, address, port })),
    adminUrl: () => admin?.server.url,
    apply: async (document) => {
      const applied = await keeper.apply(document)
      return applied.kind === 'mistakes' ? applied : { kind: 'applied' }
    },
    stop: (graceMilliseconds) => (stopping ??= stop(graceMilliseconds)),
    queue: operated,
    mailboxes,
    journal,
    settings: current,
  }
  const mistakes = await put(current())
  if (mistakes.length > 0) {
    await server.stop(0)
    return { kind: 'mistakes', mistakes }
  }
  warnOfOpenRelay(current())
  return { kind: 'started', server }
}

const closedListeners = (settings: Settings, open: number): readonly string[] =>
  settings.smtp.enabled
    ? settings.listeners.slice(open).map(({ role, address, port }) => `${role} ${address}:${port}`)
    : []
