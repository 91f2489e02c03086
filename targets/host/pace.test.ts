import { expect, test } from 'vitest'
import { NotApplicable } from '../faults.ts'
import { createWorker } from '../worker.ts'
import { mostSessions, paceOf } from './pace.ts'

test('sessions of one worker are a pause apart, whichever scenario opens them', async () => {
  const worker = createWorker('/nowhere')
  const first = paceOf(worker, 60)
  const second = paceOf(worker, 60)
  const startedAt = performance.now()
  await first()
  await Promise.all([second(), first()])
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115)
})

test('a scenario that opens dozens of sessions is not for a server elsewhere', async () => {
  const pace = paceOf(createWorker('/nowhere'), 0)
  for (let session = 0; session < mostSessions; session += 1) await pace()
  await expect(pace()).rejects.toThrow(NotApplicable)
})
