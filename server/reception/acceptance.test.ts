import { afterEach, describe, expect, test } from 'vitest'
import { codeOf, createStage, eventsOf, turn } from './fixture.ts'

const stage = createStage()
const { greeted, house } = stage
afterEach(() => stage.clear())

describe('a message on its way in', () => {
  test('DATA: trace first, then the content octet for octet; 250 with its id after the commit', async () => {
    const made = house()
    const client = await greeted(made)
    expect(codeOf(await client.say('MAIL FROM:<carol@there.example>'))).toBe('250')
    expect(codeOf(await client.say('RCPT TO:<Bob@here.example>'))).toBe('250')
    expect(codeOf(await client.say('DATA'))).toBe('354')
    client.send('Subject: hello\r\n\r\n..dot\r\nlast\r\n')
    const reply = await client.say('.')
    const [message] = made.queue.messages
    expect(reply).toBe(`250 2.0.0 Message accepted as ${message?.envelope.id}`)
    expect(message?.content).toMatch(
      /^Received: from client\.example \(\[127\.0\.0\.1\]\)(?:\r\n\t| )by mx\.here\.example(?:\r\n\t| )with ESMTP(?:\r\n\t| )id id\d+(?:\r\n\t| )for <Bob@here\.example>;(?:\r\n\t| )[^\r]+\r\nSubject: hello\r\n\r\n\.dot\r\nlast\r\n$/,
    )
    expect(message?.envelope).toMatchObject({
      reversePath: 'carol@there.example',
      body: '7BIT',
      kind: 'message',
      recipients: [{ address: 'Bob@here.example', state: 'queued', attempts: 0 }],
      size: message?.content.length,
    })
    expect(made.queue.open()).toBe(0)
    expect(eventsOf(made)).toEqual([
      'listener-opened',
      'session-opened',
      'session-identified',
      'sender-accepted',
      'recipient-accepted',
      'message-accepted',
    ])
  })

  test('250 is said only when the commit is done', async () => {
    const made = house()
    const { promise, resolve } = Promise.withResolvers<void>()
    made.queue.trouble.committing = promise
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    client.send('x\r\n.\r\nNOOP\r\n')
    await turn()
    expect(made.queue.messages).toHaveLength(0)
    resolve()
    expect(codeOf(await client.reply())).toBe('250')
    expect(made.queue.messages).toHaveLength(1)
    expect(await client.reply()).toContain('NOOP')
  })

  test('BDAT, with recipients that are told apart, named twice, and bare', async () => {
    const made = house()
    const client = await greeted(made)
    const group = [
      'MAIL FROM:<carol@there.example> BODY=8BITMIME RET=HDRS ENVID=e+2B1',
      'RCPT TO:<bob@here.example> NOTIFY=NEVER',
      'RCPT TO:<bob@HERE.example> NOTIFY=FAILURE',
      'RCPT TO:<"bob"@here.example>',
      'RCPT TO:<Postmaster>',
      'BDAT 6',
    ]
    client.send(`${group.join('\r\n')}\r\na: b\r\nBDAT 5 LAST\r\n\r\nc\r\n`)
    for (let index = 0; index < 7; index += 1) expect(codeOf(await client.reply())).toBe('250')
    const [message] = made.queue.messages
    expect(message?.content.endsWith('\r\na: b\r\n\r\nc\r\n')).toBe(true)
    expect(message?.content).not.toContain('for <')
    expect(message?.envelope.recipients.map(({ address, notify }) => [address, notify])).toEqual([
      ['bob@here.example', 'never'],
      ['Postmaster@here.example', undefined],
    ])
    expect(message?.envelope).toMatchObject({ return: 'HDRS', envelopeId: 'e+1', body: '8BITMIME' })
  })

  test('eight-bit content that was not declared is called what it is', async () => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    client.send(Buffer.from('\u00fc\r\n.\r\n', 'utf8'))
    expect(codeOf(await client.reply())).toBe('250')
    expect(made.queue.messages[0]?.envelope.body).toBe('8BITMIME')
  })

  test('a large message streams in pieces, and the client waits while the container is slow', async () => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    const { promise, resolve } = Promise.withResolvers<void>()
    made.queue.trouble.slow = promise
    const block = `${'x'.repeat(998)}\r\n`.repeat(1000)
    for (let index = 0; index < 8; index += 1) client.send(block)
    client.send('.\r\n')
    await turn(20)
    expect(made.queue.writes).toHaveLength(1)
    made.queue.trouble = {}
    resolve()
    expect(codeOf(await client.reply())).toBe('250')
    expect(made.queue.messages[0]?.content).toHaveLength(
      8 * block.length + (made.queue.messages[0]?.content.indexOf('xxx') ?? 0),
    )
    expect(Math.max(...made.queue.writes)).toBeLessThan(256 * 1024)
  })

  test.each([
    ['write', { write: new Error('disk full') }],
    ['accept', { accept: new Error('disk full') }],
  ])('a disk that refuses to %s is 452, and the session goes on', async (_what, trouble) => {
    const made = house()
    const client = await greeted(made)
    for (const expected of ['452', '250']) {
      made.queue.trouble = expected === '452' ? trouble : {}
      client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
      for (let index = 0; index < 3; index += 1) await client.reply()
      client.send(`${'y'.repeat(80)}\r\n`.repeat(2000))
      expect(codeOf(await client.say('.'))).toBe(expected)
      expect(made.queue.open()).toBe(0)
    }
    expect(eventsOf(made).filter((event) => event.startsWith('message-'))).toEqual([
      'message-refused',
      'message-accepted',
    ])
  })

  test('a message that went round too often is refused (RFC 5321 §6.3)', async () => {
    const made = house()
    const client = await greeted(made)
    for (const [hops, expected] of [
      [100, '250 2.0.0'],
      [101, '554 5.4.6'],
    ] as const) {
      client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
      for (let index = 0; index < 3; index += 1) await client.reply()
      client.send(`${'Received: from x by y; z\r\n'.repeat(hops)}\r\nReceived: in the body\r\n`)
      expect((await client.say('.')).slice(0, 9)).toBe(expected)
    }
  })

  test.each(['reset', 'half-close', 'RSET', 'QUIT', 'EHLO'])('%s drops what was not handed over', async (way) => {
    const made = house()
    const client = await greeted(made)
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nBDAT 70000\r\n')
    client.send('z'.repeat(70_000))
    for (let index = 0; index < 3; index += 1) await client.reply()
    expect(made.queue.open()).toBe(1)
    if (way === 'reset') client.socket.resetAndDestroy()
    else if (way === 'half-close') client.socket.end()
    else await client.say(way === 'EHLO' ? 'EHLO again.example' : way)
    await turn()
    expect(made.queue.open()).toBe(0)
    expect(made.queue.messages).toHaveLength(0)
    expect(eventsOf(made)).toContain('transaction-abandoned')
  })
})
