import { expect, test } from 'vitest'
import { createFlusher } from './flush.ts'

/** Flushes that end when they are told to. */
const stage = () => {
  const running: { readonly folder: string; end(): void; fail(): void }[] = []
  const flush = createFlusher((folder) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    running.push({ folder, end: resolve, fail: () => reject(new Error('EIO')) })
    return promise
  })
  return { running, flush }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('whoever asks while a flush is under way shares the next one', async () => {
  const { running, flush } = stage()
  const first = flush('a')
  let shared = 0
  const later = [flush('a'), flush('a'), flush('a')].map(async (one) => {
    await one
    shared += 1
  })
  expect(running).toHaveLength(1)
  running[0]?.end()
  await first
  await turn()
  expect(running).toHaveLength(2)
  expect(shared).toBe(0)
  running[1]?.end()
  await Promise.all(later)
  expect(shared).toBe(3)
})

test('folders do not wait for each other, and a folder at rest is flushed at once', async () => {
  const { running, flush } = stage()
  const one = flush('a')
  const other = flush('b')
  expect(running.map(({ folder }) => folder)).toEqual(['a', 'b'])
  running[0]?.end()
  running[1]?.end()
  await Promise.all([one, other])
  await turn()
  const again = flush('a')
  expect(running).toHaveLength(3)
  running[2]?.end()
  await again
})

test('a flush that fails fails for those who shared it, and the next ones are tried', async () => {
  const { running, flush } = stage()
  const first = flush('a')
  const second = flush('a')
  running[0]?.fail()
  await expect(first).rejects.toThrow('EIO')
  await turn()
  running[1]?.end()
  await expect(second).resolves.toBeUndefined()
})
