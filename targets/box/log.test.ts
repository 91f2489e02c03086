import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createLog } from './log.ts'

const folders: string[] = []
const place = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'smtpspec-log-'))
  folders.push(folder)
  return join(folder, 'mail.log')
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

test('there is nothing to tell before there is a file', () => {
  const file = place()
  const log = createLog(() => file)
  log.begin()
  expect(log.text()).toBe('')
  appendFileSync(file, 'first\n')
  expect(log.text()).toBe('first\n')
})

test('only what came since the beginning is told, with all that came later', () => {
  const file = place()
  const log = createLog(() => file)
  appendFileSync(file, 'of the scenario before: ü\n')
  log.begin()
  expect(log.text()).toBe('')
  appendFileSync(file, 'one ü\n')
  expect(log.text()).toBe('one ü\n')
  appendFileSync(file, 'two\n')
  expect(log.text()).toBe('one ü\ntwo\n')
  log.begin()
  expect(log.text()).toBe('')
})
