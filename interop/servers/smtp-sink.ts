/**
 * smtp-sink, Postfix's test server, with the faults that it has ready: what it refuses for good comes back to the sender,
 * what it refuses for now or breaks off is kept and delivered when it is well again, and content arrives unchanged.
 */
import { chmod, mkdir, readFile, readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from '../support/checks.ts'
import type { Checks, Evidence } from '../support/checks.ts'
import type { PostfixPlace } from '../support/postfix.ts'
import { run, start } from '../support/program.ts'
import type { Service } from '../support/service.ts'

/** What becomes of a message that meets the fault: it gets through, comes back, or waits and gets through later. */
type Fate = 'delivered' | 'failed' | 'deferred'

interface Trouble {
  readonly what: string
  readonly options: readonly string[]
  readonly fate: Fate
}

const troubles: readonly Trouble[] = [
  { what: 'no trouble', options: [], fate: 'delivered' },
  { what: 'no ESMTP', options: ['-e'], fate: 'delivered' },
  { what: 'no pipelining', options: ['-p'], fate: 'delivered' },
  { what: 'refuses EHLO for good', options: ['-f', 'EHLO'], fate: 'delivered' },
  { what: 'hangs up at QUIT', options: ['-q', 'QUIT'], fate: 'delivered' },
  ...['MAIL', 'RCPT', 'DATA', '.'].flatMap((command): Trouble[] => [
    { what: `refuses ${command} for good`, options: ['-f', command], fate: 'failed' },
    { what: `refuses ${command} for now`, options: ['-r', command], fate: 'deferred' },
    { what: `hangs up at ${command}`, options: ['-q', command], fate: 'deferred' },
  ]),
  { what: 'greets with a refusal for now', options: ['-r', 'CONNECT'], fate: 'deferred' },
]

const domain = 'sink.example'
const massMessages = 200

export interface SinkPlace {
  readonly checks: Checks
  readonly service: Service
  readonly postfix: PostfixPlace
  /** Hands in a message of alice's from a trusted host; rejects when it is not taken. */
  readonly send: (recipient: string, content: string) => Promise<void>
}

const answers = async (host: string, port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

/** Starts one, which keeps every message as a file; the folder is its root, so that it may be nobody. */
const openSink = async (
  { checks, service, postfix }: SinkPlace,
  host: string,
  options: readonly string[],
): Promise<{ readonly stop: () => Promise<void>; readonly taken: () => Promise<readonly string[]> }> => {
  const folder = join(checks.folder, `sink-${Math.random().toString(36).slice(2)}`)
  await mkdir(folder)
  await chmod(folder, 0o777)
  const port = service.scene.exchangerPort
  const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody', '-R', folder] : []
  const template = asRoot.length > 0 ? '/%s.' : `${folder}/%s.`
  const sink = checks.own(() =>
    start(
      postfix.program('smtp-sink'),
      [...asRoot, '-d', template, '-h', `mx.${domain}`, ...options, `inet:${host}:${port}`, '100'],
      { environment: postfix.environment },
    ),
  )
  for (let attempt = 0; !(await answers(host, port)); attempt += 1) {
    if (attempt > 100) throw new Error(`smtp-sink does not answer: ${sink.output()}`)
    await setTimeout(20)
  }
  return {
    stop: () => sink.stop(),
    taken: async () => Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1'))),
  }
}

/** What arrived, with the line ends that smtp-sink writes. */
const carries = (taken: readonly string[], content: string): number =>
  taken.filter((text) => text.includes(content.replaceAll('\r\n', '\n').trimEnd())).length

const meet = async (
  place: SinkPlace,
  host: string,
  { options, fate }: Trouble,
  token: string,
  evidence: Evidence,
): Promise<void> => {
  const { service, send } = place
  const recipient = `bob@${domain}`
  const lines = [
    `Subject: ${token}`,
    '',
    'Hello.',
    '.',
    '..two dots',
    ' a blank  ',
    `long ${'x'.repeat(900)}`,
    'the end',
    '',
  ]
  const content = lines.join('\r\n')
  const troubled = await openSink(place, host, options)
  await send(recipient, content)
  if (fate === 'deferred') {
    const deadline = performance.now() + 10_000
    for (let waiting = await service.waiting(); ; waiting = await service.waiting()) {
      const [one] = waiting
      evidence.note('queue', JSON.stringify(waiting))
      expect(one !== undefined, 'it does not wait in the queue')
      if ((one?.attempts ?? 0) > 0) break
      expect(performance.now() < deadline, 'no attempt was made')
      await setTimeout(20)
    }
  } else await service.drained(10)
  const before = await troubled.taken()
  await troubled.stop()
  const well = await openSink(place, host, [])
  if (fate === 'deferred') {
    await service.flush()
    await service.drained(10)
  }
  const after = await well.taken()
  await well.stop()
  const notified = (await service.mailbox('alice')).filter((notification) =>
    notification.includes(`Subject: ${token}\r\n`),
  ).length
  evidence.note('taken', [...before, ...after].join('\n──\n'))
  evidence.note('notifications', String(notified))
  if (fate === 'deferred')
    expect(carries(after, content) === 1, 'it was not delivered, unchanged, once the server was well again')
  if (fate === 'delivered') expect(carries(before, content) === 1, 'it did not arrive unchanged')
  expect(notified === (fate === 'failed' ? 1 : 0), `the sender was told ${notified} times`)
}

export const checkSmtpSink = async (place: SinkPlace): Promise<void> => {
  const { checks, service, postfix } = place
  const host = service.scene.address('exchanger')
  service.scene.dns.zone(`${domain}. MX 10 mx.${domain}.\nmx.${domain}. A ${host}`)
  for (const [number, trouble] of troubles.entries()) {
    await checks.check(`smtp-sink ${trouble.what}: ${trouble.fate}`, async (evidence) => {
      await meet(place, host, trouble, `sink-${number}`, evidence)
    })
  }
  await checks.check(`smtp-source → server → smtp-sink: ${massMessages} messages`, async (evidence) => {
    const sink = await openSink(place, host, [])
    const { host: to, port } = service.endpoint('relay')
    const load = [
      '-d',
      '-s',
      '10',
      '-m',
      String(massMessages),
      '-S',
      'mass',
      '-f',
      'alice@here.example',
      '-t',
      `bob@${domain}`,
    ]
    const { code, output } = await run(postfix.program('smtp-source'), [...load, `inet:${to}:${port}`], {
      environment: postfix.environment,
    })
    evidence.note('smtp-source', output)
    expect(code === 0, `smtp-source ended with ${code}`)
    await service.drained(20)
    const taken = (await sink.taken()).filter((text) => text.includes('Subject: mass\n')).length
    await sink.stop()
    expect(taken === massMessages, `${taken} messages arrived`)
  })
}
