import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  checkPassword,
  checkProof,
  cramDigest,
  makeVerifier,
  parseVerifier,
  sameText,
  verifierOfNobody,
} from './passwords.ts'

const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')

const parsed = async (password: string): Promise<NonNullable<ReturnType<typeof parseVerifier>>> => {
  const verifier = parseVerifier(await makeVerifier(password, salt, 4096))
  if (verifier === undefined) throw new Error('a verifier that was just made must parse')
  return verifier
}

describe('RFC 7677 §3, the published exchange of user and pencil', () => {
  const authMessage =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')

  test('the right proof is answered with the published signature', async () => {
    const signature = checkProof(await parsed('pencil'), authMessage, proof)
    expect(Buffer.from(signature ?? []).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  })

  test.each([
    ['another password', 'pencils', authMessage, proof],
    ['another message', 'pencil', `${authMessage}x`, proof],
    ['a proof with one bit changed', 'pencil', authMessage, Buffer.from(proof).fill(0x75, 0, 1)],
    ['a short proof', 'pencil', authMessage, proof.subarray(1)],
    ['no proof', 'pencil', authMessage, Buffer.alloc(0)],
  ])('%s is not', async (_what, password, message, given) => {
    expect(checkProof(await parsed(password), message, given)).toBeUndefined()
  })
})

describe('a verifier', () => {
  test('is what RFC 5803 writes, and does not hold the password', async () => {
    const text = await makeVerifier('pencil', salt, 4096)
    const salted = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256')
    const clientKey = createHmac('sha256', salted).update('Client Key').digest()
    const storedKey = createHash('sha256').update(clientKey).digest('base64')
    const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
    expect(text).toBe(`SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$${storedKey}:${serverKey}`)
  })

  test('has at least 4096 iterations unless told', async () => {
    expect(parseVerifier(await makeVerifier('pencil', salt))?.iterations).toBeGreaterThanOrEqual(4096)
  })

  test.each([
    ['pencil', 'pencil', true],
    ['pencil', 'Pencil', false],
    ['pencil', 'pencil ', false],
    ['pencil', '', false],
    ['pencil', 'pen\u0000cil', false],
    ['pa\u00df w\u00f6rt', 'pa\u00df wo\u0308rt', true],
    ['a\u00a0b', 'a b', true],
  ])('of %j takes %j: %s', async (password, given, expected) => {
    expect(await checkPassword(await parsed(password), given)).toBe(expected)
  })

  test.each(['', '\u0000', 'a\u0007b', '\u00ad'])('is not made of %j', async (password) => {
    await expect(makeVerifier(password, salt)).rejects.toThrow(RangeError)
  })

  const key = Buffer.alloc(32, 1).toString('base64')
  test.each([
    ['', false],
    [`SCRAM-SHA-256$4096:c2FsdA==$${key}:${key}`, true],
    [`SCRAM-SHA-1$4096:c2FsdA==$${key}:${key}`, false],
    [`SCRAM-SHA-256$4095:c2FsdA==$${key}:${key}`, false],
    [`SCRAM-SHA-256$99999999:c2FsdA==$${key}:${key}`, false],
    [`SCRAM-SHA-256$4096:cw==$${key}:${key}`, false],
    [`SCRAM-SHA-256$4096:c2FsdA==$${key}`, false],
    [`SCRAM-SHA-256$4096:c2FsdA==$AAAA:${key}`, false],
    [`SCRAM-SHA-256$4096:c2F*dA==$${key}:${key}`, false],
    [`SCRAM-SHA-256$4096:c2FsdA==$${key}:${key}:`, false],
  ])('%j is one: %s', (text, expected) => {
    expect(parseVerifier(text) !== undefined).toBe(expected)
  })
})

describe('nobody has a verifier too', () => {
  const secret = Buffer.alloc(32, 7)
  test('the same for the same name, another for another name or server', () => {
    expect(verifierOfNobody(secret, 'mallory')).toEqual(verifierOfNobody(secret, 'mallory'))
    expect(verifierOfNobody(secret, 'mallory').salt).not.toEqual(verifierOfNobody(secret, 'alice').salt)
    expect(verifierOfNobody(secret, 'mallory').salt).not.toEqual(verifierOfNobody(Buffer.alloc(32, 8), 'mallory').salt)
  })
  test('that looks like a real one and takes no password', async () => {
    const real = await parsed('pencil')
    const fake = verifierOfNobody(secret, 'mallory')
    expect(fake.salt.length).toBe(real.salt.length)
    expect(await checkPassword(fake, 'pencil')).toBe(false)
    expect(await checkPassword(fake, '')).toBe(false)
  })
})

describe('CRAM-MD5 (RFC 2195 §2)', () => {
  test.each([
    ['tanstaaftanstaaf', '<1896.697170952@postoffice.reston.mci.net>', 'b913a602c7eda7a495b4e6e7334d3890'],
    ['', 'x', createHmac('md5', '').update('x').digest('hex')],
  ])('the digest of %j and %j', (secret, challenge, expected) => {
    expect(cramDigest(secret, challenge)).toBe(expected)
  })
  test('a secret longer than a block is hashed first', () => {
    const long = 'x'.repeat(65)
    const short = createHash('md5').update(long).digest()
    expect(cramDigest(long, 'c')).toBe(createHmac('md5', short).update('c').digest('hex'))
  })
})

test.each([
  ['', '', true],
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
])('%j and %j are the same text: %s', (one, other, expected) => {
  expect(sameText(one, other)).toBe(expected)
})
