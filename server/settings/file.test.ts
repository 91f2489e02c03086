import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { settingsFile } from './file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const commented = `# The mail service of here.example
smtp: { enabled: true } # on since May
hostName: 'mail.here.example' # as in DNS

# Who lives here
users:
  # the boss
  - name: alice
    fullName: Alice Smith # married
  # the other one
  - name: bob
relay:
  trustedHosts:
    - 192.0.2.7 # the printer
    - 192.0.2.8
`

describe('replacing the document of a YAML file', () => {
  test('keeps comments, order and style where nothing changed', async () => {
    const path = join(folder, 's.yaml')
    await writeFile(path, commented)
    const before: unknown = parse(commented)
    const after = {
      smtp: { enabled: true },
      hostName: 'mx.here.example',
      users: [{ name: 'bob', verifier: 'v' }, { name: 'alice', fullName: 'Alice Jones' }, { name: 'carol' }],
      relay: { trustedHosts: ['192.0.2.7'] },
      postmaster: 'alice',
    }
    expect(await settingsFile(path).write(after, [before])).toEqual({ kind: 'written' })
    const text = await readFile(path, 'utf8')
    expect(parse(text)).toEqual(after)
    for (const comment of [
      '# The mail service of here.example',
      '# on since May',
      '# as in DNS',
      '# Who lives here',
      '# the printer',
      '# married',
    ]) {
      expect(text).toContain(comment)
    }
    expect(text).toContain('smtp: { enabled: true }')
  })

  test('leaves the file alone when it says the same already', async () => {
    const path = join(folder, 's.yaml')
    await writeFile(path, commented)
    const { mtimeMs, ino } = await stat(path)
    await settingsFile(path).write(parse(commented), [parse(commented)])
    expect(await readFile(path, 'utf8')).toBe(commented)
    expect(await stat(path)).toMatchObject({ mtimeMs, ino })
  })
})

describe('the file on disk', () => {
  test('a new one is for its owner only', async () => {
    const path = join(folder, 's.json')
    expect(await settingsFile(path).write({ hostName: 'a.example' }, [])).toEqual({ kind: 'written' })
    expect(await readFile(path, 'utf8')).toBe('{\n  "hostName": "a.example"\n}\n')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('an old one keeps its permissions, but not for everybody, a link stays a link, and nothing is left beside it', async () => {
    await writeFile(join(folder, 'real.json'), '{}')
    await chmod(join(folder, 'real.json'), 0o644)
    await symlink('real.json', join(folder, 's.json'))
    await settingsFile(join(folder, 's.json')).write({ hostName: 'a.example' }, [{}])
    expect((await stat(join(folder, 'real.json'))).mode & 0o777).toBe(0o640)
    expect(JSON.parse(await readFile(join(folder, 'real.json'), 'utf8'))).toEqual({ hostName: 'a.example' })
    expect((await readdir(folder)).toSorted()).toEqual(['real.json', 's.json'])
  })

  test.each(['{"hostName": "by-hand.example"}', '{ broken'])(
    'what was changed by hand (%s) is not overwritten',
    async (text) => {
      const path = join(folder, 's.json')
      await writeFile(path, text)
      expect(await settingsFile(path).write({ hostName: 'a.example' }, [{}])).toMatchObject({
        kind: 'not-written',
        mistake: { place: '(file)', wrong: 'The settings file was changed by hand since the server read it.' },
      })
      expect(await readFile(path, 'utf8')).toBe(text)
    },
  )

  test('a folder that is not there is said, not thrown', async () => {
    expect(await settingsFile(join(folder, 'none', 's.json')).write({}, [])).toMatchObject({
      kind: 'not-written',
      mistake: { wrong: 'The settings could not be saved: ENOENT.' },
    })
  })
})
