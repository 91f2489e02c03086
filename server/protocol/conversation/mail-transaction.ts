/**
 * One mail transaction as the client: MAIL, RCPT, content, and a verdict for each recipient. SMTP answers the content
 * once for all recipients, LMTP once for each (RFC 2033 §4.2); everything else is the same.
 *
 * Commands go in one group where PIPELINING is offered and in lock-step elsewhere (RFC 2920 §3.1); content goes by BDAT
 * where CHUNKING is offered and by DATA elsewhere. A transaction that did not end well is followed by RSET, so that the
 * session is clean for the next one (rfc5321-4.1.4-11, rfc1870-6.2-01, rfc3030-2-09). What the verdicts mean for the
 * message is judged in `delivery/outcome.ts`.
 */
import type { Reply } from '../reply.ts'
import { hearEnd, sendContent } from './content.ts'
import type { Breakdown, Dialogue, Heard, Stage, Talk } from './dialogue.ts'
import { isPositive } from './dialogue.ts'
import type { Offer } from './offer.ts'
import type { Hello } from './opening.ts'
import { mailCommand, rcptCommand } from './requests.ts'
import type { Addressee, OutgoingMail } from './requests.ts'

/** Octets of commands under way that have no reply yet: less than any TCP window (rfc2920-3.1-09). */
const longestGroup = 8192
/** After so many accepted recipients a lone 552 without a status code means "too many" rather than "too large". */
const plausibleRecipientLimit = 10

export type Verdict =
  /** Responsibility is the server's. `dutyPassed`: it was handed the DSN parameters. */
  | { readonly kind: 'taken'; readonly reply: Reply; readonly dutyPassed: boolean }
  | { readonly kind: 'refused'; readonly stage: 'MAIL' | 'RCPT' | 'DATA' | 'content'; readonly reply: Reply }
  /** The transaction was full: to be said again in another one. */
  | { readonly kind: 'too-many' }
  /** The server lacks an extension, or takes less octets, than the message needs; nothing was said to it. */
  | { readonly kind: 'unsuited'; readonly lacks: '8BITMIME' | 'BINARYMIME' | 'SMTPUTF8' | 'SIZE' }
  | Breakdown

/** One for each recipient, by id. */
export type Verdicts = ReadonlyMap<string, Verdict>

/** What the session knows of the server. */
export interface Footing {
  readonly offer: Offer
  readonly authenticated: boolean
  /** After LHLO it is LMTP. */
  readonly verb: Hello
}

const lacking = (mail: OutgoingMail, offer: Offer): 'SIZE' | '8BITMIME' | 'BINARYMIME' | 'SMTPUTF8' | undefined => {
  if (mail.body === 'BINARYMIME' && !offer.binary) return 'BINARYMIME' // rfc3030-3-06
  if (mail.body === '8BITMIME' && !offer.eightBit) return '8BITMIME' // rfc6152-3-04, rfc5321-2.4-09
  // rfc6531-3.2-04, rfc5321-2.4-12
  if ((mail.utf8Header || mail.reversePath.ascii === undefined) && !offer.utf8) return 'SMTPUTF8'
  if (offer.maximumSize !== undefined && mail.size > offer.maximumSize) return 'SIZE' // rfc1870-7-04
  return undefined
}

interface Command {
  readonly stage: Stage
  readonly line: string
}

/**
 * Says the commands in order and gives the replies heard; stops early when MAIL is refused, when the session is spent, or
 * before DATA when no recipient is left that could be accepted.
 */
function* sayAll(dialogue: Dialogue, commands: readonly Command[], pipelining: boolean): Talk<readonly Heard[]> {
  const heard: Heard[] = []
  let sent = 0
  let underWay = 0
  let stopped = false
  const mayGo = (command: Command): boolean => {
    if (stopped || (sent > heard.length && (!pipelining || underWay + command.line.length > longestGroup))) return false
    // DATA waits for a recipient, unless replies to some are still to come
    return command.stage !== 'DATA' || sent > heard.length || heard.slice(1).some(isPositive)
  }
  for (;;) {
    let group = ''
    for (let command = commands[sent]; command !== undefined && mayGo(command); command = commands[sent]) {
      group += `${command.line}\r\n`
      underWay += command.line.length
      if (command.stage === 'DATA') dialogue.midContent = true // rfc2920-3.1-03: always the last
      sent += 1
    }
    if (group !== '') yield* dialogue.send(group)
    const awaited = sent > heard.length && !dialogue.spent ? commands[heard.length] : undefined
    if (awaited === undefined) return heard
    const reply = yield* dialogue.hear(awaited.stage)
    underWay -= awaited.line.length
    heard.push(reply)
    stopped ||= dialogue.spent || (awaited.stage === 'MAIL' && !isPositive(reply))
  }
}

/** A 452, or the 552 that RFC 821 had in its place, with no status code that says something else (RFC 3463 X.5.3). */
const maySayTooMany = (reply: Reply): boolean =>
  (reply.code === 452 || reply.code === 552) && (reply.enhanced === undefined || reply.enhanced.endsWith('.5.3'))

/**
 * How many of the last recipients were refused because the transaction was full (rfc5321-4.5.3.1.8-05,
 * rfc5321-4.5.3.1.10-01). Some must have been accepted before and none after. A 552 without a status code may as well be
 * this recipient's own limit (rfc1870-6.4-02) where SIZE is offered: there it counts when it comes late, or more than once.
 */
const tooManyFrom = (replies: readonly Heard[], sized: boolean): number => {
  let from = replies.length
  while (from > 0) {
    const heard = replies[from - 1]
    if (heard?.kind !== 'reply' || !maySayTooMany(heard.reply)) break
    from -= 1
  }
  const accepted = replies.slice(0, from).filter(isPositive).length
  if (accepted === 0) return replies.length
  const tail = replies.slice(from).filter((heard) => heard.kind === 'reply')
  const plain = tail.every(({ reply }) => reply.code === 452 || reply.enhanced !== undefined)
  return plain || !sized || tail.length > 1 || accepted >= plausibleRecipientLimit ? from : replies.length
}

const verdictOf = (heard: Heard, stage: 'MAIL' | 'RCPT' | 'DATA' | 'content'): Verdict =>
  heard.kind === 'reply' ? { kind: 'refused', stage, reply: heard.reply } : heard

/** What the reply to the end of the content means for those whom it is for. */
const verdictOfEnd = (end: Heard, offer: Offer): Verdict =>
  end.kind === 'reply' && isPositive(end)
    ? { kind: 'taken', reply: end.reply, dutyPassed: offer.dsn }
    : verdictOf(end, 'content')

/**
 * A reply for each of these recipients, in the order in which they were named; two that have the same forward-path have
 * two (RFC 2033 §4.2, §4.3). Each is told as it comes (rfc2033-5-04). When the session breaks, the breakdown is the verdict
 * of all that are still without one (rfc2033-5-05).
 */
function* hearEach(dialogue: Dialogue, offer: Offer, recipients: readonly Addressee[]): Talk<Verdicts> {
  const verdicts = new Map<string, Verdict>()
  for (const { id } of recipients) {
    const verdict = verdictOfEnd(yield* hearEnd(dialogue), offer) // rfc2033-4.2-05: however many lines it has
    verdicts.set(id, verdict)
    yield { act: 'verdict', recipient: id, verdict }
  }
  return verdicts
}

/**
 * Holds the transaction; every recipient of `mail` gets a verdict. The session may go on unless `dialogue.spent`.
 * At least one recipient; how many fit in one transaction is the caller's choice.
 */
export function* transact(dialogue: Dialogue, footing: Footing, mail: OutgoingMail): Talk<Verdicts> {
  const { offer, authenticated, verb } = footing
  const verdicts = new Map<string, Verdict>()
  const judge = (recipients: readonly Addressee[], verdict: Verdict): void => {
    for (const { id } of recipients) verdicts.set(id, verdict)
  }
  const lacks = lacking(mail, offer)
  if (lacks !== undefined) {
    judge(mail.recipients, { kind: 'unsuited', lacks })
    return verdicts
  }
  const sayable = mail.recipients.filter(({ ascii }) => ascii !== undefined || offer.utf8)
  judge(
    mail.recipients.filter((recipient) => !sayable.includes(recipient)),
    { kind: 'unsuited', lacks: 'SMTPUTF8' },
  )
  if (sayable.length === 0) return verdicts
  // rfc6531-3.4-01, rfc6531-3.4-02: only where something needs it
  const utf8 = mail.utf8Header || [mail.reversePath, ...sayable].some(({ ascii }) => ascii === undefined)

  const byData = !offer.chunking // rfc3030-2-21
  const commands: readonly Command[] = [
    { stage: 'MAIL', line: mailCommand(mail, offer, utf8, authenticated) }, // rfc5321-3.3-19
    ...sayable.map((recipient): Command => ({ stage: 'RCPT', line: rcptCommand(recipient, offer, utf8) })),
    ...(byData ? [{ stage: 'DATA', line: 'DATA' } as const] : []),
  ]
  const replies = yield* sayAll(dialogue, commands, offer.pipelining) // rfc2920-3.1-10
  const [toMail] = replies
  const toRcpt = replies.slice(1, 1 + sayable.length)
  const toData = replies[1 + sayable.length]

  // Whatever is no 354, and not silence either, leaves the server waiting for commands
  if (toData?.kind === 'reply' ? toData.reply.code !== 354 : toData?.cause === 'garbled') dialogue.midContent = false

  // rfc2920-3.1-05: every status counts
  const full = tooManyFrom(toRcpt, offer.size)
  const accepted: Addressee[] = []
  for (const [at, recipient] of sayable.entries()) {
    const heard = toRcpt[at] ?? replies.at(-1)
    if (toMail !== undefined && !isPositive(toMail)) judge([recipient], verdictOf(toMail, 'MAIL'))
    else if (heard === undefined) throw new Error('nothing was heard')
    else if (isPositive(heard)) accepted.push(recipient)
    else if (at >= full && at < toRcpt.length) judge([recipient], { kind: 'too-many' })
    else judge([recipient], verdictOf(heard, 'RCPT'))
  }

  if (dialogue.spent) {
    const last = replies.at(-1)
    if (last !== undefined) judge(accepted, verdictOf(last, toData === undefined ? 'RCPT' : 'DATA'))
    return verdicts
  }
  if (toData?.kind === 'reply' && toData.reply.code !== 354) {
    if (toData.reply.code < 400) {
      // rfc5321-3.3-14: no content without 354, and no trust in a server that answers DATA so
      judge(accepted, dialogue.breakDown('DATA', 'garbled', `DATA was answered ${toData.reply.code}`))
      return verdicts
    }
    judge(accepted, verdictOf(toData, 'DATA'))
  } else if (accepted.length > 0 || toData !== undefined) {
    // rfc2920-3.1-06: the lone dot where nobody is left to send to
    const stopped = yield* sendContent(dialogue, byData ? 'DATA' : 'BDAT', mail.size, accepted.length > 0)
    if (stopped !== undefined) judge(accepted, verdictOf(stopped, 'content'))
    else if (verb !== 'LHLO') judge(accepted, verdictOfEnd(yield* hearEnd(dialogue), offer))
    else for (const [id, verdict] of yield* hearEach(dialogue, offer, accepted)) verdicts.set(id, verdict)
    if (accepted.some(({ id }) => verdicts.get(id)?.kind === 'taken')) return verdicts
    // RFC 2033 §4.2: 503 was due to DATA; whether such a server answers the lone dot nobody can tell
    if (verb === 'LHLO' && accepted.length === 0) dialogue.retire()
  }
  yield* reset(dialogue)
  return verdicts
}

/** RSET (rfc3030-3-13); a server that refuses it is not talked to any further. */
function* reset(dialogue: Dialogue): Talk<void> {
  if (dialogue.spent) return
  const heard = yield* dialogue.say('RSET', 'RSET')
  if (heard.kind === 'reply' && !isPositive(heard)) dialogue.retire()
}
