import { Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { codeOf, createStage, dial, eventsOf, turn } from './fixture.ts'
import type { House } from './fixture.ts'

const stage = createStage()
const { greeted, house, join, keep } = stage
afterEach(() => stage.clear())

const silence = async (made: House, milliseconds: number): Promise<void> => {
  await turn(2)
  made.clock.advance(milliseconds)
  await turn(2)
}

describe('replies', () => {
  test('a pipelined group is answered in order and in one write (rfc2920-3.2-02)', async () => {
    const made = house()
    const client = await greeted(made)
    const writes = vi.spyOn(Socket.prototype, 'write')
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nRCPT TO:<nobody@here.example>\r\nRSET\r\nNOOP\r\n')
    const replies = [
      await client.reply(),
      await client.reply(),
      await client.reply(),
      await client.reply(),
      await client.reply(),
    ]
    expect(replies.map((reply) => reply.slice(0, 9))).toEqual([
      '250 2.1.0',
      '250 2.1.5',
      '550 5.1.1',
      '250 2.0.0',
      '250 2.0.0',
    ])
    const served = writes.mock.contexts.filter((socket) => socket !== client.socket)
    writes.mockRestore()
    expect(served).toHaveLength(1)
  })

  test('a client that pipelines without reading is not served without end', async () => {
    const made = house()
    const client = await greeted(made)
    client.socket.pause()
    const sent = 400_000
    client.send('HELP\r\n'.repeat(sent))
    await turn(50)
    expect(process.memoryUsage().heapUsed).toBeLessThan(400_000_000)
    client.socket.resume()
    const heard: number[] = []
    client.socket.on('data', (bytes: Uint8Array) => heard.push(bytes.length))
    for (let round = 0; round < 2000 && heard.length < 100; round += 1) await turn(1)
    expect(heard.length).toBeGreaterThanOrEqual(100)
  })

  test('half-close: what was asked is answered, then it ends', async () => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    client.socket.end('hello\r\n.\r\nNOOP\r\n')
    expect(await client.closed()).toMatch(/^250 2\.0\.0 Message accepted as \w+\r\n250 2\.0\.0 NOOP done\r\n$/)
    expect(made.queue.messages).toHaveLength(1)
  })
})

describe('time', () => {
  test('a silent client is told 421 after the command timeout, and not before', async () => {
    const made = house()
    const client = await greeted(made)
    await silence(made, 299_999)
    expect(await client.say('NOOP')).toContain('250')
    await silence(made, 299_999)
    expect(await client.say('NOOP')).toContain('250')
    await silence(made, 300_000)
    expect(await client.closed()).toMatch(/^421 4\.4\.2 mx\.here\.example /)
  })

  test('a command that trickles ends with the deadline', async () => {
    const made = house()
    const client = await greeted(made)
    for (let minute = 0; minute < 10; minute += 2) {
      client.send('N')
      await silence(made, 119_000)
    }
    expect(made.reception.sessions).toBe(1)
    client.send('N')
    await silence(made, 6000)
    expect(await client.closed()).toMatch(/^421 /)
  })

  test('a session that is kept open after a message is not taken for slow content', async () => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    await client.say('x\r\n.')
    await silence(made, 290_000)
    expect(await client.say('NOOP')).toContain('250')
  })

  test('content that trickles is cut off after a minute under the least rate', async () => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    client.send(`${'x'.repeat(98)}\r\n`.repeat(12))
    await silence(made, 59_999)
    client.send('y')
    await silence(made, 1)
    client.send('y')
    await silence(made, 59_000)
    expect(made.reception.sessions).toBe(1)
    await silence(made, 1000)
    expect(await client.closed()).toMatch(/^421 /)
    expect(made.queue.open()).toBe(0)
    expect(eventsOf(made)).toContain('transaction-abandoned')
    expect(made.told.at(-1)).toMatchObject({ event: 'session-closed', detail: { reason: 'content-too-slow' } })
  })

  test('while the server takes its time the client’s time stands still', async () => {
    const made = house()
    const { promise, resolve } = Promise.withResolvers<void>()
    made.queue.trouble.committing = promise
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    client.send('x\r\n.\r\n')
    await silence(made, 3_600_000)
    resolve()
    expect(codeOf(await client.reply())).toBe('250')
  })
})

describe('going down', () => {
  test('an idle session is told 421; one in a transaction may finish it first', async () => {
    const made = house()
    const listener = await made.open()
    const [idle, busy] = [await dial(listener), await dial(listener)]
    keep(idle, busy)
    for (const client of [idle, busy]) {
      await client.reply()
      await client.say('EHLO x.example')
    }
    await busy.say('MAIL FROM:<>')
    const closing = listener.close(60_000)
    expect(await idle.closed()).toMatch(/^421 4\.3\.2 mx\.here\.example /)
    await busy.say('RCPT TO:<bob@here.example>')
    await busy.say('DATA')
    busy.send('x\r\n.\r\n')
    expect(await busy.closed()).toMatch(/^250 2\.0\.0 Message accepted as \w+\r\n421 4\.3\.2 /)
    await closing
    expect(made.queue.messages).toHaveLength(1)
    expect(made.reception.sessions).toBe(0)
    await expect(dial(listener)).rejects.toThrow('ECONNREFUSED')
  })

  test('after the grace nobody is waited for', async () => {
    const made = house()
    const listener = await made.open()
    const client = await dial(listener)
    keep(client)
    await client.reply()
    await client.say('EHLO x.example')
    await client.say('MAIL FROM:<>')
    const closing = listener.close(30_000)
    await turn()
    expect(made.reception.sessions).toBe(1)
    made.clock.advance(30_000)
    expect(await client.closed()).toMatch(/^421 4\.3\.2 /)
    await closing
  })

  test.each(['handshake', 'content', 'commit', 'greeting'])('even in the middle of a %s', async (moment) => {
    const made = house(moment === 'greeting' ? { limits: { greetingDelay: '5s' } } : {})
    const client = await join(made, { role: moment === 'handshake' ? 'submissions' : 'relay' })
    const never = Promise.withResolvers<void>()
    if (moment === 'content' || moment === 'commit') {
      await client.reply()
      await client.say('EHLO x.example')
      client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
      for (let index = 0; index < 3; index += 1) await client.reply()
      made.queue.trouble = moment === 'content' ? { slow: never.promise } : { committing: never.promise }
      client.send(moment === 'content' ? 'x'.repeat(200_000) : 'x\r\n.\r\n')
    }
    await turn()
    await made.reception.close(0)
    await client.closed()
    expect(made.reception.sessions).toBe(0)
    expect(made.queue.open()).toBe(moment === 'commit' ? 1 : 0)
    never.resolve()
  })
})
