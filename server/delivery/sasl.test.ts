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
