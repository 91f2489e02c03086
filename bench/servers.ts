/**
 * How fast servers take mail and relay it, side by side in one run: the reference server as a process of its own, and the
 * others in their boxes, with the same settings, the same clients and the same mail exchanger.
 *
 *     node bench/servers.ts [--targets reference,postfix,…] [--messages 300] [--sessions 15] [--octets 4096] [--rounds 3]
 *
 * Every message comes over a connection of its own, as from strangers. All queues lie in memory, so that the disk decides
 * nothing: boxes have no other place, and ours is put there. A third as many messages warm each server up. The servers take turns, so that a busy machine is
 * busy for all of them; medians are printed, and how many times as fast the reference is. The clients and the exchanger
 * share one process and have a limit of their own, which bounds the fastest server and none of the others.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openScene } from '../simulators/scene.ts'
import { serviceSettings } from '../steps/service.ts'
import { cacheFolder } from '../targets/box/packages.ts'
import { createTarget, sceneOptionsFor, whyUnavailable } from '../targets/choose.ts'
import { clearScratch, scratchFolder } from '../targets/scratch.ts'
import { createWorker } from '../targets/worker.ts'
import type { Endpoint } from '../targets/target.ts'

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: 'reference,postfix,exim' },
    messages: { type: 'string', default: '300' },
    sessions: { type: 'string', default: '15' },
    octets: { type: 'string', default: '4096' },
    rounds: { type: 'string', default: '3' },
  },
})
const bounded = (text: string, most: number): number => Math.min(most, Math.max(1, Math.trunc(Number(text)) || 1))
const messages = bounded(values.messages, 5000)
const sessions = bounded(values.sessions, 50)
const octets = bounded(values.octets, 1_000_000)
const rounds = bounded(values.rounds, 9)
const longestSeconds = 120

interface Rates {
  /** Messages a second until the last 250, and until the last one has reached the exchanger. */
  readonly accepted: number
  readonly relayed: number
}

const line = `${'x'.repeat(70)}\r\n`
const content = `From: <alice@here.example>\r\nTo: <bob@there.example>\r\nSubject: speed\r\n\r\n${line.repeat(Math.ceil(octets / line.length))}.\r\n`

/** One connection, one message; rejects when any reply is not the expected one. */
const send = async ({ host, port }: Endpoint, localAddress: string): Promise<void> => {
  const socket = connect({ host, port, localAddress, noDelay: true })
  await once(socket, 'connect')
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]()
  const hear = async (code: string): Promise<void> => {
    for (;;) {
      const { value, done } = await replies.next()
      if (done === true || !value.startsWith(code))
        throw new Error(`${code} was expected, and came: ${value ?? 'nothing'}`)
      if (value[3] !== '-') return
    }
  }
  try {
    await hear('220')
    for (const [said, code] of [
      ['EHLO client.example\r\n', '250'],
      ['MAIL FROM:<alice@here.example>\r\n', '250'],
      ['RCPT TO:<bob@there.example>\r\n', '250'],
      ['DATA\r\n', '354'],
      [content, '250'],
      ['QUIT\r\n', '221'],
    ] as const) {
      socket.write(said)
      await hear(code)
    }
  } finally {
    socket.destroy()
  }
}

const measure = async (name: string): Promise<Rates> => {
  await using stops = new AsyncDisposableStack()
  const worker = createWorker(cacheFolder())
  stops.defer(() => worker.close())
  const scene = await openScene(await sceneOptionsFor(name, worker))
  stops.defer(() => scene.close())
  const folder = await scratchFolder()
  stops.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const address = scene.address('server')
  const far = await scene.exchanger('mx1.there.example')
  scene.dns.zone(`there.example. MX 10 mx1.there.example.\nmail.here.example. A ${address}`)
  const target = createTarget(name, { ownProcess: true, worker })
  stops.defer(() => target.stop())
  await target.start(serviceSettings(scene, address), {
    nameServer: scene.dns.endpoint,
    exchangerPort: scene.exchangerPort,
    address,
    folder,
  })
  const endpoint = target.endpoint('relay')
  if (endpoint === undefined) throw new Error(`${name} has no relay listener`)
  const source = scene.address('trusted')
  const began = { at: performance.now() }
  const seconds = (): number => (performance.now() - began.at) / 1000
  const run = async (count: number): Promise<number> => {
    began.at = performance.now()
    const before = far.received.length
    let next = 0
    const work = async (): Promise<void> => {
      while (next < count && seconds() < longestSeconds) {
        next += 1
        await send(endpoint, source)
      }
    }
    await Promise.all(Array.from({ length: sessions }, work))
    const accepted = next / seconds()
    while (far.received.length - before < next && seconds() < longestSeconds) await setTimeout(5)
    return accepted
  }
  await run(Math.ceil(messages / 3))
  const before = far.received.length
  const accepted = await run(messages)
  return { accepted, relayed: (far.received.length - before) / seconds() }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

const there: string[] = []
for (const name of values.targets.split(',')) {
  const why = await whyUnavailable(name, cacheFolder())
  if (why === undefined) there.push(name)
  else process.stdout.write(`left out: ${why}\n`)
}
const seen = new Map<string, Rates[]>(there.map((name) => [name, []]))
for (let round = 1; round <= rounds; round += 1) {
  for (const name of there) {
    const rates = await measure(name)
    seen.get(name)?.push(rates)
    process.stdout.write(
      `round ${round}  ${name.padEnd(12)} ${rates.accepted.toFixed(0).padStart(6)} accepted/s ${rates.relayed.toFixed(0).padStart(6)} relayed/s\n`,
    )
  }
}
process.stdout.write(
  `\nmedians of ${rounds}: ${messages} messages of ${octets} octets, ${sessions} sessions, a connection each\n`,
)
const medians = new Map(
  [...seen].map(([name, rates]) => [
    name,
    { accepted: median(rates.map((one) => one.accepted)), relayed: median(rates.map((one) => one.relayed)) },
  ]),
)
const ours = medians.get('reference')
for (const [name, { accepted, relayed }] of medians) {
  const times =
    ours === undefined || name === 'reference'
      ? ''
      : `   the reference is ${(ours.accepted / accepted).toFixed(1)} and ${(ours.relayed / relayed).toFixed(1)} times as fast`
  process.stdout.write(
    `${name.padEnd(12)} ${accepted.toFixed(0).padStart(6)} accepted/s ${relayed.toFixed(0).padStart(6)} relayed/s${times}\n`,
  )
}
clearScratch('own')
