/**
 * MailDev, the sink that developers send their mail to, as a target: its SMTP server in this process, once a worker.
 *
 * It takes mail from anybody for anybody, keeps all of it in one place and sends nothing; nothing of it can be set for a
 * scenario. So to the features it is a server that is already there (`host/host.ts`), with a policy that is written here,
 * and a mailbox is what it keeps of messages for that address.
 */
import { readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installedVersion, npmFolder, treeOf, whyNotFetched } from './box/packages.ts'
import type { PackageList } from './box/packages.ts'
import { NotApplicable, TargetUnavailable } from './faults.ts'
import { createPlacedTarget } from './host/host.ts'
import type { Place } from './host/host.ts'
import type { Policy } from './host/policy.ts'
import { localPartOf } from './house.ts'
import { scratchFolder } from './scratch.ts'
import type { Capability, StoredMessage, Target } from './target.ts'
import type { Worker } from './worker.ts'

export const maildevPackages: PackageList = {
  name: 'maildev',
  from: 'npm',
  unboxed: true,
  packages: ['maildev@^3.0.0'],
}

/** Octets; its own usual value, without which it offers no SIZE. */
const messageSize = 50 * 1024 * 1024

/** What it is set to, which is what it ships. It calls itself what the machine is called. */
const policy: Policy = {
  hostName: hostname(),
  domains: ['here.example'],
  users: [{ name: 'alice' }, { name: 'carol' }],
  ports: {},
  authentication: { methods: [], clearText: false },
  trustedHosts: [],
  extensions: ['PIPELINING', 'SIZE', '8BITMIME', 'SMTPUTF8'],
  takesEveryRecipient: true,
  settings: { limits: { messageSize } },
}

/** A message as it keeps it (`@maildev/core`); its octets lie in `ID.eml`. */
interface Kept {
  readonly id: string
  readonly envelope?: { readonly to?: readonly { readonly address?: string }[] }
}

/** What is used of `@maildev/smtp`. */
interface Sink {
  start(): Promise<void>
  stop(): Promise<void>
  getPort(): number
  getAllEmails(): Promise<readonly Kept[]>
  deleteAllEmails(): Promise<number>
}

interface Smtp {
  readonly createSMTPServer: (options: object) => Sink
}
interface Core {
  readonly MemoryStorage: new () => { initialize(): Promise<void> }
}

interface Running {
  readonly sink: Sink
  readonly folder: string
}

const open = async (cache: string): Promise<{ readonly value: Running; close(): Promise<void> }> => {
  const { name } = maildevPackages
  const missing = await whyNotFetched(cache, name)
  if (missing !== undefined) throw new TargetUnavailable(missing)
  const library = async (part: string): Promise<unknown> =>
    import(
      pathToFileURL(join(treeOf(cache, name), npmFolder(name), 'node_modules/@maildev', part, 'dist/index.js')).href
    )
  const { createSMTPServer } = (await library('smtp')) as Smtp
  const { MemoryStorage } = (await library('core')) as Core
  const folder = await scratchFolder()
  const storage = new MemoryStorage()
  await storage.initialize()
  const sink = createSMTPServer({
    port: 0,
    host: '127.0.0.1',
    storage,
    mailDir: folder,
    maxMessageSize: messageSize,
    logger: false,
  })
  await sink.start()
  return {
    value: { sink, folder },
    async close() {
      await sink.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const createMaildevTarget = (worker: Worker): Target => {
  let running: Running | undefined
  const place = (): Place => ({ host: '127.0.0.1', ports: { relay: running?.sink.getPort() ?? 0 } })
  const target = createPlacedTarget(maildevPackages.name, policy, place)
  return {
    ...target,
    capabilities: new Set<Capability>([...target.capabilities, 'mailboxes']),
    version: async () => (await installedVersion(worker.cache, maildevPackages.name)) ?? 'not installed',
    async start(settings, surroundings) {
      await target.start(settings, surroundings)
      running = await worker.kept(maildevPackages.name, () => open(worker.cache))
      await running.sink.deleteAllEmails()
    },
    runQueue: async () => {
      throw new NotApplicable('sends nothing, so it has no queue')
    },
    async mailbox(address): Promise<readonly StoredMessage[]> {
      if (running === undefined) return []
      const { sink, folder } = running
      const wanted = localPartOf(address)
      const kept = await sink.getAllEmails()
      const ours = kept.filter(({ envelope }) => envelope?.to?.some((to) => localPartOf(to.address ?? '') === wanted))
      return Promise.all(ours.map(async ({ id }) => ({ content: await readFile(join(folder, `${id}.eml`)) })))
    },
  }
}
