import { afterEach, describe, expect, test } from 'vitest'
import { createHouse, dial, dialTls, turn } from './fixture.ts'
import type { House, TestClient } from './fixture.ts'
import type { SettingsDocument } from '../settings/schema.ts'

const houses: House[] = []
const clients: TestClient[] = []

const house = (changes: SettingsDocument = {}): House => {
  const made = createHouse(changes)
  houses.push(made)
  return made
}
const join = async (made: House, options: Parameters<House['open']>[0] = {}): Promise<TestClient> => {
  const client = await dial(await made.open(options))
  clients.push(client)
  return client
}
const greeted = async (made: House, options: Parameters<House['open']>[0] = {}): Promise<TestClient> => {
  const client = await join(made, options)
  await client.reply()
  await client.say('EHLO client.example')
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy()
  await Promise.all(houses.splice(0).map((made) => made.reception.close(0)))
})

const told = (made: House): readonly string[] => made.told.map(({ event }) => event)
const code = (reply: string): string => reply.slice(0, 3)

const submit = async (client: TestClient, content: string): Promise<string> => {
  client.send('MAIL FROM:<alice@here.example>\r\nRCPT TO:<carol@there.example>\r\n')
  for (let index = 0; index < 2; index += 1) expect(code(await client.reply())).toBe('250')
  client.send(`BDAT ${content.length} LAST\r\n${content}`)
  return client.reply()
}

const silence = async (made: House, milliseconds: number): Promise<void> => {
  await turn(2)
  made.clock.advance(milliseconds)
  await turn(2)
}

describe('a message on its way in', () => {
  test('DATA: trace first, then the content octet for octet; 250 with its id after the commit', async () => {
    const made = house()
    const client = await greeted(made)
    expect(code(await client.say('MAIL FROM:<carol@there.example>'))).toBe('250')
    expect(code(await client.say('RCPT TO:<Bob@here.example>'))).toBe('250')
    expect(code(await client.say('DATA'))).toBe('354')
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
    expect(told(made)).toEqual([
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
    expect(code(await client.reply())).toBe('250')
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
    for (let index = 0; index < 7; index += 1) expect(code(await client.reply())).toBe('250')
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
    expect(code(await client.reply())).toBe('250')
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
    expect(code(await client.reply())).toBe('250')
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
      expect(code(await client.say('.'))).toBe(expected)
      expect(made.queue.open()).toBe(0)
    }
    expect(told(made).filter((event) => event.startsWith('message-'))).toEqual(['message-refused', 'message-accepted'])
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
    expect(told(made)).toContain('transaction-abandoned')
  })
})

describe('the users’ doors', () => {
  const relaying: SettingsDocument = {
    relay: { trustedHosts: ['127.0.0.1'] },
    tls: { requiredOnSubmission: false },
  }

  test.each([
    ['Date: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n', /\r\nDate: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n$/],
    ['message-id: <a@b>\r\n\r\nbody\r\n', /\r\nDate: [^\r]+\r\nmessage-id: <a@b>\r\n\r\nbody\r\n$/],
    ['Date: x\r\n\r\nbody', /\r\nMessage-ID: <id\d+@mx\.here\.example>\r\nDate: x\r\n\r\nbody\r\n$/],
    ['just text\r\n', /\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\n\r\njust text\r\n$/],
    ['\r\nbody\r\n', /\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\n\r\nbody\r\n$/],
    [`Date: x\r\n\r\n${'long\r\n'.repeat(20_000)}`, /\r\nMessage-ID: <[^\r]+>\r\nDate: x\r\n\r\n(?:long\r\n){20000}$/],
  ])('complete a message', async (content, expected) => {
    const made = house(relaying)
    const client = await greeted(made, { role: 'submission' })
    expect(code(await submit(client, content))).toBe('250')
    expect(made.queue.messages[0]?.content).toMatch(expected)
  })

  test('complete a message that comes octet by octet', async () => {
    const made = house(relaying)
    const client = await greeted(made, { role: 'submission' })
    client.send('MAIL FROM:<>\r\nRCPT TO:<bob@here.example>\r\nDATA\r\n')
    for (let index = 0; index < 3; index += 1) await client.reply()
    for (const octet of 'To: b\r\n\r\nx\r\n') {
      client.send(octet)
      await turn(1)
    }
    expect(code(await client.say('.'))).toBe('250')
    expect(made.queue.messages[0]?.content).toMatch(/\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\nTo: b\r\n\r\nx\r\n$/)
  })

  test('but a relay adds its trace and nothing else', async () => {
    const made = house(relaying)
    const client = await greeted(made)
    expect(code(await submit(client, 'Subject: x\r\n\r\nno end'))).toBe('250')
    expect(made.queue.messages[0]?.content).toMatch(/\+0000\r\nSubject: x\r\n\r\nno end$/)
  })

  test('STARTTLS, AUTH, and what they leave in the trace', async () => {
    const made = house()
    const plain = await greeted(made, { role: 'submission' })
    expect(code(await plain.say('MAIL FROM:<alice@here.example>'))).toBe('530')
    expect(code(await plain.say('STARTTLS'))).toBe('220')
    const client = await plain.secure()
    const keywords = await client.say('EHLO client.example')
    expect(keywords).not.toContain('STARTTLS')
    expect(keywords).toContain('AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS')
    expect(code(await client.say('MAIL FROM:<alice@here.example>'))).toBe('530')
    expect(code(await client.say(`AUTH PLAIN ${Buffer.from('\0alice\0pencil').toString('base64')}`))).toBe('235')
    expect(code(await client.say('MAIL FROM:<bob@here.example>'))).toBe('550')
    expect(code(await submit(client, 'Subject: x\r\n\r\n'))).toBe('250')
    const [message] = made.queue.messages
    expect(message?.content).toContain('with ESMTPSA')
    expect(message?.envelope.origin).toMatchObject({ role: 'submission', user: 'alice', protocol: 'ESMTPSA' })
    expect(told(made)).toEqual(expect.arrayContaining(['session-secured', 'session-authenticated']))
  })

  test('implicit TLS greets inside', async () => {
    const made = house()
    const client = await dialTls(await made.open({ role: 'submissions' }))
    clients.push(client)
    expect(await client.reply()).toContain('220 mx.here.example')
    expect(await client.say('EHLO client.example')).not.toContain('STARTTLS')
    expect(await client.say('QUIT')).toContain('221')
    expect(await client.closed()).toBe('')
  })

  test.each(['PLAINTEXT INJECTED\r\n', 'RSET\r\nNOOP\r\n'])(
    'what follows STARTTLS in clear is never heard',
    async (injected) => {
      const made = house()
      const plain = await greeted(made)
      plain.send(`STARTTLS\r\n${injected}`)
      expect(code(await plain.reply())).toBe('220')
      const client = await plain.secure()
      expect(await client.say('NOOP')).toBe('250 2.0.0 NOOP done')
      expect(told(made)).toContain('plaintext-discarded')
      // RFC 3207 §4.2: nor is what was said before remembered.
      expect(code(await client.say('MAIL FROM:<>'))).toBe('503')
    },
  )

  test('a handshake that fails ends the connection, and only that', async () => {
    const made = house()
    const client = await greeted(made)
    expect(code(await client.say('STARTTLS'))).toBe('220')
    client.send('EHLO not-tls.example\r\n')
    await client.closed()
    await turn()
    expect(told(made)).toEqual(expect.arrayContaining(['session-secure-failed', 'session-closed']))
    expect(made.reception.sessions).toBe(0)
  })

  test('a client that goes away in the middle of a handshake is gone at once', async () => {
    const made = house()
    const client = await join(made, { role: 'submissions' })
    client.socket.end(Buffer.from('160301', 'hex'))
    await client.closed()
    await turn()
    expect(made.reception.sessions).toBe(0)
  })

  test('a handshake that nobody begins times out', async () => {
    const made = house()
    const client = await join(made, { role: 'submissions' })
    await turn()
    made.clock.advance(60_000)
    await client.closed()
    await turn()
    expect(made.reception.sessions).toBe(0)
  })
})

describe('replies', () => {
  test('a pipelined group is answered in order and in one piece', async () => {
    const made = house()
    const client = await greeted(made)
    const pieces: string[] = []
    client.socket.on('data', (bytes: Uint8Array) => pieces.push(Buffer.from(bytes).toString('latin1')))
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
    expect(pieces).toHaveLength(1)
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
    expect(told(made)).toContain('transaction-abandoned')
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
    expect(code(await client.reply())).toBe('250')
  })
})

describe('the opening', () => {
  test('early talkers are told 554, and nothing of what they say is done', async () => {
    const made = house()
    const listener = await made.open()
    const client = await dial(listener, 'EHLO early.example\r\nMAIL FROM:<>\r\n')
    clients.push(client)
    expect(await client.reply()).toMatch(/^554 mx\.here\.example /)
    expect(code(await client.reply())).toBe('503')
    expect(code(await client.reply())).toBe('503')
    expect(await client.say('QUIT')).toContain('221')
    expect(told(made)).toContain('early-talker')
  })

  test('or heard, where the settings say so', async () => {
    const made = house({ refusals: { earlyTalkers: 'allow' } })
    const client = await dial(await made.open(), 'EHLO early.example\r\n')
    clients.push(client)
    expect(code(await client.reply())).toBe('220')
    expect(code(await client.reply())).toBe('250')
  })

  test('with a delay the greeting waits, and who talks meanwhile is early', async () => {
    const made = house({ limits: { greetingDelay: '5s' } })
    const listener = await made.open()
    const [patient, hasty] = [await dial(listener), await dial(listener)]
    clients.push(patient, hasty)
    await turn()
    hasty.send('EHLO hasty.example\r\n')
    await turn()
    made.clock.advance(5000)
    expect(code(await patient.reply())).toBe('220')
    expect(code(await hasty.reply())).toBe('554')
  })

  test('too many connections: 421, then closed', async () => {
    const made = house({ limits: { connectionsPerHost: 2 } })
    const listener = await made.open()
    const first = [await dial(listener), await dial(listener)]
    for (const client of first) expect(code(await client.reply())).toBe('220')
    const third = await dial(listener)
    clients.push(...first, third)
    expect(await third.closed()).toMatch(/^421 mx\.here\.example /)
    first[0]?.socket.destroy()
    await turn()
    const fourth = await dial(listener)
    clients.push(fourth)
    expect(code(await fourth.reply())).toBe('220')
  })

  test.each([
    [{ refusals: { hosts: ['127.0.0.0/8'] } }, '554', '503'],
    [{ refusals: { noMail: true } }, '521', '521'],
  ])('a refused host stays connected until QUIT: %j', async (changes, first, then) => {
    const client = await join(house(changes))
    expect(code(await client.reply())).toBe(first)
    expect(code(await client.say('EHLO x.example'))).toBe(then)
    expect(code(await client.say('QUIT'))).toBe('221')
    expect(await client.closed()).toBe('')
  })

  test('rates: connections, messages and recipients of a minute', async () => {
    const made = house({
      limits: { connectionsPerMinute: 2, messagesPerMinute: 2, recipientsPerMinute: 3 },
    })
    const listener = await made.open()
    const client = await dial(listener)
    clients.push(client)
    await client.reply()
    await client.say('EHLO x.example')
    for (const expected of ['250', '250', '451']) {
      expect(code(await client.say('MAIL FROM:<>'))).toBe(expected)
      if (expected === '250') {
        await client.say('RCPT TO:<bob@here.example>')
        await client.say('RSET')
      }
    }
    made.clock.advance(120_000)
    await client.say('MAIL FROM:<>')
    for (const expected of ['250', '250', '250', '451']) {
      expect(code(await client.say('RCPT TO:<bob@here.example>'))).toBe(expected)
    }
    const [second, third, fourth] = [await dial(listener), await dial(listener), await dial(listener)]
    clients.push(second, third, fourth)
    expect(code(await second.reply())).toBe('220')
    expect(code(await third.reply())).toBe('220')
    expect(code(await fourth.reply())).toBe('421')
  })

  test('IPv6, and IPv4 through a dual-stack socket', async () => {
    const made = house()
    const six = await join(made, { address: '::1' })
    expect(code(await six.reply())).toBe('220')
    await six.say('EHLO x.example')
    await six.say('MAIL FROM:<>')
    expect(code(await six.say('RCPT TO:<bob@[IPv6:::1]>'))).toBe('250')
    const dual = await made.open({ address: '::' })
    const four = await dial({ address: '127.0.0.1', port: dual.port })
    clients.push(four)
    expect(code(await four.reply())).toBe('220')
    expect(made.told.filter(({ event }) => event === 'session-opened').map(({ detail }) => detail['client'])).toEqual([
      '::1',
      '127.0.0.1',
    ])
  })
})

describe('authentication', () => {
  const wrong = `AUTH PLAIN ${Buffer.from('\0alice\0wrong').toString('base64')}`
  const right = `AUTH PLAIN ${Buffer.from('\0alice\0pencil').toString('base64')}`
  const clear = { methods: ['PLAIN', 'CRAM-MD5'], clearText: true } satisfies SettingsDocument['authentication']

  test('a failure waits, twice as long the next time, and the third ends the session', async () => {
    const made = house({ authentication: clear })
    const client = await greeted(made)
    for (const delay of [1000, 2000]) {
      client.send(`${wrong}\r\n`)
      for (let round = 0; round < 400 && made.clock.pending < 2; round += 1) await turn(1)
      made.clock.advance(delay - 1)
      await turn()
      made.clock.advance(1)
      expect((await client.reply()).slice(0, 9)).toBe('535 5.7.8')
    }
    client.send(`${wrong}\r\n`)
    for (let round = 0; round < 400 && made.clock.pending < 2; round += 1) await turn(1)
    made.clock.advance(4000)
    expect(await client.closed()).toMatch(/^535 5\.7\.8 [^\n]+\n421 /)
    expect(JSON.stringify(made.told)).not.toContain('wrong')
  })

  test('a host that guesses too often is told to come back later, whatever it knows', async () => {
    const made = house({ authentication: { ...clear, failureDelay: '0ms', failuresPerHost: 3 } })
    const listener = await made.open()
    const answers: string[] = []
    for (const line of [wrong, wrong, wrong, right]) {
      const client = await dial(listener)
      clients.push(client)
      await client.reply()
      await client.say('EHLO x.example')
      answers.push((await client.say(line)).slice(0, 9))
    }
    expect(answers).toEqual(['535 5.7.8', '535 5.7.8', '535 5.7.8', '454 4.7.0'])
    made.clock.advance(20 * 60_000)
    const client = await dial(listener)
    clients.push(client)
    await client.reply()
    await client.say('EHLO x.example')
    expect(code(await client.say(right))).toBe('235')
  })

  test.each([
    ['\0alice\0pencil', '235'],
    ['alice\0alice\0pencil', '235'],
    ['\0ALICE\0pencil', '235'],
    ['bob\0alice\0pencil', '535'],
    ['\0bob\0pencil', '535'],
    ['\0mallory\0pencil', '535'],
  ])('PLAIN %j: %s', async (credentials, expected) => {
    const client = await greeted(house({ authentication: { ...clear, failureDelay: '0ms' } }))
    expect(code(await client.say(`AUTH PLAIN ${Buffer.from(credentials).toString('base64')}`))).toBe(expected)
  })
})

describe('going down', () => {
  test('an idle session is told 421; one in a transaction may finish it first', async () => {
    const made = house()
    const listener = await made.open()
    const [idle, busy] = [await dial(listener), await dial(listener)]
    clients.push(idle, busy)
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
    clients.push(client)
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

describe('a listener', () => {
  test('is not opened beyond loopback by an open relay', async () => {
    const made = house({ authentication: { methods: [] } })
    await expect(made.open({ address: '0.0.0.0' })).rejects.toThrow('Refusing to listen on 0.0.0.0')
    expect(made.reception.listeners).toHaveLength(0)
  })

  test('says why it could not be opened', async () => {
    const made = house()
    const { port } = await made.open()
    await expect(made.open({ port })).rejects.toThrow(`Cannot listen on 127.0.0.1 port ${port} for relay: EADDRINUSE.`)
  })

  test('needs a certificate that can be read', async () => {
    const made = house({ tls: { certificate: '/nowhere/certificate.pem', key: '/nowhere/key.pem' } })
    await expect(made.open()).rejects.toThrow(/tls\.certificate/)
  })

  test('may be closed again by who has no more patience', async () => {
    const made = house()
    const listener = await made.open()
    const client = await dial(listener)
    clients.push(client)
    await client.reply()
    await client.say('EHLO x.example')
    await client.say('MAIL FROM:<>')
    const patient = listener.close(600_000)
    await turn()
    expect(listener.accepting).toBe(false)
    await listener.close(0)
    await patient
    expect(await client.closed()).toMatch(/^421 /)
  })

  test('keeps its sessions when settings change: terms stay, rulings follow', async () => {
    const made = house()
    const client = await greeted(made)
    made.settings = createHouse({ users: [{ name: 'carol' }] }).settings
    await client.say('MAIL FROM:<>')
    expect(code(await client.say('RCPT TO:<bob@here.example>'))).toBe('550')
    expect(code(await client.say('RCPT TO:<carol@here.example>'))).toBe('250')
  })
})
