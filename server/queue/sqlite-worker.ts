/**
 * The thread that owns the queue's database, so that waiting for the disk never holds up the server.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { keepDatabase, sentence } from './sqlite-keeper.ts'
import type { FromWorker, WorkerOptions } from './sqlite-messages.ts'

const port = parentPort
if (port !== null) {
  try {
    keepDatabase(port, workerData as WorkerOptions)
  } catch (fault) {
    port.postMessage({ kind: 'not-opened', reason: sentence(fault) } satisfies FromWorker)
  }
}
