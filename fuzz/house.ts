/**
 * The house under rubbish: the real server in this process with all three listeners, a queue on disk, users, an alias, a
 * list, and far exchangers that take, refuse and put off, each house in a scene of its own.
 *
 * It watches what no client can see: journal lines that are not printable, bugs that a connection swallowed, sessions that
 * never ended. It is opened for one trial and leaves no socket, timer or file behind.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEvent } from '../server/journal/events.ts'
import { startServer } from '../server/main.ts'
import type { ReferenceOptions, ReferenceServer } from '../server/main.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import type { Exchanger, Scene } from '../simulators/contract.ts'
import { openScene } from '../simulators/scene.ts'
import type { Door, Source } from './trial.ts'

export interface House {
  readonly scene: Scene
  readonly server: ReferenceServer
  readonly events: readonly JournalEvent[]
  readonly exchangers: readonly Exchanger[]
  at(door: Door): { readonly host: string; readonly port: number }
  /** One of a few addresses, in turn. */
  address(source: Source): string
  /** What went wrong inside so far, in sentences. */
  faults(): readonly string[]
  close(): Promise<void>
}

export interface HouseOptions {
  /** How long the server waits for exchangers. */
  readonly timeouts?: NonNullable<SettingsDocument['outgoing']>['timeouts']
  readonly ports?: ReferenceOptions['ports']
  /** Where the server's DNS questions go instead; the scene's name server when absent. */
  readonly nameServer?: (scene: Scene) => Promise<string>
}

const addressesOfEach = 6

export const password = 'correct horse'

/** Everything on; limits low enough to be met. */
const settingsOf = (scene: Scene, nameServer: string, timeouts: HouseOptions['timeouts']): SettingsDocument => {
  const address = scene.address('server')
  return {
    smtp: { enabled: true },
    hostName: 'mail.here.example',
    incoming: { allowed: true, domains: ['here.example', 'bücher.example'], relayDomains: ['backup.example'] },
    listeners: (['relay', 'submission', 'submissions'] as const).map((role) => ({ role, address, port: 0 })),
    authentication: {
      methods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
      clearText: true,
      failureDelay: '0ms',
      failuresPerSession: 3,
      failuresPerHost: 0,
    },
    relay: { trustedHosts: [scene.trustedNetwork] },
    tls: { requiredOnSubmission: false },
    submission: { senderMustBeOwn: false },
    outgoing: { nameServers: [nameServer], port: scene.exchangerPort, refuseLoopback: false, timeouts },
    queue: { retryAfter: ['1h'] },
    limits: { messageSize: 60_000, recipients: 100, errorsPerSession: 25, textLine: 5000 },
    verify: { vrfy: 'everybody', expn: 'everybody' },
    users: [
      { name: 'alice', password, fullName: 'Alice Müller' },
      { name: 'bob', password, quota: 100_000 },
      { name: 'grün', password, fullName: 'Grün' },
    ],
    aliases: [{ address: 'sales', to: ['bob', 'carol@there.example'] }],
    lists: [{ address: 'team', owner: 'alice', members: ['alice', 'dave@there.example', 'nobody@refusing.example'] }],
    subaddressSeparator: '+',
  }
}

const openExchangers = async (scene: Scene): Promise<readonly Exchanger[]> => {
  const good = await scene.exchanger('mx.there.example')
  const refusing = await scene.exchanger('mx.refusing.example')
  refusing.declare({ at: 'RCPT', misbehaviour: { do: 'reply', lines: ['550 5.1.1 nobody of that name'] } })
  const later = await scene.exchanger('mx.later.example')
  later.declare({ at: 'RCPT', misbehaviour: { do: 'reply', lines: ['450 4.2.1 try later'] } })
  scene.dns.zone(
    [
      'there.example. MX 10 mx.there.example.',
      'backup.example. MX 10 mx.there.example.',
      'refusing.example. MX 10 mx.refusing.example.',
      'later.example. MX 10 mx.later.example.',
      'nomail.example. MX 0 .',
    ].join('\n'),
  )
  return [good, refusing, later]
}

/** Everything an event says, as text. */
const wordsOf = ({ detail, ...rest }: JournalEvent): readonly string[] =>
  [...Object.keys(detail), ...Object.values(detail), ...Object.values(rest)].map(String)

const faultsOf = (event: JournalEvent): readonly string[] => {
  const faults = wordsOf(event)
    .filter((word) => /[^\x20-\x7e]/.test(word))
    .map((word) => `${event.event} in the journal is not printable: ${JSON.stringify(word)}`)
  if (event.event === 'warning') faults.push(`the server warns: ${JSON.stringify(event.detail)}`)
  return faults
}

export const openHouse = async (options: HouseOptions = {}): Promise<House> => {
  const scene = await openScene()
  const folder = await mkdtemp(join(tmpdir(), 'smtpspec-fuzz-'))
  const events: JournalEvent[] = []
  const faults: string[] = []
  const clear = async (): Promise<void> => {
    await scene.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const exchangers = await openExchangers(scene)
    const nameServer = (await options.nameServer?.(scene)) ?? scene.dns.endpoint
    const started = await startServer({
      document: settingsOf(scene, nameServer, options.timeouts ?? {}),
      folder,
      version: '0.0.0',
      queueThread: false,
      ...(options.ports === undefined ? {} : { ports: options.ports }),
      onEvent: (event) => {
        events.push(event)
        faults.push(...faultsOf(event))
      },
    })
    if (started.kind === 'mistakes') throw new Error(JSON.stringify(started.mistakes))
    const { server } = started
    const some = (purpose: 'stranger' | 'trusted'): string[] =>
      Array.from({ length: addressesOfEach }, () => scene.address(purpose))
    const sources: Readonly<Record<Source, string[]>> = { stranger: some('stranger'), 'trusted host': some('trusted') }
    return {
      scene,
      server,
      events,
      exchangers,
      at: (door) => {
        const wanted = door === 'no handshake' ? 'submissions' : door
        const listener = server.listeners().find(({ role }) => role === wanted)
        if (listener === undefined) throw new Error(`no listener for ${door}`)
        return { host: listener.address, port: listener.port }
      },
      address: (source) => {
        const addresses = sources[source]
        const [first = ''] = addresses.splice(0, 1)
        addresses.push(first)
        return first
      },
      faults: () => faults,
      close: async () => {
        await server.stop(1000)
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}
