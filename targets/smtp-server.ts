/**
 * The npm library `smtp-server` as a server under test, in this process: its protocol core with the handlers that its
 * documentation leaves to the user, written as plainly as a user would.
 *
 * It accepts mail and puts it into mailboxes in memory; it sends nothing anywhere, has no queue and knows no notifications.
 * Who may send what to whom is decided by the handlers here, so only the library's own conduct is on trial.
 */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import { createAuthority } from '../simulators/certificates.ts'
import { NotApplicable } from './faults.ts'
import { certificateOf, houseOf, isWithin } from './house.ts'
import type { House } from './house.ts'
import type { Capability, Endpoint, StoredMessage, Target } from './target.ts'

const capabilities: ReadonlySet<Capability> = new Set<Capability>([
  'mailboxes',
  'submission',
  'submissions',
  'tls',
  'smtputf8',
  'enhanced-codes',
])

/** What the library or the handlers below carry out. */
const known = [
  'smtp.enabled',
  'hostName',
  'incoming.allowed',
  'incoming.domains',
  'listeners',
  'authentication.methods',
  'authentication.clearText',
  'authentication.failureDelay',
  'relay.trustedHosts',
  'submission.senderMustBeOwn',
  'outgoing',
  'limits.messageSize',
  'limits.recipients',
  'limits.connections',
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

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })

/** Without the quotes, which are only a way of writing (RFC 5321 §4.1.2). */
const localPartOf = (address: string): string => {
  const at = address.lastIndexOf('@')
  const written = (at === -1 ? address : address.slice(0, at)).toLowerCase()
  return written.startsWith('"') ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written
}

/** Bare names are of the first domain; a domain has one form, however it is written. */
const domainOf = (address: string, { domains }: House): string => {
  const at = address.lastIndexOf('@')
  return at === -1 ? (domains[0] ?? '') : domainToASCII(address.slice(at + 1)).toLowerCase()
}

/** What whoever delivers into a mailbox puts on top; the library leaves that to its user. */
const traceOf = (
  { envelope, hostNameAppearsAs, remoteAddress, transmissionType, id }: SMTPServerSession,
  house: House,
): string =>
  [
    `Return-Path: <${envelope.mailFrom === false ? '' : envelope.mailFrom.address}>`,
    `Received: from ${hostNameAppearsAs} ([${remoteAddress}])`,
    `\tby ${house.settings.hostName} with ${transmissionType} id ${id};`,
    `\t${new Date().toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\r\n')

export const createSmtpServerTarget = (): Target => {
  const boxes = new Map<string, StoredMessage[]>()
  const servers: SMTPServer[] = []
  const endpoints = new Map<string, Endpoint>()
  const ended = new Set<string>()

  /** Where mail for an address goes: names of mailboxes; undefined when nobody has it. */
  const residents = (house: House, address: string, depth = 0): readonly string[] | undefined => {
    const named = `${localPartOf(address)}@${domainOf(address, house)}`
    const mailbox = house.mailboxes.get(named)
    if (mailbox !== undefined) return [mailbox]
    const redirect = house.redirects.get(named)
    return depth > 10 ? undefined : redirect?.flatMap((one) => residents(house, one, depth + 1) ?? [])
  }

  const handlersOf = (house: House, submission: boolean): SMTPServerOptions => {
    const { users, relay, incoming } = house.settings
    const trusted = isWithin(relay.trustedHosts)
    const insider = ({ user, remoteAddress }: SMTPServerSession): boolean =>
      typeof user === 'string' || trusted(remoteAddress)
    return {
      onAuth(auth, _session, done) {
        const password = users.find(({ name }) => name === auth.username)?.password
        const right =
          password !== undefined &&
          (auth.method === 'CRAM-MD5' ? auth.validatePassword(password) : auth.password === password)
        if (right) done(null, { user: auth.username })
        else done(refusal(535, 'Authentication credentials invalid'))
      },
      onMailFrom({ address }, session, done) {
        const own =
          typeof session.user !== 'string' || address === '' || residents(house, address)?.includes(session.user)
        const free = !house.settings.submission.senderMustBeOwn
        done(free || own === true ? null : refusal(550, 'Not your address'))
      },
      onRcptTo({ address }, session, done) {
        const domain = domainOf(address, house)
        if (submission && !house.openRelay && !insider(session)) return done(refusal(530, 'Authentication required'))
        if (!house.domains.includes(domain))
          return done(house.openRelay || insider(session) ? null : refusal(550, 'Relaying denied'))
        if (!incoming.allowed && !insider(session)) return done(refusal(550, 'No incoming mail'))
        return done(residents(house, address) === undefined ? refusal(550, 'No such user') : null)
      },
      onData(stream, session, done) {
        const pieces: Buffer[] = []
        stream.on('data', (piece: Buffer) => pieces.push(piece))
        stream.on('end', () => {
          if (stream.sizeExceeded) return done(refusal(552, 'Message too big'))
          const content = new Uint8Array(Buffer.concat([Buffer.from(traceOf(session, house), 'latin1'), ...pieces]))
          for (const { address } of session.envelope.rcptTo) ended.add(address.toLowerCase())
          const names = session.envelope.rcptTo.flatMap(({ address }) => residents(house, address) ?? [])
          for (const name of new Set(names)) boxes.set(name, [...(boxes.get(name) ?? []), { content }])
          return done()
        })
      },
    }
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
      if (settings.outgoing.smarthost !== undefined) throw new NotApplicable('sends nothing, so it has no smarthost')
      if (!settings.smtp.enabled) return
      const leaf = await certificateOf(settings, async () =>
        (await createAuthority()).issue('self-signed', settings.hostName),
      )
      const offered = settings.authentication.methods.filter((method) => methods.has(method))
      for (const { role, address, port } of settings.listeners) {
        const submission = role !== 'relay'
        const tlsFirst = submission && settings.tls.requiredOnSubmission
        const server = new SMTPServer({
          ...leaf,
          ...handlersOf(house, submission),
          name: settings.hostName,
          logger: false,
          disableReverseLookup: true,
          minVersion: settings.tls.minimumVersion,
          hideENHANCEDSTATUSCODES: false,
          secure: role === 'submissions',
          authOptional: !submission || house.openRelay,
          allowInsecureAuth: settings.authentication.clearText || !tlsFirst,
          hideSTARTTLS: !settings.tls.offered,
          disabledCommands: [...(offered.length === 0 ? ['AUTH'] : []), ...(settings.tls.offered ? [] : ['STARTTLS'])],
          ...(offered.length > 0 && { authMethods: offered }),
          ...(settings.limits.messageSize > 0 && { size: settings.limits.messageSize }),
          maxClients: settings.limits.connections,
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
