import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { cramDigest, makeVerifier } from '../settings/passwords.ts'
import { createHouse, dial } from './fixture.ts'
import type { House, TestClient } from './fixture.ts'

const houses: House[] = []
const clients: TestClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy()
  await Promise.all(houses.splice(0).map((made) => made.reception.close(0)))
})

const base64 = (data: string | Uint8Array): string => Buffer.from(data).toString('base64')
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString()
const challengeOf = (reply: string): string => text(/^334 (.*)$/.exec(reply)?.[1] ?? '')
const hmac = (key: Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** A house in which alice has a verifier only, and carol a secret only; a client that said EHLO, over TLS if wanted. */
const arrive = async (options: { readonly tls?: 'TLSv1.2' | 'TLSv1.3' } = {}): Promise<TestClient> => {
  const verifier = await makeVerifier('pencil', Buffer.alloc(16, 9), 4096)
  const made = createHouse({
    authentication: {
      methods: ['PLAIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
      clearText: true,
      failureDelay: '0ms',
    },
    users: [
      { name: 'alice', verifier },
      { name: 'carol', secret: 'crayon' },
    ],
  })
  houses.push(made)
  const plain = await dial(await made.open())
  clients.push(plain)
  await plain.reply()
  await plain.say('EHLO x.example')
  if (options.tls === undefined) return plain
  await plain.say('STARTTLS')
  const secure = await plain.secure({ minVersion: options.tls, maxVersion: options.tls })
  clients.push(secure)
  await secure.say('EHLO x.example')
  return secure
}

/** The client's side of SCRAM (RFC 5802 §3), written a second time. */
const scram = async (
  client: TestClient,
  name: string,
  password: string,
  binding: { readonly flag: string; readonly data?: Uint8Array } = { flag: 'n' },
): Promise<readonly string[]> => {
  const mechanism = binding.data === undefined ? 'SCRAM-SHA-256' : 'SCRAM-SHA-256-PLUS'
  const header = `${binding.flag},,`
  const firstBare = `n=${name},r=clientnonce`
  const serverFirst = challengeOf(await client.say(`AUTH ${mechanism} ${base64(header + firstBare)}`))
  const fields = new Map(serverFirst.split(',').map((field) => [field.slice(0, 1), field.slice(2)]))
  const salted = pbkdf2Sync(
    password,
    Buffer.from(fields.get('s') ?? '', 'base64'),
    Number(fields.get('i')),
    32,
    'sha256',
  )
  const channel = base64(Buffer.concat([Buffer.from(header), binding.data ?? Buffer.alloc(0)]))
  const withoutProof = `c=${channel},r=${fields.get('r')}`
  const authMessage = `${firstBare},${serverFirst},${withoutProof}`
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage)
  const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)))
  const last = await client.say(base64(`${withoutProof},p=${base64(proof)}`))
  if (!last.startsWith('334')) return [last.slice(0, 9)]
  const expected = `v=${base64(hmac(hmac(salted, 'Server Key'), authMessage))}`
  return [
    challengeOf(last) === expected ? 'the server proved itself' : 'the server lied',
    (await client.say('')).slice(0, 9),
  ]
}

const proven = ['the server proved itself', '235 2.7.0']

describe('SCRAM-SHA-256', () => {
  test.each([
    ['alice', 'pencil', proven],
    ['ALICE', 'pencil', proven],
    ['alice', 'Pencil', ['535 5.7.8']],
    ['mallory', 'pencil', ['535 5.7.8']],
    ['carol', 'crayon', ['535 5.7.8']],
  ])('%s with %s', async (name, password, expected) => {
    expect(await scram(await arrive(), name, password)).toEqual(expected)
  })

  test('an unknown name has a salt that stays the same, like a known one', async () => {
    const salts: string[] = []
    const client = await arrive()
    for (const name of ['mallory', 'mallory', 'trudy']) {
      const first = challengeOf(await client.say(`AUTH SCRAM-SHA-256 ${base64(`n,,n=${name},r=abc`)}`))
      salts.push(/s=([^,]+)/.exec(first)?.[1] ?? '')
      await client.say('*')
    }
    expect(salts[0]).toBe(salts[1])
    expect(salts[0]).not.toBe(salts[2])
    expect(Buffer.from(salts[0] ?? '', 'base64')).toHaveLength(16)
  })
})

const socketOf = (client: TestClient): TLSSocket => {
  if (!(client.socket instanceof TLSSocket)) throw new Error('the client is not secure')
  return client.socket
}

const exporter = (client: TestClient): Uint8Array =>
  socketOf(client).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
const unique = (client: TestClient): Uint8Array => socketOf(client).getFinished() ?? Buffer.alloc(0)
const endPoint = (client: TestClient): Uint8Array =>
  createHash('sha256').update(socketOf(client).getPeerCertificate().raw).digest()

describe('SCRAM-SHA-256-PLUS', () => {
  test.each([
    ['TLSv1.3', 'tls-exporter', exporter, proven],
    ['TLSv1.3', 'tls-server-end-point', endPoint, proven],
    ['TLSv1.2', 'tls-server-end-point', endPoint, proven],
    ['TLSv1.2', 'tls-unique', unique, proven],
    ['TLSv1.3', 'tls-exporter', () => Buffer.alloc(32), ['535 5.7.8']],
  ] as const)('over %s, bound by %s', async (tls, type, data, expected) => {
    const client = await arrive({ tls })
    expect(await scram(client, 'alice', 'pencil', { flag: `p=${type}`, data: data(client) })).toEqual(expected)
  })
})

describe('CRAM-MD5', () => {
  test.each([
    ['carol', 'crayon', '235'],
    ['Carol', 'crayon', '235'],
    ['carol', 'pencil', '535'],
    ['alice', 'pencil', '535'],
    ['mallory', 'pencil', '535'],
    ['mallory', '', '535'],
  ])('%s with %j: %s', async (name, secret, expected) => {
    const client = await arrive()
    const challenge = challengeOf(await client.say('AUTH CRAM-MD5'))
    expect(challenge).toMatch(/^<[0-9a-f]{32}\.\d+@mx\.here\.example>$/)
    expect((await client.say(base64(`${name} ${cramDigest(secret, challenge)}`))).slice(0, 3)).toBe(expected)
  })

  test('a response does not fit another challenge (RFC 2195 §4)', async () => {
    const client = await arrive()
    const challenge = challengeOf(await client.say('AUTH CRAM-MD5'))
    const response = base64(`carol ${cramDigest('crayon', challenge)}`)
    await client.say('*')
    await client.say('AUTH CRAM-MD5')
    expect((await client.say(response)).slice(0, 3)).toBe('535')
  })
})

test('where passwords may not go in clear they are not offered before TLS, and not taken', async () => {
  const made = createHouse()
  houses.push(made)
  const client = await dial(await made.open())
  clients.push(client)
  await client.reply()
  expect(await client.say('EHLO x.example')).toMatch(/^250-AUTH CRAM-MD5 SCRAM-SHA-256$/m)
  expect((await client.say(`AUTH PLAIN ${base64('\0alice\0pencil')}`)).slice(0, 9)).toBe('504 5.5.4')
})
