/**
 * What is wrong with a host: at which moment of a session, for whom, and how often.
 */
import { Given, When } from '@cucumber/cucumber'
import type { Exchanger, Fault, Misbehaviour, Moment } from '../simulators/contract.ts'
import { unescapeBytes } from '../simulators/notation.ts'
import { until } from './patience.ts'
import type { MailWorld } from './world.ts'

/** A part of a sentence that may be left out: the runner gives null or undefined then. */
type Unsaid = string | null | undefined

/**
 * `once|twice|3 times` in a sentence comes as the number that the parameter type {times} makes of it: of nothing, none
 * that counts.
 */
type Count = number | null | undefined

const counted = (times: Count): { readonly times?: number } =>
  typeof times === 'number' && Number.isInteger(times) ? { times } : {}

const replies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  permanently: {
    connection: '554 5.3.2 no mail here',
    EHLO: '550 5.7.1 not with us',
    MAIL: '550 5.7.1 not from there',
    RCPT: '550 5.1.1 no such mailbox',
    DATA: '554 5.5.0 not now nor later',
    BDAT: '554 5.5.0 not now nor later',
    'content-end': '554 5.6.0 not this message',
  },
  temporarily: {
    connection: '421 4.3.2 come back later',
    EHLO: '450 4.3.2 come back later',
    MAIL: '451 4.3.0 come back later',
    RCPT: '450 4.2.1 the mailbox rests',
    DATA: '451 4.3.0 come back later',
    BDAT: '451 4.3.0 come back later',
    'content-end': '451 4.3.0 come back later',
  },
}

/** DATA means the beginning of the content, however the server sends it. */
const moments: Readonly<Record<string, readonly Moment[]>> = {
  'the connection': ['connection'],
  EHLO: ['EHLO'],
  HELO: ['HELO'],
  /** An exchanger has one answer to the verb that opens a session, in LMTP as in SMTP. */
  LHLO: ['EHLO'],
  STARTTLS: ['STARTTLS'],
  AUTH: ['AUTH'],
  MAIL: ['MAIL'],
  RCPT: ['RCPT'],
  DATA: ['DATA', 'BDAT'],
  BDAT: ['BDAT'],
  'a challenge': ['challenge'],
  'the content': ['content'],
  'the end of data': ['content-end'],
  RSET: ['RSET'],
  QUIT: ['QUIT'],
  'the handshake': ['tls'],
}

const misbehaviour = (what: string, moment: Moment): Misbehaviour => {
  switch (what) {
    case 'disconnects':
      return { do: 'disconnect' }
    case 'resets the connection':
      return { do: 'reset' }
    case 'is silent':
      return { do: 'silence' }
    case 'holds its answer':
      return { do: 'hold' }
    case 'says 421':
      return { do: 'reply', lines: ['421 4.3.2 closing'], thenClose: true }
    case 'answers broken':
      return { do: 'bytes', bytes: Buffer.from('what?\r\n'), thenClose: true }
    default: {
      const how = what.endsWith('permanently') ? 'permanently' : 'temporarily'
      const line = replies[how]?.[moment] ?? (how === 'permanently' ? '550 5.0.0 no' : '450 4.0.0 later')
      return { do: 'reply', lines: [line], ...(moment === 'connection' && { thenClose: true }) }
    }
  }
}

const declare = (
  exchanger: Exchanger,
  {
    at,
    times,
    path,
    misbehaviour: what,
    after,
  }: Omit<Fault, 'times' | 'path' | 'after'> & {
    readonly times: Count
    readonly path: Unsaid
    readonly after?: number
  },
): void =>
  exchanger.declare({
    at,
    misbehaviour: what,
    ...(typeof path === 'string' && { path }),
    ...counted(times),
    ...(after !== undefined && { after }),
  })

const anyMoment = Object.keys(moments).join('|')

Given(
  new RegExp(
    `^(\\S+\\.example) (refuses permanently|refuses temporarily|disconnects|resets the connection|is silent|holds its answer|says 421|answers broken)(?: for (${anyMoment})(?: (\\S+@\\S+))?)?(?: (once|twice|\\d+ times))?$`,
  ),
  async function (this: MailWorld, host: string, what: string, when: Unsaid, path: Unsaid, times: Count) {
    const exchanger = await this.exchanger(host)
    for (const at of moments[when ?? 'the connection'] ?? []) {
      declare(exchanger, { at, misbehaviour: misbehaviour(what, at), path, times })
    }
  },
)

/** Exactly that moment: `DATA` is the command. */
const momentOf = (words: string): Moment => moments[words]?.[0] ?? 'connection'

/** Lines of one reply are written with ` / ` between them. */
Given(
  new RegExp(
    `^(\\S+\\.example) answers "([^"]*)" to (${anyMoment})(?: (\\S+@\\S+))?(?: (once|twice|\\d+ times))?( from the second time on)?( and closes)?$`,
  ),
  async function (
    this: MailWorld,
    host: string,
    text: string,
    when: string,
    path: Unsaid,
    times: Count,
    later: Unsaid,
    closes: Unsaid,
  ) {
    const thenClose = typeof closes === 'string'
    declare(await this.exchanger(host), {
      at: momentOf(when),
      misbehaviour: { do: 'reply', lines: text.split(' / '), thenClose },
      path,
      times,
      ...(typeof later === 'string' && { after: 1 }),
    })
  },
)

/** RFC 5321 §4.5.3.1.5: 512 octets with the code and the CRLF; a hundred of them. */
Given('{host} answers a long reply to EHLO', async function (this: MailWorld, host: string) {
  const line = `X-${'LONG'.repeat(126)}AB`
  const lines = Array.from({ length: 100 }, (_, index) => `250${index === 99 ? ' ' : '-'}${line}`)
  declare(await this.exchanger(host), {
    at: 'EHLO',
    misbehaviour: { do: 'reply', lines },
    path: undefined,
    times: undefined,
  })
})

/** Exact bytes (`250\\r\\n`) in the place of a reply. */
Given(
  new RegExp(`^(\\S+\\.example) sends "([^"]*)" for (${anyMoment})(?: (once|twice|\\d+ times))?( and closes)?$`),
  async function (this: MailWorld, host: string, text: string, when: string, times: Count, closes: Unsaid) {
    const thenClose = typeof closes === 'string'
    declare(await this.exchanger(host), {
      at: momentOf(when),
      misbehaviour: { do: 'bytes', bytes: unescapeBytes(text), thenClose },
      path: undefined,
      times,
    })
  },
)

Given('{host} is unreachable', async function (this: MailWorld, host: string) {
  const exchanger = await this.exchanger(host)
  await exchanger.shut()
})

Given('{host} can be reached again', async function (this: MailWorld, host: string) {
  await this.host(host).open()
})

/** The client has come so far that an answer is held back from it. */
When('{host} answers at last', async function (this: MailWorld, host: string) {
  const exchanger = this.host(host)
  await until(
    () => exchanger.held > 0,
    () => `${host} was not asked so far`,
  )
  exchanger.release()
})
