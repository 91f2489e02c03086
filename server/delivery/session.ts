/**
 * One session with one host, from the connection to QUIT: how it is opened, and that it is closed and its place given back.
 * What is insisted on there is `manner.ts`'s; what a failure means, `outcome.ts`'s.
 */
import type { Clock, Dialer, Ids, Line, SecureOptions, Secured } from '../ports.ts'
import type { Ids as JournalIds, Tell } from '../journal/events.ts'
import { Conversation } from '../protocol/conversation.ts'
import type { OutgoingMail, Stage, Verdicts } from '../protocol/conversation.ts'
import { printable } from '../protocol/text.ts'
import type { Target } from '../routing/mx.ts'
import type { Settings } from '../settings/schema.ts'
import { Client } from './client.ts'
import type { Hosts } from './hosts.ts'
import { judgeOpening, unreachable } from './outcome.ts'
import type { Kept } from './outcome.ts'
import { securityOf, termsOf, verbOf } from './manner.ts'
import type { Avoid, Manner } from './manner.ts'
import { saslClient } from './sasl.ts'

export interface SessionParts {
  readonly dialer: Dialer
  readonly clock: Clock
  readonly ids: Pick<Ids, 'secret'>
  readonly tell: Tell
  readonly hosts: Hosts
}

/** An open session. `end()` is to be called once, whatever happens. */
export interface Session {
  readonly target: Target
  readonly protocol: Manner['protocol']
  /** Nothing more can be sent over it. */
  readonly spent: boolean
  /** Mail transactions held so far. */
  readonly transactions: number
  /** So many recipients fit in one transaction, as far as is known. */
  recipientLimit: number
  /** A verdict for each recipient; `onVerdicts` hears of some before the transaction is over (RFC 2033 §5). */
  transact(
    mail: OutgoingMail,
    content: AsyncIterable<Uint8Array>,
    onVerdicts: (verdicts: Verdicts) => void,
  ): Promise<Verdicts>
  /** QUIT and close. */
  end(): Promise<void>
}

/** Recipients of one transaction: what every server must take (RFC 5321 §4.5.3.1.8). */
const mostRecipients = 100

/**
 * Connects and opens. A host that hangs up on EHLO is asked once more with HELO, one that fails at TLS once more in clear
 * where that is allowed (rfc3207-6-04); `avoid` remembers that for the sessions to come.
 */
export const openSession = async (
  target: Target,
  manner: Manner,
  avoid: Avoid,
  settings: Pick<Settings, 'hostName' | 'outgoing' | 'queue'>,
  parts: SessionParts,
  ids: JournalIds,
): Promise<
  { readonly kind: 'session'; readonly session: Session } | { readonly kind: 'none'; readonly kept: Kept }
> => {
  const key = `${target.address}:${manner.port}`
  const release = await parts.hosts.acquire(key, settings.queue.sessionsPerDestination)
  const tell = (event: Parameters<Tell>[0], detail: Parameters<Tell>[2] = {}): void =>
    parts.tell(event, ids, { host: printable(target.name), address: target.address, port: manner.port, ...detail })
  const none = (kept: Kept): { kind: 'none'; kept: Kept } => {
    tell('host-passed-over', { reason: kept.trouble.reason })
    return { kind: 'none', kept }
  }

  const tellSecured = ({ protocol, cipher, fault }: Secured): void =>
    tell('host-secured', {
      protocol,
      cipher,
      verified: fault === undefined,
      ...(fault !== undefined && { fault: printable(fault) }),
    })

  let attempts = 0
  let opened = false
  try {
    for (;;) {
      attempts += 1
      const known = parts.hosts.fault(key)
      if (known !== undefined) return none(unreachable(target, known))
      tell('host-tried', { clear: avoid.tls, verb: verbOf(manner, avoid) })
      const security = securityOf(target, manner)
      const dialed = await dial(target, manner, security, settings.outgoing, parts)
      if ('fault' in dialed) {
        parts.hosts.remember(key, dialed.fault, dialed.timedOut, settings.queue.retryAfter[0])
        return none(unreachable(target, dialed.fault))
      }
      const { line, secured } = dialed
      if (secured !== undefined) tellSecured(secured)
      const client = new Client({
        line,
        clock: parts.clock,
        timeouts: settings.outgoing.timeouts,
        security,
        sasl: (mechanism) => saslClient(mechanism, manner.credentials ?? { user: '', password: '' }, nonce(parts.ids)),
        onSecured: tellSecured,
      })
      try {
        const conversation = new Conversation()
        const result = await client.run(
          conversation.open(termsOf(manner, avoid, settings.hostName, line, secured?.fault)),
        )
        if (result.kind === 'open') {
          opened = true
          return { kind: 'session', session: sessionOver(target, manner.protocol, conversation, client, release) }
        }
        await client.run(conversation.quit())
        if (attempts < 3 && result.kind === 'breakdown') {
          if (result.cause === 'tls' && manner.tls === 'when-offered' && !avoid.tls) {
            avoid.tls = true
            tell('host-passed-over', { reason: `TLS failed, once more in clear: ${printable(result.detail)}` })
            continue
          }
          if (isHello(result.stage) && result.cause === 'closed' && !avoid.ehlo) {
            avoid.ehlo = true // rfc5321-2.2.1-04
            continue
          }
        }
        return none(judgeOpening(target, result, manner.protocol))
      } finally {
        if (!opened) client.close()
      }
    }
  } finally {
    if (!opened) release()
  }
}

/** It hung up on EHLO, or refused EHLO and hung up before HELO. LMTP has no other verb to try. */
const isHello = (stage: Stage): boolean => stage === 'EHLO' || stage === 'HELO'

const nonce = (ids: Pick<Ids, 'secret'>): string => Buffer.from(ids.secret(18)).toString('base64url')

const dial = async (
  target: Target,
  manner: Manner,
  security: SecureOptions,
  outgoing: Settings['outgoing'],
  { dialer, clock }: SessionParts,
): Promise<
  { readonly line: Line; readonly secured?: Secured } | { readonly fault: string; readonly timedOut: boolean }
> => {
  const giveUp = new AbortController()
  const timer = clock.after(outgoing.timeouts.connection, () => giveUp.abort())
  const sourceAddress = manner.protocol === 'smtp' ? outgoing.sourceAddress : undefined
  const dialed = await dialer.dial(
    { address: target.address, port: manner.port },
    {
      signal: giveUp.signal,
      ...(sourceAddress !== undefined && target.family === 4 && { localAddress: sourceAddress }),
      ...(manner.tls === 'established' && { tls: security }),
    },
  )
  timer.cancel()
  if ('line' in dialed) return dialed
  const timedOut = giveUp.signal.aborted || dialed.fault === 'ETIMEDOUT'
  return { fault: giveUp.signal.aborted ? 'no connection in time' : dialed.fault, timedOut }
}

const sessionOver = (
  target: Target,
  protocol: Manner['protocol'],
  conversation: Conversation,
  client: Client,
  release: () => void,
): Session => {
  let transactions = 0
  return {
    target,
    protocol,
    recipientLimit: mostRecipients,
    get spent() {
      return conversation.spent
    },
    get transactions() {
      return transactions
    },
    transact: async (mail, content, onVerdicts) => {
      transactions += 1
      return await client.run(conversation.transact(mail), content, onVerdicts)
    },
    end: async () => {
      try {
        await client.run(conversation.quit())
      } finally {
        client.close()
        release()
      }
    },
  }
}
