/**
 * The npm library `smtp-server` as a server under test, in this process: its protocol core with the handlers that its
 * documentation leaves to the user (`smtp-server/handlers.ts`), and its options where they say what the settings say.
 *
 * It accepts mail and puts it into mailboxes in memory; it sends nothing anywhere, has no queue and knows no notifications.
 * Who may send what to whom is decided by the handlers, so only the library's own conduct is on trial.
 */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { SMTPServer } from 'smtp-server'
import { settingsSchema } from '../server/settings/schema.ts'
import type { Settings } from '../server/settings/schema.ts'
import { createAuthority } from '../simulators/certificates.ts'
import { NotApplicable } from './faults.ts'
import { certificateOf, houseOf } from './house.ts'
import { handlersOf } from './smtp-server/handlers.ts'
import { usualExtensions } from './target.ts'
import type { Capability, Endpoint, StoredMessage, Target } from './target.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  ...usualExtensions,
  'mailboxes',
  'submission',
  'submissions',
  'tls',
  'ipv6',
  'dsn',
  'smtputf8',
  'enhanced-codes',
])

/** What the library or the handlers carry out, or would if the library let them: where it cannot, that is its own conduct. */
const known = [
  'smtp.enabled',
  'hostName',
  'incoming',
  'listeners',
  'authentication',
  'relay.trustedHosts',
  'submission.senderMustBeOwn',
  'outgoing',
  'limits.messageSize',
  'limits.recipients',
  'limits.connections',
  'limits.errorsPerSession',
  'limits.commandLine',
  // It always listens for early talkers for 100 ms.
  'limits.greetingDelay',
  'refusals.hosts',
  'refusals.noMail',
  'refusals.bareLineEnds',
  'users',
  'aliases',
  'postmaster',
  'tls.certificate',
  'tls.key',
  'tls.minimumVersion',
  'tls.offered',
  'tls.requiredOnSubmission',
  'queue',
] as const

/** The library knows these; others it would offer and not understand. */
const methods = new Set(['PLAIN', 'LOGIN', 'CRAM-MD5'])

const usual = settingsSchema.parse({}).limits

/** It counts neither the errors of a session nor the failures of a host; limits that nobody reaches it keeps. */
const checkLimits = ({ authentication, limits }: Settings): void => {
  const { failuresPerHost } = authentication
  if (failuresPerHost > 0 && failuresPerHost < 100) throw new NotApplicable('counts no failures of a host')
  if (limits.errorsPerSession > 0 && limits.errorsPerSession < usual.errorsPerSession)
    throw new NotApplicable('counts no errors of a session')
}

export const createSmtpServerTarget = (): Target => {
  const boxes = new Map<string, StoredMessage[]>()
  const servers: SMTPServer[] = []
  const endpoints = new Map<string, Endpoint>()
  const ended = new Set<string>()
  const deliver = (names: ReadonlySet<string>, recipients: readonly string[], content: Uint8Array): void => {
    for (const address of recipients) ended.add(address.toLowerCase())
    for (const name of names) boxes.set(name, [...(boxes.get(name) ?? []), { content }])
  }

  return {
    name: 'smtp-server',
    capabilities,
    version: async () => {
      const found: unknown = createRequire(import.meta.url)('smtp-server/package.json')
      return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown'
    },
    async start(document) {
      const house = houseOf(document, known)
      const { settings } = house
      const { limits, authentication, tls } = settings
      checkLimits(settings)
      if (settings.outgoing.smarthost !== undefined) throw new NotApplicable('sends nothing, so it has no smarthost')
      if (!settings.smtp.enabled) return
      const leaf = await certificateOf(settings, async () =>
        (await createAuthority()).issue('self-signed', settings.hostName),
      )
      const offered = authentication.methods.filter((method) => methods.has(method))
      for (const { role, address, port } of settings.listeners) {
        const submission = role !== 'relay'
        // Where STARTTLS is hidden it takes passwords in clear, whatever allowInsecureAuth says.
        const never = !tls.offered && role !== 'submissions' && !authentication.clearText
        const server = new SMTPServer({
          ...leaf,
          ...handlersOf(house, submission, deliver),
          name: settings.hostName,
          logger: false,
          disableReverseLookup: true,
          minVersion: tls.minimumVersion,
          hideENHANCEDSTATUSCODES: false,
          hideDSN: false,
          secure: role === 'submissions',
          authOptional: !submission || house.openRelay,
          allowInsecureAuth: authentication.clearText,
          hideSTARTTLS: !tls.offered,
          disabledCommands: [...(offered.length === 0 || never ? ['AUTH'] : []), ...(tls.offered ? [] : ['STARTTLS'])],
          ...(offered.length > 0 && { authMethods: offered }),
          ...(limits.messageSize > 0 && { size: limits.messageSize, rejectOversized: true }),
          ...(limits.commandLine !== usual.commandLine && { maxCommandLength: limits.commandLine }),
          maxAllowedUnauthenticatedCommands: limits.errorsPerSession > 0 ? limits.errorsPerSession : false,
          maxRecipients: limits.recipients,
          maxClients: limits.connections,
          closeTimeout: 100,
        })
        server.on('error', () => undefined)
        server.listen(port, address)
        await once(server.server, 'listening')
        servers.push(server)
        const bound = server.server.address()
        if (typeof bound === 'object' && bound !== null) endpoints.set(role, { host: bound.address, port: bound.port })
      }
    },
    async stop() {
      endpoints.clear()
      await Promise.all(
        servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      )
    },
    endpoint: (role) => endpoints.get(role),
    runQueue: async () => undefined,
    rest: async () => undefined,
    async mailbox(address) {
      const name = address.split('@')[0]?.toLowerCase() ?? address
      return boxes.get(name) ?? []
    },
    ended: async (address) => ended.has(address.toLowerCase()),
  }
}
