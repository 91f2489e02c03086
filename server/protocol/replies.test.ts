import { describe, expect, test } from 'vitest'
import { latin1 } from './fixture-feeds.ts'
import { replies } from './replies.ts'
import { renderReply, type Reply } from './reply.ts'

/** Every reply once, with arguments that show. */
const all: readonly (readonly [string, Reply])[] = [
  ...Object.entries(replies).flatMap(([name, reply]): readonly (readonly [string, Reply])[] =>
    typeof reply === 'object' ? [[name, reply]] : [],
  ),
  ...Object.entries({
    greeting: replies.greeting('mx.example'),
    hostRefused: replies.hostRefused('mx.example'),
    hostDeferred: replies.hostDeferred('mx.example'),
    earlyTalker: replies.earlyTalker('mx.example'),
    noMailHere: replies.noMailHere('mx.example'),
    tooManyConnections: replies.tooManyConnections('mx.example'),
    tooManyConnectionsFromYou: replies.tooManyConnectionsFromYou('mx.example'),
    helo: replies.helo('mx.example'),
    ehlo: replies.ehlo('mx.example', ['PIPELINING', 'HELP']),
    badHelloName: replies.badHelloName('EHLO'),
    helloRefused: replies.helloRefused('EHLO'),
    goodbye: replies.goodbye('mx.example'),
    help: replies.help(['EHLO', 'QUIT']),
    helpOn: replies.helpOn(['QUIT ends the session']),
    timeout: replies.timeout('mx.example'),
    shuttingDown: replies.shuttingDown('mx.example'),
    tooManyErrors: replies.tooManyErrors('mx.example'),
    tooSlow: replies.tooSlow('mx.example'),
    verified: replies.verified('Bob <bob@there.example>', false),
    expanded: replies.expanded(['<bob@there.example>', '<carol@there.example>'], false),
    commandNotImplemented: replies.commandNotImplemented('TURN'),
    illegalArgument: replies.illegalArgument('NOOP'),
    noArgumentAllowed: replies.noArgumentAllowed('DATA'),
    badArgument: replies.badArgument('BDAT chunk-size [LAST]'),
    badReversePath: replies.badReversePath('the domain is malformed'),
    badForwardPath: replies.badForwardPath('the domain is malformed'),
    unknownParameter: replies.unknownParameter('MAIL'),
    badParameter: replies.badParameter('MAIL', 'SIZE'),
    repeatedParameter: replies.repeatedParameter('MAIL', 'SIZE'),
    parameterNotNow: replies.parameterNotNow('MAIL'),
    badSequence: replies.badSequence('DATA'),
    helloFirst: replies.helloFirst('MAIL'),
    extendedHelloFirst: replies.extendedHelloFirst('AUTH'),
    mailFirst: replies.mailFirst('RCPT'),
    recipientFirst: replies.recipientFirst('DATA'),
    noValidRecipients: replies.noValidRecipients('DATA'),
    willForward: replies.willForward('<bob@there.example>'),
    userMoved: replies.userMoved('<bob@there.example>'),
    chunkAccepted: replies.chunkAccepted(5),
    messageAccepted: replies.messageAccepted('abc'),
    messageTooBig: replies.messageTooBig(10),
    textLineTooLong: replies.textLineTooLong(1000),
    readyForTls: replies.readyForTls('mx.example'),
    challenge: replies.challenge(''),
    tooManyAuthenticationFailures: replies.tooManyAuthenticationFailures('mx.example'),
  } satisfies Partial<Record<keyof typeof replies, Reply>>),
]

/** Greetings, answers to HELO and EHLO, and 3yz. rfc2034-4-02 */
const withoutEnhancedCode = new Set(
  `greeting hostRefused hostDeferred earlyTalker noMailHere tooManyConnections tooManyConnectionsFromYou
  helo ehlo badHelloName helloRefused startMailInput challenge`.split(/\s+/),
)

/** Codes of RFC 5321 §4.2.3 and of the extensions in use (1846/7504, 3207, 4954, 6531). rfc5321-4.2-06 */
const knownCodes = new Set(
  [
    [211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432, 450, 451, 452, 454, 455],
    [500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556],
  ].flat(),
)

/** RFC 5248 §2.4 with the later registrations; a code that is absent there may go with any. rfc5248-2.1-01 */
const pairs: Readonly<Record<string, readonly number[]>> = {
  '1.1': [451, 550],
  '1.3': [501],
  '1.5': [250, 251],
  '1.10': [556],
  '2.2': [452, 552],
  '3.0': [221, 250, 421, 451, 550, 554],
  '3.1': [452],
  '3.4': [552, 554],
  '4.2': [421],
  '5.1': [430, 500, 501, 502, 503, 530, 550, 554, 555],
  '5.2': [500, 501, 502, 550, 555],
  '5.3': [451, 452],
  '5.4': [451, 501, 502, 503, 504, 550, 555],
  '5.6': [500],
  '6.7': [550, 553],
  '6.8': [252, 550, 553],
  '6.9': [550, 554],
  '7.1': [451, 454, 502, 503, 533, 550, 551],
  '7.2': [550],
  '7.8': [535, 554],
  '7.9': [534],
  '7.11': [524, 538],
  '7.12': [422, 432],
  '7.27': [550],
}

/** RFC 3463: said only with one class. rfc3463-3.8-03 */
const permanentOnly = new Set([
  '1.1',
  '1.2',
  '1.3',
  '2.3',
  '3.4',
  '5.1',
  '5.2',
  '5.4',

  '7.2',
  '7.8',
  '7.9',
])
const transientOnly = new Set(['3.1', '4.1', '4.2', '4.3'])

test('every reply is here', () => {
  expect(new Set(all.map(([name]) => name))).toEqual(new Set(Object.keys(replies)))
})

/** What is wrong with an enhanced code, if anything is. */
function enhancedFault(name: string, reply: Reply): string | undefined {
  if (withoutEnhancedCode.has(name)) return reply.enhanced === undefined ? undefined : 'none may be there'
  const [, statusClass, detail] = /^([245])\.(\d+\.\d+)$/.exec(reply.enhanced ?? '') ?? []
  if (detail === undefined) return 'it is missing'
  if (statusClass !== String(reply.code)[0]) return 'its class is not that of the reply code'
  if (pairs[detail]?.includes(reply.code) === false) return 'it is not registered for the reply code'
  if (permanentOnly.has(detail) && statusClass === '4') return 'it is for permanent failures only'
  return transientOnly.has(detail) && statusClass === '5' ? 'it is for transient failures only' : undefined
}

describe.each(all)('%s', (name, reply) => {
  test('its codes are listed and agree', () => {
    expect(knownCodes).toContain(reply.code)
    expect(enhancedFault(name, reply)).toBeUndefined()
  })

  test('it renders to short printable lines with text', () => {
    const wire = latin1(renderReply(reply))
    expect(wire).toMatch(/^(?:\d{3}[ -][ -~]*\r\n)+$/)
    for (const line of wire.split('\r\n')) expect(line.length).toBeLessThanOrEqual(510)
    expect(name === 'challenge' || reply.lines.every((line) => line.length > 3)).toBe(true)
  })

  test('the product is named in the greeting only, our name at the head of 220, 221 and 421', () => {
    expect(/smtpspec/i.test(reply.lines.join(' '))).toBe(name === 'greeting')
    expect(![220, 221, 421].includes(reply.code) || reply.lines[0]?.startsWith('mx.example ')).toBe(true)
  })
})
