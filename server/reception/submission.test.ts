import { afterEach, describe, expect, test } from 'vitest'
import type { SettingsDocument } from '../settings/schema.ts'
import { codeOf, createStage, dialTls, eventsOf, turn } from './fixture.ts'
import type { TestClient } from './fixture.ts'

const stage = createStage()
const { greeted, house, join, keep } = stage
afterEach(() => stage.clear())

const submit = async (client: TestClient, content: string): Promise<string> => {
  client.send('MAIL FROM:<alice@here.example>\r\nRCPT TO:<carol@there.example>\r\n')
  for (let index = 0; index < 2; index += 1) expect(codeOf(await client.reply())).toBe('250')
  client.send(`BDAT ${Buffer.byteLength(content)} LAST\r\n${content}`)
  return client.reply()
}

describe('the users’ doors', () => {
  const relaying: SettingsDocument = {
    relay: { trustedHosts: ['127.0.0.1'] },
    tls: { requiredOnSubmission: false },
  }

  test.each([
    ['Date: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n', /\r\nDate: x\r\nMessage-ID: <a@b>\r\n\r\nbody\r\n$/],
    ['message-id: <a@b>\r\n\r\nbody\r\n', /\r\nDate: [^\r]+\r\nmessage-id: <a@b>\r\n\r\nbody\r\n$/],
    ['Date: x\r\n\r\nbody', /\r\nMessage-ID: <id\d+@mx\.here\.example>\r\nDate: x\r\n\r\nbody\r\n$/],
    // rfc5321-4.4-14
    [
      'Date: x\r\nReturn-Path: <a@b>\r\nMessage-ID: <a@b>\r\n\r\nReturn-Path: y\r\n',
      /\r\nDate: x\r\nMessage-ID: <a@b>\r\n\r\nReturn-Path: y\r\n$/,
    ],
    ['just text\r\n', /\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\n\r\njust text\r\n$/],
    ['\r\nbody\r\n', /\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\n\r\nbody\r\n$/],
    [`Date: x\r\n\r\n${'long\r\n'.repeat(20_000)}`, /\r\nMessage-ID: <[^\r]+>\r\nDate: x\r\n\r\n(?:long\r\n){20000}$/],
  ])('complete a message', async (content, expected) => {
    const made = house(relaying)
    const client = await greeted(made, { role: 'submission' })
    expect(codeOf(await submit(client, content))).toBe('250')
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
    expect(codeOf(await client.say('.'))).toBe('250')
    expect(made.queue.messages[0]?.content).toMatch(/\r\nDate: [^\r]+\r\nMessage-ID: <[^\r]+>\r\nTo: b\r\n\r\nx\r\n$/)
  })

  test('and the trace tells what was added', async () => {
    const made = house(relaying)
    const client = await greeted(made, { role: 'submission' })
    expect(codeOf(await submit(client, 'Date: x\r\n\r\nbody\r\n'))).toBe('250')
    expect(made.queue.messages[0]?.content).toContain('by mx.here.example (Message-ID added here)')
  })

  test.each(['From: a@host\r\n\r\nbody\r\n', 'From: a@b.example\r\nTo: @@@\r\n\r\nbody\r\n'])(
    'but leave one alone whose addresses are not in order: %j',
    async (content) => {
      const made = house(relaying)
      const client = await greeted(made, { role: 'submission' })
      expect(codeOf(await submit(client, content))).toBe('250')
      expect(made.queue.messages[0]?.content.endsWith(`+0000\r\n${content}`)).toBe(true)
    },
  )

  test('refuse what would not go out in good form (rfc6409-8-01)', async () => {
    const made = house(relaying)
    const client = await greeted(made, { role: 'submission' })
    expect(await submit(client, 'Subject: h\u00e9\r\n\r\nbody\r\n')).toContain('554 5.6.0')
    client.send('MAIL FROM:<alice@here.example>\r\nRCPT TO:<carol@there.example>\r\nDATA\r\n')
    for (const code of ['250', '250', '354']) expect(codeOf(await client.reply())).toBe(code)
    expect(await client.say(`Subject: x\r\n\r\n${'x'.repeat(999)}\r\n.`)).toContain('552 5.6.0')
    expect(codeOf(await submit(client, `Subject: x\r\n\r\nb\u00f6dy${'x'.repeat(900)}\r\n`))).toBe('250')
  })

  test('but a relay adds its trace and nothing else', async () => {
    const made = house(relaying)
    const client = await greeted(made)
    expect(codeOf(await submit(client, 'Subject: x\r\n\r\nno end'))).toBe('250')
    expect(made.queue.messages[0]?.content).toMatch(/\+0000\r\nSubject: x\r\n\r\nno end$/)
  })

  test('STARTTLS, AUTH, and what they leave in the trace', async () => {
    const made = house()
    const plain = await greeted(made, { role: 'submission' })
    expect(codeOf(await plain.say('MAIL FROM:<alice@here.example>'))).toBe('530')
    expect(codeOf(await plain.say('STARTTLS'))).toBe('220')
    const client = await plain.secure()
    const keywords = await client.say('EHLO client.example')
    expect(keywords).not.toContain('STARTTLS')
    expect(keywords).toContain('AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS')
    expect(codeOf(await client.say('MAIL FROM:<alice@here.example>'))).toBe('530')
    expect(codeOf(await client.say(`AUTH PLAIN ${Buffer.from('\0alice\0pencil').toString('base64')}`))).toBe('235')
    expect(codeOf(await client.say('MAIL FROM:<bob@here.example>'))).toBe('550')
    expect(codeOf(await submit(client, 'Subject: x\r\n\r\n'))).toBe('250')
    const [message] = made.queue.messages
    expect(message?.content).toContain('with ESMTPSA')
    expect(message?.envelope.origin).toMatchObject({ role: 'submission', user: 'alice', protocol: 'ESMTPSA' })
    expect(eventsOf(made)).toEqual(expect.arrayContaining(['session-secured', 'session-authenticated']))
  })

  test('implicit TLS greets inside', async () => {
    const made = house()
    const client = await dialTls(await made.open({ role: 'submissions' }))
    keep(client)
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
      expect(codeOf(await plain.reply())).toBe('220')
      const client = await plain.secure()
      expect(await client.say('NOOP')).toBe('250 2.0.0 NOOP done')
      expect(eventsOf(made)).toContain('plaintext-discarded')
      // RFC 3207 §4.2: nor is what was said before remembered.
      expect(codeOf(await client.say('MAIL FROM:<>'))).toBe('503')
    },
  )

  test('a handshake that fails ends the connection, and only that', async () => {
    const made = house()
    const client = await greeted(made)
    expect(codeOf(await client.say('STARTTLS'))).toBe('220')
    client.send('EHLO not-tls.example\r\n')
    await client.closed()
    await turn()
    expect(eventsOf(made)).toEqual(expect.arrayContaining(['session-secure-failed', 'session-closed']))
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
