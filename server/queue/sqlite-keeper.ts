/**
 * The keeper of the queue's database: whoever runs it (a thread of its own, or the caller's) answers calls on a port.
 *
 * Group commit: whatever arrives while one commit is under way forms the next transaction, and answers go out only after
 * it. When a transaction fails, its changes are tried again one by one, so that only those that the disk refuses are
 * refused. Between bursts the thread deletes content nobody needs any more and gives free pages back, a little at a time.
 */
import type { MessagePort } from 'node:worker_threads'
import { lockFolder, openDatabase } from './sqlite-file.ts'
import type { Answer, Call, Change, FromWorker, WorkerOptions } from './sqlite-messages.ts'
import { createRows } from './sqlite-rows.ts'

interface Asked {
  readonly call: number
  readonly change: Change
}

/** Chunks deleted in one step of sweeping: 8 MiB. */
const sweptAtOnce = 128
/** Free pages kept for reuse (64 MiB), and how many are given back in one step (4 MiB). */
const freePagesKept = 16_384
const freedAtOnce = 1024
/** Changes of one transaction at most, so that none waits for a transaction without end. */
const mostAtOnce = 1000

export const sentence = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

/** The buffer of a written chunk, to be handed back to its owner. */
const bufferOf = (change: Change): ArrayBuffer | undefined =>
  change.kind === 'write' && change.bytes.buffer instanceof ArrayBuffer ? change.bytes.buffer : undefined

const done = ({ call, change }: Asked): Answer => {
  const buffer = bufferOf(change)
  return buffer === undefined ? { call, kind: 'done' } : { call, kind: 'written', buffer }
}

const refused = ({ call, change }: Asked, reason: string): Answer => {
  const buffer = bufferOf(change)
  return buffer === undefined ? { call, kind: 'refused', reason } : { call, kind: 'refused', reason, buffer }
}

/** Answers calls on the port until it is asked to close; throws when the database cannot be had. */
export const keepDatabase = (port: MessagePort, options: WorkerOptions): void => {
  const say = (word: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(word, [...transfer])

  const lock = lockFolder(options.folder)
  const { database, setAside } = openDatabase(options)
  const rows = createRows(database)
  const pagesFree = database.prepare('PRAGMA freelist_count')
  const unwanted: number[] = [...rows.orphans()] // abandoned containers of an earlier run
  const waiting: Call[] = []
  let scheduled = false

  const carryOut = (asked: readonly Asked[]): void => {
    const released: number[] = []
    database.exec('BEGIN IMMEDIATE')
    try {
      for (const { change } of asked) released.push(...rows.change(change))
      database.exec('COMMIT')
    } catch (fault) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw fault
    }
    unwanted.push(...released)
  }

  /** Deletes all unwanted content at once; true when there was some. */
  const sweepAll = (): boolean => {
    if (unwanted.length === 0) return false
    try {
      for (const container of unwanted) while (!rows.sweep(container, sweptAtOnce));
    } catch {
      // The fault that led here is told; what is left is swept at the next start.
    }
    unwanted.length = 0
    return true
  }

  const commit = (asked: readonly Asked[]): readonly Answer[] => {
    if (asked.length === 0) return []
    try {
      carryOut(asked)
      return asked.map(done)
    } catch (fault) {
      const [only] = asked
      const swept = sweepAll() // a full disk may have room again
      if (only !== undefined && asked.length === 1 && !swept) return [refused(only, sentence(fault))]
      return asked.flatMap((one) => commit([one]))
    }
  }

  const answerRead = (call: number, envelope: string, chunk: number): Answer => {
    try {
      return { call, kind: 'piece', piece: rows.read(envelope, chunk) }
    } catch (fault) {
      return { call, kind: 'refused', reason: sentence(fault) }
    }
  }

  const answerLoad = (call: number, after: number): Answer => {
    try {
      database.exec('BEGIN IMMEDIATE')
      const page = rows.page(after)
      database.exec('COMMIT')
      return { call, kind: 'page', page }
    } catch (fault) {
      if (database.isTransaction) database.exec('ROLLBACK')
      return { call, kind: 'refused', reason: sentence(fault) }
    }
  }

  const send = (answers: readonly Answer[]): void => {
    if (answers.length === 0) return
    const transfer = new Set<ArrayBuffer>()
    for (const answer of answers) {
      if (answer.kind === 'piece' && answer.piece.bytes.buffer instanceof ArrayBuffer) {
        transfer.add(answer.piece.bytes.buffer)
      } else if ((answer.kind === 'written' || answer.kind === 'refused') && answer.buffer !== undefined) {
        transfer.add(answer.buffer)
      }
    }
    say({ kind: 'answers', answers }, [...transfer])
  }

  const close = (): void => {
    database.close()
    lock.close()
    port.close()
  }

  /** One small step of housekeeping; true when there is more to do. */
  const tidy = (): boolean => {
    const container = unwanted[0]
    try {
      if (container !== undefined) {
        if (rows.sweep(container, sweptAtOnce)) unwanted.shift()
        return true
      }
      const free = pagesFree.get()?.['freelist_count']
      if (typeof free !== 'number' || free <= freePagesKept) return false
      database.exec(`PRAGMA incremental_vacuum(${freedAtOnce})`)
      return true
    } catch (fault) {
      // Nothing is lost: what was not swept now is swept at the next start.
      unwanted.length = 0
      say({ kind: 'warning', reason: `tidying the queue's database failed: ${sentence(fault)}` })
      return false
    }
  }

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(turn)
  }

  const turn = (): void => {
    scheduled = false
    const calls = waiting.splice(0, mostAtOnce)
    const changes: Asked[] = []
    const reads: Answer[] = []
    let closing = false
    for (const { call, request } of calls) {
      if (request.kind === 'read') reads.push(answerRead(call, request.envelope, request.chunk))
      else if (request.kind === 'load') reads.push(answerLoad(call, request.after))
      else if (request.kind === 'close') closing = true
      else changes.push({ call, change: request })
    }
    send(reads)
    send(commit(changes))
    if (closing) close()
    else if (tidy() || waiting.length > 0) schedule()
  }

  port.on('message', (call: Call) => {
    waiting.push(call)
    schedule()
  })
  say({ kind: 'opened', nextContainer: rows.nextContainer(), setAside })
  schedule()
}
