/**
 * A name server that answers some questions with given packets, whatever they are, and all others with what the scene's own
 * name server says. Over UDP and TCP, on one port; it asks upstream over UDP, whose answers in these trials are small.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { decode } from 'dns-packet'
import type { Packet } from './trial.ts'

export interface RubbishNames {
  /** `ADDRESS:PORT`. */
  readonly endpoint: string
  /** Packets that were not asked for yet. */
  left(): number
  close(): Promise<void>
}

const keyOf = (query: Buffer): string | undefined => {
  try {
    const [question] = decode(query).questions ?? []
    return question === undefined ? undefined : `${question.type} ${question.name.toLowerCase()}`
  } catch {
    return undefined
  }
}

/** The packet with the query's id laid over its own: two zero octets become the right id. */
const answering = (query: Buffer, bytes: Uint8Array): Buffer => {
  const answer = Buffer.from(bytes)
  for (const at of [0, 1]) if (at < answer.length) answer[at] = (answer[at] ?? 0) ^ (query[at] ?? 0)
  return answer
}

export const openRubbishNames = async (
  address: string,
  upstream: string,
  packets: readonly Packet[],
): Promise<RubbishNames> => {
  const waiting = [...packets]
  const [host = '', port = ''] = upstream.split(':')
  const asking = new Set<() => void>()
  const connections = new Set<Socket>()

  const respond = (query: Buffer, send: (answer: Buffer) => void): void => {
    const key = keyOf(query)
    const at = waiting.findIndex(({ question }) => question === key)
    const [packet] = at < 0 ? [] : waiting.splice(at, 1)
    if (packet !== undefined) return send(answering(query, packet.bytes))
    const socket = createSocket('udp4')
    const end = (): void => {
      if (asking.delete(end)) socket.close()
    }
    asking.add(end)
    socket.on('error', end)
    socket.on('message', (answer: Buffer) => {
      send(answer)
      end()
    })
    socket.send(query, Number(port), host)
  }

  const udp = createSocket('udp4')
  udp.on('message', (query: Buffer, from) => respond(query, (answer) => udp.send(answer, from.port, from.address)))
  const tcp = createServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes: Buffer) => {
      respond(bytes.subarray(2), (answer) => {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(answer.length % 65_536)
        if (socket.writable) socket.write(Buffer.concat([length, answer]))
      })
    })
  })
  udp.bind({ address, port: 0, exclusive: true })
  await once(udp, 'listening')
  const own = udp.address().port
  tcp.listen({ host: address, port: own, exclusive: true })
  await once(tcp, 'listening')
  return {
    endpoint: `${address}:${own}`,
    left: () => waiting.length,
    close: async () => {
      const closed = once(tcp, 'close')
      for (const end of asking) end()
      for (const socket of connections) socket.destroy()
      tcp.close()
      udp.close()
      await closed
    },
  }
}
