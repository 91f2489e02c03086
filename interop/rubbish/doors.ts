/**
 * The doors at which rubbish is delivered: every listener in clear, before, instead of and inside TLS, and the
 * administration API. A connection is opened up to the point from which rubbish follows.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Service } from '../support/service.ts'

export interface Door {
  readonly name: string
  readonly speaks: 'mail' | 'web' | 'handshake'
  /** The socket on which rubbish is to be written; rejects when the server does not let us come so far. */
  open(): Promise<Socket>
}

const patience = (): AbortSignal => AbortSignal.timeout(10_000)

const connected = async (socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> => {
  socket.on('error', () => {})
  await once(socket, event, { signal: patience() })
  return socket
}

/** Says a line and hears something, which is taken for the reply. */
const say = async (socket: Socket, line: string): Promise<void> => {
  const heard = once(socket, 'data', { signal: patience() })
  if (line !== '') socket.write(`${line}\r\n`)
  await heard
}

export const doorsOf = (service: Service): readonly Door[] => {
  const localAddress = service.stranger
  const plain = (role: 'relay' | 'submission' | 'submissions') => (): Promise<Socket> =>
    connected(connect({ ...service.endpoint(role), localAddress }), 'connect')
  const inClear = (role: 'relay' | 'submission') => async (): Promise<Socket> => {
    const socket = await plain(role)()
    await say(socket, '')
    return socket
  }
  const afterStarttls = async (): Promise<Socket> => {
    const socket = await inClear('submission')()
    await say(socket, 'EHLO client.example')
    await say(socket, 'STARTTLS')
    socket.removeAllListeners('data')
    return socket
  }
  const insideStarttls = async (): Promise<Socket> =>
    connected(connectTls({ socket: await afterStarttls(), rejectUnauthorized: false }), 'secureConnect')
  const insideTls = async (): Promise<Socket> =>
    connected(connectTls({ socket: await plain('submissions')(), rejectUnauthorized: false }), 'secureConnect')
  const administration = (): Promise<Socket> => {
    const { hostname, port } = new URL(service.adminUrl())
    return connected(connect({ host: hostname, port: Number(port) }), 'connect')
  }
  return [
    { name: 'relay', speaks: 'mail', open: inClear('relay') },
    { name: 'submission, in clear', speaks: 'mail', open: inClear('submission') },
    { name: 'submission, instead of a handshake', speaks: 'handshake', open: afterStarttls },
    { name: 'submission, inside TLS', speaks: 'mail', open: insideStarttls },
    { name: 'submissions, instead of a handshake', speaks: 'handshake', open: plain('submissions') },
    { name: 'submissions, inside TLS', speaks: 'mail', open: insideTls },
    { name: 'administration', speaks: 'web', open: administration },
  ]
}
