/**
 * One SMTP or LMTP session of a scripted exchanger: by itself a server that keeps to the standards in every respect, from
 * the greeting to QUIT, and misbehaves only where its faults say so.
 *
 * It records what it received byte for byte and what its client did wrong. It is written from the RFCs, apart from the
 * server under test. Connections, listening and TLS keys are `scripted.ts`'s business.
 */
import type { Channel } from '../channel.ts'
import type { ExchangerOptions, Misbehaviour, ReceivedMessage } from '../contract.ts'
import type { LeafCertificate } from '../certificates.ts'
import { METHODS, authenticate } from './authentication.ts'
import { readCounted, readDotted } from './content.ts'
import { contentViolations, helloViolations, parameterViolations, partsOf, pathViolations } from './etiquette.ts'
import type { FaultLedger } from './faults.ts'
import { openSpeech } from './speech.ts'

/** Octets that an exchanger takes when nothing else is said. */
const MAXIMUM_SIZE = 200_000_000

/** What all sessions of one exchanger share. */
export interface House {
  readonly name: string
  readonly options: ExchangerOptions
  readonly faults: FaultLedger
  readonly certificate: LeafCertificate | undefined
  violate(text: string): void
  /** A message it has taken responsibility for, told before the reply leaves; or one it did not take. */
  receive(message: ReceivedMessage, taken: boolean): void
}

interface Transaction {
  readonly reversePath: string
  readonly mailParameters: Readonly<Record<string, string>>
  readonly recipients: { readonly address: string; readonly parameters: Readonly<Record<string, string>> }[]
  readonly chunks: Buffer[]
}

interface Hello {
  readonly verb: ReceivedMessage['verb']
  readonly name: string
}

/** Serves one connection until it is over; leaves closing to the caller. */
export async function serveSession(channel: Channel, house: House, peerAddress: string): Promise<void> {
  const { options, faults } = house
  const lmtp = options.protocol === 'lmtp'
  const maximum = options.maximumSize ?? MAXIMUM_SIZE
  let hello: Hello | undefined
  let user: string | undefined
  let transaction: Transaction | undefined

  const extensions = (): readonly string[] => {
    const all = ['PIPELINING', `SIZE ${maximum}`, '8BITMIME', 'BINARYMIME', 'CHUNKING', 'SMTPUTF8', 'DSN']
    all.push('ENHANCEDSTATUSCODES')
    if (house.certificate !== undefined && !channel.secure) all.push('STARTTLS')
    if (options.credentials !== undefined) all.push(`AUTH ${(options.credentials.methods ?? METHODS).join(' ')}`)
    const withheld = new Set(options.withholds?.map((keyword) => keyword.toUpperCase()))
    return all.filter((line) => !withheld.has(keywordOf(line)))
  }
  /** Keywords that this client may use now: none before EHLO, none after HELO. */
  const offered = (): ReadonlySet<string> =>
    new Set(hello === undefined || hello.verb === 'HELO' ? [] : extensions().map(keywordOf))
  const speech = openSpeech(channel, faults, offered, (text) => house.violate(text))
  const line = (code: number, enhanced: string, text: string): string[] => {
    const plain = hello?.verb === 'HELO' || options.withholds?.includes('ENHANCEDSTATUSCODES') === true
    return [plain ? `${code} ${text}` : `${code} ${enhanced} ${text}`]
  }
  const refuse = async (code: number, enhanced: string, text: string, held: string): Promise<number | undefined> => {
    house.violate(held)
    return await speech.answer('other', line(code, enhanced, text))
  }

  const sayHello = async (verb: Hello['verb'], name: string): Promise<number | undefined> => {
    if (verb !== 'HELO' && options.heloOnly === true) {
      return await speech.answer('EHLO', ['502 command not implemented'])
    }
    if ((verb === 'LHLO') !== lmtp) {
      return await refuse(500, '5.5.1', 'not this protocol', `${verb} on ${lmtp ? 'LMTP' : 'SMTP'}`)
    }
    for (const violation of helloViolations(name)) house.violate(`${verb}: ${violation}`)
    const greeting = `${house.name} greets ${name}`
    const lines = verb === 'HELO' ? [greeting] : [greeting, ...extensions()]
    const utterance = await speech.prepare(
      verb === 'HELO' ? 'HELO' : 'EHLO',
      lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}`),
    )
    if (utterance === undefined) return undefined
    if (isPositive(utterance.code)) {
      hello = { verb, name }
      transaction = undefined
    }
    return (await speech.say(utterance)) ? utterance.code : undefined
  }

  const mail = async (argument: string): Promise<number | undefined> => {
    const parts = partsOf(argument, 'FROM')
    if (parts === undefined) return await refuse(501, '5.5.4', 'syntax', `MAIL without a path: "${argument}"`)
    if (hello === undefined) return await refuse(503, '5.5.1', 'EHLO first', 'MAIL before EHLO')
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
    else if (options.credentials !== undefined && user === undefined) lines = line(530, '5.7.0', 'authenticate first')
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
      return await speech.answer('other', line(503, '5.5.1', 'MAIL first'))
    }
    if (/^TO:\s/i.test(argument)) house.violate('RCPT had a blank before its path')
    const utf8 = 'SMTPUTF8' in transaction.mailParameters
    const held = [
      ...pathViolations(parts.path, 'TO', utf8),
      ...parameterViolations('RCPT', parts.parameters, offered()),
    ]
    for (const violation of held) house.violate(violation)
    const lines = held.length > 0 ? line(555, '5.5.4', 'not understood') : line(250, '2.1.5', 'recipient ok')
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

  /** The content is whole: judges it, answers (once, or once for each recipient of LMTP) and files the message. */
  const finish = async (content: Buffer, by: 'DATA' | 'BDAT'): Promise<number | undefined> => {
    if (transaction === undefined || hello === undefined) return undefined
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
    const said: {
      readonly group: Transaction['recipients']
      readonly utterance: Awaited<ReturnType<typeof speech.prepare>>
    }[] = []
    for (const group of groups) {
      const path = group.map((recipient) => recipient.address).join(' ')
      said.push({ group, utterance: await speech.prepare('content-end', lines, path) })
    }
    const taken = said.filter(({ utterance }) => isPositive(utterance?.code)).flatMap(({ group }) => group)
    house.receive({ ...message, recipients: taken.length > 0 ? taken : recipients }, taken.length > 0)
    let code: number | undefined
    for (const { utterance } of said) {
      if (utterance === undefined || !(await speech.say(utterance))) return undefined
      code = utterance.code
    }
    return code
  }

  const data = async (): Promise<number | undefined> => {
    if (transaction === undefined || transaction.recipients.length === 0 || transaction.chunks.length > 0) {
      const why = transaction === undefined ? 'DATA outside a transaction' : 'DATA after BDAT, or without a recipient'
      if (!offered().has('PIPELINING')) house.violate(why)
      return await speech.answer('other', line(503, '5.5.1', 'no valid recipients'))
    }
    if (transaction.mailParameters['BODY']?.toUpperCase() === 'BINARYMIME') house.violate('DATA for BODY=BINARYMIME')
    const code = await speech.answer('DATA', ['354 end with <CRLF>.<CRLF>'])
    if (code !== 354) return code
    const disturbance = await disturb(faults.strike('content'))
    if (disturbance === undefined) return undefined
    const content = await readDotted(channel, disturbance.pace)
    return content === undefined ? undefined : await finish(content, 'DATA')
  }

  const bdat = async (argument: string): Promise<number | undefined> => {
    const match = /^(\d{1,10})( LAST)?$/i.exec(argument)
    if (match === null || !offered().has('CHUNKING')) {
      return await refuse(501, '5.5.4', 'syntax', `BDAT was not offered, or is not well formed: "${argument}"`)
    }
    const disturbance = await disturb(faults.strike('content'))
    if (disturbance === undefined) return undefined
    const chunk = await readCounted(channel, Number(match[1]), disturbance.pace)
    if (chunk === undefined) return undefined
    if (transaction === undefined || transaction.recipients.length === 0) {
      return await speech.answer('other', line(503, '5.5.1', 'no valid recipients'))
    }
    transaction.chunks.push(chunk)
    if (match[2] !== undefined) return await finish(Buffer.concat(transaction.chunks), 'BDAT')
    const code = await speech.answer('BDAT', line(250, '2.0.0', `${chunk.length} octets`))
    if (!isPositive(code)) transaction = undefined
    return code
  }

  const startTls = async (): Promise<number | undefined> => {
    if (!offered().has('STARTTLS') || house.certificate === undefined) {
      return await refuse(502, '5.5.1', 'not offered', 'STARTTLS was not offered')
    }
    const utterance = await speech.prepare('STARTTLS', line(220, '2.0.0', 'go ahead'))
    if (utterance === undefined) return undefined
    if (utterance.code !== 220) return (await speech.say(utterance)) ? utterance.code : undefined
    hello = undefined
    transaction = undefined
    user = undefined
    return (await beginTls(channel, house, utterance.bytes)) ? 220 : undefined
  }

  const auth = async (argument: string): Promise<number | undefined> => {
    if (options.credentials === undefined || !offered().has('AUTH')) {
      return await refuse(502, '5.5.1', 'not offered', 'AUTH was not offered')
    }
    if (user !== undefined || transaction !== undefined)
      return await refuse(503, '5.5.1', 'not now', 'AUTH at a wrong time')
    const result = await authenticate(argument, options.credentials, house.name, async (challenge) => {
      const asked = await speech.answer('other', [`334 ${Buffer.from(challenge).toString('base64')}`])
      return asked === undefined ? undefined : await speech.hear({ isAuth: true })
    })
    if (result === undefined) return undefined
    const enhanced = { 235: '2.7.0', 501: '5.5.2', 504: '5.5.4', 535: '5.7.8' }[result.code]
    const code = await speech.answer('AUTH', line(result.code, enhanced, 'authentication'))
    if (isPositive(code)) user = result.user ?? 'unknown'
    return code
  }

  const quit = async (): Promise<undefined> => {
    const code = await speech.answer('QUIT', line(221, '2.0.0', 'goodbye'))
    speech.dismiss()
    if (code === undefined) return undefined
    channel.end()
    await channel.more(1000)
    if (channel.waiting.length > 0 && !speech.excused) house.violate('sent more after QUIT')
    return undefined
  }

  const command = async (text: string): Promise<number | undefined> => {
    const blank = text.indexOf(' ')
    const verb = (blank < 0 ? text : text.slice(0, blank)).toUpperCase()
    const argument = blank < 0 ? '' : text.slice(blank + 1)
    switch (verb) {
      case 'EHLO':
      case 'HELO':
      case 'LHLO':
        return await sayHello(verb, argument)
      case 'MAIL':
        return await mail(argument)
      case 'RCPT':
        return await rcpt(argument)
      case 'DATA':
        return await data()
      case 'BDAT':
        return await bdat(argument)
      case 'STARTTLS':
        return await startTls()
      case 'AUTH':
        return await auth(argument)
      case 'RSET': {
        transaction = undefined
        return await speech.answer('RSET', line(250, '2.0.0', 'forgotten'))
      }
      case 'NOOP':
        return await speech.answer('other', line(250, '2.0.0', 'ok'))
      case 'HELP':
        return await speech.answer('other', line(214, '2.0.0', 'see RFC 5321'))
      case 'VRFY':
      case 'EXPN':
        return await speech.answer('other', line(252, '2.1.5', 'try to send'))
      case 'QUIT':
        return await quit()
      default:
        return await refuse(500, '5.5.1', 'unknown command', `unknown command "${text.slice(0, 80)}"`)
    }
  }

  if (options.implicitTls === true && !(await beginTls(channel, house))) return
  if ((await speech.answer('connection', [`220 ${house.name} ${lmtp ? 'LMTP' : 'ESMTP'}`])) === undefined) return
  for (;;) {
    const text = await speech.hear()
    if (text === undefined) return
    if ((await command(text)) === undefined) return
  }
}

/** The server's side of the handshake, with what faults make of it; false when the connection is over. */
async function beginTls(channel: Channel, house: House, invitation?: Uint8Array): Promise<boolean> {
  if (house.certificate === undefined) return false
  for (const fault of house.faults.strike('tls')) {
    if (fault.do === 'delay' && (await channel.wait(fault.milliseconds))) continue
    if (invitation !== undefined) await channel.write(invitation)
    if (fault.do === 'silence') await channel.over()
    else if (fault.do === 'reset') channel.reset()
    else {
      await channel.more()
      if (fault.do === 'bytes') await channel.write(fault.bytes)
      if (fault.do === 'reply') await channel.write(Buffer.from(fault.lines.map((one) => `${one}\r\n`).join('')))
      channel.end()
    }
    return false
  }
  const { cert, key } = house.certificate
  const fault = await channel.secureAsServer({ cert, key }, invitation)
  if (fault !== undefined) channel.recorder.note(`TLS failed: ${fault}`)
  return fault === undefined
}

function keywordOf(line: string): string {
  return line.replace(/ .*$/, '')
}

function isPositive(code: number | undefined): boolean {
  return code !== undefined && code >= 200 && code < 300
}
