import { describe, expect, test } from 'vitest'
import type { Origin } from './envelope.ts'
import { receivedField } from './received.ts'

const origin: Origin = {
  session: 's1',
  transaction: 't1',
  role: 'relay',
  clientAddress: '192.0.2.7',
  helo: 'client.example',
  protocol: 'ESMTP',
}

const field = (change: Partial<Origin>, recipient?: string): string =>
  receivedField({
    origin: { ...origin, ...change },
    hostName: 'mail.here.example',
    id: 'k3XyZ01a',
    ...(recipient === undefined ? {} : { recipient }),
    at: Date.UTC(2026, 10, 24, 6, 0, 0),
  })

const unfolded = (text: string): string => text.replaceAll('\r\n\t', ' ').trimEnd()

/** RFC 5321 §4.4, as strict as it stands there. */
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const domain = `${label}(?:\\.${label})*`
const literal = '\\[[^\\[\\]\\\\ ]+\\]'
const tcpInfo = `\\((?:${domain} )?${literal}\\)`
const comment = '\\((?:[^()\\\\]|\\\\.)*\\)'
const stamp = new RegExp(
  `^Received: from (?:${domain}(?: ${tcpInfo})?|${literal} ${tcpInfo})(?: ${comment})?` +
    ` by ${domain} with [A-Z0-9]+ id [A-Za-z0-9-]+(?: for <[^<>]+>)?;` +
    ' [A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}$',
)

describe('the FROM clause', () => {
  test.each<[string, Partial<Origin>, string]>([
    ['name and address', {}, 'from client.example ([192.0.2.7]) by'],
    ['with the PTR name', { clientName: 'ptr.example' }, 'from client.example (ptr.example [192.0.2.7]) by'],
    ['IPv6', { clientAddress: '2001:db8::7' }, 'from client.example ([IPv6:2001:db8::7]) by'],
    ['a v4-mapped address', { clientAddress: '::ffff:192.0.2.7' }, 'from client.example ([192.0.2.7]) by'],
    ['a zone index', { clientAddress: 'fe80::1%lo' }, 'from client.example ([IPv6:fe80::1]) by'],
    ['a literal that lies', { helo: '[203.0.113.9]' }, 'from [203.0.113.9] ([192.0.2.7]) by'],
    ['an IPv6 literal', { helo: '[IPv6:::1]' }, 'from [IPv6:::1] ([192.0.2.7]) by'],
    ['no literal at all', { helo: '[300.1.1.1]' }, 'from [192.0.2.7] ([192.0.2.7]) (HELO [300.1.1.1]) by'],
    ['an underscore', { helo: 'my_pc' }, 'from [192.0.2.7] ([192.0.2.7]) (HELO my_pc) by'],
    ['a comment escape', { helo: 'a) by evil (\\' }, '(HELO a\\) by evil \\(\\\\) by mail'],
    ['an injection', { helo: 'x\r\nBcc: y' }, '(HELO x??Bcc: y) by'],
    ['a bad PTR name', { clientName: 'a b\r\n' }, 'from client.example ([192.0.2.7]) by'],
    ['a very long name', { helo: 'ü'.repeat(400) }, `(HELO ${'?'.repeat(60)}) by`],
    ['our own messages', { clientAddress: '', helo: 'mail.here.example' }, 'from mail.here.example by'],
  ])('%s', (_, change, expected) => {
    const text = field(change)
    expect(unfolded(text)).toContain(expected)
    expect(unfolded(text)).toMatch(stamp)
    expect(text.slice(0, -2).split('\r\n').length).toBe(text.slice(0, -2).split('\r\n\t').length)
    for (const line of text.split('\r\n')) expect(line.length).toBeLessThan(78)
  })
})

describe('the rest of the field', () => {
  test('has the clauses in their order and the date last', () => {
    expect(unfolded(field({ protocol: 'ESMTPSA' }, 'bob@here.example'))).toMatch(
      /by mail\.here\.example with ESMTPSA id k3XyZ01a for <bob@here\.example>; \w{3}, \d+ Nov 2026/,
    )
  })

  test('the cipher suite comes last, what was added stands beside our name (rfc8314-4.3-01, rfc5321-6.4-03)', () => {
    const facts = {
      origin: { ...origin, protocol: 'ESMTPSA' },
      hostName: 'mail.here.example',
      id: 'k3XyZ01a',
      recipient: 'bob@here.example',
      at: Date.UTC(2026, 10, 24, 6, 0, 0),
    }
    expect(
      unfolded(receivedField({ ...facts, cipher: 'TLS_AES_256_GCM_SHA384', added: ['Date', 'Message-ID'] })),
    ).toMatch(
      /by mail\.here\.example \(Date and Message-ID added here\) with ESMTPSA id k3XyZ01a for <bob@here\.example> tls TLS_AES_256_GCM_SHA384; \w{3}, /,
    )
    expect(receivedField({ ...facts, cipher: 'no; name' })).not.toContain('tls')
  })

  test.each<[string, Partial<Origin>, string, string]>([
    [
      'a quoted local part is not broken',
      {},
      `"${'b ob '.repeat(12)}"@here.example`,
      `for <"${'b ob '.repeat(12)}"@here.example>;`,
    ],
    ['bare postmaster is ours', {}, 'Postmaster', 'for <Postmaster@mail.here.example>;'],
    ['UTF-8 where it was asked for', { protocol: 'UTF8SMTPS' }, 'bø@ex.example', 'for <bø@ex.example>;'],
  ])('%s', (_, change, recipient, expected) => {
    expect(unfolded(field(change, recipient))).toContain(expected)
  })

  test.each<[string, Partial<Origin>, string]>([
    ['UTF-8 without SMTPUTF8', {}, 'bø@ex.example'],
    ['UTF-8 that has an ASCII form', { protocol: 'UTF8SMTPS' }, 'bo@dört.example'],
    ['angle brackets', {}, 'a>; x: <b@c'],
    ['line ends', {}, 'a@b\r\nX: y'],
  ])('no FOR clause with %s', (_, change, recipient) => {
    expect(field(change, recipient)).not.toContain('for <')
    expect(unfolded(field(change, recipient))).toMatch(stamp)
  })

  test('names are A-labels without SMTPUTF8 and U-labels with it', () => {
    const helo = 'xn--bcher-kva.example'
    expect(field({ helo })).toContain('from xn--bcher-kva.example')
    expect(field({ helo, protocol: 'UTF8SMTP' })).toContain('from bücher.example')
  })
})
