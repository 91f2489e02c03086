import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkFile } from './settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function check(text: string, json: boolean): Promise<readonly [number, string]> {
  const file = join(folder, 's.yaml')
  await writeFile(file, text)
  let said = ''
  const code = await checkFile(file, json, (line) => {
    said += line
  })
  return [code, said.replaceAll(file, 'FILE')]
}

test.each([
  ['good settings', '', 0, 'FILE: the settings are good\n'],
  [
    'a remark',
    '\nusers: [ name: zoe ]\n',
    0,
    'FILE:2: users[0]: remark: The user "zoe" has no password and cannot log in. Give the user a password.\nFILE: the settings are good\n',
  ],
  [
    'a mistake',
    'hostName: a b\n',
    78,
    'FILE:1: hostName: This is not a host name. Found "a b". Write a domain name such as mail.example.org.\nFILE: one mistake\n',
  ],
])('%s', async (_, text, code, said) => {
  expect(await check(text, false)).toEqual([code, said])
})

test('the same for a program', async () => {
  const [code, said] = await check('hostName: a b\n', true)
  expect([code, JSON.parse(said)]).toMatchObject([
    78,
    { good: false, mistakes: [{ place: 'hostName', line: 1 }], remarks: [] },
  ])
})
