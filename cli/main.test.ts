/** The command as people start it: one process each. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { home } from './home.ts'

function smtpspec(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [home('cli/main.ts'), ...words], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('wrong usage says what was wrong and exits 64', () => {
  test.each([
    [[], 'a command is needed'],
    [['serv'], "unknown command 'serv'\n(Did you mean serve?)"],
    [['serve'], "required option '--settings <file>' not specified"],
    [['serve', '--settings', 'x', '--listen', 'here'], '--listen takes ROLE=HOST:PORT'],
    [['settings', 'check'], "missing required argument 'file'"],
    [['doctor', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
  ])('%j', (words, said) => {
    const { status, stderr } = smtpspec(...words)
    expect([status, stderr]).toEqual([64, expect.stringContaining(`smtpspec: ${said}`)])
  })
})

test.each([['--help'], ['serve', '--help']])('smtpspec %s %s has examples', (...words) => {
  const { status, stdout } = smtpspec(...words)
  expect([status, stdout]).toEqual([0, expect.stringContaining('\nExamples:\n  smtpspec ')])
})

test('nothing is imported before Node is known to be new enough', async () => {
  const text = await readFile(home('cli/main.ts'), 'utf8')
  expect(text).toMatch(/^#!\/usr\/bin\/env node\n/)
  expect(text).not.toMatch(/^import /m)
})
