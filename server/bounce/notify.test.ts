import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Envelope, Outcome, Recipient } from '../message/envelope.ts'
import type { NotificationCause, Notification, Told } from '../queue/contract.ts'
import { settingsSchema } from '../settings/schema.ts'
import { createNotify } from './notify.ts'

const original = 'Received: from x by y; z\r\nMessage-ID: <m1@here.example>\r\nSubject: hi\r\n\r\nHello Bob\r\n'

const envelope: Envelope = {
  id: 'e1',
  reversePath: 'alice@here.example',
  acceptedAt: Date.UTC(2026, 10, 24, 6, 0, 0),
  origin: {
    session: 's',
    transaction: 't',
    role: 'submission',
    clientAddress: '192.0.2.7',
    helo: 'Client.example',
    protocol: 'ESMTPSA',
  },
  size: original.length,
  body: '7BIT',
  smtputf8: false,
  kind: 'message',
  recipients: [],
}

const bob: Recipient = { id: 'r1', address: 'Bob@there.example', state: 'queued', attempts: 1, dueAt: 0 }

const refusal: Outcome = {
  kind: 'failed',
  trouble: {
    status: '5.1.1',
    reason: 'The host refused the address.',
    host: 'mx1.there.example',
    address: '192.0.2.1',
    reply: { code: 550, enhanced: '5.1.1', lines: ['no such user', 'ask postmaster'] },
  },
}

const told = (cause: NotificationCause, outcome: Outcome, change: Partial<Recipient> = {}): Told => ({
  recipient: { ...bob, ...change },
  cause,
  outcome,
})

interface Part {
  readonly header: string
  readonly body: string
}

/** Takes a multipart apart by hand; every octet is a character. */
const parts = (message: string): { header: string; parts: readonly Part[] } => {
  const [header = '', ...rest] = message.split('\r\n\r\n')
  const boundary = /boundary="([^"]+)"/.exec(header)?.[1] ?? 'none'
  const body = `\r\n${rest.join('\r\n\r\n')}`
  const sections = body.split(`\r\n--${boundary}`)
  expect(sections.at(-1)).toBe('--\r\n')
  return {
    header,
    parts: sections.slice(1, -1).map((section) => {
      expect(section.startsWith('\r\n')).toBe(true)
      const end = section.indexOf('\r\n\r\n')
      return { header: section.slice(2, end), body: section.slice(end + 4) }
    }),
  }
}

const write = async (
  about: Partial<Envelope>,
  all: readonly Told[],
  content: Buffer = Buffer.from(original, 'latin1'),
): Promise<{ notifications: readonly Notification[]; texts: readonly string[]; events: readonly string[] }> => {
  let counter = 0
  const events: string[] = []
  const notify = createNotify({
    settings: () => settingsSchema.parse({ hostName: 'mail.here.example' }),
    clock: { now: () => Date.UTC(2026, 10, 24, 7, 0, 0) },
    ids: { unique: () => `id${(counter += 1)}`, secret: (octets) => new Uint8Array(octets).fill(171) },
    tell: (event, _, detail) => events.push(`${event} ${String(detail?.['reason'] ?? detail?.['about'])}`),
  })
  const read = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < content.length; at += 50) yield content.subarray(at, at + 50)
  }
  const notifications = await notify({ ...envelope, size: content.length, ...about }, all, read)
  const texts: string[] = []
  for (const notification of notifications) {
    const pieces: Uint8Array[] = []
    for await (const piece of notification.content) pieces.push(piece)
    texts.push(Buffer.concat(pieces).toString('latin1'))
  }
  return { notifications, texts, events }
}

const first = async (
  ...given: Parameters<typeof write>
): Promise<ReturnType<typeof parts> & { text: string; envelope: Envelope }> => {
  const { texts, notifications } = await write(...given)
  const [text] = texts
  const [notification] = notifications
  if (text === undefined || notification === undefined) throw new Error('no notification')
  return { ...parts(text), text, envelope: notification.envelope }
}

describe('the envelope (RFC 3461 §6.1)', () => {
  test('goes to the reverse-path, from nobody, and asks for nothing', async () => {
    const { envelope: own } = await first({ return: 'FULL', envelopeId: 'Q1' }, [told('failed', refusal)])
    expect(own).toMatchObject({ reversePath: '', kind: 'notification', body: '7BIT', smtputf8: false })
    expect(own.return).toBeUndefined()
    expect(own.envelopeId).toBeUndefined()
    expect(own.recipients.map(({ address, notify, state }) => ({ address, notify, state }))).toEqual([
      { address: 'alice@here.example', notify: 'never', state: 'queued' },
    ])
  })

  test.each<[string, Partial<Envelope>, readonly string[]]>([
    ['null reverse-path', { reversePath: '' }, ['notification-suppressed null reverse-path']],
    ['never again about a notification', { kind: 'notification' }, ['notification-suppressed null reverse-path']],
    ['told', {}, ['notification-queued failure']],
  ])('%s', async (_, about, events) => {
    expect((await write(about, [told('failed', refusal)])).events).toEqual(events)
  })
})

describe('a failed notification', () => {
  test('has the header of an automatic answer', async () => {
    const { header } = await first({}, [told('failed', refusal)])
    for (const line of [
      'From: Mail Delivery <postmaster@mail.here.example>',
      'To: <alice@here.example>',
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Message-ID: <id1@mail.here.example>',
      'In-Reply-To: <m1@here.example>',
      'Content-Type: multipart/report; report-type=delivery-status;',
    ]) {
      expect(header.split('\r\n')).toContain(line)
    }
    const names = header
      .replaceAll('\r\n\t', ' ')
      .split('\r\n')
      .map((line) => line.split(':')[0])
    expect(new Set(names).size).toBe(names.length)
  })

  test('has three parts: words, fields, message', async () => {
    const { parts: all } = await first({}, [told('failed', refusal)])
    expect(all.map((part) => part.header.replace(/\r\n/g, ' | '))).toEqual([
      'Content-Type: text/plain; charset=us-ascii | Content-Transfer-Encoding: 7bit',
      'Content-Type: message/delivery-status | Content-Transfer-Encoding: 7bit',
      'Content-Type: message/rfc822 | Content-Transfer-Encoding: 7bit',
    ])
    expect(all[2]?.body).toBe(original)
    expect(all[0]?.body).toContain(
      'mx1.there.example said:\r\n      550-5.1.1 no such user\r\n      550 5.1.1 ask postmaster\r\n',
    )
    expect(all[0]?.body).toContain('Check the spelling of the address')
  })

  test('shows a long reply within the width of a page (rfc5322-2.1.1-02)', async () => {
    const reply = { code: 550, lines: [`moved ${'away '.repeat(80)}`] }
    const outcome: Outcome = {
      kind: 'failed',
      trouble: { status: '5.1.6', reason: 'The host refused the address.', host: 'mx1.there.example', reply },
    }
    const { texts } = await write({}, [told('failed', outcome)])
    const { parts: pieces } = parts(texts[0] ?? '')
    for (const line of (pieces[0]?.body ?? '').split('\r\n')) expect(line.length).toBeLessThanOrEqual(78)
    expect((pieces[0]?.body ?? '').match(/away/g)).toHaveLength(80)
  })

  test('has the fields of RFC 3464', async () => {
    const orcpt = { originalRecipient: { type: 'rfc822', address: 'bob+a@old.example' } }
    const { parts: all } = await first({ envelopeId: 'Q q314=159' }, [told('failed', refusal, orcpt)])
    const date = '\\w{3}, \\d+ Nov 2026 \\d\\d:00:00 [+-]\\d{4}'
    expect(all[1]?.body).toMatch(
      new RegExp(
        [
          '^Original-Envelope-Id: Q q314=159',
          'Reporting-MTA: dns; mail\\.here\\.example',
          'Received-From-MTA: dns; Client\\.example \\(\\[192\\.0\\.2\\.7\\]\\)',
          `Arrival-Date: ${date}`,
          '',
          'Original-Recipient: rfc822;bob\\+a@old\\.example',
          'Final-Recipient: rfc822; Bob@there\\.example',
          'Action: failed',
          'Status: 5\\.1\\.1',
          'Remote-MTA: dns; mx1\\.there\\.example',
          'Diagnostic-Code: smtp; 550-5\\.1\\.1 no such user',
          ' 550 5\\.1\\.1 ask postmaster',
          `Last-Attempt-Date: ${date}`,
          'Final-Log-ID: e1',
          '$',
        ].join('\r\n'),
      ),
    )
  })

  test('names every recipient in a group of its own', async () => {
    const all = ['a', 'b', 'c'].map((name) => told('failed', refusal, { id: name, address: `${name}@there.example` }))
    const { parts: pieces } = await first({}, all)
    const groups = (pieces[1]?.body ?? '').split('\r\n\r\n').slice(1)
    expect(groups.map((group) => /Final-Recipient: (.*)\r/.exec(group)?.[1])).toEqual([
      'rfc822; a@there.example',
      'rfc822; b@there.example',
      'rfc822; c@there.example',
    ])
  })
})

const odd = (status: string): Outcome => ({ kind: 'failed', trouble: { status, reason: 'r' } })

describe('actions and status codes', () => {
  const reply = { code: 250, enhanced: '2.1.5', lines: ['ok'] }
  const late: Outcome = { kind: 'deferred', trouble: { status: '4.4.1', reason: 'No answer.' } }
  const relayed: Outcome = { kind: 'relayed', host: 'mx.x.example', address: '192.0.2.1', reply, dutyPassed: false }
  const success: Partial<Recipient> = { notify: ['success'] }
  const aliases: Outcome = { kind: 'expanded', into: ['a@b', 'c@d'] }
  const list: Outcome = { kind: 'expanded', into: ['a@b', 'c@d'], listOwner: 'o@x' }
  test.each<[string, Told, readonly string[], readonly string[]]>([
    [
      'delayed',
      told('delayed', late),
      ['Action: delayed', 'Status: 4.4.1', 'Will-Retry-Until: '],
      ['Remote-MTA', 'Last-Attempt-Date'],
    ],
    ['expired', told('failed', late), ['Action: failed', 'Status: 4.4.1'], ['Will-Retry-Until', 'Diagnostic-Code']],
    [
      'delivered',
      told('delivered', { kind: 'delivered' }, success),
      ['Action: delivered', 'Status: 2.0.0'],
      ['Remote-MTA', 'Will-Retry-Until'],
    ],
    [
      'relayed',
      told('relayed', relayed, success),
      ['Action: relayed', 'Status: 2.1.5', 'Remote-MTA: dns; mx.x.example', 'Diagnostic-Code: smtp; 250 2.1.5 ok'],
      [],
    ],
    ['an alias', told('expanded', aliases, success), ['Action: expanded', 'Status: 2.0.0'], ['a@b']],
    ['a list', told('expanded', list, success), ['Action: delivered', 'Status: 2.0.0'], ['a@b']],
    ['no status', told('failed', odd('nonsense')), ['Status: 5.0.0'], []],
    ['leading zeros', told('failed', odd('5.01.1')), ['Status: 5.0.0'], []],
    ['a success code on a failure', told('failed', odd('2.0.0')), ['Status: 5.0.0'], []],
  ])('%s', async (_, one, present, absent) => {
    const { parts: all } = await first({}, [one])
    for (const text of present) expect(all[1]?.body).toContain(text)
    for (const text of absent) expect(all[1]?.body).not.toContain(text)
    expect(all[1]?.body.match(/^Action: /gm)).toHaveLength(1)
  })

  test('a host name that is no fully-qualified one is not called a DNS name', async () => {
    const notify = createNotify({
      settings: () => settingsSchema.parse({ hostName: 'laptop' }),
      clock: { now: () => 0 },
      ids: { unique: () => 'i', secret: (octets) => new Uint8Array(octets) },
      tell: () => undefined,
    })
    const [notification] = await notify(envelope, [told('failed', refusal)], async function* () {
      yield Buffer.from(original)
    })
    let text = ''
    for await (const piece of notification?.content ?? []) text += Buffer.from(piece).toString()
    expect(text).toContain('Reporting-MTA: x-local-hostname; laptop\r\n')
  })
})

describe('what comes back of the original', () => {
  const header = original.slice(0, original.indexOf('\r\n\r\n') + 2)
  const large = `${original}${'x'.repeat(70)}\r\n`.padEnd(60_000, 'yyyyyyy\r\n')
  const late: Outcome = { kind: 'deferred', trouble: { status: '4.4.1', reason: 'No answer.' } }
  const failed = told('failed', refusal)
  const latin = original.replace('Hello', 'Gr\xfc\xdfe')
  const encoded = original.replace(
    '\r\n\r\nHello',
    '\r\nContent-Type: text/plain; charset=unknown-8bit\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe',
  )
  test.each<[string, Partial<Envelope>, Told, string, string, string, Envelope['body']]>([
    ['whole by default', {}, failed, original, 'message/rfc822 7bit', original, '7BIT'],
    ['RET=HDRS', { return: 'HDRS' }, failed, original, 'text/rfc822-headers 7bit', header, '7BIT'],
    ['RET=FULL', { return: 'FULL' }, failed, large, 'message/rfc822 7bit', large, '7BIT'],
    ['large', {}, failed, large, 'text/rfc822-headers 7bit', header, '7BIT'],
    [
      'no failure, whatever RET says',
      { return: 'FULL' },
      told('delayed', late),
      original,
      'text/rfc822-headers 7bit',
      header,
      '7BIT',
    ],
    ['8-bit', { body: '8BITMIME' }, failed, latin, 'message/rfc822 7bit', encoded, '7BIT'],
    ['8-bit that nobody declared', {}, failed, latin, 'message/rfc822 7bit', encoded, '7BIT'],
    ['NUL', { body: 'BINARYMIME' }, failed, `${original}\0`, 'text/rfc822-headers 7bit', header, '7BIT'],
    ['a bare LF', {}, failed, `${original}a\nb\r\n`, 'text/rfc822-headers 7bit', header, '7BIT'],
    ['a very long line', {}, failed, `${original}${'z'.repeat(1200)}\r\n`, 'text/rfc822-headers 7bit', header, '7BIT'],
    [
      '8-bit header fields',
      { return: 'HDRS' },
      failed,
      'Subject: gr\xfcn\r\n\r\nx',
      'text/rfc822-headers quoted-printable',
      'Subject: gr=FCn\r\n',
      '7BIT',
    ],
    ['no header section', { return: 'HDRS' }, failed, '\r\nx', 'text/rfc822-headers 7bit', '', '7BIT'],
    ['no line end at its end', {}, failed, 'A: b\r\n\r\nx', 'message/rfc822 7bit', 'A: b\r\n\r\nx', '7BIT'],
  ])('%s', async (_, about, one, content, label, returned, body) => {
    const { parts: all, envelope: own, header: top } = await first(about, [one], Buffer.from(content, 'latin1'))
    const [, type, encoding] =
      /^Content-Type: (\S+)\r\nContent-Transfer-Encoding: (\S+)$/.exec(all[2]?.header ?? '') ?? []
    expect([`${type} ${encoding}`, all[2]?.body, own.body]).toEqual([label, returned, body])
    expect(top).toContain(`Content-Transfer-Encoding: ${body === '7BIT' ? '7bit' : '8bit'}`)
  })
})

/** The octets of a text as characters, like the notifications that `first` gives. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('international mail (RFC 6533)', () => {
  const content = Buffer.from('Subject: 你好\r\n\r\nhi\r\n')
  const one = told('failed', refusal, {
    address: '用户@例.example',
    originalRecipient: { type: 'utf-8', address: 'ü+x@例.example' },
  })

  test('to an international sender it goes as UTF-8', async () => {
    const about = { reversePath: 'älice@here.example', smtputf8: true, body: '8BITMIME' } as const
    const { header, parts: all, envelope: own } = await first(about, [one], content)
    expect(own).toMatchObject({ smtputf8: true, body: '8BITMIME' })
    expect(header).toContain('report-type=global-delivery-status')
    expect(header).toContain(latin1('To: <älice@here.example>'))
    expect(all.map((part) => part.header.split('\r\n')[0])).toEqual([
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: message/global-delivery-status',
      'Content-Type: message/global',
    ])
    expect(all.every((part) => part.header.endsWith('8bit'))).toBe(true)
    expect(all[1]?.body).toContain(latin1('Original-Recipient: utf-8;ü+x@例.example\r\n'))
    expect(all[1]?.body).toContain(latin1('Final-Recipient: utf-8; 用户@例.example\r\n'))
    expect(all[2]?.body).toBe(content.toString('latin1'))
  })

  test('a domain beyond ASCII alone needs no SMTPUTF8 on the way back', async () => {
    const { header, envelope: own } = await first(
      { reversePath: 'alice@bücher.example', smtputf8: true },
      [one],
      content,
    )
    expect(own).toMatchObject({ smtputf8: false, body: '7BIT' })
    expect(own.recipients.map((recipient) => recipient.address)).toEqual(['alice@xn--bcher-kva.example'])
    expect(header).toContain('To: <alice@xn--bcher-kva.example>')
  })

  test('to an ASCII sender it is ASCII throughout', async () => {
    const { text, parts: all, envelope: own } = await first({ smtputf8: true, body: '8BITMIME' }, [one], content)
    expect(own).toMatchObject({ smtputf8: false, body: '7BIT' })
    expect(text).toMatch(/^[\r\n\t\x20-\x7e]*$/)
    expect(all[1]?.header).toContain('message/delivery-status')
    expect(all[1]?.body).toContain('Original-Recipient: utf-8;\\x{FC}\\x{2B}x@\\x{4F8B}.example\r\n')
    expect(all[1]?.body).toContain('Final-Recipient: utf-8; \\x{7528}\\x{6237}@\\x{4F8B}.example\r\n')
    expect(all[2]?.header).toBe('Content-Type: message/global\r\nContent-Transfer-Encoding: base64')
    expect(Buffer.from(all[2]?.body ?? '', 'base64')).toEqual(content)
  })

  test('header sections alone keep their label', async () => {
    const about = { smtputf8: true, return: 'HDRS' } as const
    const international = await first({ ...about, reversePath: 'älice@here.example' }, [one], content)
    expect(international.parts[2]?.header).toBe(
      'Content-Type: message/global-headers\r\nContent-Transfer-Encoding: 8bit',
    )
    const ascii = await first(about, [one], content)
    expect(ascii.parts[2]?.header).toBe(
      'Content-Type: message/global-headers\r\nContent-Transfer-Encoding: quoted-printable',
    )
    expect(ascii.parts[2]?.body).toBe('Subject: =E4=BD=A0=E5=A5=BD\r\n')
  })
})

describe('hostile text', () => {
  const evil = 'x\r\n\r\nX-Evil: yes\r\n.\r\n'
  test('of a remote host, an address or an EHLO makes no field and no line', async () => {
    const outcome: Outcome = {
      kind: 'failed',
      trouble: {
        status: '5.1.1',
        reason: evil,
        host: evil,
        reply: { code: 550, lines: [evil, 'w '.repeat(400)] },
      },
    }
    const about = { envelopeId: evil, origin: { ...envelope.origin, helo: evil } }
    const recipient = { address: evil, originalRecipient: { type: evil, address: evil } }
    const { text, parts: all } = await first(about, [told('failed', outcome, recipient)])
    expect(all).toHaveLength(3)
    expect(text).not.toMatch(/^X-Evil/m)
    expect(text).not.toMatch(/^\.$/m)
    for (const line of text.split('\r\n')) expect(line.length).toBeLessThan(998)
  })

  test('of a Message-ID is not cited', async () => {
    const { header } = await first({}, [told('failed', refusal)], Buffer.from('Message-ID: <a> x\r\n <b>\r\n\r\n'))
    expect(header).not.toContain('In-Reply-To')
  })
})

test('whatever the message, the address and the words of others, the notification is sound', async () => {
  const foreign = fc.string({ unit: 'binary', maxLength: 300 })
  const piece = fc.constantFrom(
    'Subject: x\r\n',
    '\r\n',
    '\r',
    '\n',
    '--=_abab\r\n',
    '\0',
    '\u00ff',
    'text',
    'y'.repeat(1200),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      foreign,
      foreign,
      fc.constantFrom('FULL', 'HDRS'),
      async (pieces, address, reason, returned) => {
        const content = Buffer.from(pieces.join(''), 'latin1')
        const trouble = { status: '5.1.1', reason, host: address, reply: { code: 550, lines: [reason, address] } }
        const failed: Outcome = { kind: 'failed', trouble }
        const { texts } = await write({ return: returned }, [told('failed', failed, { address })], content)
        const [text = ''] = texts
        expect(text).toMatch(/^[\t\r\n -~]*$/)
        expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
        expect(parts(text).parts.length).toBe(3)
      },
    ),
    { numRuns: 150 },
  )
})
