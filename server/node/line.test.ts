import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket, createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import type { Dialer, Line } from '../ports.ts'
import { createDialer } from './dialer.ts'

const dialer: Dialer = createDialer()
const stops: (() => void)[] = []
afterEach(() => {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) stop()
})

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes)
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said)

/** A server that does `act` with each connection; gives its port. */
const serve = async (act: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    act(socket)
  })
  stops.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const dial = async (port: number): Promise<Line> => {
  const dialed = await dialer.dial({ address: '127.0.0.1', port }, {})
  if ('fault' in dialed) throw new Error(dialed.fault)
  stops.push(() => dialed.line.close())
  return dialed.line
}

/** Self-signed, for `mx.there.example`, `*.wild.example` and `m*.odd.example`; good for a hundred years, and for tests only. */
const pem = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBXzCCAQSgAwIBAgIRALywrGFI5YyxUpLerEADFHwwCgYIKoZIzj0EAwIwDzEN
MAsGA1UEAxMEdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow
DzENMAsGA1UEAxMEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJz3Ve22
6z8tV370TfSJqeCYjhEbjHmftY23ccOqUX/qoFrfhi6O82VFUlYYJAtU+JBzno/f
5cmBw0RYKLs57G6jPzA9MDsGA1UdEQQ0MDKCEG14LnRoZXJlLmV4YW1wbGWCDiou
d2lsZC5leGFtcGxlgg5tKi5vZGQuZXhhbXBsZTAKBggqhkjOPQQDAgNJADBGAiEA
iSdjd4yreHOOGpForFU5+BqITkirtgBbdUdKk8xbGf4CIQCYuYGvAihiPsTDraGu
1PXuWA0zCrfUbruf3rYxYyF70A==
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvdA8gKb9XYVNWJGr
dtVo9Ul8JJlxb/v2gRAn+VEHQJihRANCAASc91Xttus/LVd+9E30iangmI4RG4x5
n7WNt3HDqlF/6qBa34YujvNlRVJWGCQLVPiQc56P3+XJgcNEWCi7Oexu
-----END PRIVATE KEY-----`,
}

describe('a line', () => {
  test('carries octets both ways and tells the end', async () => {
    const port = await serve((socket) => {
      socket.write('220 hi\r\n')
      socket.once('data', (chunk) => socket.end(chunk))
    })
    const line = await dial(port)
    expect([line.localAddress, line.remoteAddress]).toEqual(['127.0.0.1', '127.0.0.1'])
    expect(text(await line.read())).toBe('220 hi\r\n')
    expect(await line.write(bytes('QUIT\r\n'))).toBe(true)
    expect(text(await line.read())).toBe('QUIT\r\n')
    expect(await line.read()).toBeUndefined()
    expect(line.fault()).toBeUndefined()
    line.close()
    line.close()
    expect(await line.write(bytes('x'))).toBe(false)
  })

  test('a reset is told', async () => {
    const line = await dial(await serve((socket) => socket.once('data', () => socket.resetAndDestroy())))
    await line.write(bytes('x'))
    expect(await line.read()).toBeUndefined()
    expect(line.fault()).toBe('ECONNRESET')
  })

  test('what the peer does not take is not said to have gone', async () => {
    const line = await dial(await serve((socket) => socket.pause()))
    const went = line.write(new Uint8Array(64 * 1024 * 1024))
    const soon = await Promise.race([went, new Promise((resolve) => setTimeout(resolve, 20, 'waiting'))])
    expect(soon).toBe('waiting')
    line.close()
    expect(await went).toBe(false)
  })

  test('reading ahead is bounded', async () => {
    let sent = 0
    const port = await serve((socket) => {
      const piece = Buffer.alloc(65_536)
      const more = (): void => {
        while (sent < 256 * 1024 * 1024 && socket.write(piece)) sent += piece.length
      }
      socket.on('drain', more)
      more()
    })
    const line = await dial(port)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    expect((await line.read())?.length).toBeGreaterThan(0)
  })
})

describe('a dialer', () => {
  test('a refused connection is a fault', async () => {
    expect(await dialer.dial({ address: '127.0.0.1', port: 1 }, {})).toEqual({ fault: 'ECONNREFUSED' })
  })

  test('the attempt can be given up', async () => {
    const port = await serve(() => {})
    const signal = AbortSignal.abort()
    expect(await dialer.dial({ address: '127.0.0.1', port }, { signal })).toEqual({ fault: 'given up' })
    // Nobody answers the handshake: only giving up ends it
    const waiting = new AbortController()
    const dialed = dialer.dial({ address: '127.0.0.1', port }, { tls: { verify: true }, signal: waiting.signal })
    setTimeout(() => waiting.abort(), 10)
    expect(await dialed).toHaveProperty('fault')
  })

  test('speaks from a chosen address', async () => {
    let from: string | undefined
    const port = await serve((socket) => {
      from = socket.remoteAddress
      socket.end('x')
    })
    const dialed = await dialer.dial({ address: '127.0.0.1', port }, { localAddress: '127.0.0.77' })
    if ('line' in dialed) await dialed.line.read()
    expect(from).toBe('127.0.0.77')
  })

  test('TLS from the first octet', async () => {
    const server = createTlsServer(pem, (socket) => socket.end('220 hi\r\n'))
    stops.push(() => server.close())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const tls = { serverName: 'mx.there.example', verify: true, trustedCertificates: pem.cert }
    const dialed = await dialer.dial({ address: '127.0.0.1', port }, { tls })
    expect(dialed).toMatchObject({ secured: { protocol: 'TLSv1.3' } })
    if ('fault' in dialed) return
    expect(dialed.line.remoteAddress).toBe('127.0.0.1')
    expect(text(await dialed.line.read())).toBe('220 hi\r\n')
    dialed.line.close()
  })
})

/** Says `before` in clear when spoken to, then starts TLS and says `welcome`. */
const startTlsServer = async (before: string): Promise<number> =>
  await serve((socket) => {
    socket.once('data', () => {
      socket.write(before, () => {
        const secure = new TLSSocket(socket, { isServer: true, ...pem })
        secure.on('error', () => secure.destroy())
        secure.write('welcome\r\n')
      })
    })
  })

describe('STARTTLS', () => {
  test('what was said in clear and not read is gone', async () => {
    const line = await dial(await startTlsServer('220 go\r\n250 injected\r\n'))
    await line.write(bytes('STARTTLS\r\n'))
    await line.read()
    expect(await line.secure({ serverName: 'mx.there.example', verify: false })).toMatchObject({
      secured: { protocol: 'TLSv1.3', fault: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
    expect(text(await line.read())).toBe('welcome\r\n')
  })

  test.each([
    ['mx.there.example', undefined],
    ['MX.There.Example', undefined],
    ['a.wild.example', undefined],
    ['a.b.wild.example', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['wild.example', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['mx.odd.example', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['other.example', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('a trusted certificate against the name %s: %s', async (serverName, fault) => {
    const line = await dial(await startTlsServer('220 go\r\n'))
    await line.write(bytes('STARTTLS\r\n'))
    await line.read()
    const result = await line.secure({ serverName, verify: false, trustedCertificates: pem.cert })
    expect('secured' in result ? result.secured.fault : result.fault).toBe(fault)
  })

  test('verification that fails ends the line', async () => {
    const line = await dial(await startTlsServer('220 go\r\n'))
    await line.write(bytes('STARTTLS\r\n'))
    await line.read()
    expect(await line.secure({ serverName: 'mx.there.example', verify: true })).toEqual({
      fault: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(await line.read()).toBeUndefined()
    expect(await line.write(bytes('x'))).toBe(false)
  })

  test('a peer that speaks no TLS', async () => {
    const port = await serve((socket) => socket.on('data', () => socket.write('220 go\r\n')))
    const line = await dial(port)
    await line.write(bytes('STARTTLS\r\n'))
    await line.read()
    expect(await line.secure({ verify: false })).toHaveProperty('fault')
  })

  test('a record that TLS cannot read breaks the line at once; it once waited for the whole deadline', async () => {
    const port = await serve((socket) => {
      socket.once('data', () => {
        socket.write('220 go\r\n', () => {
          const secure = new TLSSocket(socket, { isServer: true, ...pem })
          secure.on('error', () => secure.destroy())
          secure.once('data', () => socket.write(Buffer.from([0x17, 3, 3, 0, 0x20, ...Array<number>(32).fill(7)])))
        })
      })
    })
    const line = await dial(port)
    await line.write(bytes('STARTTLS\r\n'))
    await line.read()
    await line.secure({ verify: false })
    await line.write(bytes('EHLO here.example\r\n'))
    expect(await line.read()).toBeUndefined()
    expect(line.fault()).toMatch(/^ERR_SSL/)
    expect(await line.write(bytes('QUIT\r\n'))).toBe(false)
  })

  test('closing ends a handshake that nobody answers', async () => {
    const line = await dial(await serve((socket) => socket.resume()))
    const result = line.secure({ verify: false })
    setTimeout(() => line.close(), 5)
    expect(await result).toHaveProperty('fault')
  })
})
