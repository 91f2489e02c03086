/**
 * What the library `smtp-server` leaves to its user, written as plainly as a user would, with its documented handlers: who may
 * send what to whom, whose password is right, and where a message goes.
 *
 * Whatever a reply says beyond the code and text given here is the library's own.
 */
import { domainToASCII } from 'node:url'
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import { isWithin } from '../house.ts'
import type { House } from '../house.ts'
import { headerOf, traceOf } from './content.ts'

/** Where accepted mail goes; `names` are mailboxes here. */
export type Deliver = (names: ReadonlySet<string>, recipients: readonly string[], content: Uint8Array) => void

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })

/** Without the quotes, which are only a way of writing (RFC 5321 §4.1.2). */
const localPartOf = (address: string): string => {
  const at = address.lastIndexOf('@')
  const written = (at === -1 ? address : address.slice(0, at)).toLowerCase()
  return written.startsWith('"') ? written.slice(1, -1).replaceAll(/\\(.)/g, '$1') : written
}

/** Bare names, and those at our own address in brackets, are of the first domain; a domain has one form, however it is written. */
const domainOf = (address: string, { domains }: House, session: SMTPServerSession): string => {
  const at = address.lastIndexOf('@')
  const written = address.slice(at + 1)
  if (at === -1 || written === `[${session.localAddress}]`) return domains[0] ?? ''
  return written.startsWith('[') ? written : domainToASCII(written).toLowerCase()
}

/** A submitted name that only makes sense in somebody's own network is not completed (RFC 6409 §4.2). */
const isPartial = (address: string): boolean => /@[^.[]+$/.test(address)

/** Names and passwords are compared as SASLprep has them (RFC 4013): in one form, and without what cannot be seen. */
const prepared = (text: string): string => text.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC')

/** What a submission may not hold (RFC 6409 §8): a header beyond ASCII that nobody announced, and lines of over 1000 octets. */
const isImproper = (header: string, body: string, international: boolean): boolean =>
  (!international && /[\x80-\xff]/.test(header)) || /[^\n]{1000}/.test(header + body)

/** Where mail for an address goes: names of mailboxes; undefined when nobody has it. */
const residentsOf = (
  house: House,
  address: string,
  session: SMTPServerSession,
  depth = 0,
): readonly string[] | undefined => {
  const named = `${localPartOf(address)}@${domainOf(address, house, session)}`
  const mailbox = house.mailboxes.get(named)
  if (mailbox !== undefined) return [mailbox]
  const redirect = house.redirects.get(named)
  return depth > 10 ? undefined : redirect?.flatMap((one) => residentsOf(house, one, session, depth + 1) ?? [])
}

export const handlersOf = (house: House, submission: boolean, deliver: Deliver): SMTPServerOptions => {
  const { users, relay, incoming, refusals, limits } = house.settings
  const trusted = isWithin(relay.trustedHosts)
  const unwelcome = isWithin(refusals.hosts)
  const insider = ({ user, remoteAddress }: SMTPServerSession): boolean =>
    typeof user === 'string' || trusted(remoteAddress)
  return {
    onConnect({ remoteAddress }, done) {
      if (unwelcome(remoteAddress)) return done(refusal(554, 'No service for this host'))
      return done(refusals.noMail && !submission ? refusal(521, 'This host takes no mail') : null)
    },
    onAuth(auth, _session, done) {
      const password = users.find(({ name }) => prepared(name) === prepared(auth.username ?? ''))?.password
      const himself = (auth.authzid ?? '') === '' || auth.authzid === auth.username
      const right =
        password !== undefined &&
        himself &&
        (auth.method === 'CRAM-MD5'
          ? auth.validatePassword(password)
          : prepared(auth.password ?? '') === prepared(password))
      if (right) done(null, { user: auth.username })
      else done(refusal(535, 'Authentication credentials invalid'))
    },
    onMailFrom({ address }, session, done) {
      if (submission && isPartial(address)) return done(refusal(554, 'The domain is not whole'))
      const own =
        typeof session.user !== 'string' ||
        address === '' ||
        residentsOf(house, address, session)?.includes(session.user)
      const free = !house.settings.submission.senderMustBeOwn
      return done(free || own === true ? null : refusal(550, 'Not your address'))
    },
    onRcptTo({ address }, session, done) {
      const domain = domainOf(address, house, session)
      if (submission && !house.openRelay && !insider(session)) return done(refusal(530, 'Authentication required'))
      if (submission && isPartial(address)) return done(refusal(554, 'The domain is not whole'))
      if (incoming.relayDomains.includes(domain) && (incoming.allowed || insider(session))) return done(null)
      if (!house.domains.includes(domain))
        return done(house.openRelay || insider(session) ? null : refusal(550, 'Relaying denied'))
      if (!incoming.allowed && !insider(session)) return done(refusal(550, 'No incoming mail'))
      return done(residentsOf(house, address, session) === undefined ? refusal(550, 'No such user') : null)
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        // The library answers 552 by itself (rejectOversized).
        if (stream.sizeExceeded) return done()
        const { header, body } = headerOf(Buffer.concat(pieces).toString('latin1'))
        if ((header.match(/^Received:/gim) ?? []).length > limits.receivedHops)
          return done(refusal(554, 'Too many hops'))
        if (submission && isImproper(header, body, session.envelope.smtpUtf8 === true))
          return done(refusal(554, 'Content that cannot go out'))
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        const names = new Set(recipients.flatMap((address) => residentsOf(house, address, session) ?? []))
        const trace = traceOf(session, house.settings.hostName, recipients)
        deliver(names, recipients, new Uint8Array(Buffer.from(`${trace}${header}${body}`, 'latin1')))
        return done()
      })
    },
  }
}
