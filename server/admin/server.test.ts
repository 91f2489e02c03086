import { afterEach, expect, test } from 'vitest'
import { type AdminServer, openAdminServer } from './server.ts'
import { fakeServer, token } from './fixture.ts'

const open: AdminServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function opened(address = '127.0.0.1', port = 0) {
  const { administration, clock } = await fakeServer()
  const result = await openAdminServer({ administration, clock, address, port })
  if (result.kind === 'open') open.push(result.server)
  return result
}

test('answers on loopback', async () => {
  const result = await opened()
  const url = result.kind === 'open' ? result.server.url : ''
  const response = await fetch(`${url}/health`)
  expect(await response.json()).toMatchObject({ status: 'degraded', reasons: [{ reason: 'open-relay' }] })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test.each(['0.0.0.0', '::', '192.0.2.1', 'localhost', ''])('refuses to listen on %j', async (address) => {
  expect(await opened(address)).toMatchObject({ kind: 'fault' })
})

test('says when the port is taken', async () => {
  const first = await opened()
  const port = Number(new URL(first.kind === 'open' ? first.server.url : '').port)
  expect(await opened('127.0.0.1', port)).toEqual({
    kind: 'fault',
    fault: `The administration API cannot listen on 127.0.0.1:${port}: EADDRINUSE.`,
  })
})

test('a closed API ends its streams and can be closed again', async () => {
  const result = await opened()
  if (result.kind !== 'open') throw new Error(result.fault)
  const { server } = result
  const headers = { authorization: `Bearer ${token}` }
  const stream = await fetch(`${server.url}/api/journal/stream`, { headers })
  await server.close()
  expect(await stream.text()).toBe(': the journal\n\n')
  await server.close()
  await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed')
})

test('a body without end is cut off', async () => {
  const result = await opened()
  const url = result.kind === 'open' ? result.server.url : ''
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20)),
  })
  const sent = fetch(`${url}/api/settings`, {
    method: 'PUT',
    body: endless,
    duplex: 'half',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  }).then(
    (response) => response.status,
    () => 413,
  )
  expect(await sent).toBe(413)
})
