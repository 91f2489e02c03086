import { afterEach, expect, test } from 'vitest'
import { createHouse, dial, turn } from './fixture.ts'
import type { House } from './fixture.ts'

/**
 * Clients that mean harm or know nothing: whatever they send and however they cut it, the server stays up, no session is
 * stuck, nothing is kept, and the next client is served.
 */
let made: House | undefined

afterEach(async () => {
  await made?.reception.close(0)
  made = undefined
})

/** The same numbers on every run. */
const random = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const almostValid = [
  'EHLO x.example\r\n',
  'HELO\r\n',
  'MAIL FROM:<a@b.example>\r\n',
  'MAIL FROM:<>\r\n',
  'RCPT TO:<bob@here.example>\r\n',
  'RCPT TO:<bob@here.example\r\n',
  'DATA\r\n',
  '\r\n.\r\n',
  '\n.\n',
  'BDAT 10 LAST\r\n',
  'BDAT 99999999999999999999\r\n',
  'BDAT 5\r\nabcde',
  'AUTH PLAIN AGFsaWNlAHg=\r\n',
  'AUTH SCRAM-SHA-256\r\n',
  '*\r\n',
  'RSET\r\n',
  'VRFY bob\r\n',
  'EXPN x\r\n',
  'NOOP\u0000\r\n',
  '\u00ff\u00fe\r\n',
  'X'.repeat(5000),
  '\r',
  '\n',
] as const

test.each([1, 2, 3, 4])('random and almost valid input, seed %i', async (seed) => {
  const house = createHouse({
    authentication: { methods: ['PLAIN', 'SCRAM-SHA-256'], clearText: true, failureDelay: '0ms' },
    refusals: { earlyTalkers: 'allow' },
  })
  made = house
  const listener = await house.open()
  const below = random(seed)
  for (let round = 0; round < 12; round += 1) {
    const { socket } = await dial(listener)
    for (let piece = 0; piece < 60; piece += 1) {
      if (below(3) === 0) socket.write(Buffer.from(Array.from({ length: below(2000) }, () => below(256))))
      else socket.write(Buffer.from(almostValid[below(almostValid.length)] ?? '', 'latin1'))
      if (below(10) === 0) await turn(1)
    }
    if (below(2) === 0) socket.end()
    else socket.resetAndDestroy()
    await turn(2)
    socket.destroy()
  }
  await turn(20)
  expect(house.reception.sessions).toBe(0)
  expect(house.queue.open()).toBe(0)
  expect(house.told.filter(({ event }) => event === 'warning')).toEqual([])
  for (const { detail } of house.told) {
    for (const value of Object.values(detail)) expect(String(value)).toMatch(/^[\x20-\x7e]*$/)
  }
  const client = await dial(listener)
  expect(await client.reply()).toMatch(/^220 /)
  expect(await client.say('EHLO good.example')).toMatch(/^250-/)
  expect(await client.say('QUIT')).toMatch(/^221 /)
  client.socket.destroy()
})

test('who says goodbye while an answer is awaited, and STARTTLS before that, is not waited for', async () => {
  made = createHouse({ refusals: { earlyTalkers: 'allow' } })
  const listener = await made.open()
  const { socket } = await dial(listener)
  const committing = Promise.withResolvers<void>()
  made.queue.trouble.committing = committing.promise
  const commands = [
    'EHLO x.example',
    'MAIL FROM:<a@b.example>',
    'RCPT TO:<bob@here.example>',
    'BDAT 0 LAST',
    'STARTTLS',
    'QUIT',
  ]
  socket.end(commands.map((command) => `${command}\r\n`).join(''))
  socket.resume()
  await turn(20)
  committing.resolve()
  await turn(20)
  expect(made.queue.messages).toHaveLength(1)
  expect(made.reception.sessions).toBe(0)
})
