import { afterEach, describe, expect, test } from 'vitest'
import type { SettingsDocument } from '../settings/schema.ts'
import { codeOf, createHouse, createStage, dial, eventsOf, turn } from './fixture.ts'

const stage = createStage()
const { greeted, house, join, keep } = stage
afterEach(() => stage.clear())

describe('the opening', () => {
  test('early talkers are told 554, and nothing of what they say is done', async () => {
    const made = house()
    const listener = await made.open()
    const client = await dial(listener, 'EHLO early.example\r\nMAIL FROM:<>\r\n')
    keep(client)
    expect(await client.reply()).toMatch(/^554 mx\.here\.example /)
    expect(codeOf(await client.reply())).toBe('503')
    expect(codeOf(await client.reply())).toBe('503')
    expect(await client.say('QUIT')).toContain('221')
    expect(eventsOf(made)).toContain('early-talker')
  })

  test('or heard, where the settings say so', async () => {
    const made = house({ refusals: { earlyTalkers: 'allow' } })
    const client = await dial(await made.open(), 'EHLO early.example\r\n')
    keep(client)
    expect(codeOf(await client.reply())).toBe('220')
    expect(codeOf(await client.reply())).toBe('250')
  })

  test('with a delay the greeting waits, and who talks meanwhile is early', async () => {
    const made = house({ limits: { greetingDelay: '5s' } })
    const listener = await made.open()
    const [patient, hasty] = [await dial(listener), await dial(listener)]
    keep(patient, hasty)
    await turn()
    hasty.send('EHLO hasty.example\r\n')
    await turn()
    made.clock.advance(5000)
    expect(codeOf(await patient.reply())).toBe('220')
    expect(codeOf(await hasty.reply())).toBe('554')
  })

  test('too many connections: 421, then closed', async () => {
    const made = house({ limits: { connectionsPerHost: 2 } })
    const listener = await made.open()
    const first = [await dial(listener), await dial(listener)]
    for (const client of first) expect(codeOf(await client.reply())).toBe('220')
    const third = await dial(listener)
    keep(...first, third)
    expect(await third.closed()).toMatch(/^421 mx\.here\.example /)
    first[0]?.socket.destroy()
    await turn()
    const fourth = await dial(listener)
    keep(fourth)
    expect(codeOf(await fourth.reply())).toBe('220')
  })

  test.each([
    [{ refusals: { hosts: ['127.0.0.0/8'] } }, '554', '503'],
    [{ refusals: { noMail: true } }, '521', '521'],
  ])('a refused host stays connected until QUIT: %j', async (changes, first, then) => {
    const client = await join(house(changes))
    expect(codeOf(await client.reply())).toBe(first)
    expect(codeOf(await client.say('EHLO x.example'))).toBe(then)
    expect(codeOf(await client.say('QUIT'))).toBe('221')
    expect(await client.closed()).toBe('')
  })

  test('rates: connections, messages and recipients of a minute', async () => {
    const made = house({
      limits: { connectionsPerMinute: 2, messagesPerMinute: 2, recipientsPerMinute: 3 },
    })
    const listener = await made.open()
    const client = await dial(listener)
    keep(client)
    await client.reply()
    await client.say('EHLO x.example')
    for (const expected of ['250', '250', '451']) {
      expect(codeOf(await client.say('MAIL FROM:<>'))).toBe(expected)
      if (expected === '250') {
        await client.say('RCPT TO:<bob@here.example>')
        await client.say('RSET')
      }
    }
    made.clock.advance(120_000)
    await client.say('MAIL FROM:<>')
    for (const expected of ['250', '250', '250', '451']) {
      expect(codeOf(await client.say('RCPT TO:<bob@here.example>'))).toBe(expected)
    }
    const [second, third, fourth] = [await dial(listener), await dial(listener), await dial(listener)]
    keep(second, third, fourth)
    expect(codeOf(await second.reply())).toBe('220')
    expect(codeOf(await third.reply())).toBe('220')
    expect(codeOf(await fourth.reply())).toBe('421')
  })

  test('IPv6, and IPv4 through a dual-stack socket', async () => {
    const made = house()
    const six = await join(made, { address: '::1' })
    expect(codeOf(await six.reply())).toBe('220')
    await six.say('EHLO x.example')
    await six.say('MAIL FROM:<>')
    expect(codeOf(await six.say('RCPT TO:<bob@[IPv6:::1]>'))).toBe('250')
    const dual = await made.open({ address: '::' })
    const four = await dial({ address: '127.0.0.1', port: dual.port })
    keep(four)
    expect(codeOf(await four.reply())).toBe('220')
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
      keep(client)
      await client.reply()
      await client.say('EHLO x.example')
      answers.push((await client.say(line)).slice(0, 9))
    }
    expect(answers).toEqual(['535 5.7.8', '535 5.7.8', '535 5.7.8', '454 4.7.0'])
    made.clock.advance(20 * 60_000)
    const client = await dial(listener)
    keep(client)
    await client.reply()
    await client.say('EHLO x.example')
    expect(codeOf(await client.say(right))).toBe('235')
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
    expect(codeOf(await client.say(`AUTH PLAIN ${Buffer.from(credentials).toString('base64')}`))).toBe(expected)
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
    keep(client)
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
    expect(codeOf(await client.say('RCPT TO:<bob@here.example>'))).toBe('550')
    expect(codeOf(await client.say('RCPT TO:<carol@here.example>'))).toBe('250')
  })
})
