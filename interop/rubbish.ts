/**
 * A million octets of rubbish at every door, by chance and almost right: the server does not crash, leaks neither memory nor
 * sockets, lets no session hang, and serves a correct client right after.
 *
 * `node interop/rubbish.ts [--seed N] [--octets N]`: the seed is printed and repeats a run. A client that has said its rubbish
 * says goodbye by FIN or RST, and the server must then be gone within seconds.
 */
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { doorsOf } from './rubbish/doors.ts'
import type { Door } from './rubbish/doors.ts'
import { clientHello, mailConversations, mutate, webConversations } from './rubbish/mutate.ts'
import { openChance } from './support/chance.ts'
import type { Chance } from './support/chance.ts'
import { expect, runScript } from './support/checks.ts'
import { openHandles, residentOctets } from './support/process-state.ts'
import { openService } from './support/service.ts'
import type { Service } from './support/service.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, octets: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const octetsEach = Number(values.octets ?? 1_000_000)

const beside = 4
const mostOfConnection = 40_000
/** How long the server may take to be gone after its client is. */
const hangSeconds = 8
const mostGrowth = 64 * 1024 * 1024

/** Says the bytes in pieces of any size, as far as the server listens; then goes, and waits until the server has gone too. */
const deliver = async (socket: Socket, bytes: Buffer, chance: Chance): Promise<void> => {
  socket.resume()
  for (let at = 0; at < bytes.length && socket.writable;) {
    const piece = bytes.subarray(at, at + 1 + chance.below(8000))
    at += piece.length
    const { promise: written, resolve } = Promise.withResolvers<void>()
    socket.write(piece, () => resolve())
    await Promise.race([written, setTimeout(hangSeconds * 1000, undefined, { ref: false })])
  }
  if (socket.closed) return
  const over = new Promise<boolean>((resolve) => {
    socket.once('close', () => resolve(true))
  })
  if (chance.oneIn(4)) socket.destroy()
  else socket.end()
  const gone = await Promise.race([over, setTimeout(hangSeconds * 1000, false, { ref: false })])
  socket.destroy()
  if (!gone) throw new Error(`the server did not go; it had been told: ${JSON.stringify(bytes.toString('latin1'))}`)
}

const rubbishFor = (door: Door, almost: boolean, hello: Buffer, chance: Chance): Buffer => {
  if (!almost) return chance.bytes(1 + chance.below(mostOfConnection))
  if (door.speaks === 'handshake') return mutate(hello, chance)
  const conversations = door.speaks === 'web' ? webConversations : mailConversations
  const pieces = Array.from({ length: 1 + chance.below(8) }, () =>
    mutate(Buffer.from(chance.pick(conversations)), chance),
  )
  return Buffer.concat(pieces)
}

/** So many octets over as many connections as it takes, a few beside each other. */
const flood = async (door: Door, almost: boolean, octets: number, hello: Buffer, from: number): Promise<string> => {
  let left = octets
  let connections = 0
  const work = async (number: number): Promise<void> => {
    const chance = openChance(from + number)
    while (left > 0) {
      const bytes = rubbishFor(door, almost, hello, chance)
      left -= bytes.length
      connections += 1
      await deliver(await door.open(), bytes, chance)
    }
  }
  await Promise.all(Array.from({ length: beside }, (_, number) => work(number)))
  return `${octets - left} octets over ${connections} connections`
}

/** A good message by each listener, and a good question to the API. */
const correctSession = async (service: Service, token: string): Promise<void> => {
  const ways = [
    { role: 'relay', tls: 'none' },
    { role: 'submission', tls: 'starttls' },
    { role: 'submissions', tls: 'implicit' },
  ] as const
  for (const { role, tls } of ways) {
    const { refused, accepted } = await service.scene.submit(service.endpoint(role), {
      from: 'alice@here.example',
      to: ['carol@here.example'],
      content: Buffer.from(`Subject: ${token}\r\n\r\nHello.\r\n`),
      source: service.stranger,
      tls,
      ...(role !== 'relay' && { credentials: { user: 'alice', password: "alice's password" } }),
    })
    expect(accepted.length === 1, `a correct client was refused at ${role}: ${JSON.stringify(refused)}`)
  }
  await service.drained(20)
  const arrived = (await service.mailbox('carol')).filter((message) => message.includes(`Subject: ${token}\r\n`))
  expect(arrived.length === ways.length, `${arrived.length} of ${ways.length} correct messages arrived`)
}

const sockets = async (service: Service): Promise<number> => (await openHandles(service.pid())).get('socket') ?? 0

const inAll = (open: ReadonlyMap<string, number>): number => [...open.values()].reduce((sum, one) => sum + one, 0)

await runScript(600, async (checks) => {
  const service = await openService(checks, {
    change: (usual) => ({
      ...usual,
      authentication: { ...usual.authentication, failuresPerHost: 0 },
      limits: { connectionsPerHost: 100 },
    }),
  })
  const pid = service.pid()
  const doors = doorsOf(service)
  const hello = await clientHello()
  let memory = 0
  let handles: ReadonlyMap<string, number> = new Map()
  await checks.check(
    `warming up at every door (seed ${seed})`,
    async () => {
      for (const door of doors)
        for (const almost of [false, true]) await flood(door, almost, octetsEach / 10, hello, seed)
      await correctSession(service, 'warm')
      await setTimeout(1000)
      memory = await residentOctets(pid)
      handles = await openHandles(pid)
    },
    120,
  )

  for (const [number, door] of doors.entries()) {
    for (const almost of [false, true]) {
      const what = `${almost ? 'almost right' : 'by chance'} at ${door.name}`
      await checks.check(
        `rubbish ${what}, then correct sessions`,
        async (evidence) => {
          try {
            const said = await flood(door, almost, octetsEach, hello, seed + number * 100 + (almost ? 50 : 0) + 1)
            await correctSession(service, `after-${number}-${almost}`)
            expect(service.pid() === pid, 'the server is another process now')
            return said
          } catch (fault) {
            evidence.note('console', service.console())
            throw fault
          }
        },
        120,
      )
    }
  }

  await checks.check('no session is left, and nothing else is open that was not before', async (evidence) => {
    const before = handles.get('socket') ?? 0
    for (const deadline = performance.now() + 15_000; (await sockets(service)) > before; await setTimeout(100)) {
      expect(performance.now() < deadline, `${await sockets(service)} sockets are open; there were ${before}`)
    }
    const now = await openHandles(pid)
    evidence.note('open before', JSON.stringify([...handles]))
    evidence.note('open now', JSON.stringify([...now]))
    expect(inAll(now) <= inAll(handles) + 2, 'more is open than before')
  })
  await checks.check('no memory is left behind', async () => {
    const growth = (await residentOctets(pid)) - memory
    expect(growth <= mostGrowth, `the process has grown by ${Math.round(growth / 1024 / 1024)} MiB`)
    return `it grew by ${Math.round(growth / 1024 / 1024)} MiB`
  })
  await checks.check('no fault of its own was told, and the server ends cleanly', async () => {
    const faults = service
      .console()
      .split('\n')
      .filter((line) => line.includes('fault='))
    expect(faults.length === 0, faults.join('\n'))
    const code = await service.stop()
    expect(code === 0, `exit code ${code}\n${service.console()}`)
  })
})
