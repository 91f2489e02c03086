/**
 * What a failure means, by how far it reaches: the session, this host, the message, or one recipient; for now or for good.
 *
 * Pure. Four doors (`session`, `host`, `message`, `recipient`) × soft and hard, and three ways to go on: the recipient is
 * settled, or the next host is tried with the trouble kept. When no host is left, `conclude` makes the kept troubles an
 * outcome. Which host comes next is the attempt's affair; when the next attempt is due, the queue's.
 *
 * | | soft | hard |
 * | --- | --- | --- |
 * | session: no connection, TLS, broken off | next host | – |
 * | host: greeting, EHLO, 421, lacks an extension | next host | next host |
 * | message: MAIL, content | next host | fails |
 * | recipient: RCPT; of LMTP also the content | next host | fails |
 */
import type { Outcome, RemoteReply, Trouble } from '../message/envelope.ts'
import type { Breakdown, Opened, Stage, Verdict } from '../protocol/conversation.ts'
import type { Reply } from '../protocol/reply.ts'
import { printable } from '../protocol/text.ts'

/** The host that was talked to. */
export interface Peer {
  readonly name: string
  readonly address: string
}

export interface Kept {
  readonly soft: boolean
  readonly trouble: Trouble
}

export type Judgment =
  | { readonly kind: 'settled'; readonly outcome: Outcome }
  | { readonly kind: 'next-host'; readonly kept: Kept }

/** The subject and detail that a code without a status code stands for (RFC 3463, RFC 5248), per stage where it matters. */
const customary: Readonly<Record<string, string>> = {
  '421': '3.2',
  '450 RCPT': '2.1',
  '451': '3.0',
  '452': '3.1',
  '454': '7.0',
  '500': '5.2',
  '501': '5.4',
  '502': '5.1',
  '503': '5.1',
  '504': '5.4',
  '521': '3.2',
  '530': '7.0',
  '534': '7.9',
  '535': '7.8',
  '550 RCPT': '1.1',
  '551 RCPT': '1.6',
  '552': '3.4',
  '552 RCPT': '2.2',
  '553 MAIL': '1.7',
  '553 RCPT': '1.3',
  '554 greeting': '3.2',
  '555': '5.4',
  '556': '1.10', // rfc7504-4-02
}

/**
 * The reply's own status code, with the reply code's class where the two differ (rfc3463-2-05: subject and detail are kept
 * even if unknown); else what the code customarily means.
 */
export const statusOf = (reply: Reply, stage: Stage): string => {
  const digit = Math.trunc(reply.code / 100)
  const own = reply.enhanced?.replace(/^\d\./, '')
  return `${digit}.${own ?? customary[`${reply.code} ${stage}`] ?? customary[String(reply.code)] ?? '0.0'}`
}

export const remoteReply = (reply: Reply): RemoteReply => ({
  code: reply.code,
  ...(reply.enhanced !== undefined && { enhanced: reply.enhanced }),
  lines: reply.lines.map(printable),
})

const stageNames: Readonly<Partial<Record<Stage, string>>> = {
  greeting: 'the connection',
  content: 'the content',
  'content-end': 'the content',
  BDAT: 'the content',
}
const stageName = (stage: Stage): string => stageNames[stage] ?? stage

const refusal = (peer: Peer, stage: Stage, reply: Reply, radius: NonNullable<Trouble['radius']>): Kept => ({
  soft: reply.code < 500,
  trouble: {
    status: statusOf(reply, stage),
    reason: `${peer.name} refused ${stageName(stage)} ${reply.code < 500 ? 'for now' : 'for good'} (${reply.code}).`,
    host: peer.name,
    address: peer.address,
    reply: remoteReply(reply),
    radius,
  },
})

/** No connection came about. rfc3463-3.5-01 */
export const unreachable = (peer: Peer, fault: string): Kept => ({
  soft: true,
  trouble: {
    status: '4.4.1',
    reason: `${peer.name} could not be reached (${printable(fault)}).`,
    host: peer.name,
    address: peer.address,
    radius: 'session',
  },
})

/** The session broke: like 421 (rfc5321-3.8-06). rfc3463-3.5-02 */
const broken = (peer: Peer, breakdown: Breakdown): Kept => {
  const { status, what } = {
    closed: { status: '4.4.2', what: 'broke off' },
    timeout: { status: '4.4.2', what: 'fell silent' },
    garbled: { status: '4.5.0', what: 'answered what is no reply' },
    tls: { status: '4.7.5', what: 'did not come to TLS' },
  }[breakdown.cause]
  return {
    soft: true,
    trouble: {
      status,
      reason: `${peer.name} ${what} at ${stageName(breakdown.stage)} (${printable(breakdown.detail)}).`,
      host: peer.name,
      address: peer.address,
      radius: 'session',
    },
  }
}

const unsafeStatus = { tls: '4.7.4', certificate: '4.7.5', authentication: '4.7.0' } as const

/** The same trouble, to be tried again: its status is of the class of those. */
const forNow = ({ trouble }: Kept): Kept => ({
  soft: true,
  trouble: { ...trouble, status: `4${trouble.status.slice(1)}` },
})

/** A session that did not open: always the next host, softly unless the host refuses all mail for good (rfc7504-3-04). */
export const judgeOpening = (
  peer: Peer,
  opened: Exclude<Opened, { kind: 'open' }>,
  protocol: 'smtp' | 'lmtp',
): Kept => {
  if (opened.kind === 'breakdown') return broken(peer, opened)
  if (opened.kind === 'refused') {
    const kept = refusal(peer, opened.stage, opened.reply, 'host')
    // RFC 2033 §4.1: no LMTP is spoken there, a mistake in our own house that shall be mended before mail is returned
    return protocol === 'lmtp' ? forNow(kept) : kept
  }
  // Our own settings and the smarthost's do not fit: no reason to return mail (rfc4954-6-06)
  const { lacks, reason, reply } = opened
  return {
    soft: true,
    trouble: {
      status: reply === undefined ? unsafeStatus[lacks] : `4${statusOf(reply, 'AUTH').slice(1)}`,
      reason: `No safe session with ${peer.name}: ${printable(reason)}.`,
      host: peer.name,
      address: peer.address,
      ...(reply !== undefined && { reply: remoteReply(reply) }),
      radius: 'host',
    },
  }
}

const lackStatus = {
  '8BITMIME': ['5.6.3', 'does not take 8-bit content, and it is not converted'], // rfc6152-3-06, rfc3463-3.7-01
  BINARYMIME: ['5.6.3', 'does not take binary content, and it is not converted'], // rfc3030-3-09
  SMTPUTF8: ['5.6.7', 'does not take internationalised addresses or header fields'], // rfc6531-3.2-05
  SIZE: ['5.3.4', 'does not take messages of this size'],
} as const

/** The outcome of a mail transaction for one recipient, `too-many` apart (that one is simply said again). */
export const judge = (
  peer: Peer,
  verdict: Exclude<Verdict, { kind: 'too-many' }>,
  protocol: 'smtp' | 'lmtp',
): Judgment => {
  if (verdict.kind === 'taken') {
    // RFC 2033 §4.2: it is with the service that keeps the mailbox, and goes no further
    if (protocol === 'lmtp') return { kind: 'settled', outcome: { kind: 'delivered' } }
    const reply = remoteReply(verdict.reply)
    const outcome = {
      kind: 'relayed',
      host: peer.name,
      address: peer.address,
      reply,
      dutyPassed: verdict.dutyPassed,
    } as const
    return { kind: 'settled', outcome }
  }
  if (verdict.kind === 'breakdown') return { kind: 'next-host', kept: broken(peer, verdict) }
  if (verdict.kind === 'unsuited') {
    // rfc5321-2.2.3-02, rfc6531-3.2-06: another exchanger may offer it
    const [status, what] = lackStatus[verdict.lacks]
    const reason = `${peer.name} ${what}.`
    const trouble: Trouble = { status, reason, host: peer.name, address: peer.address, radius: 'host' }
    return { kind: 'next-host', kept: { soft: false, trouble } }
  }
  const { stage, reply } = verdict
  if (reply.code === 421) return { kind: 'next-host', kept: refusal(peer, stage, reply, 'host') }
  // RFC 2033 §4.2: after the content each recipient has an answer of its own
  const single = stage === 'RCPT' || (stage === 'content' && protocol === 'lmtp')
  const kept = refusal(peer, stage, reply, single ? 'recipient' : 'message')
  // rfc5321-4.2.1-02, rfc1870-6.2-02, rfc1870-6.4-02: what was refused for good is asked of nobody again
  if (!kept.soft) return { kind: 'settled', outcome: { kind: 'failed', trouble: kept.trouble } }
  return { kind: 'next-host', kept } // rfc5321-4.2.1-01
}

/** No host is left: deferred if any of them may yet take the mail, else failed. At least one trouble. */
export const conclude = (kept: readonly Kept[]): Outcome => {
  const soft = kept.findLast((one) => one.soft)
  if (soft !== undefined) return { kind: 'deferred', trouble: soft.trouble }
  const hard = kept.at(-1)
  if (hard === undefined) throw new Error('a recipient was given up without a reason')
  return { kind: 'failed', trouble: hard.trouble }
}
