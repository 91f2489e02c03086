/**
 * The balance after the crashes: what was acknowledged against what lies in mailboxes, at far exchangers and in
 * notifications. Every recipient of an acknowledged message must have ended, and exactly once.
 *
 * Twice is allowed only where the exchanger's 250 was on its way when the server died: then a kill lies between the two
 * receipts, and the journal knows nothing of the first. A message that was never acknowledged may have arrived or not, but
 * whole, at all its recipients or at none.
 */
import type { ReceivedMessage } from '../../simulators/contract.ts'
import { bodyOf, unknownRecipient } from './load.ts'
import type { HandedIn } from './load.ts'

/** One time that a recipient got a message. */
interface Arrival {
  readonly recipient: string
  /** Only far away: when it was taken there. */
  readonly at?: number
  readonly envelope: string
}

export interface Witnesses {
  readonly handedIn: readonly HandedIn[]
  /** Contents of mailboxes, by address. */
  readonly mailboxes: ReadonlyMap<string, readonly Buffer[]>
  /** The mailbox to which notifications go. */
  readonly notifications: readonly Buffer[]
  readonly exchangers: readonly { readonly received: readonly ReceivedMessage[] }[]
  /** When the server was killed, milliseconds since the epoch. */
  readonly kills: readonly number[]
  /** `envelope recipient` of every relaying that the journal tells of, and how often. */
  readonly relayed: ReadonlyMap<string, number>
}

export interface Balance {
  readonly acknowledged: number
  readonly recipients: number
  readonly lost: readonly string[]
  readonly duplicates: readonly string[]
  /** Duplicates that nothing explains. */
  readonly unexplained: readonly string[]
  /** Longest time from a receipt far away to the kill that made it a duplicate, in milliseconds. */
  readonly longestInFlight: number
  /** Content that is not what was handed in, or nobody's. */
  readonly damaged: readonly string[]
  /** Not acknowledged and arrived at some recipients only. */
  readonly torn: readonly string[]
}

/** What the dead server had sent may still be read so many milliseconds later. */
const onTheLine = 1000

const tokenOf = (content: Buffer): string => /^Subject: (\S+)\r$/m.exec(content.toString('latin1'))?.[1] ?? ''
const envelopeOf = (content: Buffer): string => /\bid ([\w-]+)/.exec(content.toString('latin1', 0, 2000))?.[1] ?? ''

const gather = (witnesses: Witnesses): { arrivals: Map<string, Arrival[]>; damaged: string[] } => {
  const arrivals = new Map<string, Arrival[]>()
  const damaged: string[] = []
  const known = new Map(witnesses.handedIn.map((message) => [message.token, message]))
  const enter = (content: Buffer, recipient: string, at?: number): void => {
    const token = tokenOf(content)
    const message = known.get(token)
    const whole =
      message !== undefined && content.toString('latin1').endsWith(`\r\n\r\n${bodyOf(token, message.octets)}`)
    if (!whole) damaged.push(`${token || 'a message without a token'} at ${recipient}: ${content.length} octets`)
    const entry = { recipient, envelope: envelopeOf(content), ...(at !== undefined && { at }) }
    arrivals.set(token, [...(arrivals.get(token) ?? []), entry])
  }
  for (const [address, contents] of witnesses.mailboxes) for (const content of contents) enter(content, address)
  for (const { received } of witnesses.exchangers) {
    for (const { content, recipients, at } of received) {
      for (const { address } of recipients) enter(Buffer.from(content), address, at)
    }
  }
  for (const content of witnesses.notifications) {
    const text = content.toString('latin1')
    const token = /^Subject: (r\d+c\d+m\d+)\r$/m.exec(text)?.[1] ?? ''
    const about = text.includes(unknownRecipient) ? unknownRecipient : 'somebody else'
    if (!known.has(token) || about !== unknownRecipient) damaged.push(`a notification: ${text.slice(0, 2000)}`)
    arrivals.set(token, [...(arrivals.get(token) ?? []), { recipient: about, envelope: '' }])
  }
  return { arrivals, damaged }
}

/** Why a recipient may have got a message again; nothing when there is no excuse, else the time it was in flight. */
const inFlight = (got: readonly Arrival[], { kills, relayed }: Witnesses): number | undefined => {
  const times = got.flatMap(({ at }) => at ?? []).toSorted((a, b) => a - b)
  const [first] = got
  if (first === undefined || times.length !== got.length) return undefined
  // The journal may know of the last relaying only.
  if ((relayed.get(`${first.envelope} ${first.recipient}`) ?? 0) > 1) return undefined
  const waits = times.slice(0, -1).map((at, index) => {
    const kill = kills.find((moment) => moment >= at - onTheLine && moment <= (times[index + 1] ?? 0))
    return kill === undefined ? undefined : Math.max(0, kill - at)
  })
  return waits.includes(undefined) ? undefined : Math.max(...waits.map(Number))
}

/** When it came, when the server died around that, and what the journal tells. */
const circumstances = (got: readonly Arrival[], { kills, relayed }: Witnesses): string => {
  const times = got.map(({ at }) => at ?? 0).toSorted((a, b) => a - b)
  const around = kills.filter((kill) => kill > (times[0] ?? 0) - 2000 && kill < (times.at(-1) ?? 0) + 2000)
  const [first] = got
  const known = relayed.get(`${first?.envelope} ${first?.recipient}`) ?? 0
  return `message ${first?.envelope}, received ${times.join(', ')}, killed ${around.join(', ')}, journal tells of ${known}`
}

export const balance = (witnesses: Witnesses): Balance => {
  const { arrivals, damaged } = gather(witnesses)
  const lost: string[] = []
  const duplicates: string[] = []
  const unexplained: string[] = []
  const torn: string[] = []
  let longestInFlight = 0
  let recipients = 0
  for (const message of witnesses.handedIn) {
    const all = arrivals.get(message.token) ?? []
    const by = message.recipients.map((recipient) => all.filter((arrival) => arrival.recipient === recipient))
    if (message.acknowledged) recipients += by.length
    const missing = message.recipients.filter((_, index) => by[index]?.length === 0)
    if (message.acknowledged) lost.push(...missing.map((recipient) => `${message.token} for ${recipient}`))
    else if (missing.length > 0 && missing.length < by.length) torn.push(`${message.token}: not for ${missing.join()}`)
    for (const [index, got] of by.entries()) {
      if (got.length < 2) continue
      const what = `${message.token} for ${message.recipients[index]}, ${got.length} times`
      duplicates.push(what)
      const milliseconds = inFlight(got, witnesses)
      if (milliseconds === undefined) unexplained.push(`${what}: ${circumstances(got, witnesses)}`)
      else longestInFlight = Math.max(longestInFlight, milliseconds)
    }
  }
  return {
    acknowledged: witnesses.handedIn.filter(({ acknowledged }) => acknowledged).length,
    recipients,
    lost,
    duplicates,
    unexplained,
    longestInFlight,
    damaged,
    torn,
  }
}
