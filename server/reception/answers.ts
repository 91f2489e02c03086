/**
 * Answers the questions of one session: asks policy, credentials and acceptance, tells the journal, counts what is limited.
 *
 * Whatever can be answered at once is answered at once, so that a pipelined group costs no waiting; a promise is given
 * only where something takes time. The session's own state says who the client is by now; here only what the session
 * does not keep is kept: the names of transactions, and the content on its way.
 */
import { printable } from '../journal/printable.ts'
import type { Origin } from '../message/envelope.ts'
import type { Client } from '../policy/client.ts'
import type { RecipientRuling } from '../policy/recipients.ts'
import type { PolicyRuling, Refused } from '../policy/ruling.ts'
import type { ContentFacts, Question, Ruling } from '../protocol/exchange.ts'
import type { ForwardPath, ReversePath } from '../protocol/path.ts'
import { replies } from '../protocol/replies.ts'
import type { SessionState } from '../protocol/session.ts'
import { fitsIn, openIntake } from './acceptance.ts'
import type { Intake } from './acceptance.ts'
import { createCredentials } from './credentials.ts'
import type { Desk } from './desk.ts'
import { recipientDomainRuling, senderDomainRuling } from './domains.ts'
import { protocolKeyword } from './envelope.ts'

/** The session as its answers see it. */
export interface Visitor {
  readonly session: string
  /** Who connected; what the session learns later is in its state. */
  readonly client: () => Client
  readonly state: () => SessionState
}

export interface Answers {
  answer(question: Exclude<Question, { readonly ask: 'connection' }>): Ruling | Promise<Ruling>
  /** Content of the open transaction; a promise when no more should be given before it resolves. */
  content(bytes: Uint8Array): Promise<void> | undefined
  /** The transaction is over without a message. */
  abandon(): void
}

/** Characters of an EHLO name that are kept. */
const longestName = 255

const granted = { kind: 'granted' } as const

const pathText = (path: ReversePath | ForwardPath): string => {
  if (path.kind === 'null') return ''
  return printable(path.kind === 'postmaster' ? path.text : path.mailbox.text)
}

/** Whom rates are counted by: the user where there is one, else the host. */
const counted = (who: Client): string => (who.user === undefined ? who.address : `user ${who.user}`)

/** A refusal as the journal tells it. */
const refusal = (refused: Pick<Refused, 'reply' | 'cause'>) => {
  const { code, enhanced } = refused.reply
  return { code, cause: printable(refused.cause), ...(enhanced === undefined ? {} : { enhanced }) }
}

export const createAnswers = (desk: Desk, visitor: Visitor): Answers => {
  const { session } = visitor
  const { meters, tell } = desk
  const credentials = createCredentials(desk, session)
  let transaction = ''
  let intake: Intake | undefined

  const client = (): Client => {
    const { secure, user } = visitor.state()
    return { ...visitor.client(), secure: secure !== undefined, ...(user === undefined ? {} : { user }) }
  }
  const tooFast = (who: Client, meter: 'messages' | 'recipients'): boolean => {
    if (desk.policy().trusts(who)) return false
    const { limits } = desk.settings()
    const limit = meter === 'messages' ? limits.messagesPerMinute : limits.recipientsPerMinute
    return !meters[meter].take(counted(who), desk.clock.now(), limit)
  }
  const sender = (reversePath: ReversePath, octets: number): Ruling | Promise<Ruling> => {
    const who = client()
    const judged = desk.policy().ruleSender(who, reversePath)
    if (judged.kind === 'refused') return answerSender(reversePath, judged)
    // rfc1870-6.1-02
    if (!fitsIn(desk, octets)) {
      return answerSender(reversePath, { kind: 'refused', cause: 'queue-full', reply: replies.outOfStorage })
    }
    if (tooFast(who, 'messages')) {
      const reply = replies.senderRateLimited
      return answerSender(reversePath, { kind: 'refused', cause: 'sending-too-fast', reply })
    }
    const asked = senderDomainRuling(desk, who, reversePath)
    return asked === undefined
      ? answerSender(reversePath, judged)
      : asked.then((ruling) => answerSender(reversePath, ruling))
  }
  const answerSender = (reversePath: ReversePath, ruling: PolicyRuling): Ruling => {
    if (ruling.kind === 'refused') {
      tell('sender-refused', { session }, { reversePath: pathText(reversePath), ...refusal(ruling) })
      return ruling
    }
    transaction = desk.ids.unique()
    tell('sender-accepted', { session, transaction }, { reversePath: pathText(reversePath) })
    return granted
  }

  const recipient = (forwardPath: ForwardPath): Ruling | Promise<Ruling> => {
    const who = client()
    const smtputf8 = visitor.state().transaction?.parameters.smtputf8 === true
    const judged = desk.policy().ruleRecipient(who, forwardPath, smtputf8)
    if (judged.kind === 'granted' && tooFast(who, 'recipients')) {
      const reply = replies.recipientRateLimited
      return answerRecipient(who, forwardPath, { kind: 'refused', cause: 'recipients-too-fast', reply })
    }
    const asked = recipientDomainRuling(desk, forwardPath, judged)
    return asked === undefined
      ? answerRecipient(who, forwardPath, judged)
      : asked.then((ruling) => answerRecipient(who, forwardPath, ruling))
  }
  const answerRecipient = (who: Client, forwardPath: ForwardPath, ruling: RecipientRuling): Ruling => {
    const detail = { recipient: pathText(forwardPath) }
    if (ruling.kind === 'refused') {
      // rfc2505-2.4-01: enough to see later who tried what.
      tell('recipient-refused', { session, transaction }, { ...detail, client: who.address, ...refusal(ruling) })
      return ruling
    }
    tell('recipient-accepted', { session, transaction }, { ...detail, passage: ruling.passage })
    return ruling.reply === undefined ? granted : { ...granted, reply: ruling.reply }
  }

  const origin = (who: Client, smtputf8: boolean): Origin => {
    const { helo } = visitor.state()
    return {
      session,
      transaction,
      role: who.role,
      clientAddress: who.address,
      helo: printable(helo?.name ?? '', longestName),
      protocol: protocolKeyword(helo?.verb ?? 'HELO', who, smtputf8),
      ...(who.user === undefined ? {} : { user: who.user }),
    }
  }

  const content = (): Ruling => {
    const who = client()
    const open = visitor.state().transaction
    if (open === undefined) throw new Error('content was asked for without a transaction')
    intake = openIntake(desk, {
      origin: origin(who, open.parameters.smtputf8 === true),
      transaction: open,
      insider: desk.policy().isInsider(who),
      localAddress: who.localAddress,
      cipher: visitor.state().secure?.cipher,
    })
    return granted
  }

  const acceptance = async (facts: ContentFacts): Promise<Ruling> => {
    const taken = intake
    intake = undefined
    if (taken === undefined) throw new Error('acceptance was asked for without content')
    const ids = { session, transaction }
    const result = await taken.finish(facts)
    if (result.kind === 'refused') {
      tell('message-refused', ids, refusal(result))
      return { kind: 'refused', reply: result.reply }
    }
    const { envelope, size, recipients } = result
    tell('message-accepted', { ...ids, envelope }, { size, recipients, by: facts.by })
    return { kind: 'granted', reply: replies.messageAccepted(envelope) }
  }

  return {
    answer: (question) => {
      switch (question.ask) {
        case 'hello': {
          const name = printable(question.name, longestName)
          // rfc5321-4.1.4-07: whatever it calls itself.
          tell('session-identified', { session }, { verb: question.verb, name })
          return granted
        }
        case 'sender':
          return sender(question.reversePath, question.parameters.size ?? 0)
        case 'recipient':
          return recipient(question.forwardPath)
        case 'content':
          return content()
        case 'acceptance':
          return acceptance(question.content)
        case 'verify':
          return { kind: 'granted', reply: desk.policy().verify(client(), question.argument, question.smtputf8) }
        case 'expand':
          return { kind: 'granted', reply: desk.policy().expand(client(), question.argument, question.smtputf8) }
        case 'challenge':
          return credentials.challenge(client(), question)
        default:
          return credentials.judge(client(), question.proof)
      }
    },
    content: (bytes) => intake?.take(bytes),
    abandon: () => {
      intake?.discard()
      intake = undefined
      tell('transaction-abandoned', { session, transaction })
    },
  }
}
