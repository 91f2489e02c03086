import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from './authentication/base64.ts'
import type { Proof, Protection, Terms } from './exchange.ts'
import { feeds, play, Player, protection, refusing, type Judge, type Played } from './session/fixture-player.ts'

const base64 = (text: string): string => encodeBase64(new TextEncoder().encode(text))
const hello = 'S: 220\nC: EHLO c.example\nS: 250 HELP\n'

function run(script: string, options: { terms?: Partial<Terms>; judge?: Judge; secure?: Protection } = {}): Played {
  return play(hello + script, 'lines', options)
}

function proofs(played: Played): readonly Proof[] {
  return played.questions.flatMap((question) => (question.ask === 'credentials' ? [question.proof] : []))
}

const good = base64('\0alice\0secret')

describe('AUTH', () => {
  const scripts: readonly (readonly [name: string, script: string, terms?: Partial<Terms>])[] = [
    ['PLAIN with an initial response', `C: auth plain ${good}\nS: 235 2.7.0`],
    ['PLAIN with a challenge (rfc4954-4-08)', `C: AUTH PLAIN\nS: 334 \nC: ${good}\nS: 235 2.7.0`],
    [
      'LOGIN',
      `C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ${base64('alice')}\nS: 334 UGFzc3dvcmQ6\nC: ${base64('secret')}\nS: 235`,
    ],
    ['LOGIN with the name', `C: AUTH LOGIN ${base64('alice')}\nS: 334 UGFzc3dvcmQ6\nC: ${base64('secret')}\nS: 235`],
    [
      'CRAM-MD5',
      `C: AUTH CRAM-MD5\nS: 334 ${base64('<1.2@mx.here.example>')}\nC: ${base64(`al ice ${'a1'.repeat(16)}`)}\nS: 235`,
    ],
    [
      'wrong password (rfc4954-4-22), then the right one (rfc4954-4-28)',
      `C: AUTH PLAIN ${base64('\0alice\0guess')}\nS: 535 5.7.8\nC: AUTH PLAIN ${good}\nS: 235`,
    ],
    ['twice (rfc4954-4-02)', `C: AUTH PLAIN ${good}\nS: 235\nC: AUTH PLAIN ${good}\nS: 503 5.5.1`],
    [
      'in a transaction, which survives (rfc4954-4-03)',
      `C: MAIL FROM:<a@c.example>\nS: 250\nC: AUTH PLAIN ${good}\nS: 503 5.5.1\nC: RCPT TO:<b@here.example>\nS: 250`,
    ],
    ['EHLO stays valid (rfc4954-4-27)', `C: AUTH PLAIN ${good}\nS: 235\nC: MAIL FROM:<a@c.example>\nS: 250`],
    ['cancelled (rfc4954-4-07)', `C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 5.7.0\nC: NOOP\nS: 250`],
    ['unknown mechanism (rfc4954-4-04)', 'C: AUTH FOO\nS: 504 5.5.4'],
    ['no mechanism', 'C: AUTH\nS: 501 5.5.4'],
    ['none are on', `C: AUTH PLAIN ${good}\nS: 502 5.5.1`, { mechanisms: [] }],
    ['not in clear (rfc4954-9-03)', `C: AUTH PLAIN ${good}\nS: 504 5.5.4`, { clearTextPasswords: false }],
    ['initial response to a server that begins (rfc4954-4-12, -13)', 'C: AUTH CRAM-MD5 abcd\nS: 501 5.7.0'],
    ['empty initial response (rfc4954-4-11)', 'C: AUTH PLAIN =\nS: 501 5.5.2'],
    ['no base64 (rfc4954-4-14)', 'C: AUTH PLAIN !!!!\nS: 501 5.5.2\nC: AUTH PLAIN\nS: 334 \nC: =AAA\nS: 501 5.5.2'],
    ['pads in the middle (rfc4954-4-17)', 'C: AUTH PLAIN AAA=BBB=\nS: 501 5.5.2'],
    ['a long response (rfc4954-4-18)', `C: AUTH PLAIN\nS: 334 \nC: ${base64(`\0alice\0${'x'.repeat(9000)}`)}\nS: 535`],
    [
      'too long a response (rfc4954-4-19)',
      `C: AUTH PLAIN\nS: 334 \nC: ${'A'.repeat(12_288)}\nS: 501 5.5.2\nC: AUTH PLAIN\nS: 334 \n` +
        `C: ${'A'.repeat(12_292)}\nS: 500 5.5.6\nC: NOOP\nS: 250`,
    ],
    ['too long for a command', `C: AUTH PLAIN ${'A'.repeat(2048)}\nS: 500 5.5.2\nC: NOOP\nS: 250`],
    [
      'three failures are enough (rfc4954-9-04)',
      `C: AUTH PLAIN ${base64('\0a\0b')}\nS: 535\nC: AUTH PLAIN ${base64('\0a\0b')}\nS: 535\nC: AUTH PLAIN ${base64('\0a\0b')}\nS: 535\nS: 421 4.7.0 mx.here.example\nS!`,
    ],
    [
      'authentication demanded (rfc4954-6-04)',
      `C: MAIL FROM:<a@c.example>\nS: 530 5.7.0\nC: RSET\nS: 250\nC: AUTH PLAIN ${good}\nS: 235\nC: MAIL FROM:<a@c.example>\nS: 250`,
      { authenticationRequired: true },
    ],
    ['shutdown during the exchange', 'C: AUTH PLAIN\nS: 334 \n* shutdown\nS: 421 4.3.2\nS!'],
  ]

  test.each(feeds.flatMap((feed) => scripts.map(([name, script, terms]) => ({ feed, name, script, terms }))))(
    '$name, $feed',
    ({ feed, script, terms }) => {
      expect(play(hello + script, feed, { terms }).differences).toEqual([])
    },
  )

  test('before EHLO', () => {
    expect(play(`S: 220\nC: AUTH PLAIN ${good}\nS: 503 5.5.1`, 'lines').differences).toEqual([])
  })

  test('pipelined commands after AUTH PLAIN are not lost (rfc4954-4-33)', () => {
    const script = `C: AUTH PLAIN ${good}\nC: MAIL FROM:<a@c.example>\nC: NOOP\nS: 235\nS: 250 2.1.0\nS: 250 2.0.0`
    expect(play(hello + script, 'pipelined').differences).toEqual([])
  })

  test('a judge who cannot judge is no failed attempt (rfc4954-6-01)', () => {
    const judge = refusing('credentials', { code: 454, enhanced: '4.7.0', lines: ['later'] })
    const script = `C: AUTH PLAIN ${good}\nS: 454 4.7.0\nC: AUTH PLAIN ${good}\nS: 454\nC: NOOP\nS: 250`
    expect(run(script, { judge, terms: { maximumAuthenticationFailures: 1 } }).differences).toEqual([])
  })
})

describe('PLAIN messages', () => {
  test.each([
    ['no NUL', 'alice secret', '501'],
    ['one NUL', 'alice\0secret', '501'],
    ['three NULs', '\0alice\0sec\0ret', '501'],
    ['no name', '\0\0secret', '535'],
    ['no password', '\0alice\0', '535'],
    ['a name of nothing but soft hyphens', '\0\u00AD\u00AD\0secret', '535'],
    ['a password of nothing but soft hyphens (rfc4616-2-08)', '\0alice\0\u00AD', '535'],
    ['an authorization identity that vanishes (rfc4954-4-21)', '\u00AD\0alice\0secret', '535'],
    ['a control character', '\0ali\u0007ce\0secret', '535'],
  ])('%s', (_name, message, code) => {
    const played = run(`C: AUTH PLAIN ${base64(message)}\nS: ${code}`)
    expect(played.differences).toEqual([])
    expect(proofs(played)).toEqual([])
  })

  test('no UTF-8 (rfc4616-2-04)', () => {
    const played = run(`C: AUTH PLAIN ${encodeBase64(Uint8Array.of(0, 0xff, 0, 0x61))}\nS: 501`)
    expect(played.differences).toEqual([])
  })

  test('names and passwords are prepared, 255 octets and more are taken (rfc4616-2-02, -07)', () => {
    const long = 'x'.repeat(255)
    const played = run(`C: AUTH PLAIN ${base64(`bo\u00ADb\0al\u00ADice\uFF11\0${long}`)}\nS: 535`)
    expect(played.differences).toEqual([])
    expect(proofs(played)).toEqual([{ mechanism: 'PLAIN', actFor: 'bob', name: 'alice1', password: long }])
  })
})

describe('CRAM-MD5 answers', () => {
  test('the digest is the last word, in lower case (rfc2195-2-03, -04)', () => {
    const digest = '0123456789abcdef'.repeat(2)
    const played = run(`C: AUTH CRAM-MD5\nS: 334\nC: ${base64(`al ice ${digest}`)}\nS: 235`)
    expect(proofs(played)).toEqual([
      { mechanism: 'CRAM-MD5', name: 'al ice', challenge: '<1.2@mx.here.example>', digest },
    ])
  })

  test.each(['alice', `alice ${'A'.repeat(32)}`, `alice ${'a'.repeat(31)}`, ` ${'a'.repeat(32)}`])(
    'not %j',
    (answer) => {
      const played = run(`C: AUTH CRAM-MD5\nS: 334\nC: ${base64(answer)}\nS: 501`)
      expect(played.differences).toEqual([])
      expect(proofs(played)).toEqual([])
    },
  )
})

describe('SCRAM (RFC 7677 §3)', () => {
  const clientNonce = 'rOprNGfwEbeRWgbNEkqO'
  const serverNonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const nonce = clientNonce + serverNonce
  const salt = decodeBase64('W22ZaJ0SNY7soEsUEjb6gQ==') ?? new Uint8Array()
  const signature = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
  const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
  const serverFirst = `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
  const judge: Judge = (question) => {
    if (question.ask === 'challenge') return { kind: 'challenge', text: serverNonce, salt, iterations: 4096 }
    if (question.ask !== 'credentials') return undefined
    return { kind: 'identified', user: question.proof.name, serverSignature: decodeBase64(signature) ?? salt }
  }
  const exchange = (mechanism: string, first: string, final: string): string => `
    C: AUTH ${mechanism}
    S: 334
    C: ${base64(first)}
    S: 334 ${base64(serverFirst)}
    C: ${base64(final)}`
  const withSignature = `\nS: 334 ${base64(`v=${signature}`)}\nC:\nS: 235 2.7.0\nC: NOOP\nS: 250`

  test.each(feeds)('the example of the RFC, %s (rfc7677-3-01, rfc5802-5.1-14)', (feed) => {
    const script = exchange('SCRAM-SHA-256', `n,,n=user,r=${clientNonce}`, `c=biws,r=${nonce},p=${proof}`)
    const played = play(hello + script + withSignature, feed, { judge })
    expect(played.differences).toEqual([])
    expect(proofs(played)).toEqual([
      {
        mechanism: 'SCRAM-SHA-256',
        actFor: '',
        name: 'user',
        authMessage: `n=user,r=${clientNonce},${serverFirst},c=biws,r=${nonce}`,
        clientProof: decodeBase64(proof),
      },
    ])
    expect(played.state.user).toBe('user')
  })

  test('initial response, authorization identity, escapes, unknown extensions (rfc5802-5.1-04, -13)', () => {
    const bare = `n=a=2Cb=3D,r=${clientNonce},x=1,y=2`
    const final = `c=${base64('n,a=bob,')},r=${nonce},z=3`
    const script = `C: AUTH SCRAM-SHA-256 ${base64(`n,a=bob,${bare}`)}\nS: 334\nC: ${base64(`${final},p=${proof}`)}`
    const played = run(script + withSignature, { judge })
    expect(played.differences).toEqual([])
    expect(proofs(played)).toMatchObject([
      { actFor: 'bob', name: 'a,b=', authMessage: `${bare},${serverFirst},${final}` },
    ])
  })

  test('cancelled after the signature, and an answer where nothing belongs', () => {
    const script = exchange('SCRAM-SHA-256', `n,,n=user,r=${clientNonce}`, `c=biws,r=${nonce},p=${proof}`)
    const played = run(`${script}\nS: 334\nC: *\nS: 501 5.7.0${script}\nS: 334\nC: eA==\nS: 501`, { judge })
    expect(played.differences).toEqual([])
    expect(played.state.user).toBeUndefined()
  })

  test.each([
    ['flag x (rfc5802-5-01)', 'x,,n=u,r=a', '501'],
    ['no header', 'n=u,r=a', '501'],
    ['mandatory extension (rfc5802-5.1-05)', 'n,,m=x,n=u,r=a', '501'],
    ['mandatory extension at the end', 'n,,n=u,r=a,m=x', '501'],
    ['r before n (rfc5802-7-02)', 'n,,r=a,n=u', '501'],
    ['empty nonce (rfc5802-7-01)', 'n,,n=u,r=', '501'],
    ['empty name (rfc5802-5.1-17)', 'n,,n=,r=a', '501'],
    ['a name that vanishes', 'n,,n=\u00AD,r=a', '535'],
    ['a bad escape (rfc5802-5.1-03)', 'n,,n=a=b,r=a', '501'],
    ['binding without -PLUS', 'p=tls-exporter,,n=u,r=a', '535'],
    ['empty message', '', '501'],
  ])('client-first: %s', (_name, first, code) => {
    const played = run(`C: AUTH SCRAM-SHA-256\nS: 334 \nC: ${base64(first)}\nS: ${code}`, { judge })
    expect(played.differences).toEqual([])
    expect(played.questions.some((question) => question.ask === 'challenge')).toBe(false)
  })

  test.each([
    ['another nonce (rfc5802-5.1-08)', `c=biws,r=${nonce}x,p=${proof}`, '535'],
    ['another header in c= (rfc5802-5.1-11)', `c=${base64('y,,')},r=${nonce},p=${proof}`, '535'],
    ['data in c= under n (rfc5802-7-04)', `c=${base64('n,,x')},r=${nonce},p=${proof}`, '535'],
    ['no proof', `c=biws,r=${nonce}`, '501'],
    ['a short proof', `c=biws,r=${nonce},p=AAAA`, '501'],
    ['mandatory extension', `c=biws,r=${nonce},m=1,p=${proof}`, '501'],
    ['wrong order', `r=${nonce},c=biws,p=${proof}`, '501'],
  ])('client-final: %s', (_name, final, code) => {
    const played = run(`${exchange('SCRAM-SHA-256', `n,,n=user,r=${clientNonce}`, final)}\nS: ${code}`, { judge })
    expect(played.differences).toEqual([])
    expect(proofs(played)).toEqual([])
  })

  describe('channel binding', () => {
    const header = 'p=tls-exporter,,'
    const bound = encodeBase64(Uint8Array.of(...new TextEncoder().encode(header), 1, 2, 3, 4))

    test('the data of the named type must stand in c= (rfc5802-6.1-02)', () => {
      const script = exchange(
        'SCRAM-SHA-256-PLUS',
        `${header}n=user,r=${clientNonce}`,
        `c=${bound},r=${nonce},p=${proof}`,
      )
      expect(run(script + withSignature, { judge, secure: protection }).differences).toEqual([])
    })

    test('other data fail', () => {
      const wrong = encodeBase64(Uint8Array.of(...new TextEncoder().encode(header), 1, 2, 3, 5))
      const script = exchange(
        'SCRAM-SHA-256-PLUS',
        `${header}n=user,r=${clientNonce}`,
        `c=${wrong},r=${nonce},p=${proof}`,
      )
      expect(run(`${script}\nS: 535`, { judge, secure: protection }).differences).toEqual([])
    })

    test.each([
      ['a type that we do not have (rfc5802-6-04)', 'SCRAM-SHA-256-PLUS', 'p=tls-unique,,n=u,r=a', '535'],
      ['a type that is no type', 'SCRAM-SHA-256-PLUS', 'p=constructor,,n=u,r=a', '535'],
      ['-PLUS without binding', 'SCRAM-SHA-256-PLUS', 'n,,n=u,r=a', '535'],
      ['y while -PLUS is offered (rfc5802-6-03)', 'SCRAM-SHA-256', 'y,,n=u,r=a', '535'],
    ])('%s', (_name, mechanism, first, code) => {
      const script = `C: AUTH ${mechanism} ${base64(first)}\nS: ${code}`
      expect(run(script, { judge, secure: protection }).differences).toEqual([])
    })

    test('y is right where -PLUS is not offered, and -PLUS is not there without TLS (rfc5802-6-07)', () => {
      const script = exchange('SCRAM-SHA-256', `y,,n=user,r=${clientNonce}`, `c=eSws,r=${nonce},p=${proof}`)
      const none = run(`C: AUTH SCRAM-SHA-256-PLUS\nS: 504\n${script}${withSignature}`, { judge })
      expect(none.differences).toEqual([])
    })
  })
})

test('whatever the answers, an exchange ends in one reply and the session stays in step', () => {
  const piece = fc.constantFrom(
    'n,,',
    'y,,',
    'p=tls-exporter,,',
    'n=alice',
    ',',
    'r=abc',
    '=2C',
    '=',
    'c=biws',
    'p=',
    'm=x',
    '\0',
    'alice',
  )
  const answer = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => base64(pieces.join(''))),
    fc.uint8Array({ maxLength: 40 }).map((octets) => encodeBase64(octets)),
    fc.constantFrom('*', '', '=', '!!', 'A'.repeat(13_000)),
  )
  const mechanism = fc.constantFrom('PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS')
  fc.assert(
    fc.property(
      mechanism,
      fc.boolean(),
      fc.array(answer, { minLength: 4, maxLength: 4 }),
      (name, isSecure, answers) => {
        const player = new Player({}, undefined)
        const give = (text: string): void => player.give({ kind: 'bytes', bytes: new TextEncoder().encode(text) })
        player.give({ kind: 'connected', ...(isSecure ? { secure: protection } : {}) })
        give(`EHLO c.example\r\nAUTH ${name}\r\n`)
        const before = player.replies.length - 1
        for (const text of answers) if (player.session.state.awaiting === 'response') give(`${text}\r\n`)
        const given = player.replies.slice(before)
        expect(given.slice(0, -1).every((reply) => reply.startsWith('334 '))).toBe(true)
        expect(given.at(-1)).toMatch(/^(?:235|500|501|504|535) /u)
        expect(player.session.state.awaiting).toBe('command')
      },
    ),
    { numRuns: 500 },
  )
})
