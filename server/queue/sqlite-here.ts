/**
 * The queue's database kept in the caller's own thread, behind the same line as a thread would be.
 *
 * Starting a thread costs more than a server that lives for a moment does: for the laboratory, where hundreds are started
 * and each takes a few messages. Waiting for the disk holds such a server up.
 */
import { MessageChannel } from 'node:worker_threads'
import { keepDatabase, sentence } from './sqlite-keeper.ts'
import type { FromWorker, WorkerOptions } from './sqlite-messages.ts'
import type { WorkerEnd } from './worker-line.ts'

export const keepHere = (options: WorkerOptions): WorkerEnd => {
  const { port1, port2 } = new MessageChannel()
  try {
    keepDatabase(port2, options)
  } catch (fault) {
    port2.postMessage({ kind: 'not-opened', reason: sentence(fault) } satisfies FromWorker)
  }
  return {
    onMessage: (hear) => port1.on('message', hear),
    onFault: () => {},
    onExit: (hear) => port1.once('close', () => hear(0)),
    postMessage: (call, transfer) => port1.postMessage(call, [...transfer]),
    terminate: () => {
      port1.close()
      return Promise.resolve()
    },
  }
}
