/**
 * A path that damages what passes: one octet of what the client sends is turned over, wherever it falls. Under TLS that is
 * a record that cannot be read, in the handshake or after it, in the middle of whatever the server is about to say.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Path {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/** Carries one connection to the server, from the given address; `octet` counts from 0. */
export const openDamagingPath = async (
  to: { readonly host: string; readonly port: number },
  from: string,
  octet: number,
): Promise<Path> => {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const onward = connect({ ...to, localAddress: from, allowHalfOpen: true, noDelay: true })
    let seen = 0
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.on('error', () => {
        client.destroy()
        onward.destroy()
      })
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroySoon()
        onward.destroySoon()
      })
    }
    client.on('data', (bytes: Buffer) => {
      const at = octet - seen
      seen += bytes.length
      if (at >= 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 0xff
      onward.write(bytes)
    })
    client.on('end', () => onward.end())
    onward.pipe(client)
  })
  server.listen(0, from)
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo
  return {
    host: address,
    port,
    close: async () => {
      const closed = once(server, 'close')
      for (const socket of sockets) socket.destroy()
      server.close()
      await closed
    },
  }
}
