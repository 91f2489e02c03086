import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunningServer, StartMistakes, StartOptions } from '../server/admin/contract.ts'
import type { Mistake } from '../server/settings/mistake.ts'
import type { SettingsDocument } from '../server/settings/schema.ts'
import { listenerOf, serve, type ServeOptions } from './serve.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'))
  file = join(folder, 's.yaml')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const taken: Mistake = { place: 'listeners[0].port', found: '25', wrong: 'It is taken.', remedy: 'Choose another.' }

/** A server that is never there, and a process that only notes what is said. */
async function scene(text: string, more: Partial<ServeOptions> = {}) {
  await writeFile(file, text)
  const said = { out: '', err: '', exits: [] as number[] }
  const signals = new Map<string, () => void>()
  const server = { applied: [] as SettingsDocument[], graces: [] as number[], admin: undefined as string | undefined }
  const trouble: { start?: StartMistakes; apply?: StartMistakes; throws?: string } = {}
  const options: StartOptions[] = []
  const running: RunningServer = {
    listeners: () => [
      { role: 'relay', address: '127.0.0.1', port: 2525 },
      { role: 'submission', address: '::1', port: 587 },
    ],
    adminUrl: () => server.admin,
    apply: async (document) => {
      server.applied.push(document)
      return trouble.apply ?? { kind: 'applied' }
    },
    stop: async (grace) => void server.graces.push(grace),
  }
  const run = () =>
    serve(
      { settings: file, ...more },
      {
        start: async (given) => {
          options.push(given)
          if (trouble.throws !== undefined) throw new Error(trouble.throws)
          return trouble.start ?? { kind: 'started', server: running }
        },
        out: (line) => void (said.out += line),
        err: (line) => void (said.err += line),
        onSignal: (signal, act) => {
          signals.set(signal, act)
          return () => void signals.delete(signal)
        },
        onInputEnd: (act) => {
          signals.set('input ends', act)
          return () => void signals.delete('input ends')
        },
        exit: (code) => void said.exits.push(code),
      },
    )
  const ready = () => vi.waitFor(() => expect(said.out).not.toBe(''))
  return { said, signals, server, trouble, options, run, ready }
}

describe('ending', () => {
  test('with the input, where that was asked for', async () => {
    const { signals, server, run, ready } = await scene('hostName: mail.here.example\n', { untilInputEnds: true })
    const ended = run()
    await ready()
    signals.get('input ends')?.()
    expect(await ended).toBe(0)
    expect([server.graces, [...signals.keys()]]).toEqual([[30_000], []])
  })
})

describe('starting', () => {
  test('says in one line that it is ready, and ends with 0 on SIGTERM', async () => {
    const { said, signals, server, options, run, ready } = await scene('hostName: mail.here.example\n')
    const ended = run()
    await ready()
    expect(said.out).toMatch(/^smtpspec \S+ is ready: relay on 127\.0\.0\.1:2525, submission on \[::1\]:587\n$/)
    expect(options[0]).toMatchObject({
      document: { hostName: 'mail.here.example' },
      settingsPath: file,
      folder: join(folder, 'smtpspec-data'),
    })
    signals.get('SIGTERM')?.()
    expect(await ended).toBe(0)
    expect([server.graces, [...signals.keys()], said.err]).toEqual([[30_000], [], ''])
  })

  test('says the addresses as JSON', async () => {
    const { said, signals, server, run, ready } = await scene('', { json: true })
    server.admin = 'http://127.0.0.1:8025'
    const ended = run()
    await ready()
    expect(JSON.parse(said.out)).toEqual({
      listeners: [
        { role: 'relay', address: '127.0.0.1', port: 2525 },
        { role: 'submission', address: '::1', port: 587 },
      ],
      admin: 'http://127.0.0.1:8025',
    })
    signals.get('SIGINT')?.()
    expect(await ended).toBe(0)
  })

  test('listens where the command line says, without saving it', async () => {
    const more = { listen: ['relay=127.0.0.2:0', 'submissions=[::1]:465'], data: 'elsewhere' }
    const { signals, options, run, ready } = await scene('', more)
    const ended = run()
    await ready()
    expect(options[0]?.overrides).toEqual({
      listeners: [
        { role: 'relay', address: '127.0.0.2', port: 0 },
        { role: 'submissions', address: '::1', port: 465 },
      ],
    })
    expect(options[0]?.document).toEqual({})
    signals.get('SIGTERM')?.()
    await ended
  })

  test.each([
    'relay',
    'relay=2525',
    'mail=127.0.0.1:25',
    'relay=localhost:25',
    'relay=127.0.0.1:65536',
    'relay=::1:25',
  ])('--listen %s is wrong usage', (text) => {
    expect(() => listenerOf(text)).toThrow('--listen takes ROLE=HOST:PORT')
  })

  test('refuses settings with mistakes, all of them, with 78', async () => {
    const { said, options, run } = await scene('smtp:\n  enabled: yes\nhostNam: x\n', { json: true })
    expect(await run()).toBe(78)
    expect(options).toEqual([])
    expect(said.err.split('\n')).toEqual([
      `${file}:2: smtp.enabled: This must be true or false. Found "yes". Write true or false, without quotes.`,
      `${file}:3: hostNam: There is no field of this name. Found "x". Did you mean "hostName"?`,
      'smtpspec: 2 mistakes in the settings',
      '',
    ])
    expect(JSON.parse(said.out)).toMatchObject({ mistakes: [{ place: 'smtp.enabled', line: 2 }, { place: 'hostNam' }] })
  })

  test('says what the server cannot do', async () => {
    const { said, trouble, run } = await scene('')
    trouble.start = { kind: 'mistakes', mistakes: [taken] }
    expect([await run(), said.err]).toEqual([
      78,
      `${file}: listeners[0].port: It is taken. Found 25. Choose another.\nsmtpspec: one mistake in the settings\n`,
    ])
  })

  test('says when the data folder cannot be used, with 74', async () => {
    const { said, trouble, run } = await scene('')
    trouble.throws = 'EACCES'
    expect(await run()).toBe(74)
    expect(said.err).toContain('cannot use')
  })
})

describe('while running', () => {
  test('SIGHUP applies the file as it is now', async () => {
    const { said, signals, server, run, ready } = await scene('')
    const ended = run()
    await ready()
    await writeFile(file, 'hostName: new.example\n')
    signals.get('SIGHUP')?.()
    await vi.waitFor(() => expect(said.err).toContain('the settings were applied'))
    expect(server.applied).toEqual([{ hostName: 'new.example' }])
    signals.get('SIGTERM')?.()
    await ended
  })

  test.each([
    ['mistakes in the file', 'hostName: 7\n', undefined, 'hostName: This must be a text.'],
    ['what the server refuses', '', { kind: 'mistakes', mistakes: [taken] } as const, 'It is taken.'],
  ])('SIGHUP with %s says so and changes nothing', async (_, text, refusal, words) => {
    const { said, signals, trouble, run, ready } = await scene('')
    const ended = run()
    await ready()
    if (refusal !== undefined) trouble.apply = refusal
    await writeFile(file, text)
    signals.get('SIGHUP')?.()
    await vi.waitFor(() => expect(said.err).toContain('the settings stay as they were'))
    expect(said.err).toContain(words)
    signals.get('SIGTERM')?.()
    expect(await ended).toBe(0)
  })

  test('a second SIGINT does not wait', async () => {
    const { said, signals, run, ready } = await scene('')
    const ended = run()
    await ready()
    const interrupt = signals.get('SIGINT')
    interrupt?.()
    interrupt?.()
    expect(said.exits).toEqual([70])
    await ended
  })

  test.each([
    [undefined, ['WARNING: anybody may relay', 'a disk is slow'], ['session-opened']],
    [true, ['WARNING: anybody may relay', 'a disk is slow', 'session-opened'], []],
  ] as const)('the console with --verbose %s', async (verbose, heard, unheard) => {
    const { said, signals, options, run, ready } = await scene('', verbose === undefined ? {} : { verbose })
    const ended = run()
    await ready()
    const { onEvent } = options[0] ?? {}
    onEvent?.({ sequence: 1, at: 0, event: 'open-relay', detail: { says: 'anybody may relay', remedy: 'r' } })
    onEvent?.({ sequence: 2, at: 0, event: 'warning', detail: { reason: 'a disk is slow' } })
    onEvent?.({ sequence: 3, at: 0, event: 'session-opened', session: 's', detail: {} })
    for (const text of heard) expect(said.err).toContain(text)
    for (const text of unheard) expect(said.err).not.toContain(text)
    signals.get('SIGTERM')?.()
    await ended
  })
})
