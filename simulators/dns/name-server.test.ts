import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { decode, encode, streamEncode } from 'dns-packet'
import type { DecodedPacket, Packet } from 'dns-packet'
import { describe, expect, test } from 'vitest'
import type { DnsTrouble, NameServer } from '../contract.ts'
import { openScene } from '../scene.ts'

/** Asks over UDP and resolves to the answer's bytes; undefined when none came within the time. */
async function ask(dns: NameServer, query: Packet, milliseconds = 1000): Promise<Buffer | undefined> {
  const [host = '', port = ''] = dns.endpoint.split(':')
  const socket = createSocket('udp4')
  try {
    socket.send(encode({ type: 'query', id: 4711, flags: 256, ...query }), Number(port), host)
    const [bytes] = (await once(socket, 'message', { signal: AbortSignal.timeout(milliseconds) })) as [Buffer]
    return bytes
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}

const RCODE = 0x0f
const TC = 0x02_00

function rcodeOf(bytes: Buffer | undefined): number {
  return bytes === undefined ? -1 : bytes.readUInt16BE(2) & RCODE
}

function resolverFor(dns: NameServer): Resolver {
  const resolver = new Resolver({ timeout: 300, tries: 1 })
  resolver.setServers([dns.endpoint])
  return resolver
}

describe('the name server', () => {
  test('answers a resolver: records, chains, no data, no name, reverse', async () => {
    await using scene = await openScene()
    const { dns } = scene
    dns.zone(`
      there.example.      MX 10 mx1.there.example.
      there.example.      MX 20 mx2.there.example.
      mx1.there.example.  A 127.200.1.1
      alias.example.      CNAME middle.example.
      middle.example.     CNAME mx1.there.example.
      dangling.example.   CNAME nobody.example.
      loop.example.       CNAME loop.example.
      null.example.       MX 0 .
      text.example.       TXT "two parts" "of text"
      deep.down.example.  A 127.200.1.2
      _25._tcp.mx1.there.example. TLSA 3 1 1 00ff
    `)
    const resolver = resolverFor(dns)
    expect(await resolver.resolveMx('there.example')).toEqual([
      expect.objectContaining({ priority: 10, exchange: 'mx1.there.example' }),
      expect.objectContaining({ priority: 20, exchange: 'mx2.there.example' }),
    ])
    expect(await resolver.resolveMx('null.example')).toEqual([expect.objectContaining({ priority: 0, exchange: '' })])
    expect(await resolver.resolve4('alias.example')).toEqual(['127.200.1.1'])
    expect(await resolver.resolveTxt('text.example')).toEqual([['two parts', 'of text']])
    expect(await resolver.reverse('127.200.1.1')).toEqual(['mx1.there.example'])
    const [tlsa] = await resolver.resolveTlsa('_25._tcp.mx1.there.example')
    expect(tlsa).toMatchObject({ certUsage: 3, selector: 1, match: 1 })
    await expect(resolver.resolve4('there.example')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('down.example')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('nobody.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolve4('dangling.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolver.resolve4('loop.example')).rejects.toMatchObject({ code: 'ESERVFAIL' })
    const undeclared = dns.questions.filter(({ declared }) => !declared).map(({ name }) => name)
    expect(undeclared).toEqual(['nobody.example'])
    expect(dns.questions[0]).toMatchObject({ name: 'there.example', type: 'MX', transport: 'udp', answer: 'NOERROR 2' })
  })

  test('answers change between questions', async () => {
    await using scene = await openScene()
    const resolver = resolverFor(scene.dns)
    scene.dns.zone('there.example. A 127.200.1.1')
    expect(await resolver.resolve4('there.example')).toEqual(['127.200.1.1'])
    scene.dns.replace('there.example', 'A', 'there.example. A 127.200.1.2')
    expect(await resolver.resolve4('there.example')).toEqual(['127.200.1.2'])
    scene.dns.replace('there.example', 'A', '')
    await expect(resolver.resolve4('there.example')).rejects.toMatchObject({ code: 'ENODATA' })
    scene.dns.remove('there.example')
    await expect(resolver.resolve4('there.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test.each<[DnsTrouble, (bytes: Buffer | undefined) => boolean, string]>([
    ['nxdomain', (bytes) => rcodeOf(bytes) === 3, 'NXDOMAIN'],
    ['servfail', (bytes) => rcodeOf(bytes) === 2, 'SERVFAIL'],
    ['refused', (bytes) => rcodeOf(bytes) === 5, 'REFUSED'],
    ['silence', (bytes) => bytes === undefined, '(silence)'],
    [
      'truncated',
      (bytes) => bytes !== undefined && (bytes.readUInt16BE(2) & TC) !== 0 && decode(bytes).answers?.length === 0,
      '(truncated)',
    ],
    ['wrong-id', (bytes) => bytes !== undefined && bytes.readUInt16BE(0) !== 4711, '(wrong id)'],
    [
      'wrong-question',
      (bytes) => bytes !== undefined && decode(bytes).questions?.[0]?.name === 'other.there.example',
      '(wrong question)',
    ],
    ['garbage', (bytes) => bytes !== undefined && bytes.readUInt16BE(0) === 4711 && unreadable(bytes), '(garbage)'],
    ['slow', (bytes) => bytes !== undefined && decode(bytes).answers?.length === 1, 'NOERROR 1'],
  ])('trouble: %s, once, then well again', async (trouble, holds, logged) => {
    await using scene = await openScene()
    scene.dns.zone('there.example. A 127.200.1.1')
    scene.dns.trouble('There.example.', trouble, { times: 1, type: 'A', delayMilliseconds: 5 })
    const query: Packet = { questions: [{ type: 'A', name: 'there.example' }] }
    expect(rcodeOf(await ask(scene.dns, { questions: [{ type: 'MX', name: 'there.example' }] }))).toBe(0)
    expect(holds(await ask(scene.dns, query, trouble === 'silence' ? 30 : 1000))).toBe(true)
    expect(rcodeOf(await ask(scene.dns, query))).toBe(0)
    expect(scene.dns.questions.map(({ answer }) => answer)).toEqual(['NOERROR 0', logged, 'NOERROR 1'])
  })

  test('troubles strike one after another, and end when told', async () => {
    await using scene = await openScene()
    const query: Packet = { questions: [{ type: 'A', name: 'there.example' }] }
    scene.dns.zone('there.example. A 127.200.1.1')
    scene.dns.trouble('there.example', 'servfail', { times: 2 })
    scene.dns.trouble('there.example', 'refused')
    const codes: number[] = []
    for (let turn = 0; turn < 4; turn += 1) codes.push(rcodeOf(await ask(scene.dns, query)))
    scene.dns.recover('there.example')
    codes.push(rcodeOf(await ask(scene.dns, query)))
    expect(codes).toEqual([2, 2, 5, 5, 0])
  })

  test('what does not fit in UDP is truncated, and whole over TCP, where questions may come in pieces', async () => {
    await using scene = await openScene()
    const texts = Array.from({ length: 12 }, (_, index) => `long.example. TXT "${String(index).padStart(200, 'x')}"`)
    scene.dns.zone(texts.join('\n'))
    const packet: Packet = { type: 'query', id: 4711, questions: [{ type: 'TXT', name: 'LONG.example' }] }
    const short = await ask(scene.dns, packet)
    expect((short?.readUInt16BE(2) ?? 0) & TC).toBe(TC)
    const [host = '', port = ''] = scene.dns.endpoint.split(':')
    const socket = connect({ host, port: Number(port), noDelay: true })
    const bytes = streamEncode(packet)
    for (const octet of bytes) socket.write(Buffer.from([octet]))
    let heard = Buffer.alloc(0)
    while (heard.length < 2 || heard.length < 2 + heard.readUInt16BE(0)) {
      const [piece] = (await once(socket, 'data')) as [Buffer]
      heard = Buffer.concat([heard, piece])
    }
    socket.destroy()
    const answer: DecodedPacket = decode(heard.subarray(2))
    expect(answer.answers).toHaveLength(12)
    expect(answer.answers?.[0]?.name).toBe('LONG.example')
  })

  test('mistakes in zone text throw, all at once', async () => {
    await using scene = await openScene()
    expect(() => scene.dns.zone('a.example. A x\nb.example. MX y')).toThrow(/2 mistake[^]*line 1[^]*line 2/)
  })
})

function unreadable(bytes: Buffer): boolean {
  try {
    decode(bytes)
    return false
  } catch {
    return true
  }
}
