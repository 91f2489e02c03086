/**
 * The raw client: says exactly what it is told, in exactly the segments it is told, from the address it is told, and
 * records what it heard, in clear also under TLS.
 *
 * It keeps to no protocol: pipelining, early talk, half lines and resets are the caller's to decide. Every wait ends with
 * its patience.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { TLSSocket } from 'node:tls'
import { flushed, openChannel } from '../channel.ts'
import type { SecureAs, WireClient, WireOptions, WireReply } from '../contract.ts'
import { openRecorder } from '../conversation.ts'
import type { Recorder } from '../conversation.ts'
import { readReply } from './replies.ts'
import { comingFrom } from './source.ts'

const PATIENCE = 5000
/** RFC 9266 §2: the label of the channel binding of TLS 1.3, 32 octets. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding'

/** The first Finished message of a full handshake is the client's (RFC 5929 §3); certificates here are signed with SHA-256. */
function bindingsOf(socket: TLSSocket): Readonly<Record<string, Uint8Array>> {
  const finished = socket.getFinished()
  return {
    'tls-exporter': socket.exportKeyingMaterial(32, EXPORTER_LABEL, Buffer.alloc(0)),
    'tls-server-end-point': createHash('sha256').update(socket.getPeerCertificate().raw).digest(),
    ...(finished === undefined ? {} : { 'tls-unique': finished }),
  }
}

/** Connects; rejects with the reason when nobody answers (`connect ECONNREFUSED …`). */
export async function openWireClient(
  to: { readonly host: string; readonly port: number },
  options: WireOptions = {},
  recorder: Recorder = openRecorder(options.title ?? `${options.from ?? 'a client'} → ${to.host}:${to.port}`),
): Promise<WireClient> {
  const patience = options.patience ?? PATIENCE
  const socket = connect({
    ...to,
    noDelay: true,
    allowHalfOpen: true,
    ...comingFrom(options.from, to.host),
  })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) })
  } catch (error) {
    socket.destroy()
    recorder.note(`not connected: ${error instanceof Error ? error.message : String(error)}`)
    throw error
  }
  recorder.note(`${socket.localAddress ?? '?'} connects to ${to.host}:${to.port}`)
  const channel = openChannel(socket, recorder, 'S')
  const replies: WireReply[] = []
  let given = 0

  /** All complete replies that wait become replies, also those that nobody asked for yet. */
  const collect = (): void => {
    for (let found = readReply(channel.waiting); found !== undefined; found = readReply(channel.waiting)) {
      channel.take(found.octets)
      replies.push(found.reply)
    }
  }
  const secure = async (how: SecureAs = {}): Promise<void> => {
    collect()
    const fault = await Promise.race([
      channel.secureAsClient({
        rejectUnauthorized: how.authority !== undefined,
        ...(how.authority === undefined ? {} : { ca: how.authority }),
        ...(how.serverName === undefined ? {} : { servername: how.serverName }),
        ...(how.version === undefined ? {} : { minVersion: how.version, maxVersion: how.version }),
      }),
      channel.over(patience).then((over) => (over ? 'the server closed' : `no handshake within ${patience} ms`)),
    ])
    if (fault === undefined) return
    channel.destroy()
    throw new Error(`TLS failed: ${channel.fault ?? fault}`)
  }
  const client: WireClient = {
    conversation: recorder.conversation,
    get replies() {
      collect()
      return replies
    },
    async send(bytes, segments = []) {
      const all = Buffer.from(bytes)
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const size = Math.max(1, segments[turn] ?? segments.at(-1) ?? all.length)
        if (!(await channel.write(all.subarray(at, at + size)))) return
        at += size
        if (segments.length > 0) await flushed()
      }
    },
    async say(line) {
      await client.send(`${line}\r\n`)
      return await client.reply()
    },
    async reply() {
      const deadline = performance.now() + patience
      for (;;) {
        collect()
        const next = replies[given]
        if (next !== undefined) {
          given += 1
          return next
        }
        const heard = channel.waiting.length === 0 ? 'nothing' : JSON.stringify(channel.waiting.toString('latin1'))
        if (channel.ended)
          throw new Error(`The server closed instead of a reply; heard: ${heard} (${channel.fault ?? 'FIN'})`)
        if (!(await channel.more(Math.max(0, deadline - performance.now()))) && performance.now() >= deadline) {
          throw new Error(`No reply within ${patience} ms; heard: ${heard}`)
        }
      }
    },
    secure,
    get channelBinding() {
      const { socket: above } = channel
      return above instanceof TLSSocket ? above.exportKeyingMaterial(32, EXPORTER_LABEL, Buffer.alloc(0)) : undefined
    },
    get certificate() {
      const { socket: above } = channel
      return above instanceof TLSSocket ? above.getPeerCertificate().raw : undefined
    },
    get channelBindings() {
      const { socket: above } = channel
      return above instanceof TLSSocket ? bindingsOf(above) : {}
    },
    closed: async () => await channel.over(patience),
    halfClose: () => channel.end(),
    reset: () => channel.reset(),
    async close() {
      channel.destroy()
      if (!socket.closed) await once(socket, 'close')
    },
  }
  const { implicitTls = false } = options
  if (implicitTls !== false) await secure(implicitTls === true ? {} : implicitTls)
  return client
}
