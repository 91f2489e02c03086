/**
 * SIGKILL at random moments under load, round after round on the same data, also while the server is still starting: what
 * it once said 250 to is never lost, and arrives twice only where another server's 250 was on its way to it.
 *
 * `node interop/crash.ts [--rounds N] [--seed N]`: 25 rounds by hand, 200 under CI; about a second each. The balance is
 * struck from mailboxes, far exchangers, notifications and the journal, never from what the server says of itself.
 */
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Fault } from '../simulators/contract.ts'
import { balance } from './crash/ledger.ts'
import { localRecipients, runClient, unknownRecipient } from './crash/load.ts'
import type { HandedIn } from './crash/load.ts'
import { openChance } from './support/chance.ts'
import { expect, runScript, underCi } from './support/checks.ts'
import type { Checks } from './support/checks.ts'
import { openService } from './support/service.ts'
import type { Service } from './support/service.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } })
const rounds = Number(values.rounds ?? (underCi() ? 200 : 25))
const seed = Number(values.seed ?? Date.now() % 1_000_000)

const clients = 4
/** Messages of one client in one round at most. */
const most = 15
/** A kill comes at most so late in a round. */
const longestLoad = 500
const longestStart = 400
const drainSeconds = 120
/** The rounds end after so long, however many there were: then the check fails. */
const secondsForRounds = 30 + rounds * 3

/** What goes wrong at the flaky exchanger in a round: counted, then it is well behaved again. */
const troubles: readonly Fault[] = [
  { at: 'content-end', misbehaviour: { do: 'reply', lines: ['451 4.3.0 not now'] }, times: 2 },
  { at: 'RCPT', path: 'eve', misbehaviour: { do: 'reply', lines: ['450 4.2.0 later'] }, times: 3 },
  { at: 'RCPT', misbehaviour: { do: 'disconnect' }, times: 1 },
  { at: 'content', misbehaviour: { do: 'reset' }, times: 1 },
  { at: 'content-end', misbehaviour: { do: 'delay', milliseconds: 30 }, times: 5 },
]

/** `envelope recipient` of every relaying in the journal, which is then thrown away; only while the server is dead. */
const takeJournal = async (service: Service, relayed: Map<string, number>): Promise<void> => {
  const folder = join(service.folder, 'data')
  for (const name of await readdir(folder)) {
    if (!/^journal.*\.jsonl$/.test(name)) continue
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      if (!line.includes('"recipient-relayed"') || !line.endsWith('}')) continue
      const { envelope, detail } = JSON.parse(line) as { envelope: string; detail: { address: string } }
      const key = `${envelope} ${detail.address}`
      relayed.set(key, (relayed.get(key) ?? 0) + 1)
    }
    await rm(join(folder, name))
  }
}

const listing = (lines: readonly string[]): string => `${lines.length}:\n${lines.slice(0, 50).join('\n')}`

const openWorld = async (checks: Checks): Promise<Service> => {
  const service = await openService(checks, {
    change: (usual) => ({
      ...usual,
      users: [...(usual.users ?? []), { name: 'dave' }],
      queue: { retryAfter: ['100ms', '300ms', '1s'], delayWarning: '0s' },
    }),
  })
  const { scene } = service
  scene.dns.zone('far.example. MX 10 mx.far.example.\nflaky.example. MX 10 mx.flaky.example.')
  const far = await scene.exchanger('mx.far.example')
  const refusal: Fault = {
    at: 'RCPT',
    path: unknownRecipient,
    misbehaviour: { do: 'reply', lines: ['550 5.1.1 no such user'] },
  }
  far.declare(refusal)
  await scene.exchanger('mx.flaky.example')
  return service
}

await runScript(secondsForRounds + 2 * drainSeconds, async (checks) => {
  const service = await openWorld(checks)
  const flaky = service.scene.exchangers[1]
  const chance = openChance(seed)
  const handedIn: HandedIn[] = []
  const kills: number[] = []
  const relayed = new Map<string, number>()
  let killedStarting = 0

  /** The server runs, is loaded, and dies in the middle of it. */
  const loadAndKill = async (round: number): Promise<void> => {
    for (const trouble of troubles) if (chance.oneIn(2)) flaky?.declare(trouble)
    const over = new AbortController()
    const running = Array.from({ length: clients }, (_, number) =>
      runClient({
        name: `r${round}c${number}`,
        to: service.endpoint('relay'),
        from: service.trusted,
        chance: openChance(seed + round * clients + number),
        signal: over.signal,
        ledger: handedIn,
        most,
      }),
    )
    await setTimeout(chance.below(longestLoad))
    kills.push(Date.now())
    await service.kill()
    over.abort()
    await Promise.all(running)
  }
  /** The server is started and dies before or soon after it is ready: in the middle of recovery. */
  const killStarting = async (): Promise<void> => {
    const starting = service.start().catch(() => {})
    await setTimeout(chance.below(longestStart))
    kills.push(Date.now())
    await service.kill()
    await starting
    killedStarting += 1
  }

  await checks.check(
    `${rounds} rounds of kill -9 under load (seed ${seed})`,
    async () => {
      const startedAt = performance.now()
      for (let round = 0; round < rounds; round += 1) {
        const seconds = (performance.now() - startedAt) / 1000
        expect(seconds < secondsForRounds, `after ${Math.round(seconds)} s only ${round} rounds are done`)
        if (round > 0) await service.start()
        await loadAndKill(round)
        if (chance.oneIn(5)) await killStarting()
        await takeJournal(service, relayed)
      }
      const each = Math.round((performance.now() - startedAt) / rounds)
      return `${handedIn.length} messages handed in, ${killedStarting} kills while starting, ${each} ms a round`
    },
    secondsForRounds + 60,
  )
  await checks.check(
    'started once more, it empties its queue',
    async (evidence) => {
      await service.start()
      await service.flush()
      await service.drained(drainSeconds).catch((fault: unknown) => {
        evidence.note('console', service.console())
        throw fault
      })
      const health = await service.admin('/health')
      evidence.note('health', JSON.stringify(health))
      expect(JSON.stringify(health).includes('"ok"'), 'it says that it is not well')
    },
    drainSeconds + 15,
  )
  await checks.check('it ends cleanly', async () => {
    const code = await service.stop()
    expect(code === 0, `exit code ${code}\n${service.console()}`)
    await takeJournal(service, relayed)
  })

  const mailboxes = new Map<string, readonly Buffer[]>()
  for (const address of localRecipients) mailboxes.set(address, await service.mailbox(address.split('@')[0] ?? ''))
  const struck = balance({
    handedIn,
    mailboxes,
    notifications: await service.mailbox('alice'),
    exchangers: service.scene.exchangers,
    kills,
    relayed,
  })
  await checks.check('of what was acknowledged nothing is lost', async () => {
    expect(struck.acknowledged > rounds, `only ${struck.acknowledged} messages were acknowledged: no load`)
    expect(struck.lost.length === 0, `lost ${listing(struck.lost)}`)
    return `lost 0 of ${struck.acknowledged} messages for ${struck.recipients} recipients`
  })
  await checks.check('what arrived twice was in flight: a 250 of another server was on its way', async () => {
    expect(struck.unexplained.length === 0, `without an excuse ${listing(struck.unexplained)}`)
    return `${struck.duplicates.length} twice, at most ${struck.longestInFlight} ms in flight`
  })
  await checks.check('everything that arrived is as it was handed in', async () => {
    expect(struck.damaged.length === 0, `damaged ${listing(struck.damaged)}`)
  })
  await checks.check('what was not acknowledged arrived at all its recipients or at none', async () => {
    expect(struck.torn.length === 0, `torn ${listing(struck.torn)}`)
  })
  await checks.check(
    'the exchangers saw nothing that the standards forbid, but sessions that the kill ended',
    async () => {
      const said = service.scene.exchangers.flatMap((exchanger) => exchanger.violations)
      const violations = said.filter((violation) => !violation.startsWith('closed '))
      expect(violations.length === 0, `violations ${listing(violations)}`)
    },
  )
})
