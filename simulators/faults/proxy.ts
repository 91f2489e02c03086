/**
 * A proxy in the path between any client and any server: it carries bytes, and does to them what was declared.
 *
 * It knows of SMTP only how to keep STARTTLS from both sides. Each direction keeps its order; a cut counts octets of
 * one direction and then ends both sides in the way that was asked for. Closing it ends every connection at once.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { flushed } from '../channel.ts'
import type { PathTrouble, Proxy } from '../contract.ts'
import { whenFree } from '../when-free.ts'
import { comingFrom } from '../clients/source.ts'

interface Place {
  readonly host: string
  readonly port: number
}

/** STARTTLS overwritten, where it is offered and where it is asked for; the length stays, so that counts stay true. */
const STRIPPERS = {
  S: (bytes: Buffer): Buffer => overwrite(bytes, /^(250[ -])STARTTLS\b/gim, '$1XXXXXXXX'),
  C: (bytes: Buffer): Buffer => overwrite(bytes, /^STARTTLS(?=\r\n)/gim, 'XXXXXXXX'),
} as const

/** What one connection still has to suffer. */
interface Lot {
  readonly trouble: PathTrouble
  readonly cut: PathTrouble['cut']
  readonly signal: AbortSignal
}

export async function openProxy(at: Place, to: Place, trouble: PathTrouble = {}): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const closing = new AbortController()
  let connections = 0
  let cutsLeft = trouble.cut?.times ?? Number.POSITIVE_INFINITY

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections += 1
    const { from } = trouble
    const target = connect({
      ...to,
      allowHalfOpen: true,
      noDelay: true,
      ...comingFrom(from, to.host),
    })
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        // What is still on its way to the other side may arrive; a broken connection breaks there too.
        if (socket.errored !== null) other.destroy()
      })
    }
    const lot: Lot = { trouble, cut: cutsLeft > 0 ? trouble.cut : undefined, signal: closing.signal }
    cutsLeft -= 1
    void carry(client, target, 'C', lot)
    void carry(target, client, 'S', lot)
  })
  await whenFree(async () => {
    server.listen({ ...at, exclusive: true })
    await once(server, 'listening')
  })
  let closed: Promise<void> | undefined
  return {
    address: at.host,
    port: at.port,
    get connections() {
      return connections
    },
    close: () =>
      (closed ??= (async () => {
        const done = once(server, 'close')
        closing.abort()
        server.close()
        for (const socket of sockets) socket.destroy()
        await done
      })()),
  }
}

/** Carries one direction until it ends, breaks or is cut. */
async function carry(source: Socket, sink: Socket, side: 'C' | 'S', { trouble, cut, signal }: Lot): Promise<void> {
  const strip = trouble.stripsStarttls === true ? STRIPPERS[side] : (bytes: Buffer) => bytes
  let left = cut?.side === side ? cut.afterOctets : Number.POSITIVE_INFINITY
  try {
    for await (const piece of source.iterator({ destroyOnReturn: false })) {
      if (trouble.latencyMilliseconds !== undefined) await pause(trouble.latencyMilliseconds, undefined, { signal })
      const bytes = strip(Buffer.from(piece as Uint8Array))
      await pass(sink, bytes.subarray(0, Math.min(left, bytes.length)), trouble.sliceOctets)
      left -= bytes.length
      if (left <= 0 && cut !== undefined) {
        sever(source, sink, cut.by)
        return
      }
    }
    sink.end()
  } catch {
    source.destroy()
    sink.destroy()
  }
}

async function pass(sink: Socket, bytes: Buffer, slice: number | undefined): Promise<void> {
  const size = slice ?? Math.max(1, bytes.length)
  for (let at = 0; at < bytes.length; at += size) {
    if (sink.destroyed) return
    if (!sink.write(bytes.subarray(at, at + size))) await Promise.race([once(sink, 'drain'), once(sink, 'close')])
    if (slice !== undefined) await flushed()
  }
}

function sever(source: Socket, sink: Socket, by: NonNullable<PathTrouble['cut']>['by']): void {
  switch (by) {
    case 'disconnect':
      source.destroySoon()
      sink.destroySoon()
      break
    case 'reset':
      source.resetAndDestroy()
      sink.resetAndDestroy()
      break
    case 'half-close':
      sink.end()
      source.resume()
      break
    case 'silence':
      source.resume()
      break
  }
}

function overwrite(bytes: Buffer, pattern: RegExp, replacement: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(pattern, replacement), 'latin1')
}
