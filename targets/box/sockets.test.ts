import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { listens } from './sockets.ts'

const onLinux = process.platform === 'linux'

test.runIf(onLinux)('a place where somebody listens is told from one where nobody does', async () => {
  const server = createServer((socket) => socket.resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const place = { address: '127.0.0.1', port }
  expect(listens(place)).toBe(true)
  expect(listens({ ...place, address: '127.0.0.2' })).toBe(false)
  // A session that is still open is nobody who listens.
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  server.close()
  expect(listens(place)).toBe(false)
  client.destroy()
  await once(server, 'close')
})
