/** The scripted exchanger alone: BDAT, LMTP, faults at every moment, and what it holds against its clients. */
import { describe, expect, test } from 'vitest'
import type { Exchanger, ExchangerOptions, Fault, Misbehaviour, Moment, Scene, WireClient } from '../contract.ts'
import { openScene } from '../scene.ts'

interface Meeting {
  readonly scene: Scene
  readonly exchanger: Exchanger
  readonly client: WireClient
}

async function meet(scene: Scene, options: ExchangerOptions = {}, faults: readonly Fault[] = []): Promise<Meeting> {
  const exchanger = await scene.exchanger('mx1.there.example', options)
  for (const fault of faults) exchanger.declare(fault)
  const client = await scene.connect({ host: exchanger.address, port: exchanger.port }, { patience: 1000 })
  return { scene, exchanger, client }
}

/** Says the lines one after another and resolves to the codes; `0` where the server closed instead. */
async function converse(client: WireClient, lines: readonly string[]): Promise<readonly number[]> {
  const codes: number[] = []
  const hear = async (): Promise<void> =>
    void codes.push(
      await client.reply().then(
        ({ code }) => code,
        () => 0,
      ),
    )
  await hear()
  for (const line of lines) {
    if (codes.at(-1) === 0) break
    if (line.endsWith('\r\n.') && codes.at(-1) !== 354) continue
    await client.send(`${line}\r\n`)
    await hear()
  }
  return codes
}

const TRANSACTION = [
  'MAIL FROM:<a@here.example>',
  'RCPT TO:<b@there.example>',
  'DATA',
  'Subject: x\r\n\r\nx\r\n.',
] as const
const SESSION = ['EHLO client.example', ...TRANSACTION, 'QUIT'] as const
const WELL = [220, 250, 250, 250, 354, 250, 221] as const

describe('by itself', () => {
  test('BDAT takes chunks byte for byte', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene)
    await converse(client, [
      'EHLO client.example',
      'MAIL FROM:<a@here.example> BODY=BINARYMIME',
      'RCPT TO:<b@there.example>',
    ])
    await client.send('BDAT 6\r\n\r\n.\r\n\0BDAT 0\r\nBDAT 3 LAST\r\na\nbQUIT\r\n')
    expect(
      [await client.reply(), await client.reply(), await client.reply(), await client.reply()].map(({ code }) => code),
    ).toEqual([250, 250, 250, 221])
    expect(exchanger.received[0]).toMatchObject({ by: 'BDAT', content: Buffer.from('\r\n.\r\n\0a\nb') })
    expect(exchanger.violations).toEqual([])
  })

  test('LMTP answers once for each recipient', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, { protocol: 'lmtp' }, [
      { at: 'content-end', path: 'full@', misbehaviour: { do: 'reply', lines: ['452 4.2.2 full'] } },
    ])
    await converse(client, [
      'LHLO client.example',
      'MAIL FROM:<a@here.example>',
      'RCPT TO:<full@there.example>',
      'RCPT TO:<b@there.example>',
      'DATA',
      'x\r\n.',
    ])
    await client.reply()
    expect(client.replies.map(({ code }) => code)).toEqual([220, 250, 250, 250, 250, 354, 452, 250])
    expect(exchanger.received[0]?.recipients.map(({ address }) => address)).toEqual(['b@there.example'])
    expect((await client.say('QUIT')).code).toBe(221)
    expect(exchanger.violations).toEqual([])
  })

  test('STARTTLS forgets what was said before, and a certificate is what its name says', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, { certificate: 'good' })
    await converse(client, ['EHLO client.example', 'STARTTLS'])
    await client.secure({ authority: scene.authority, serverName: 'mx1.there.example' })
    expect(client.channelBinding).toHaveLength(32)
    expect((await client.say('MAIL FROM:<a@here.example>')).code).toBe(503)
    expect((await client.say('EHLO client.example')).lines).not.toContain('STARTTLS')
    expect((await client.say('QUIT')).code).toBe(221)
    expect(exchanger.violations).toEqual(['MAIL before EHLO'])
  })

  test.each(['self-signed', 'expired', 'wrong-name'] as const)(
    'a %s certificate does not verify',
    async (certificate) => {
      await using scene = await openScene()
      const { exchanger, client } = await meet(scene, { certificate })
      await converse(client, ['EHLO client.example', 'STARTTLS'])
      await expect(
        client.secure({
          authority: (await scene.certificate('good', 'x.example'), scene.authority),
          serverName: 'mx1.there.example',
        }),
      ).rejects.toThrow(/TLS failed/)
      expect(exchanger.violations).toEqual([])
    },
  )

  test('implicit TLS, and a reset under TLS from either side', async () => {
    await using scene = await openScene()
    const exchanger = await scene.exchanger('mx1.there.example', { implicitTls: true })
    const place = { host: exchanger.address, port: exchanger.port }
    expect(await converse(await scene.connect(place, { implicitTls: true }), SESSION)).toEqual(WELL)
    expect(exchanger.received[0]?.secure).toBe(true)
    exchanger.declare({ at: 'MAIL', misbehaviour: { do: 'reset' } })
    const client = await scene.connect(place, { implicitTls: true })
    expect(await converse(client, SESSION.slice(0, 1))).toEqual([220, 250])
    await expect(client.say('MAIL FROM:<a@here.example>')).rejects.toThrow(/ECONNRESET/)
    const last = await scene.connect(place, { implicitTls: true })
    await last.reply()
    last.reset()
    expect(await last.closed()).toBe(true)
    expect(exchanger.conversations.at(1)?.spoken.at(-1)?.note).toBe('S resets')
  })

  test('::1 when asked', async () => {
    await using scene = await openScene({ ipv6: true })
    const { exchanger, client } = await meet(scene, { family: 6 })
    expect(exchanger.address).toBe('::1')
    expect(await converse(client, SESSION)).toEqual(WELL)
  })

  test('shut refuses connections, open takes them again', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene)
    await exchanger.shut()
    const place = { host: exchanger.address, port: exchanger.port }
    await expect(scene.connect(place)).rejects.toThrow(/ECONNREFUSED/)
    expect(await converse(client, SESSION)).toEqual(WELL)
    await exchanger.open()
    expect(await converse(await scene.connect(place), SESSION)).toEqual(WELL)
    expect(exchanger.received).toHaveLength(2)
  })

  test('pipelined commands and small segments are taken alike', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene)
    await converse(client, ['EHLO client.example'])
    await client.send(
      TRANSACTION.slice(0, 3)
        .map((line) => `${line}\r\n`)
        .join(''),
      [1],
    )
    for (let heard = 0; heard < 3; heard += 1) await client.reply()
    await client.send('..x\r\n.\r\nQUIT\r\n', [4, 1, 1])
    expect([(await client.reply()).code, (await client.reply()).code]).toEqual([250, 221])
    expect(exchanger.received[0]?.content).toEqual(Buffer.from('.x\r\n'))
    expect(exchanger.violations).toEqual([])
  })
})

function reply(...lines: string[]): Misbehaviour {
  return { do: 'reply', lines }
}

describe('faults', () => {
  test.each<[Moment, readonly number[]]>([
    ['connection', [554, 503, 503, 503, 503, 221]],
    ['EHLO', [220, 554, 503, 503, 503, 221]],
    ['MAIL', [220, 250, 554, 503, 503, 221]],
    ['RCPT', [220, 250, 250, 554, 503, 221]],
    ['DATA', [220, 250, 250, 250, 554, 221]],
    ['content-end', [220, 250, 250, 250, 354, 554, 221]],
    ['QUIT', [220, 250, 250, 250, 354, 250, 554]],
  ])('a reply at %s, once, then well', async (at, codes) => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, {}, [{ at, misbehaviour: reply('554-no', '554 no'), times: 1 }])
    expect(await converse(client, SESSION)).toEqual(codes)
    const again = await scene.connect({ host: exchanger.address, port: exchanger.port })
    expect(await converse(again, SESSION)).toEqual(WELL)
    expect(exchanger.received).toHaveLength(at === 'QUIT' ? 2 : 1)
    expect(exchanger.declined).toHaveLength(at === 'content-end' ? 1 : 0)
  })

  const MOMENTS = ['connection', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'content', 'content-end', 'QUIT'] as const
  const ENDS: readonly Misbehaviour[] = [
    { do: 'disconnect' },
    { do: 'reset' },
    { do: 'bytes', bytes: Buffer.from('25'), thenClose: true },
    { do: 'reply', lines: ['421 bye'], thenClose: true },
  ]
  // A reset before the first word may already be seen by connect().
  const ends = MOMENTS.flatMap((at) =>
    ENDS.map((misbehaviour) => ({ at, misbehaviour, kind: misbehaviour.do })),
  ).filter(({ at, kind }) => at !== 'connection' || kind !== 'reset')
  test.each(ends)(
    '$kind at $at ends the connection; nothing is held against the client',
    async ({ at, misbehaviour, kind }) => {
      await using scene = await openScene()
      const { exchanger, client } = await meet(scene, {}, [{ at, misbehaviour }])
      expect(await converse(client, SESSION)).toContain(kind === 'reply' ? 421 : 0)
      expect(await client.closed()).toBe(true)
      expect(exchanger.violations).toEqual([])
      expect(exchanger.received).toHaveLength(at === 'QUIT' ? 1 : 0)
    },
  )

  test('silence lasts until the scene closes, which does not wait for it', async () => {
    const scene = await openScene()
    const { client } = await meet(scene, {}, [{ at: 'RCPT', misbehaviour: { do: 'silence' } }])
    await converse(client, SESSION.slice(0, 2))
    await client.send('RCPT TO:<b@there.example>\r\n')
    const before = performance.now()
    await scene.close()
    expect(performance.now() - before).toBeLessThan(1000)
    expect(client.replies).toHaveLength(3)
  })

  test('a delay comes before what else strikes; counts and skips are kept across connections', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, {}, [
      { at: 'MAIL', misbehaviour: { do: 'delay', milliseconds: 5 } },
      { at: 'RCPT', path: 'b@', misbehaviour: reply('450 4.2.0 later'), times: 1, after: 1 },
    ])
    const codes = [await converse(client, SESSION)]
    for (let turn = 0; turn < 2; turn += 1) {
      codes.push(await converse(await scene.connect({ host: exchanger.address, port: exchanger.port }), SESSION))
    }
    expect(codes).toEqual([WELL, [220, 250, 250, 450, 503, 221], WELL])
  })

  test('a fault may offer what it likes; the client is held to that', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, {}, [{ at: 'EHLO', misbehaviour: reply('250-mx1', '250 SIZE 10') }])
    expect(
      await converse(client, [
        'EHLO client.example',
        'MAIL FROM:<a@here.example> SIZE=9',
        'RSET',
        'MAIL FROM:<a@here.example> RET=FULL',
      ]),
    ).toEqual([220, 250, 250, 250, 555])
    expect(exchanger.violations).toEqual(['MAIL RET was not offered'])
  })

  test('content may be read slowly', async () => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, {}, [
      { at: 'content', misbehaviour: { do: 'read-slowly', octetsPerSecond: 100 } },
    ])
    await converse(client, SESSION.slice(0, 4))
    const before = performance.now()
    await client.say('123456789\r\n.')
    expect(performance.now() - before).toBeGreaterThan(90)
    expect(exchanger.received[0]?.content).toEqual(Buffer.from('123456789\r\n'))
  })

  test.each<[string, Misbehaviour]>([
    ['garbage', { do: 'bytes', bytes: Buffer.from('not TLS at all, by no means') }],
    ['disconnect', { do: 'disconnect' }],
    ['reset', { do: 'reset' }],
  ])('%s in the handshake', async (_name, misbehaviour) => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, { certificate: 'good' }, [{ at: 'tls', misbehaviour }])
    expect(await converse(client, ['EHLO client.example', 'STARTTLS'])).toEqual([220, 250, 220])
    await expect(client.secure()).rejects.toThrow(/TLS failed/)
    expect(exchanger.violations).toEqual([])
  })
})

describe('what is held against a client', () => {
  const wrongs: readonly [string, string | readonly string[], RegExp, ExchangerOptions?][] = [
    [
      'pipelining that was not offered',
      ['EHLO c.example\r\n', 'MAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\n'],
      /before the reply to MAIL/,
      { withholds: ['PIPELINING'] },
    ],
    ['more after EHLO', ['EHLO c.example\r\nNOOP\r\n'], /before the reply to EHLO/],
    [
      'content before the 354',
      ['EHLO c.example\r\n', 'MAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\nDATA\r\nx\r\n.\r\n'],
      /content before the 354/,
    ],
    ['a bare LF in a command', 'EHLO c.example\n', /bare LF/],
    ['a bare CR in a command', 'NOOP a\rb\r\n', /bare CR/],
    ['a long line', `NOOP ${'x'.repeat(600)}\r\n`, /512 are allowed/],
    [
      'a parameter that was not offered',
      ['EHLO c.example\r\n', 'MAIL FROM:<a@b.example> RET=FULL\r\n'],
      /MAIL RET was not offered/,
      { withholds: ['DSN'] },
    ],
    [
      'a parameter after HELO',
      ['HELO c.example\r\n', 'MAIL FROM:<a@b.example> SIZE=1\r\n'],
      /MAIL SIZE was not offered/,
    ],
    [
      'BODY=8BITMIME without 8BITMIME',
      ['EHLO c.example\r\n', 'MAIL FROM:<a@b.example> BODY=8BITMIME\r\n'],
      /MAIL BODY was not offered/,
      { withholds: ['8BITMIME'] },
    ],
    ['a bad EHLO name', 'EHLO not_valid!\r\n', /neither a domain name nor an address literal/],
    ['an EHLO name without a dot', 'EHLO localhost\r\n', /not fully qualified/],
    ['a path without brackets', ['EHLO c.example\r\n', 'MAIL FROM:a@b.example\r\n'], /MAIL without a path/],
    ['a blank before the path', ['EHLO c.example\r\n', 'MAIL FROM: <a@b.example>\r\n'], /blank before its path/],
    ['a bad path', ['EHLO c.example\r\n', 'MAIL FROM:<a..b@b.example>\r\n'], /local part is not valid/],
    ['UTF-8 without SMTPUTF8', ['EHLO c.example\r\n', 'MAIL FROM:<ä@b.example>\r\n'], /without SMTPUTF8/],
    ['MAIL before EHLO', 'MAIL FROM:<a@b.example>\r\n', /MAIL before EHLO/],
    [
      'MAIL twice',
      ['EHLO c.example\r\n', 'MAIL FROM:<a@b.example>\r\n', 'MAIL FROM:<a@b.example>\r\n'],
      /inside a transaction/,
    ],
    ['STARTTLS that was not offered', ['EHLO c.example\r\n', 'STARTTLS\r\n'], /STARTTLS was not offered/],
    [
      'more behind STARTTLS',
      ['EHLO c.example\r\n', 'STARTTLS\r\nNOOP\r\n'],
      /before the reply to STARTTLS/,
      { certificate: 'good' },
    ],
    ['an unknown command', 'XYZZY\r\n', /unknown command "XYZZY"/],
    ['more after QUIT', 'QUIT\r\nNOOP\r\n', /more after QUIT/],
    ['LHLO on SMTP', 'LHLO c.example\r\n', /LHLO on SMTP/],
  ]
  test.each(wrongs)('%s', async (_name, said, violation, options) => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene, options)
    await client.reply()
    for (const bytes of [said].flat()) {
      await client.send(bytes)
      await client.reply()
    }
    expect(exchanger.violations.join('\n')).toMatch(violation)
  })

  test.each([
    ['a bare LF in content', 'MAIL FROM:<a@b.example>', 'a\nb\r\n.', /bare LF stood in the content/],
    ['a bare CR in content', 'MAIL FROM:<a@b.example>', 'a\rb\r\n.', /bare CR stood in the content/],
    ['a long text line', 'MAIL FROM:<a@b.example>', `${'x'.repeat(999)}\r\n.`, /1000 are allowed/],
    ['8-bit without BODY', 'MAIL FROM:<a@b.example>', 'ü\r\n.', /8-bit content without/],
    ['more than SIZE said', 'MAIL FROM:<a@b.example> SIZE=3', 'abc\r\n.', /SIZE=3 announced, 5 octets came/],
    ['BINARYMIME with DATA', 'MAIL FROM:<a@b.example> BODY=BINARYMIME', 'a\r\n.', /BODY=BINARYMIME/],
  ])('%s', async (_name, mail, content, violation) => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene)
    await converse(client, ['EHLO c.example', mail, 'RCPT TO:<b@there.example>', 'DATA', content, 'QUIT'])
    expect(exchanger.violations.join('\n')).toMatch(violation)
  })

  test.each([
    ['without QUIT', ['EHLO c.example\r\n'], 'closed the connection without QUIT'],
    ['in the middle of a line', ['EHLO c.example\r\n', 'MAIL FR'], 'closed in the middle of the line "MAIL FR"'],
    [
      'in the middle of the content',
      ['EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\nDATA\r\n', 'half'],
      'closed in the middle of the content',
    ],
  ])('a connection closed %s', async (_name, said, violation) => {
    await using scene = await openScene()
    const { exchanger, client } = await meet(scene)
    await client.reply()
    for (const bytes of said) await client.send(bytes, [64])
    client.halfClose()
    await client.closed()
    expect(exchanger.violations.at(-1)).toBe(violation)
  })
})
