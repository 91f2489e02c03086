/** The scripted exchanger: answers held back, few places for recipients, content that nobody is to have, and SCRAM. */
import { expect, test } from 'vitest'
import type { ExchangerOptions, Scene, WireClient } from '../contract.ts'
import { authenticateWithScram } from '../clients/scram.ts'
import { openScene } from '../scene.ts'

const meet = async (scene: Scene, options: ExchangerOptions = {}) => {
  const exchanger = await scene.exchanger('mx1.there.example', options)
  const client = await scene.connect({ host: exchanger.address, port: exchanger.port }, { patience: 1000 })
  return { exchanger, client }
}

const codes = async (client: WireClient, lines: readonly string[]): Promise<readonly number[]> => {
  const said = [(await client.reply()).code]
  for (const line of lines) said.push((await client.say(line)).code)
  return said
}

const opening = ['EHLO c.example', 'MAIL FROM:<a@b.example>']

test('an answer that is held back comes with its release, each release once', async () => {
  await using scene = await openScene()
  const { exchanger, client } = await meet(scene)
  exchanger.declare({ at: 'MAIL', misbehaviour: { do: 'hold' } })
  await codes(client, ['EHLO c.example'])
  const answer = client.say('MAIL FROM:<a@b.example>')
  while (exchanger.held === 0) await new Promise<void>((done) => void setImmediate(done))
  exchanger.release()
  expect((await answer).code).toBe(250)
  expect(exchanger.held).toBe(0)
})

test('recipients beyond the limit get its reply', async () => {
  await using scene = await openScene()
  const { client } = await meet(scene, { recipientLimit: { count: 1, reply: '452 too many' } })
  const said = await codes(client, [...opening, 'RCPT TO:<x@there.example>', 'RCPT TO:<y@there.example>'])
  expect(said.slice(-2)).toEqual([250, 452])
})

test('content for nobody is held against the client, the lone dot is not', async () => {
  await using scene = await openScene()
  const { exchanger, client } = await meet(scene)
  exchanger.declare({ at: 'DATA', misbehaviour: { do: 'reply', lines: ['354 go on'] } })
  expect((await codes(client, [...opening, 'DATA', '.'])).slice(-2)).toEqual([354, 554])
  expect(exchanger.violations).toEqual([])
  await client.say('DATA')
  await client.say('content\r\n.')
  expect(exchanger.violations).toContain('sent content although no recipient was accepted')
})

const credentials = { user: 'us,er', password: 'secret', methods: ['SCRAM-SHA-256'] }

test.each([
  ['the right password', credentials, 'secret', { finalCode: 235, serverProved: true }],
  ['a wrong password', credentials, 'other', { finalCode: 535 }],
  ['a lie about the nonce', { ...credentials, scramFault: 'nonce' as const }, 'secret', { finalCode: 334 }],
  [
    'a lie about the signature',
    { ...credentials, scramFault: 'signature' as const },
    'secret',
    { serverProved: false },
  ],
])('SCRAM: %s', async (_, known, password, expected) => {
  await using scene = await openScene()
  const { client } = await meet(scene, { credentials: known })
  await codes(client, ['EHLO c.example'])
  const result = await authenticateWithScram(client, { mechanism: 'SCRAM-SHA-256', user: 'us,er', password })
  expect(result).toMatchObject(expected)
})
