/**
 * One SMTP or LMTP session of a scripted exchanger: by itself a server that keeps to the standards in every respect, from
 * the greeting to QUIT, and misbehaves only where its faults say so.
 *
 * It records what it received byte for byte and what its client did wrong. It is written from the RFCs, apart from the
 * server under test. Connections, listening and TLS keys are `scripted.ts`'s business.
 */
import type { Channel } from '../channel.ts'
import type { ExchangerOptions, ReceivedMessage } from '../contract.ts'
import type { LeafCertificate } from '../certificates.ts'
import { METHODS, authenticate } from './authentication.ts'
import { helloViolations } from './etiquette.ts'
import type { FaultLedger } from './faults.ts'
import { isPositive, openSpeech } from './speech.ts'
import type { Speech } from './speech.ts'
import { openTransactions } from './transaction.ts'

/** Octets that an exchanger takes when nothing else is said. */
const MAXIMUM_SIZE = 200_000_000

/** What all sessions of one exchanger share. */
export interface House {
  readonly name: string
  readonly options: ExchangerOptions
  readonly faults: FaultLedger
  readonly certificate: LeafCertificate | undefined
  violate(text: string): void
  /** Resolves at the next `release()`. */
  released(): Promise<void>
  /** A message it has taken responsibility for, told before the reply leaves; or one it did not take. */
  receive(message: ReceivedMessage, taken: boolean): void
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
  /** What this client may use now: what was said to its EHLO, nothing before or after HELO. */
  let keywords: ReadonlySet<string> = new Set()
  let user: string | undefined

  const extensions = (): readonly string[] => {
    const all = ['PIPELINING', `SIZE ${maximum}`, '8BITMIME', 'BINARYMIME', 'CHUNKING', 'SMTPUTF8', 'DSN']
    all.push('ENHANCEDSTATUSCODES')
    if (house.certificate !== undefined && !channel.secure) all.push('STARTTLS')
    if (options.credentials !== undefined) all.push(`AUTH ${(options.credentials.methods ?? METHODS).join(' ')}`)
    const withheld = new Set(options.withholds?.map((keyword) => keyword.toUpperCase()))
    return all.filter((line) => !withheld.has(keywordOf(line)))
  }
  const offered = (): ReadonlySet<string> => keywords
  const speech = openSpeech(
    channel,
    faults,
    offered,
    (text) => house.violate(text),
    () => house.released(),
  )
  const line = (code: number, enhanced: string, text: string): string[] => {
    const plain = !keywords.has('ENHANCEDSTATUSCODES')
    return [plain ? `${code} ${text}` : `${code} ${enhanced} ${text}`]
  }
  const refuse = async (code: number, enhanced: string, text: string, held: string): Promise<number | undefined> => {
    house.violate(held)
    return await speech.answer('other', line(code, enhanced, text))
  }

  const transactions = openTransactions({
    channel,
    house,
    speech,
    peerAddress,
    maximum,
    offered,
    line,
    refuse,
    hello: () => hello,
    user: () => user,
  })

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
      keywords = keywordsIn(utterance.bytes)
      transactions.forget()
    }
    return (await speech.say(utterance)) ? utterance.code : undefined
  }

  const startTls = async (): Promise<number | undefined> => {
    if (!offered().has('STARTTLS') || house.certificate === undefined) {
      return await refuse(502, '5.5.1', 'not offered', 'STARTTLS was not offered')
    }
    const utterance = await speech.prepare('STARTTLS', line(220, '2.0.0', 'go ahead'))
    if (utterance === undefined) return undefined
    if (utterance.code !== 220) return (await speech.say(utterance)) ? utterance.code : undefined
    hello = undefined
    keywords = new Set()
    transactions.forget()
    user = undefined
    return (await beginTls(channel, house, speech, utterance.bytes)) ? 220 : undefined
  }

  const auth = async (argument: string): Promise<number | undefined> => {
    if (options.credentials === undefined || !offered().has('AUTH')) {
      return await refuse(502, '5.5.1', 'not offered', 'AUTH was not offered')
    }
    if (user !== undefined || transactions.underWay)
      return await refuse(503, '5.5.1', 'not now', 'AUTH at a wrong time')
    const result = await authenticate(argument, options.credentials, house.name, async (challenge) => {
      const asked = await speech.answer('challenge', [`334 ${Buffer.from(challenge).toString('base64')}`])
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
        return await transactions.mail(argument)
      case 'RCPT':
        return await transactions.rcpt(argument)
      case 'DATA':
        return await transactions.data()
      case 'BDAT':
        return await transactions.bdat(argument)
      case 'STARTTLS':
        return await startTls()
      case 'AUTH':
        return await auth(argument)
      case 'RSET': {
        transactions.forget()
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

  if (options.implicitTls === true && !(await beginTls(channel, house, speech))) return
  const greeting = await speech.answer('connection', [`220 ${house.name} ${lmtp ? 'LMTP' : 'ESMTP'}`])
  if (greeting === undefined) return
  const refusing = greeting >= 400
  for (;;) {
    const text = await speech.hear()
    if (text === undefined) return
    // RFC 5321 §3.1: after a greeting that refuses there is nothing left to say but QUIT.
    const said =
      refusing && !/^QUIT\s*$/i.test(text)
        ? await refuse(503, '5.5.1', 'no service here', `"${text.slice(0, 80)}" after the greeting had refused`)
        : await command(text)
    if (said === undefined) return
  }
}

/** The server's side of the handshake, with what faults make of it; false when the connection is over. */
async function beginTls(channel: Channel, house: House, speech: Speech, invitation?: Uint8Array): Promise<boolean> {
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
  if (house.options.certificate !== 'good') speech.excuseOnce()
  return fault === undefined
}

/** The keywords in a reply to EHLO, its first line left out. */
function keywordsIn(reply: Uint8Array): ReadonlySet<string> {
  const lines = Buffer.from(reply).toString('latin1').split('\r\n').slice(1, -1)
  return new Set(lines.map((line) => keywordOf(line.slice(4)).toUpperCase()))
}

function keywordOf(line: string): string {
  return line.replace(/ .*$/, '')
}
