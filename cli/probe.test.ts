import { describe, expect, test } from 'vitest'
import { openScene } from '../simulators/scene.ts'
import { endpointOf, isLoopback } from './far.ts'
import { probe } from './probe.ts'
import type { ProbeOptions } from './probe.ts'

const options: ProbeOptions = { domain: 'there.example', from: 'tester@elsewhere.example', wait: '0' }

const run = async (
  target: string,
  more: Partial<ProbeOptions> = {},
): Promise<{
  readonly code: number
  readonly out: string
  readonly err: string
  readonly slept: readonly number[]
}> => {
  const told = { out: '', err: '' }
  const slept: number[] = []
  const code = await probe(
    target,
    { ...options, ...more },
    {
      out: (text) => void (told.out += text),
      err: (text) => void (told.err += text),
      sleep: async (milliseconds) => void slept.push(milliseconds),
    },
  )
  return { code, ...told, slept }
}

test.each([
  ['mail.example', { host: 'mail.example', port: 25 }],
  ['mail.example:2525', { host: 'mail.example', port: 2525 }],
  ['[::1]:2525', { host: '::1', port: 2525 }],
  ['[::1]', { host: '::1', port: 25 }],
])('%s is understood', (text, expected) => {
  expect(endpointOf(text, 'the server')).toEqual(expected)
})

test.each([
  ['127.0.0.1', true],
  ['127.200.3.4', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['192.0.2.1', false],
  ['2001:db8::1', false],
])('%s is on this machine: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})

describe('wrong usage', () => {
  test.each<readonly [string, Partial<ProbeOptions>, RegExp]>([
    ['::1:25', {}, /HOST:PORT/],
    ['127.0.0.1:0', {}, /HOST:PORT/],
    ['192.0.2.1', {}, /--i-am-authorised/],
    ['127.0.0.1:1', { from: 'nobody' }, /--from/],
    ['127.0.0.1:1', { domain: 'there example' }, /--domain/],
    ['127.0.0.1:1', { local: 'a@b@c' }, /--local/],
    ['127.0.0.1:1', { wait: 'long' }, /--wait/],
  ])('%s %j', async (target, more, words) => {
    await expect(run(target, more)).rejects.toThrow(words)
  })
})

test('a server that takes everything has accepted, which is said to be no proof', async () => {
  await using scene = await openScene()
  const server = await scene.exchanger('mail.here.example')
  const { code, out } = await run(`${server.address}:${server.port}`)
  expect(code).toBe(1)
  expect(out).toMatch(/will be sent \d+ probes/)
  expect(out).toContain('It ACCEPTED mail of a stranger')
  expect(out).toContain('Accepted is not proof')
  expect(out.split('\n').length).toBeLessThan(25)
})

test('a server that refuses recipients is no open relay, and nobody waits on loopback', async () => {
  await using scene = await openScene()
  const server = await scene.exchanger('mail.here.example')
  server.declare({ at: 'RCPT', misbehaviour: { do: 'reply', lines: ['554 5.7.1 Relay access denied'] } })
  const { code, out, err, slept } = await run(`${server.address}:${server.port}`, { json: true })
  expect(code).toBe(0)
  expect(err).toContain('calls itself mail.here.example')
  const answer = JSON.parse(out) as Record<string, unknown>
  expect(answer).toMatchObject({ verdict: 'not an open relay', exitCode: 0, watched: false, domain: 'there.example' })
  expect((answer['probes'] as unknown[]).length).toBeGreaterThan(100)
  expect(slept).toEqual([])
})

test('one accepted form among refusals is enough', async () => {
  await using scene = await openScene()
  const server = await scene.exchanger('mail.here.example')
  const refused = { do: 'reply', lines: ['554 5.7.1 Relay access denied'] } as const
  server.declare({ at: 'RCPT', misbehaviour: refused, times: 40 })
  server.declare({ at: 'RCPT', misbehaviour: refused, after: 41 })
  const { code, out } = await run(`${server.address}:${server.port}`)
  expect(code).toBe(1)
  expect(out).toMatch(/accepted +1 +250 × 1/)
})

test('who refuses at the greeting relays nothing', async () => {
  await using scene = await openScene()
  const server = await scene.exchanger('mail.here.example')
  server.declare({ at: 'connection', misbehaviour: { do: 'reply', lines: ['554 not you'], thenClose: true } })
  expect(await run(`${server.address}:${server.port}`)).toMatchObject({ code: 0 })
})

test('nobody answers: 3', async () => {
  await using scene = await openScene()
  const address = scene.address('server')
  const { code, err } = await run(`${address}:9`)
  expect(code).toBe(3)
  expect(err).toContain('cannot be reached')
})

test('--list sends nothing', async () => {
  await using scene = await openScene()
  const server = await scene.exchanger('mail.here.example')
  const { code, out } = await run(`${server.address}:${server.port}`, { list: true })
  expect(code).toBe(0)
  expect(out).toContain('RCPT TO:<relay-test%there.example@')
  expect(server.conversations).toEqual([])
})
