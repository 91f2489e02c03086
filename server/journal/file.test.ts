import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalEvent } from './events.ts'
import { openJournalFile } from './file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const event = (sequence: number): JournalEvent => ({ sequence, at: sequence, event: 'warning', detail: {} })
const linesOf = async (name: string): Promise<unknown[]> =>
  (await readFile(join(folder, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('every event is a line, in order, and all are there after closing', async () => {
  const file = openJournalFile({ folder })
  for (let number = 1; number <= 500; number += 1) file.write(event(number))
  await file.close()
  file.write(event(501))
  expect(await linesOf('journal.jsonl')).toEqual(Array.from({ length: 500 }, (_, index) => event(index + 1)))
  expect(file.lost()).toBe(0)
})

test('a second run appends to what the first one wrote', async () => {
  for (const number of [1, 2]) {
    const file = openJournalFile({ folder })
    file.write(event(number))
    await file.close()
  }
  expect(await linesOf('journal.jsonl')).toEqual([event(1), event(2)])
})

test('full files move up and the oldest goes', async () => {
  for (let number = 1; number <= 5; number += 1) {
    const file = openJournalFile({ folder, maximumSize: 60, keep: 2 })
    file.write(event(number))
    await file.close()
  }
  expect((await readdir(folder)).toSorted()).toEqual(['journal.1.jsonl', 'journal.2.jsonl', 'journal.jsonl'])
  expect(await linesOf('journal.jsonl')).toEqual([event(5)])
  expect(await linesOf('journal.2.jsonl')).toEqual([event(3)])
})

test('what does not fit into the buffer is counted and confessed in the next line', async () => {
  const file = openJournalFile({ folder, bufferSize: 120 })
  for (let number = 1; number <= 10; number += 1) file.write(event(number))
  const lost = file.lost()
  expect(lost).toBeGreaterThan(0)
  await file.close()
  expect(await linesOf('journal.jsonl')).toContainEqual({ event: 'warning', detail: { lostEvents: lost } })
})

test('a disk that refuses costs lines and is told, and nothing is thrown', async () => {
  const path = join(folder, 'not-a-folder')
  await writeFile(path, '')
  const file = openJournalFile({ folder: path })
  file.write(event(1))
  await file.close()
  expect(file.lost()).toBe(1)
  expect(file.fault()).toMatch(/EEXIST|ENOTDIR/)
})
