/**
 * The mail transactions of a scripted exchanger's session: MAIL, RCPT, DATA and BDAT, up to the message that is filed.
 *
 * It keeps the transaction's buffers (RFC 5321 §4.1.1), answers by the standards unless a fault strikes, and holds against
 * the client what it does wrong. What surrounds transactions is `session.ts`.
 */
import type { Channel } from '../channel.ts'
import type { Misbehaviour, ReceivedMessage } from '../contract.ts'
import { readCounted, readDotted } from './content.ts'
import { contentViolations, parameterViolations, partsOf, pathViolations } from './etiquette.ts'
import type { House } from './session.ts'
import { isPositive } from './speech.ts'
import type { Speech } from './speech.ts'

/** What a transaction needs to know of the session around it. */
export interface Floor {
  readonly channel: Channel
  readonly house: House
  readonly speech: Speech
  readonly peerAddress: string
  /** Octets of the largest content that is taken. */
  readonly maximum: number
  readonly hello: () => { readonly verb: ReceivedMessage['verb']; readonly name: string } | undefined
  readonly user: () => string | undefined
  /** Keywords that this client may use now. */
  readonly offered: () => ReadonlySet<string>
  /** One reply line, with the enhanced code where that was offered. */
  readonly line: (code: number, enhanced: string, text: string) => readonly string[]
  /** Answers so, and holds it against the client. */
  readonly refuse: (code: number, enhanced: string, text: string, held: string) => Promise<number | undefined>
}

/** Each verb resolves to the code that was said, or undefined when the connection is over. */
export interface Transactions {
  readonly underWay: boolean
  mail(argument: string): Promise<number | undefined>
  rcpt(argument: string): Promise<number | undefined>
  data(): Promise<number | undefined>
  bdat(argument: string): Promise<number | undefined>
  forget(): void
}

interface Transaction {
  readonly reversePath: string
  readonly mailParameters: Readonly<Record<string, string>>
  readonly recipients: { readonly address: string; readonly parameters: Readonly<Record<string, string>> }[]
  readonly chunks: Buffer[]
}

export function openTransactions(floor: Floor): Transactions {
  const { channel, house, speech, peerAddress, maximum, offered, line, refuse } = floor
  const { options, faults } = house
  const lmtp = options.protocol === 'lmtp'
  let transaction: Transaction | undefined

  const mail = async (argument: string): Promise<number | undefined> => {
    const parts = partsOf(argument, 'FROM')
    if (parts === undefined) return await refuse(501, '5.5.4', 'syntax', `MAIL without a path: "${argument}"`)
    if (floor.hello() === undefined) return await refuse(503, '5.5.1', 'EHLO first', 'MAIL before EHLO')
    if (transaction !== undefined) return await refuse(503, '5.5.1', 'nested MAIL', 'MAIL inside a transaction')
    if (/^FROM:\s/i.test(argument)) house.violate('MAIL had a blank before its path')
    const utf8 = 'SMTPUTF8' in parts.parameters
    const held = [
      ...pathViolations(parts.path, 'FROM', utf8),
      ...parameterViolations('MAIL', parts.parameters, offered()),
    ]
    for (const violation of held) house.violate(violation)
    let lines = line(250, '2.1.0', 'sender ok')
    if (held.length > 0) lines = line(555, '5.5.4', 'not understood')
    else if (options.credentials !== undefined && floor.user() === undefined)
      lines = line(530, '5.7.0', 'authenticate first')
    else if (Number(parts.parameters['SIZE'] ?? 0) > maximum) lines = line(552, '5.3.4', 'too big')
    const code = await speech.answer('MAIL', lines, parts.path)
    if (isPositive(code)) {
      transaction = { reversePath: parts.path, mailParameters: parts.parameters, recipients: [], chunks: [] }
    }
    return code
  }

  const rcpt = async (argument: string): Promise<number | undefined> => {
    const parts = partsOf(argument, 'TO')
    if (parts === undefined) return await refuse(501, '5.5.4', 'syntax', `RCPT without a path: "${argument}"`)
    if (transaction === undefined) {
      if (!offered().has('PIPELINING')) house.violate('RCPT without an accepted MAIL')
      return await speech.answer('grouped', line(503, '5.5.1', 'MAIL first'))
    }
    if (/^TO:\s/i.test(argument)) house.violate('RCPT had a blank before its path')
    const utf8 = 'SMTPUTF8' in transaction.mailParameters
    const held = [
      ...pathViolations(parts.path, 'TO', utf8),
      ...parameterViolations('RCPT', parts.parameters, offered()),
    ]
    for (const violation of held) house.violate(violation)
    const { recipientLimit: limit } = options
    const full = limit !== undefined && transaction.recipients.length >= limit.count
    const taken = full ? [limit.reply] : line(250, '2.1.5', 'recipient ok')
    const lines = held.length > 0 ? line(555, '5.5.4', 'not understood') : taken
    const code = await speech.answer('RCPT', lines, parts.path)
    if (isPositive(code)) transaction.recipients.push({ address: parts.path, parameters: parts.parameters })
    return code
  }

  /** Faults that strike while content comes: true when the session goes on, `pace` when it is read slowly. */
  const disturb = async (struck: readonly Misbehaviour[]): Promise<{ readonly pace?: number } | undefined> => {
    let pace: number | undefined
    for (const fault of struck) {
      if (fault.do === 'read-slowly') pace = fault.octetsPerSecond
      else if (fault.do === 'delay' && (await channel.wait(fault.milliseconds))) continue
      else {
        if (channel.waiting.length === 0) await channel.more()
        speech.dismiss()
        if (fault.do === 'reset') channel.reset()
        else if (fault.do === 'silence') {
          channel.stopReading()
          await channel.over()
        } else {
          if (fault.do === 'reply') await channel.write(Buffer.from(fault.lines.map((one) => `${one}\r\n`).join('')))
          if (fault.do === 'bytes') await channel.write(fault.bytes)
          channel.end()
        }
        return undefined
      }
    }
    return pace === undefined ? {} : { pace }
  }

  /**
   * The content is whole: judges it, answers once, or in LMTP once for each recipient and as soon as possible (RFC 2033 §5),
   * and files the message: for whom it was taken so far, always before the answer that takes it for them.
   */
  const finish = async (content: Buffer, by: 'DATA' | 'BDAT'): Promise<number | undefined> => {
    const hello = floor.hello()
    if (transaction === undefined || hello === undefined) return undefined
    const user = floor.user()
    const { recipients, reversePath, mailParameters } = transaction
    transaction = undefined
    for (const violation of contentViolations(content, by, mailParameters)) house.violate(violation)
    const message = {
      at: Date.now(),
      exchanger: house.name,
      helo: hello.name,
      verb: hello.verb,
      secure: channel.secure,
      ...(user === undefined ? {} : { user }),
      reversePath,
      mailParameters,
      content,
      by,
      peerAddress,
    }
    const fits = content.length <= maximum
    const lines = fits ? line(250, '2.6.0', 'taken') : line(552, '5.3.4', 'too big')
    const groups = lmtp ? recipients.map((recipient) => [recipient]) : [recipients]
    const taken: Transaction['recipients'] = []
    const answerAll = async (): Promise<number | undefined> => {
      let code: number | undefined
      for (const group of groups) {
        const path = group.map((recipient) => recipient.address).join(' ')
        const utterance = await speech.prepare('content-end', lines, path)
        if (isPositive(utterance?.code)) {
          if (taken.length === 0) house.receive({ ...message, recipients: taken }, true)
          taken.push(...group)
        }
        if (utterance === undefined || !(await speech.say(utterance))) return undefined
        code = utterance.code
      }
      return code
    }
    const code = await answerAll()
    if (taken.length === 0) house.receive({ ...message, recipients }, false)
    return code
  }

  /** DATA although nobody is to have it: a fault may say 354 all the same, and then only the dot should come (RFC 2920 §3.1). */
  const nothingWanted = async (): Promise<number | undefined> => {
    const code = await speech.answer('DATA', line(503, '5.5.1', 'no valid recipients'))
    if (code !== 354) return code
    const content = await readDotted(channel, undefined)
    if (content === undefined) return speech.leave('content')
    if (content.length > 0) house.violate('sent content although no recipient was accepted')
    return await speech.answer('content-end', line(554, '5.5.1', 'no valid recipients'))
  }

  const data = async (): Promise<number | undefined> => {
    if (transaction === undefined || transaction.recipients.length === 0 || transaction.chunks.length > 0) {
      const why = transaction === undefined ? 'DATA outside a transaction' : 'DATA after BDAT, or without a recipient'
      if (!offered().has('PIPELINING')) house.violate(why)
      return await nothingWanted()
    }
    if (transaction.mailParameters['BODY']?.toUpperCase() === 'BINARYMIME') house.violate('DATA for BODY=BINARYMIME')
    const code = await speech.answer('DATA', ['354 end with <CRLF>.<CRLF>'])
    if (code !== 354) return code
    const disturbance = await disturb(faults.strike('content'))
    if (disturbance === undefined) return undefined
    const content = await readDotted(channel, disturbance.pace)
    return content === undefined ? speech.leave('content') : await finish(content, 'DATA')
  }

  const bdat = async (argument: string): Promise<number | undefined> => {
    const match = /^(\d{1,10})( LAST)?$/i.exec(argument)
    if (match === null || !offered().has('CHUNKING')) {
      return await refuse(501, '5.5.4', 'syntax', `BDAT was not offered, or is not well formed: "${argument}"`)
    }
    const disturbance = await disturb(faults.strike('content'))
    if (disturbance === undefined) return undefined
    const chunk = await readCounted(channel, Number(match[1]), disturbance.pace)
    if (chunk === undefined) return speech.leave('content')
    if (transaction === undefined || transaction.recipients.length === 0) {
      return await speech.answer('grouped', line(503, '5.5.1', 'no valid recipients'))
    }
    transaction.chunks.push(chunk)
    const utterance = await speech.prepare('BDAT', line(250, '2.0.0', `${chunk.length} octets`))
    if (utterance === undefined) return undefined
    // The last chunk is answered for the whole content, unless a fault strikes the chunk itself.
    if (match[2] !== undefined && isPositive(utterance.code)) {
      return await finish(Buffer.concat(transaction.chunks), 'BDAT')
    }
    if (!isPositive(utterance.code)) transaction = undefined
    return (await speech.say(utterance)) ? utterance.code : undefined
  }

  return {
    get underWay() {
      return transaction !== undefined
    },
    mail,
    rcpt,
    data,
    bdat,
    forget() {
      transaction = undefined
    },
  }
}
