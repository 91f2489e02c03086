/**
 * The well-behaved client, on `nodemailer`'s SMTP connection: hands one message to a server and tells what came of it,
 * recipient by recipient.
 *
 * It pipelines, says STARTTLS when offered (or as told), authenticates, dot-stuffs and quits as the library does; nothing
 * here imitates it. The conversation is recorded at the socket, in clear also under TLS. A refusal is a result, never an
 * exception. SMTPUTF8 is said by the library when an address needs it.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SMTPConnectionOptions, SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection'
import type { Conversation, Submission, SubmissionResult, WireReply } from '../contract.ts'
import { openRecorder } from '../conversation.ts'
import type { Recorder } from '../conversation.ts'
import { tapSocket } from '../tap.ts'
import { readReply } from './replies.ts'
import { comingFrom } from './source.ts'

/** Milliseconds that the client waits for any one thing; QUIT is not worth more than a moment. */
const PATIENCE = 15_000
const FAREWELL = 1000

type Refusal = SubmissionResult['refused'][number]

export interface RunningSubmission {
  readonly conversation: Conversation
  readonly result: Promise<SubmissionResult>
  close(): Promise<void>
}

/** What `nodemailer` attaches to its errors. */
interface ClientError extends Error {
  readonly code?: string | undefined
  readonly command?: string | undefined
  readonly response?: string | undefined
  readonly responseCode?: number | undefined
  readonly recipient?: string | undefined
  readonly rejectedErrors?: readonly ClientError[] | undefined
}

export function openSubmission(
  to: { readonly host: string; readonly port: number },
  submission: Submission,
): RunningSubmission {
  const from = submission.source ?? 'a client'
  const recorder = openRecorder(`${from} → ${to.host}:${to.port}`)
  const connection = new SMTPConnection(optionsFor(to, submission))
  listenIn(connection, recorder)
  const broken = Promise.withResolvers<never>()
  connection.on('error', (error: Error) => broken.reject(error))
  return {
    conversation: recorder.conversation,
    result: run(connection, submission, recorder.conversation, broken.promise),
    async close() {
      broken.reject(new Error('The scene was closed'))
      connection.close()
      const { _socket: socket } = connection
      if (!socket) return
      socket.destroy()
      if (!socket.closed) await once(socket, 'close')
    },
  }
}

function optionsFor(
  to: { readonly host: string; readonly port: number },
  submission: Submission,
): SMTPConnectionOptions {
  const { tls, source } = submission
  return {
    ...to,
    name: source === undefined ? 'client.example' : source.includes(':') ? `[IPv6:${source}]` : `[${source}]`,
    secure: tls === 'implicit',
    ignoreTLS: tls === 'none',
    requireTLS: tls === 'starttls',
    tls: { rejectUnauthorized: false },
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    allowInternalNetworkInterfaces: true,
    logger: false,
    ...comingFrom(source, to.host),
  }
}

/** The library keeps its socket, and after STARTTLS the one above it, in `_socket`: each is tapped as it is put there. */
function listenIn(connection: SMTPConnection, recorder: Recorder): void {
  let current: Socket | false | null = false
  Object.defineProperty(connection, '_socket', {
    get: () => current,
    set: (socket: Socket | false | null) => {
      current = socket
      if (socket instanceof Object) {
        recorder.note('encrypted' in socket ? 'TLS begins' : 'the client connects')
        tapSocket(socket, recorder, 'S')
      }
    },
  })
}

async function run(
  connection: SMTPConnection,
  submission: Submission,
  conversation: Conversation,
  broken: Promise<never>,
): Promise<SubmissionResult> {
  const step = async <T>(
    act: (done: (error: Error | null | undefined, value?: T) => void) => void,
  ): Promise<T | undefined> => {
    const stepped = Promise.withResolvers<T | undefined>()
    act((error, value) => (error === null || error === undefined ? stepped.resolve(value) : stepped.reject(error)))
    return await Promise.race([stepped.promise, broken])
  }
  try {
    await step((done) => connection.connect(done))
    const { credentials } = submission
    if (credentials !== undefined) {
      const { user, password: pass, method } = credentials
      await step((done) => connection.login({ user, pass, ...(method === undefined ? {} : { method }) }, done))
    }
    const info = await step<SMTPConnectionSendInfo>((done) => {
      const content = Buffer.from(submission.content ?? plainContent(submission))
      connection.send(envelopeOf(submission, content), content, done)
    })
    const reply = info === undefined ? undefined : replyOf(info.response)
    return {
      accepted: info?.accepted ?? [],
      refused: (info?.rejectedErrors ?? []).map(refusal),
      ...(reply === undefined ? {} : { reply }),
      conversation,
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const failure: ClientError = error
    const refused = (failure.rejectedErrors ?? [failure]).map(refusal)
    const reply = refused.some(({ stage }) => stage === 'content-end') ? replyOf(failure.response ?? '') : undefined
    return { accepted: [], refused, ...(reply === undefined ? {} : { reply }), conversation }
  } finally {
    await takeLeave(connection)
  }
}

async function takeLeave(connection: SMTPConnection): Promise<void> {
  if (connection.destroyed) return
  const left = once(connection, 'end', { signal: AbortSignal.timeout(FAREWELL) })
  connection.quit()
  try {
    await left
  } catch {
    connection.close()
  }
}

function envelopeOf(submission: Submission, content: Buffer): Parameters<SMTPConnection['send']>[0] {
  const { from, to, dsn } = submission
  return {
    from: from === '' ? false : from,
    to: [...to],
    size: content.length,
    use8BitMime: content.some((octet) => octet > 127),
    ...(dsn === undefined
      ? {}
      : { dsn: { ...dsn, ...(dsn.notify === undefined ? {} : { notify: dsn.notify.split(',') }) } }),
  }
}

function refusal(error: ClientError): Refusal {
  const response = error.response ?? ''
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1]
  return {
    ...(error.recipient === undefined ? {} : { recipient: error.recipient }),
    code: error.responseCode ?? 0,
    ...(enhanced === undefined ? {} : { enhanced }),
    stage: stageOf(error),
    text: response === '' ? error.message : response,
  }
}

/** The command that was refused; `content-end` for the end of data, `connection` where there was no command. */
function stageOf(error: ClientError): string {
  const command = error.command ?? 'CONN'
  if (command === 'DATA' && error.code === 'EMESSAGE') return 'content-end'
  if (command === 'CONN' || command === 'API') return 'connection'
  return command.split(' ')[0] ?? command
}

function replyOf(response: string): WireReply | undefined {
  return readReply(Buffer.from(`${response.replaceAll('\n', '\r\n')}\r\n`))?.reply
}

function plainContent({ from, to }: Submission): string {
  const lines = [
    `From: <${from === '' ? 'nobody@client.example' : from}>`,
    `To: ${to.map((address) => `<${address}>`).join(', ')}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${crypto.randomUUID()}@client.example>`,
    'Subject: a plain message',
    '',
    'Hello.',
    '',
  ]
  return lines.join('\r\n')
}
