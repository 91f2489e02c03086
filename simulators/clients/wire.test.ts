import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { readReply } from './replies.ts'
import { openWireClient } from './wire.ts'

interface Bench extends AsyncDisposable {
  readonly place: { readonly host: string; readonly port: number }
  /** The first connection. */
  readonly socket: Promise<Socket>
  /** What it heard so far, one piece for each segment. */
  readonly pieces: readonly string[]
}

/** A bare server that only listens. */
async function bench(): Promise<Bench> {
  const pieces: string[] = []
  const socket = Promise.withResolvers<Socket>()
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (peer) => {
    peer.on('error', () => undefined)
    peer.on('data', (bytes: Buffer) => pieces.push(bytes.toString('latin1')))
    socket.resolve(peer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    place: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    socket: socket.promise,
    pieces,
    async [Symbol.asyncDispose]() {
      server.close()
      ;(await socket.promise).destroy()
    },
  }
}

describe('replies', () => {
  test.each([
    ['250 ok\r\n', { code: 250, lines: ['ok'] }],
    ['250\r\n', { code: 250, lines: [''] }],
    ['250-a\r\n250-b\r\n250 c\r\nmore', { code: 250, lines: ['a', 'b', 'c'] }],
    ['550 5.1.1 nobody\r\n', { code: 550, enhanced: '5.1.1', lines: ['5.1.1 nobody'] }],
    ['hello\n', { code: 0, lines: ['hello'] }],
    ['25 x\r\n', { code: 0, lines: ['25 x'] }],
  ])('%j', (text, reply) => {
    const found = readReply(Buffer.from(text))
    expect(found?.reply).toMatchObject(reply)
    expect(found?.octets).toBe(text.lastIndexOf('\n') + 1)
  })

  test.each(['', '250', '250-a\r\n', '250-a\r\n250 '])('%j is not complete', (text) => {
    expect(readReply(Buffer.from(text))).toBeUndefined()
  })
})

describe('the wire client', () => {
  test('sends segments of the given sizes, the last one repeating, from the given address', async () => {
    await using server = await bench()
    const client = await openWireClient(server.place, { from: '127.99.7.5' })
    const socket = await server.socket
    expect(socket.remoteAddress).toBe('127.99.7.5')
    await client.send('abcdefgh', [3, 2])
    await client.send(new Uint8Array([0, 255]))
    while (server.pieces.join('').length < 10) await once(socket, 'data')
    expect(server.pieces).toEqual(['abc', 'de', 'fg', 'h', '\0\xff'])
    await client.close()
  })

  test('gives replies one by one, and knows those that nobody asked for', async () => {
    await using server = await bench()
    const client = await openWireClient(server.place)
    const socket = await server.socket
    socket.write('220 one\r\n250-tw')
    expect((await client.reply()).lines).toEqual(['one'])
    socket.write('o\r\n250 end\r\n221 three\r\n')
    expect((await client.reply()).lines).toEqual(['two', 'end'])
    expect(client.replies.map(({ code }) => code)).toEqual([220, 250, 221])
    expect((await client.reply()).code).toBe(221)
    await client.close()
  })

  test('says what it heard when patience ends or the server closes', async () => {
    await using server = await bench()
    const client = await openWireClient(server.place, { patience: 10 })
    const socket = await server.socket
    socket.write('220-ha')
    await expect(client.reply()).rejects.toThrow('No reply within 10 ms; heard: "220-ha"')
    expect(await client.closed()).toBe(false)
    socket.end()
    await expect(client.reply()).rejects.toThrow('closed instead of a reply; heard: "220-ha"')
    expect(await client.closed()).toBe(true)
    await client.close()
  })

  test('after FIN it still hears', async () => {
    await using server = await bench()
    const client = await openWireClient(server.place)
    const socket = await server.socket
    client.halfClose()
    await once(socket, 'end')
    socket.write('221 still here\r\n')
    expect((await client.reply()).code).toBe(221)
    await client.close()
  })

  test('reset is a reset', async () => {
    await using server = await bench()
    const client = await openWireClient(server.place)
    const socket = await server.socket
    const broken = once(socket, 'error')
    client.reset()
    await expect(broken).resolves.toMatchObject([{ code: 'ECONNRESET' }])
  })
})
