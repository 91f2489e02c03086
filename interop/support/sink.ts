/**
 * A mail exchanger that keeps nothing but a digest: it takes messages of any size by DATA or BDAT and remembers, of each,
 * its envelope and the SHA-256 of its body.
 *
 * For loads whose content no script should hold in memory; scenes have exchangers that keep everything.
 */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'

export interface Digested {
  readonly recipients: readonly string[]
  readonly by: 'DATA' | 'BDAT'
  /** Octets after the header section. */
  readonly octets: number
  readonly sha256: string
}

export interface Sink {
  readonly received: readonly Digested[]
  close(): Promise<void>
}

export interface SinkOptions {
  readonly host: string
  readonly port: number
  readonly offersChunking: boolean
  /** Refuses every recipient with this reply. */
  readonly refuses?: string
}

const headerEnd = Buffer.from('\r\n\r\n')

/** Digests what follows the first empty line. */
class BodyDigest {
  readonly #hash: Hash = createHash('sha256')
  #header: Buffer | undefined = Buffer.alloc(0)
  octets = 0
  add(bytes: Buffer): void {
    let body = bytes
    if (this.#header !== undefined) {
      this.#header = Buffer.concat([this.#header, bytes])
      const end = this.#header.indexOf(headerEnd)
      if (end < 0) return
      body = this.#header.subarray(end + headerEnd.length)
      this.#header = undefined
    }
    this.octets += body.length
    this.#hash.update(body)
  }
  sha256(): string {
    return this.#hash.digest('hex')
  }
}

/** Undoes transparency (RFC 5321 §4.5.2) piece by piece, and finds the end of data. */
class DataReader {
  #held = Buffer.from('\r\n')
  /** What of the content is known by now, and what followed the end of data, if it was there. */
  take(bytes: Buffer): { readonly content: Buffer; readonly rest?: Buffer } {
    const all = Buffer.concat([this.#held, bytes])
    const pieces: Buffer[] = []
    let from = 0
    for (let at = all.indexOf('\r\n.'); at >= 0 && at + 5 <= all.length; at = all.indexOf('\r\n.', at + 2)) {
      pieces.push(all.subarray(from, at + 2))
      from = at + 3
      if (all[at + 3] === 13 && all[at + 4] === 10) {
        return { content: this.#withoutHead(Buffer.concat(pieces)), rest: all.subarray(at + 5) }
      }
    }
    // The last octets may be the beginning of an end.
    const sure = Math.max(from, all.length - 4)
    pieces.push(all.subarray(from, sure))
    this.#held = Buffer.from(all.subarray(sure))
    return { content: this.#withoutHead(Buffer.concat(pieces)) }
  }
  /** The CRLF before the first line is not of the content; it only makes the first line like the others. */
  #head = 2
  #withoutHead(content: Buffer): Buffer {
    const skipped = Math.min(this.#head, content.length)
    this.#head -= skipped
    return content.subarray(skipped)
  }
}

const serve = async (socket: Socket, options: SinkOptions, received: Digested[]): Promise<void> => {
  const pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let waiting: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const next = await pieces.next()
    if (next.done === true) return false
    waiting = waiting.length === 0 ? next.value : Buffer.concat([waiting, next.value])
    return true
  }
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  let recipients: string[] = []
  let digest = new BodyDigest()
  const finish = (by: Digested['by']): void => {
    received.push({ recipients, by, octets: digest.octets, sha256: digest.sha256() })
    recipients = []
    digest = new BodyDigest()
    say('250 2.0.0 taken')
  }
  say('220 sink ESMTP')
  for (;;) {
    const end = waiting.indexOf('\r\n')
    if (end < 0) {
      if (!(await more())) return
      continue
    }
    const line = waiting.toString('latin1', 0, end)
    waiting = waiting.subarray(end + 2)
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') {
      const offers = ['PIPELINING', '8BITMIME', ...(options.offersChunking ? ['CHUNKING'] : []), 'SIZE 0']
      say(['250-sink', ...offers.slice(0, -1).map((offer) => `250-${offer}`), `250 ${offers.at(-1)}`].join('\r\n'))
    } else if (verb === 'RCPT' && options.refuses !== undefined) say(options.refuses)
    else if (verb === 'RCPT') {
      recipients.push(/<([^>]*)>/.exec(line)?.[1] ?? '')
      say('250 2.1.5 good')
    } else if (verb === 'BDAT') {
      const [, size, last] = line.split(' ')
      let left = Number(size)
      while (left > 0) {
        if (waiting.length === 0 && !(await more())) return
        const piece = waiting.subarray(0, left)
        waiting = waiting.subarray(piece.length)
        left -= piece.length
        digest.add(piece)
      }
      if (last?.toUpperCase() === 'LAST') finish('BDAT')
      else say('250 2.0.0 go on')
    } else if (verb === 'DATA' && recipients.length === 0) say('554 5.5.1 no recipients')
    else if (verb === 'DATA') {
      say('354 go on')
      const reader = new DataReader()
      for (;;) {
        const { content, rest } = reader.take(waiting)
        digest.add(content)
        waiting = rest ?? Buffer.alloc(0)
        if (rest !== undefined) break
        if (!(await more())) return
      }
      finish('DATA')
    } else if (verb === 'QUIT') {
      socket.end('221 2.0.0 bye\r\n')
      return
    } else say('250 2.0.0 good')
  }
}

export const openSink = async (options: SinkOptions): Promise<Sink> => {
  const received: Digested[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => void sockets.delete(socket))
    // A client that goes away in the middle is no message, and no fault of ours.
    serve(socket, options, received).catch(() => socket.destroy())
  })
  server.listen({ host: options.host, port: options.port })
  await once(server, 'listening')
  return {
    received,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
