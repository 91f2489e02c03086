import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import dnsPacket from 'dns-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resolver } from '../ports.ts'
import { createResolver } from './resolver.ts'

type Answer = dnsPacket.Answer
interface Zone {
  readonly answers?: readonly Answer[]
  /** RCODE: 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly code?: number
  readonly trouble?: 'silence' | 'truncated' | 'garbage'
}

const mx = (name: string, preference: number, exchange: string): Answer => ({
  type: 'MX',
  name,
  ttl: 60,
  data: { preference, exchange },
})
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, ttl: 60, data })
const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 60, data })
const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, ttl: 60, data })

const zones: Readonly<Record<string, Zone>> = {
  'MX two.example': { answers: [mx('two.example', 20, 'b.example'), mx('two.example', 10, 'A.example')] },
  'MX null.example': { answers: [mx('null.example', 0, '.')] },
  'MX chased.example': { answers: [cname('chased.example', 'two.example'), mx('two.example', 10, 'a.example')] },
  'CNAME alias.example': { answers: [cname('alias.example', 'two.example')] },
  'CNAME loop.example': { answers: [cname('loop.example', 'loop.example')] },
  'MX servfail.example': { code: 2 },
  'MX refused.example': { code: 5 },
  'MX none.example': { code: 3 },
  'MX silent.example': { trouble: 'silence' },
  'MX garbage.example': { trouble: 'garbage' },
  'MX large.example': {
    trouble: 'truncated',
    answers: Array.from({ length: 60 }, (_, at) => mx('large.example', at, `mx${at}.a-rather-long-name.example`)),
  },
  'A both.example': { answers: [a('both.example', '192.0.2.2'), a('both.example', '192.0.2.1')] },
  'AAAA both.example': { answers: [aaaa('both.example', '2001:db8::1')] },
  'A half.example': { answers: [a('half.example', '192.0.2.3')] },
  'AAAA half.example': { code: 2 },
  'AAAA dark.example': { code: 2 },
  'CNAME name.example': { answers: [cname('name.example', 'both.example')] },
  'A gone.example': { code: 3 },
  'AAAA gone.example': { code: 3 },
  'PTR 1.2.0.192.in-addr.arpa': {
    answers: [{ type: 'PTR', name: '1.2.0.192.in-addr.arpa', ttl: 60, data: 'x.example' }],
  },
}

const asked: string[] = []
const respond = (query: dnsPacket.DecodedPacket, transport: 'udp' | 'tcp'): Buffer | undefined => {
  const [question] = query.questions ?? []
  if (question === undefined) return undefined
  const key = `${question.type} ${question.name.toLowerCase()}`
  asked.push(`${transport} ${key}`)
  const { answers = [], code = 0, trouble } = zones[key] ?? {}
  if (trouble === 'silence') return undefined
  if (trouble === 'garbage') return Buffer.from('what?')
  const cut = trouble === 'truncated' && transport === 'udp'
  return dnsPacket.encode({
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    flags:
      dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | (cut ? dnsPacket.TRUNCATED_RESPONSE : 0) | code,
    questions: [question],
    answers: cut ? answers.slice(0, 1) : [...answers],
  })
}

const udp = createSocket('udp4')
const tcp = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      const response = respond(dnsPacket.decode(bytes.subarray(2, 2 + bytes.readUInt16BE(0))), 'tcp')
      bytes = bytes.subarray(2 + bytes.readUInt16BE(0))
      if (response === undefined) continue
      const length = Buffer.alloc(2)
      length.writeUInt16BE(response.length)
      socket.write(Buffer.concat([length, response]))
    }
  })
})

let resolver: Resolver
beforeAll(async () => {
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  udp.on('message', (message, from) => {
    const response = respond(dnsPacket.decode(message), 'udp')
    if (response !== undefined) udp.send(response, from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  resolver = createResolver({ servers: () => [`127.0.0.1:${port}`], timeout: 100, tries: 1 })
})
afterAll(() => {
  udp.close()
  tcp.close()
})

describe('what MX answers mean', () => {
  test.each([
    [
      'two.example',
      {
        kind: 'found',
        records: [
          { preference: 20, exchange: 'b.example' },
          { preference: 10, exchange: 'A.example' },
        ],
      },
    ],
    ['null.example', { kind: 'found', records: [{ preference: 0, exchange: '' }] }],
    ['chased.example', { kind: 'found', records: [{ preference: 10, exchange: 'a.example' }] }],
    ['alias.example', { kind: 'found', records: [{ exchange: 'b.example' }, { exchange: 'A.example' }] }],
    ['loop.example', { kind: 'failed' }],
    ['empty.example', { kind: 'none' }],
    ['none.example', { kind: 'no-such-name' }],
    ['servfail.example', { kind: 'failed', reason: 'ESERVFAIL' }],
    ['refused.example', { kind: 'failed', reason: 'EREFUSED' }],
    ['silent.example', { kind: 'failed', reason: 'ETIMEOUT' }],
    ['garbage.example', { kind: 'failed' }],
  ])('%s', async (name, expected) => {
    expect(await resolver.mx(name)).toMatchObject(expected)
  })

  test('a truncated answer is asked for again over TCP, on that port', async () => {
    const answer = await resolver.mx('large.example')
    expect(answer).toMatchObject({ kind: 'found' })
    expect(answer.kind === 'found' ? answer.records.length : 0).toBe(60)
    expect(asked.filter((question) => question.endsWith('MX large.example'))).toEqual([
      'udp MX large.example',
      'tcp MX large.example',
    ])
  })

  test('and counts as failed when TCP brings nothing', async () => {
    const other = createSocket('udp4')
    other.on('message', (message, from) => {
      const response = respond(dnsPacket.decode(message), 'udp')
      if (response !== undefined) other.send(response, from.port, from.address)
    })
    other.bind(0, '127.0.0.1')
    await once(other, 'listening')
    const alone = createResolver({ servers: () => [`127.0.0.1:${other.address().port}`], timeout: 100, tries: 1 })
    expect(await alone.mx('large.example')).toMatchObject({ kind: 'failed' })
    other.close()
  })
})

test.each([
  [
    'both.example',
    {
      kind: 'found',
      records: [{ address: '192.0.2.2', family: 4 }, { address: '192.0.2.1' }, { address: '2001:db8::1', family: 6 }],
    },
  ],
  ['half.example', { kind: 'found', records: [{ address: '192.0.2.3', family: 4 }] }],
  ['dark.example', { kind: 'failed', reason: 'ESERVFAIL' }],
  ['name.example', { kind: 'found', records: [{ address: '192.0.2.2' }, { address: '192.0.2.1' }, { family: 6 }] }],
  ['gone.example', { kind: 'no-such-name' }],
  ['empty.example', { kind: 'none' }],
])('addresses of %s', async (name, expected) => {
  expect(await resolver.addresses(name)).toMatchObject(expected)
})

test('an answer is not kept', async () => {
  asked.length = 0
  await resolver.mx('two.example')
  await resolver.mx('two.example')
  expect(asked).toHaveLength(2)
})

test('names of an address', async () => {
  expect(await resolver.names('192.0.2.1')).toEqual({ kind: 'found', records: ['x.example'] })
  expect(await resolver.names('not an address')).toMatchObject({ kind: 'failed' })
})
