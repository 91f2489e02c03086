/**
 * Loopback addresses that no other scene, worker or process has: one block `127.A.B.0/24` for each scene, claimed by
 * listening in it.
 *
 * The first half of the block is for servers and exchangers, the third quarter for strangers, the last for trusted hosts.
 * `127.0.0.1` is never given. The claim ends with `release`.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

/** Whoever claims a block listens here on its first address; that is how others see it. */
const CLAIM_PORT = 25_001
const ATTEMPTS = 200
/** Ports below the range from which systems take the ports of outgoing connections. */
const LOWEST_PORT = 10_000
const HIGHEST_PORT = 32_000
/** Where 127.0.0.0/8 is not wholly there, these blocks are tried, so that people need to add few addresses. */
const FEW_BLOCKS = ['127.77.1', '127.77.2', '127.77.3', '127.77.4']

/** First and last host number of each purpose. */
const RANGES = {
  server: [2, 63],
  exchanger: [64, 127],
  stranger: [128, 191],
  trusted: [192, 254],
} as const

export type Purpose = keyof typeof RANGES

export interface AddressBlock {
  /** A new address; throws when all of the purpose are given. */
  next(purpose: Purpose): string
  /** A port that is free on every address of the block. */
  freePort(): Promise<number>
  readonly trustedNetwork: string
  /** The same addresses from the beginning, for the next scene in the same place; releasing it gives nothing back. */
  again(): AddressBlock
  release(): Promise<void>
}

export async function claimBlock(candidates?: readonly string[]): Promise<AddressBlock> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const blocks = candidates ?? (process.platform === 'linux' ? [randomBlock()] : FEW_BLOCKS)
    const block = blocks[attempt % blocks.length] ?? randomBlock()
    const claim = await tryListen(`${block}.1`, CLAIM_PORT)
    if (claim === 'taken') continue
    if (claim === 'unknown') throw new Error(howToGet(block))
    return openBlock(block, () => stop(claim))
  }
  throw new Error(
    `No free block of loopback addresses after ${ATTEMPTS} attempts: are many scenes open, or does something listen on port ${CLAIM_PORT} of every address?`,
  )
}

function openBlock(block: string, release: () => Promise<void>): AddressBlock {
  const given = new Map<Purpose, number>()
  return {
    next(purpose) {
      const [first, last] = RANGES[purpose]
      const host = given.get(purpose) ?? first
      if (host > last) throw new Error(`This scene has no more addresses for ${purpose}: ${last - first + 1} are given`)
      given.set(purpose, host + 1)
      return `${block}.${host}`
    },
    async freePort() {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT))
        const probe = await tryListen(`${block}.1`, port)
        if (typeof probe === 'string') continue
        await stop(probe)
        return port
      }
      throw new Error('No free port on loopback')
    },
    trustedNetwork: `${block}.192/26`,
    again: () => openBlock(block, async () => undefined),
    release,
  }
}

function randomBlock(): string {
  return `127.${1 + Math.floor(Math.random() * 253)}.${Math.floor(Math.random() * 256)}`
}

async function tryListen(host: string, port: number): Promise<Server | 'taken' | 'unknown'> {
  const server = createServer((socket) => socket.destroy())
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return server
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') return 'taken'
    if (code === 'EADDRNOTAVAIL') return 'unknown'
    throw error
  }
}

async function stop(server: Server): Promise<void> {
  const done = once(server, 'close')
  server.close()
  await done
}

function howToGet(block: string): string {
  return (
    `The loopback address ${block}.1 cannot be bound on this machine; make the block's addresses with ` +
    `\`for n in $(seq 1 254); do sudo ifconfig lo0 alias ${block}.$n; done\``
  )
}
