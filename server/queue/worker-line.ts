/**
 * The line to the thread that owns the database: numbered requests, each with its answer, and what happens when the thread
 * dies: every call rejects, now and later, and `onFault` is told once.
 */
import type { Worker } from 'node:worker_threads'
import type { Answer, Call, FromWorker, Request } from './sqlite-messages.ts'

interface Pending {
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

export type WorkerOpened = Extract<FromWorker, { readonly kind: 'opened' }>

export interface WorkerLine {
  /** The thread's first word; rejects with a sentence when it could not open the database. */
  readonly opened: Promise<WorkerOpened>
  /** Sends without wanting to know. */
  send(request: Request): void
  /** The answer as it comes, refusals included; rejects only when the thread is dead or the line closed. */
  ask(request: Request, transfer?: readonly ArrayBuffer[]): Promise<Answer>
  /** Ends the thread after what was asked before; idempotent. */
  close(): Promise<void>
}

/** What the line needs of the other side: a thread, or its likeness in this one. */
export interface WorkerEnd {
  onMessage(hear: (word: FromWorker) => void): void
  onFault(hear: (fault: unknown) => void): void
  onExit(hear: (code: number) => void): void
  postMessage(call: Call, transfer: readonly ArrayBuffer[]): void
  terminate(): Promise<void>
}

/** A thread as the other side. */
export const threadEnd = (thread: Worker): WorkerEnd => ({
  onMessage: (hear) => thread.on('message', hear),
  onFault: (hear) => thread.on('error', hear),
  onExit: (hear) => thread.on('exit', hear),
  postMessage: (call, transfer) => thread.postMessage(call, [...transfer]),
  terminate: async () => {
    await thread.terminate()
  },
})

/** Talks to a keeper that was just started. */
export const connectWorker = (worker: WorkerEnd, onFault: (reason: string) => void): WorkerLine => {
  const pending = new Map<number, Pending>()
  let calls = 0
  let dead: Error | undefined
  let closing = false
  const opening = Promise.withResolvers<WorkerOpened>()

  const die = (reason: string): void => {
    if (dead !== undefined) return
    dead = new Error(`the queue's database is out of service: ${reason}`)
    opening.reject(dead)
    for (const { reject } of pending.values()) reject(dead)
    pending.clear()
    if (!closing) onFault(dead.message)
  }

  const settle = (answer: Answer): void => {
    const one = pending.get(answer.call)
    pending.delete(answer.call)
    one?.resolve(answer)
  }

  worker.onMessage((word) => {
    if (word.kind === 'answers') for (const answer of word.answers) settle(answer)
    else if (word.kind === 'opened') opening.resolve(word)
    else if (word.kind === 'warning') onFault(word.reason)
    else {
      closing = true // the caller hears of it by the rejection
      opening.reject(new Error(word.reason))
    }
  })
  worker.onFault((fault) => die(fault instanceof Error ? fault.message : String(fault)))
  worker.onExit((code) => die(`its thread ended with code ${code}`))

  return {
    opened: opening.promise,
    close: async (): Promise<void> => {
      if (dead !== undefined) return
      closing = true
      const ended = new Promise<void>((resolve) => {
        worker.onExit(() => resolve())
      })
      worker.postMessage({ call: ++calls, request: { kind: 'close' } } satisfies Call, [])
      await ended
    },
    send: (request): void => {
      if (dead === undefined) worker.postMessage({ call: ++calls, request } satisfies Call, [])
    },
    ask: (request, transfer = []) => {
      if (dead !== undefined) return Promise.reject(dead)
      if (closing) return Promise.reject(new Error('the store is closed'))
      const call = ++calls
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      pending.set(call, { resolve, reject })
      worker.postMessage({ call, request } satisfies Call, transfer)
      return promise
    },
  }
}
