import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { missing, offersOf, refusesRecipients, spoken } from './offers.ts'

describe('what is offered', () => {
  let server: Server | undefined
  afterEach(() => void server?.close())

  const speaking = async (greeting: string, answer: string): Promise<number> => {
    server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write(greeting)
      socket.once('data', () => socket.end(answer))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const place = server.address()
    return typeof place === 'object' && place !== null ? place.port : 0
  }

  test('stands in the answer to EHLO, in any case, after greetings of several lines', async () => {
    const port = await speaking('220-a\r\n220 b\r\n', '250-mail\r\n250-size 1000\r\n250-AUTH=PLAIN\r\n250 Dsn\r\n')
    expect(await offersOf('127.0.0.1', port)).toEqual(['SIZE', 'DSN'])
  })

  test.each([
    ['502 what?\r\n', /502 what/],
    ['', /220 here/],
  ])('is not known where EHLO is answered by %j', async (answer, why) => {
    const port = await speaking('220 here\r\n', answer)
    await expect(offersOf('127.0.0.1', port)).rejects.toThrow(why)
  })
})

const steps = (...said: readonly string[]): string => JSON.stringify(said.map((text) => ({ text })))

describe('what a scenario speaks of', () => {
  test('is read from steps and conversations, not from tables', () => {
    const table = { dataTable: { rows: [{ cells: [{ value: 'STARTTLS' }] }] } }
    const text = JSON.stringify([
      { text: 'the server answers:', argument: table },
      { text: 'this conversation holds:', argument: { docString: { content: 'C: BDAT 0' } } },
    ])
    expect(missing(spoken(text), [])).toBe('CHUNKING')
    expect(missing(spoken(text), ['CHUNKING'])).toBeUndefined()
  })

  test.each([
    [String.raw`C| MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n`, 'PIPELINING'],
    ['C: MAIL FROM:<a@b> SIZE=5', 'SIZE'],
    ['mallory has introduced itself under TLS on the relay listener', 'STARTTLS'],
    ['C: RCPT TO:<a@b> NOTIFY=NEVER', 'DSN'],
    [String.raw`C| NOOP\r\n`, undefined],
    ['C: MAIL FROM:<a@b>', undefined],
  ] as const)('%s', (said, extension) => {
    expect(missing(spoken(steps(said)), [])).toBe(extension)
  })

  test.each([
    ['C: RCPT TO:<nobody@here.example>', true],
    ['C: RCPT TO:<bob@there.example>', true],
    ['a stranger sends a message to alice@sub.here.example', true],
    ['the message is refused permanently', true],
    ['C: RCPT TO:<alice@here.example>\nC: MAIL FROM:<bob@there.example>', false],
    ['a stranger sends a message to alice@here.example', false],
  ])('%s: somebody is to be refused? %s', (said, expected) => {
    expect(refusesRecipients(said)).toBe(expected)
  })
})
