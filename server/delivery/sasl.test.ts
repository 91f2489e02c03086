import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { saslClient } from './sasl.ts'
import type { SaslMechanism } from '../protocol/conversation.ts'

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes)
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said)

const client = (
  mechanism: SaslMechanism,
  user = 'user',
  password = 'pencil',
  nonce = 'rOprNGfwEbeRWgbNEkqO',
): ReturnType<typeof saslClient> => saslClient(mechanism, { user, password }, nonce)

test('PLAIN (RFC 4616)', async () => {
  const plain = client('PLAIN', 'tim', 'tanstaaftanstaaf')
  expect(text(plain.begin())).toBe('\0tim\0tanstaaftanstaaf')
  expect(await plain.answer(bytes('more?'))).toBeUndefined()
})

test('LOGIN answers twice', async () => {
  const login = client('LOGIN')
  expect(login.begin()).toBeUndefined()
  expect(text(await login.answer(bytes('User Name\0')))).toBe('user')
  expect(text(await login.answer(bytes('Password\0')))).toBe('pencil')
  expect(await login.answer(bytes('PIN'))).toBeUndefined()
})

test('CRAM-MD5 (RFC 2195)', async () => {
  const cram = client('CRAM-MD5', 'tim', 'tanstaaftanstaaf')
  expect(text(await cram.answer(bytes('<1896.697170952@postoffice.reston.mci.net>')))).toBe(
    'tim b913a602c7eda7a495b4e6e7334d3890',
  )
})

describe('SCRAM-SHA-256 (RFC 7677 §3)', () => {
  const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
  const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

  test('the example', async () => {
    const scram = client('SCRAM-SHA-256')
    expect(text(scram.begin())).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    expect(text(await scram.answer(bytes(serverFirst)))).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    expect(scram.believes()).toBe(false)
    expect(text(await scram.answer(bytes(serverFinal)))).toBe('')
    expect(scram.believes()).toBe(true)
  })

  test('a wrong server signature', async () => {
    const scram = client('SCRAM-SHA-256')
    await scram.answer(bytes(serverFirst))
    expect(await scram.answer(bytes(serverFinal.replace('6', '7')))).toBeUndefined()
    expect(scram.believes()).toBe(false)
  })

  test.each([
    ['a nonce that is not ours', serverFirst.replace('r=rO', 'r=xx')],
    ['nothing added to our nonce', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['no rounds', serverFirst.replace('4096', '0')],
    ['rounds without end', serverFirst.replace('4096', '99999999999')],
    ['an extension that we must know', `m=x,${serverFirst}`],
    ['no salt', serverFirst.replace('W22ZaJ0SNY7soEsUEjb6gQ==', '')],
    ['an error', 'e=other-error'],
  ])('%s is not answered', async (_, challenge) => {
    expect(await client('SCRAM-SHA-256').answer(bytes(challenge))).toBeUndefined()
  })

  test('names are prepared and escaped', () => {
    expect(text(client('SCRAM-SHA-256', 'a,b=\u2168').begin())).toBe('n,,n=a=2Cb=3DIX,r=rOprNGfwEbeRWgbNEkqO')
  })
})

test('whatever a smarthost asks, the client answers or cancels, and believes no SCRAM server without its proof', async () => {
  const piece = fc.constantFrom(
    'r=rOprNGfwEbeRWgbNEkqO',
    'r=',
    'xyz',
    ',',
    's=QUJD',
    's=',
    'i=2',
    'i=0',
    'i=-1',
    'v=AAAA',
    'e=x',
    'm=x',
    '\0',
  )
  const challenge = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => bytes(pieces.join(''))),
    fc.constant(bytes('r=rOprNGfwEbeRWgbNEkqOxyz,s=QUJD,i=2')),
  )
  const mechanism = fc.constantFrom<SaslMechanism>('PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256')
  await fc.assert(
    fc.asyncProperty(mechanism, fc.array(challenge, { maxLength: 4 }), async (name, challenges) => {
      const one = client(name)
      one.begin()
      for (const each of challenges) {
        const answer = await one.answer(each)
        expect(answer === undefined || answer instanceof Uint8Array).toBe(true)
      }
      expect(one.believes()).toBe(name !== 'SCRAM-SHA-256')
    }),
    { numRuns: 300 },
  )
})
