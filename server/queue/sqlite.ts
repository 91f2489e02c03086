/**
 * The durable store: SQLite with a write-ahead log and `synchronous=FULL`, in a thread of its own.
 *
 * Every promise of `Store` resolves after the commit that holds its effect; commits are grouped by the worker. Content
 * passes in pieces, in and out, so that the size of a message does not show in the size of the process. A call that the
 * disk refuses rejects and leaves the store usable; when the thread itself dies, every call rejects and `onFault` is told.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Envelope } from '../message/envelope.ts'
import type { Clock, Container, Offspring, SetAside, Store } from '../ports.ts'
import { openContainer } from './container.ts'
import type { ChunkedContainer } from './container.ts'
import { writeEnvelope, writeRecipient } from './document.ts'
import { keepHere } from './sqlite-here.ts'
import { connectWorker, threadEnd } from './worker-line.ts'
import type { WorkerEnd, WorkerOpened } from './worker-line.ts'
import { createPressure } from './pressure.ts'
import { chunkSize } from './sqlite-messages.ts'
import type { Answer, NewMessage, ReadPiece, StoredContent, WorkerOptions } from './sqlite-messages.ts'

export interface SqliteStoreOptions {
  /** The folder of the queue, made when absent; one process at a time uses it. */
  readonly folder: string
  readonly clock: Pick<Clock, 'now'>
  /** Octets that the database file may have at most; absent or 0 means that the disk alone sets the limit. */
  readonly maximumOctets?: number
  /** False: the database is kept in the caller's own thread (`sqlite-here.ts`). */
  readonly ownThread?: boolean
  /** Told once when the thread dies, and when tidying up fails. */
  readonly onFault?: (reason: string) => void
}

/** Chunk buffers kept for reuse. */
const buffersKept = 16

const accepted = (answer: Answer): Exclude<Answer, { readonly kind: 'refused' }> => {
  if (answer.kind === 'refused') throw new Error(`the queue's database refused: ${answer.reason}`)
  return answer
}

const newMessage = ({ envelope }: Offspring, content: StoredContent): NewMessage => ({
  id: envelope.id,
  document: writeEnvelope(envelope),
  recipients: envelope.recipients.map((recipient) => [recipient.id, writeRecipient(recipient)] as const),
  content,
})

const keepInThread = (options: WorkerOptions): WorkerEnd => {
  // The same file name runs from the sources and from `dist/`.
  const thread = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: options,
  })
  return threadEnd(thread)
}

/** Opens (or makes) the queue in the folder; rejects with a sentence when another process uses it or it cannot be had. */
export const openSqliteStore = async (options: SqliteStoreOptions): Promise<Store> => {
  const workerData: WorkerOptions = {
    folder: options.folder,
    now: options.clock.now(),
    maximumOctets: options.maximumOctets ?? 0,
  }
  const worker = options.ownThread === false ? keepHere(workerData) : keepInThread(workerData)
  const line = connectWorker(worker, options.onFault ?? (() => {}))
  let opened: WorkerOpened
  try {
    opened = await line.opened
  } catch (fault) {
    await worker.terminate()
    throw fault
  }

  let nextContainer = opened.nextContainer
  const containers = new Map<string, ChunkedContainer>()
  const buffers: Uint8Array<ArrayBuffer>[] = []
  const pressure = createPressure()
  const giveBack = (buffer: Uint8Array<ArrayBuffer>): void => {
    if (buffers.length < buffersKept) buffers.push(buffer)
  }

  const begin = (): Container => {
    const number = nextContainer++
    const container = openContainer(number, {
      buffer: () => buffers.pop() ?? new Uint8Array(chunkSize),
      giveBack,
      carry: async (of, chunk, bytes) => {
        const answer = await line.ask({ kind: 'write', container: of, chunk, bytes }, [bytes.buffer])
        if ((answer.kind === 'written' || answer.kind === 'refused') && answer.buffer !== undefined) {
          giveBack(new Uint8Array(answer.buffer))
        }
        accepted(answer)
        pressure(chunkSize) // of what the writer received and let go
      },
      discard: (of) => line.send({ kind: 'discard', container: of }),
    })
    const ours: ChunkedContainer = {
      ...container,
      get size() {
        return container.size
      },
      discard: () => {
        containers.delete(container.id)
        container.discard()
      },
    }
    containers.set(container.id, ours)
    return ours
  }

  const found = (container: Container): ChunkedContainer => {
    const one = containers.get(container.id)
    if (one === undefined) throw new Error('the container is closed')
    return one
  }

  /** Offers new messages to the worker by `ask`; their containers are theirs when it agrees, and as before when not. */
  const offer = async (
    children: readonly Offspring[],
    ask: (messages: readonly NewMessage[], transfer: readonly ArrayBuffer[]) => Promise<Answer>,
  ): Promise<void> => {
    const ours = children.map(({ container }) => found(container))
    try {
      const messages = await Promise.all(
        children.map(async (child) => newMessage(child, await found(child.container).whole())),
      )
      accepted(
        await ask(
          messages,
          messages.map(({ content }) => content.tail.buffer),
        ),
      )
    } catch (fault) {
      for (const container of ours) container.refused()
      throw fault
    }
    for (const container of ours) {
      containers.delete(container.id)
      container.accepted()
    }
  }

  const readPiece = async (envelope: string, chunk: number): Promise<ReadPiece> => {
    const answer = accepted(await line.ask({ kind: 'read', envelope, chunk }))
    if (answer.kind !== 'piece') throw new Error(`unexpected answer ${answer.kind}`)
    return answer.piece
  }

  return {
    load: async () => {
      const envelopes: Envelope[] = []
      const setAside: SetAside[] = [...opened.setAside]
      for (let after: number | undefined = 0; after !== undefined;) {
        const answer = accepted(await line.ask({ kind: 'load', after }))
        if (answer.kind !== 'page') throw new Error(`unexpected answer ${answer.kind}`)
        envelopes.push(...answer.page.envelopes)
        setAside.push(...answer.page.setAside)
        after = answer.page.next
      }
      return { envelopes, setAside }
    },
    begin,
    accept: (envelope, container) =>
      offer([{ envelope, container }], (messages, transfer) => line.ask({ kind: 'accept', messages }, transfer)),
    settle: ({ envelope, recipients, offspring, finished }) =>
      offer(offspring, (messages, transfer) => {
        const documents = recipients.map((recipient) => [recipient.id, writeRecipient(recipient)] as const)
        return line.ask({ kind: 'settle', envelope, recipients: documents, offspring: messages, finished }, transfer)
      }),
    content: async function* (envelope) {
      for (let chunk = 0, octets = 0; ; chunk++) {
        const piece = await readPiece(envelope, chunk)
        octets += piece.bytes.length
        if (piece.octets > chunkSize) pressure(piece.bytes.length)
        if (piece.bytes.length > 0) yield piece.bytes
        if (octets >= piece.octets) return
      }
    },
    close: () => line.close(),
  }
}
