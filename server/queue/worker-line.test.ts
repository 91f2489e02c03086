import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { connectWorker, threadEnd } from './worker-line.ts'

const opened =
  "const { parentPort } = require('node:worker_threads'); parentPort.postMessage({ kind: 'opened', nextContainer: 1, setAside: [] });"

test.each([
  ['ends by itself', `${opened} parentPort.once('message', () => process.exit(3))`, /code 3/],
  ['meets a bug', `${opened} parentPort.once('message', () => { throw new Error('a bug') })`, /a bug/],
])('a thread that %s is told once, and every call rejects, now and later', async (_, script, reason) => {
  const faults: string[] = []
  const line = connectWorker(threadEnd(new Worker(script, { eval: true })), (fault) => faults.push(fault))
  await line.opened
  const calls = await Promise.allSettled([line.ask({ kind: 'load', after: 0 }), line.ask({ kind: 'load', after: 0 })])
  expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(line.ask({ kind: 'load', after: 0 })).rejects.toThrow(reason)
  line.send({ kind: 'discard', container: 1 })
  await line.close()
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(reason)
})

test('a thread that dies before it opened rejects the opening', async () => {
  const line = connectWorker(threadEnd(new Worker('process.exit(1)', { eval: true })), () => {})
  await expect(line.opened).rejects.toThrow(/out of service/)
})
