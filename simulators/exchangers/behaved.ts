/**
 * A well-behaved mail exchanger on the `smtp-server` library: the independent second opinion beside the scripted one.
 *
 * It takes no faults and judges no manners; it waits 100 ms before each greeting, as the library does. Received messages
 * and conversations look as the scripted exchanger's do. It offers neither CHUNKING nor BINARYMIME.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerAddress, SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import type { Conversation, Exchanger, ExchangerOptions, ReceivedMessage } from '../contract.ts'
import { openRecorder } from '../conversation.ts'
import type { Recorder } from '../conversation.ts'
import { tapSocket } from '../tap.ts'
import { whenFree } from '../when-free.ts'
import type { ExchangerPlace } from './scripted.ts'

export async function openBehavedExchanger(place: ExchangerPlace, options: ExchangerOptions): Promise<Exchanger> {
  const received: ReceivedMessage[] = []
  const conversations: Conversation[] = []
  const sockets = new Set<Socket>()
  const recorders = new Map<string, Recorder>()
  const library = new SMTPServer({
    ...libraryOptions(place, options),
    onSecure(socket, session, done) {
      const recorder = recorders.get(`${session.remoteAddress} ${session.remotePort}`)
      if (recorder !== undefined) {
        recorder.note('TLS begins')
        tapSocket(socket, recorder, 'C')
      }
      done()
    },
    onAuth(auth, _session, done) {
      const { credentials } = options
      const right =
        credentials !== undefined &&
        auth.username === credentials.user &&
        (auth.method === 'CRAM-MD5'
          ? auth.validatePassword(credentials.password)
          : auth.password === credentials.password)
      if (right) done(null, { user: credentials.user })
      else done(null, { message: 'wrong credentials', responseCode: 535 })
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('too big'), { responseCode: 552 }))
        received.push(messageOf(place.name, session, Buffer.concat(pieces)))
        done()
      })
    },
  })
  library.on('error', () => undefined)
  library.server.prependListener('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? 'nobody'
    const recorder = openRecorder(`${peer} → ${place.name}`)
    recorder.note(`${peer} connects`)
    conversations.push(recorder.conversation)
    place.onConversation(recorder.conversation)
    const key = `${peer} ${socket.remotePort ?? 0}`
    recorders.set(key, recorder)
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      recorders.delete(key)
    })
    if (options.implicitTls !== true) tapSocket(socket, recorder, 'C')
  })
  const listener = library.server
  const listen = async (): Promise<void> =>
    whenFree(async () => {
      listener.listen({ host: place.address, port: place.port, exclusive: true })
      await once(listener, 'listening')
    })
  await listen()
  let closed: Promise<void> | undefined
  return {
    name: place.name,
    address: place.address,
    port: place.port,
    received,
    declined: [],
    violations: [],
    conversations,
    declare: () => {
      throw new Error(`${place.name} stands on the smtp-server library and takes no faults`)
    },
    held: 0,
    release() {},
    shut: async () => {
      if (listener.listening) listener.close()
      await Promise.resolve()
    },
    open: async () => {
      if (!listener.listening) await listen()
    },
    close: () =>
      (closed ??= (async () => {
        const done = listener.listening ? once(listener, 'close') : undefined
        if (listener.listening) listener.close()
        for (const socket of sockets) socket.destroy()
        await done
      })()),
  }
}

function libraryOptions(place: ExchangerPlace, options: ExchangerOptions): SMTPServerOptions {
  const withheld = new Set(options.withholds?.map((keyword) => keyword.toUpperCase()))
  const disabled = [
    ...(place.certificate === undefined || withheld.has('STARTTLS') ? ['STARTTLS'] : []),
    ...(options.credentials === undefined || withheld.has('AUTH') ? ['AUTH'] : []),
    ...(options.heloOnly === true ? ['EHLO'] : []),
  ]
  return {
    ...place.certificate,
    name: place.name,
    secure: options.implicitTls === true,
    lmtp: options.protocol === 'lmtp',
    size: options.maximumSize ?? 200_000_000,
    hideSize: withheld.has('SIZE'),
    hidePIPELINING: withheld.has('PIPELINING'),
    hide8BITMIME: withheld.has('8BITMIME'),
    hideSMTPUTF8: withheld.has('SMTPUTF8'),
    hideDSN: withheld.has('DSN'),
    hideENHANCEDSTATUSCODES: withheld.has('ENHANCEDSTATUSCODES'),
    authMethods: [...(options.credentials?.methods ?? ['PLAIN', 'LOGIN', 'CRAM-MD5'])],
    authOptional: options.credentials === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    disabledCommands: disabled,
    logger: false,
  }
}

function messageOf(exchanger: string, session: SMTPServerSession, content: Buffer): ReceivedMessage {
  const { mailFrom, rcptTo } = session.envelope
  const verb = session.openingCommand.toUpperCase()
  return {
    at: Date.now(),
    exchanger,
    helo: session.hostNameAppearsAs,
    verb: verb === 'LHLO' || verb === 'HELO' ? verb : 'EHLO',
    secure: session.secure,
    ...(typeof session.user === 'string' ? { user: session.user } : {}),
    reversePath: mailFrom === false ? '' : mailFrom.address,
    mailParameters: mailFrom === false ? {} : parametersOf(mailFrom),
    recipients: rcptTo.map((recipient) => ({ address: recipient.address, parameters: parametersOf(recipient) })),
    content,
    by: 'DATA',
    peerAddress: session.remoteAddress,
  }
}

function parametersOf({ args }: SMTPServerAddress): Readonly<Record<string, string>> {
  const entries = args === false ? [] : Object.entries(args)
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, value === true ? '' : value]))
}
