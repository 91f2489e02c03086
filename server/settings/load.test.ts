import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettingsFile } from './load.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function read(name: string, text: string) {
  const path = join(folder, name)
  await writeFile(path, text)
  return readSettingsFile(path)
}

describe('good files', () => {
  test.each([
    ['s.json', '{\n\t"hostName": "mail.here.example"\n}'],
    ['s.yaml', '# our server\nhostName: mail.here.example\n'],
    ['s.yml', 'hostName: "mail.here.example"'],
    ['settings', '{"hostName": "mail.here.example"}'],
    ['settings', 'hostName: mail.here.example'],
  ])('%s %j', async (name, text) => {
    expect(await read(name, text)).toMatchObject({ kind: 'good', document: { hostName: 'mail.here.example' } })
  })

  test.each(['s.json', 's.yaml'])('an empty %s says nothing', async (name) => {
    expect(await read(name, '\n')).toMatchObject({ kind: 'good', document: {} })
  })
})

describe('mistakes have their line', () => {
  const yaml =
    'incoming:\n  allowed: yes\n  domains:\n    - here.example\n    - not a domain\nusers:\n  - fullName: Bob\nsmpt: {}\n'
  const json =
    '{\n  "incoming": {\n    "allowed": "yes",\n    "domains": [\n      "here.example",\n      "not a domain"\n    ]\n  }\n}'

  test('in YAML', async () => {
    const read1 = await read('s.yaml', yaml)
    expect(read1.kind === 'mistakes' && read1.mistakes.map(({ place, line }) => [place, line])).toEqual([
      ['incoming.allowed', 2],
      ['incoming.domains[1]', 5],
      ['users[0].name', 7],
      ['smpt', 8],
    ])
  })

  test('in JSON', async () => {
    const read1 = await read('s.json', json)
    expect(read1.kind === 'mistakes' && read1.mistakes.map(({ place, line }) => [place, line])).toEqual([
      ['incoming.allowed', 3],
      ['incoming.domains[1]', 6],
    ])
  })
})

describe('files that cannot be read', () => {
  test.each([
    [
      'YAML with a broken line',
      's.yaml',
      'smtp:\n  enabled: true\n bad: [\n',
      'From here on the file cannot be read as YAML.',
      3,
    ],
    [
      'YAML with a field twice',
      's.yaml',
      'hostName: a.example\nhostName: b.example\n',
      'From here on the file cannot be read as YAML.',
      2,
    ],
    [
      'JSON with a comma too many',
      's.json',
      '{\n  "hostName": "a.example",\n}',
      'From here on the file cannot be read as JSON.',
      3,
    ],
    ['JSON that ends too early', 's.json', '{\n  "users": [\n', 'From here on the file cannot be read as JSON.', 2],
    [
      'JSON with a field twice',
      's.json',
      '{"hostName": "a.example",\n"hostName": "b.example"}',
      'From here on the file cannot be read as JSON.',
      2,
    ],
  ])('%s', async (_, name, text, wrong, line) => {
    const broken = await read(name, text)
    expect(broken.kind === 'mistakes' && broken.mistakes).toContainEqual(expect.objectContaining({ wrong, line }))
  })

  test('aliases that multiply beyond reason', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (let level = 0; level < 5; level += 1) {
      const [from = '', to = ''] = 'abcdef'.slice(level).split('')
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(',')}]`)
    }
    expect((await read('s.yaml', bomb.join('\n'))).kind).toBe('mistakes')
  })

  test('no file, and a folder', async () => {
    expect(await readSettingsFile(join(folder, 'none.yaml'))).toMatchObject({
      mistakes: [{ place: '(file)', wrong: 'The settings file cannot be read: ENOENT.' }],
    })
    expect(await readSettingsFile(folder)).toMatchObject({ mistakes: [{ wrong: 'This is no file.' }] })
  })

  test('a password in broken text is not quoted', async () => {
    const broken = await read('s.json', '{"users": [{"name": "alice", "password": "geheim" "x": 1}]}')
    expect(JSON.stringify(broken)).not.toContain('geheim')
  })
})
