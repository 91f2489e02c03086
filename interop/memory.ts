/**
 * A message of 100 MB passes through in every way there is, in by DATA and by BDAT, out by DATA and by BDAT, into a mailbox
 * and back as a notification, and the server's process does not grow by more than 32 MB over its warmed-up state.
 *
 * Resident memory is read from `/proc` a hundred times a second; each way has a server of its own, warmed up by messages of
 * every kind, and is taken three times: the median counts. That the content arrives unchanged is checked by digest. It
 * leaves to others what many messages do.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, runScript } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { residentOctets, watchMemory } from './support/process-state.ts'
import { openService } from './support/service.ts'
import type { Service } from './support/service.ts'
import { openSink } from './support/sink.ts'
import type { Sink } from './support/sink.ts'
import { isPositive, openTalker } from './support/talker.ts'

const bigOctets = 100_000_000
const mostGrowth = 32 * 1024 * 1024
const rounds = 3
const blockOctets = 64 * 1024
const header = 'From: <alice@here.example>\r\nTo: <somebody@example.org>\r\nSubject: large\r\n\r\n'

/** Lines of 76 octets that are all alike, so that a block may be said again and again. */
const line = Buffer.from(`${'The quick brown fox jumps over the lazy dog. 0123456789 abcdefghij'.padEnd(74, '.')}\r\n`)
const block = Buffer.concat(Array.from({ length: Math.floor(blockOctets / line.length) }, () => line))

const blocksFor = (octets: number): number => Math.ceil(octets / block.length)

const digestOf = (blocks: number): string => {
  const hash = createHash('sha256')
  for (let count = 0; count < blocks; count += 1) hash.update(block)
  return hash.digest('hex')
}

/** Hands in a message without ever holding more than a block of it; gives the reply to its end. */
const submit = async (
  service: Service,
  { by, recipient, underTls }: Pick<Way, 'by' | 'recipient' | 'underTls'>,
  blocks: number,
): Promise<string> => {
  const talker = openTalker(service.endpoint(underTls === true ? 'submissions' : 'relay'), {
    from: service.trusted,
    tls: underTls === true,
  })
  try {
    await talker.reply()
    for (const command of ['EHLO client.example', 'MAIL FROM:<alice@here.example>', `RCPT TO:<${recipient}>`]) {
      const answer = await talker.say(command)
      if (!isPositive(answer)) return answer
    }
    if (by === 'DATA') {
      const answer = await talker.say('DATA')
      if (!answer.startsWith('354')) return answer
      await talker.write(header)
      for (let count = 0; count < blocks; count += 1) await talker.write(block)
      await talker.write('.\r\n')
    } else {
      await talker.write(`BDAT ${header.length}\r\n${header}`)
      await talker.reply()
      for (let count = 1; count <= blocks; count += 1) {
        await talker.write(`BDAT ${block.length}${count === blocks ? ' LAST' : ''}\r\n`)
        await talker.write(block)
        if (count < blocks) await talker.reply()
      }
    }
    return await talker.reply()
  } finally {
    talker.close()
  }
}

/** Octets and digest of the body of the only message in a mailbox, which is then emptied. */
const takeFromMailbox = async (service: Service, user: string): Promise<{ octets: number; sha256: string }> => {
  const folder = join(service.folder, 'data', 'mail', user, 'new')
  const [name, ...others] = await readdir(folder)
  if (name === undefined || others.length > 0)
    throw new Error(`${others.length + 1} messages in the mailbox of ${user}`)
  const hash = createHash('sha256')
  let octets = 0
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const piece of createReadStream(join(folder, name)) as AsyncIterable<Buffer>) {
    let body = piece
    if (head !== undefined) {
      head = Buffer.concat([head, piece])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) continue
      body = head.subarray(end + 4)
      head = undefined
    }
    octets += body.length
    hash.update(body)
  }
  await rm(join(folder, name))
  return { octets, sha256: hash.digest('hex') }
}

interface Way {
  readonly by: 'DATA' | 'BDAT'
  readonly recipient: string
  /** Handed in on the submissions listener. */
  readonly underTls?: true
  /** What arrived, as a fault; nothing when all is as it should be. */
  readonly arrived: (blocks: number) => Promise<string | undefined>
}

const openWays = async (checks: Checks, service: Service): Promise<readonly Way[]> => {
  const { scene } = service
  const open = async (name: string, offersChunking: boolean, refuses?: string): Promise<Sink> => {
    const host = scene.address('exchanger')
    scene.dns.zone(`${name}. MX 10 mx.${name}.\nmx.${name}. A ${host}`)
    const sink = await openSink({
      host,
      port: scene.exchangerPort,
      offersChunking,
      ...(refuses !== undefined && { refuses }),
    })
    checks.stops.defer(() => sink.close())
    return sink
  }
  const data = await open('data.example', false)
  const chunks = await open('chunks.example', true)
  await open('refusing.example', true, '550 5.1.1 no such user')
  const taken = new Map<Sink, number>()
  const atSink =
    (sink: Sink, by: 'DATA' | 'BDAT') =>
    async (blocks: number): Promise<string | undefined> => {
      const message = sink.received[taken.get(sink) ?? 0]
      taken.set(sink, sink.received.length)
      if (message === undefined) return 'nothing arrived'
      if (message.by !== by) return `it came by ${message.by}, not by ${by}`
      return message.sha256 === digestOf(blocks) ? undefined : `it was changed: ${message.octets} octets`
    }
  const inMailbox = async (blocks: number): Promise<string | undefined> => {
    const { octets, sha256 } = await takeFromMailbox(service, 'carol')
    return sha256 === digestOf(blocks) ? undefined : `it was changed: ${octets} octets`
  }
  const asNotification = async (blocks: number): Promise<string | undefined> => {
    const { octets } = await takeFromMailbox(service, 'alice')
    return octets > 0 && octets < 2 * blocks * block.length ? undefined : `a notification of ${octets} octets`
  }
  return [
    { by: 'DATA', recipient: 'bob@data.example', arrived: atSink(data, 'DATA') },
    { by: 'BDAT', recipient: 'bob@chunks.example', arrived: atSink(chunks, 'BDAT') },
    { by: 'DATA', recipient: 'carol@here.example', arrived: inMailbox },
    { by: 'BDAT', recipient: 'carol@here.example', arrived: inMailbox },
    { by: 'DATA', recipient: 'carol@here.example', underTls: true, arrived: inMailbox },
    {
      by: 'DATA',
      recipient: 'nobody@refusing.example',
      arrived: asNotification,
    },
  ]
}

const passOnce = async (service: Service, way: Way, octets: number): Promise<void> => {
  const blocks = blocksFor(octets)
  const answer = await submit(service, way, blocks)
  expect(isPositive(answer), `the message was answered: ${answer}`)
  await service.drained(60)
  const fault = await way.arrived(blocks)
  expect(fault === undefined, fault ?? '')
}

const mebibytes = (octets: number): string => `${(octets / 1024 / 1024).toFixed(1)} MiB`

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** In the order of `openWays`. */
const titles = [
  'in by DATA, out by DATA',
  'in by BDAT, out by BDAT',
  'in by DATA, into a mailbox',
  'in by BDAT, into a mailbox',
  'in under TLS, into a mailbox',
  'in by DATA, back as a notification',
] as const

/** A server that has seen small and middling messages of every kind, and what it holds then. */
const openWarm = async (checks: Checks): Promise<{ service: Service; ways: readonly Way[]; warm: number }> => {
  const service = await openService(checks, { change: (usual) => ({ ...usual, limits: { messageSize: 0 } }) })
  const ways = await openWays(checks, service)
  for (let count = 0; count < 5; count += 1) for (const way of ways) await passOnce(service, way, 100_000)
  for (const way of ways) await passOnce(service, way, 2_000_000)
  await setTimeout(500)
  return { service, ways, warm: await residentOctets(service.pid()) }
}

await runScript(600, async (checks) => {
  for (const [index, title] of titles.entries()) {
    await checks.check(
      `100 MB ${title}: unchanged, and the process grows by at most ${mebibytes(mostGrowth)}`,
      async (evidence) => {
        const { service, ways, warm } = await openWarm(checks)
        const way = ways[index]
        if (way === undefined) throw new Error('there is no such way')
        const growths: number[] = []
        for (let round = 0; round < rounds; round += 1) {
          const most = watchMemory(service.pid())
          try {
            await passOnce(service, way, bigOctets)
          } finally {
            const growth = (await most()) - warm
            growths.push(growth)
            evidence.note(`round ${round + 1}`, `from ${mebibytes(warm)} it grew by ${mebibytes(growth)}`)
          }
        }
        expect(median(growths) <= mostGrowth, `the median growth is ${mebibytes(median(growths))}`)
        const code = await service.stop()
        expect(code === 0, `it did not end cleanly: exit code ${code}\n${service.console()}`)
        return `from ${mebibytes(warm)} it grew by ${growths.map(mebibytes).join(', ')}`
      },
      150,
    )
  }
})
