/**
 * Carries out trials of the client's side: our server delivers to a domain whose first exchanger, or whose name server,
 * talks rubbish, and whose second exchanger is well behaved.
 *
 * Each piece of rubbish comes once, so when it is used up every message must come to its end: taken by one of the two, or
 * failed and told of. Nothing is lost; twice comes only what the first exchanger took without saying so.
 */
import type { Dialer } from '../server/ports.ts'
import { createDialer, createResolver } from '../server/node.ts'
import type { Exchanger, Scene } from '../simulators/contract.ts'
import { parseScript } from '../simulators/notation.ts'
import { openHouse } from './house.ts'
import type { House, HouseOptions } from './house.ts'
import type { Tolerance } from './ledger.ts'
import { openRubbishNames } from './names.ts'
import type { RubbishNames } from './names.ts'
import type { Acceptance } from './reckoning.ts'
import { afterwards, rests } from './sessions.ts'
import type { Outcome } from './sessions.ts'
import { faultOf } from './trial.ts'
import type { Packet, Rubbish, Visit } from './trial.ts'
import { playVisit } from './visit.ts'

/** How long the server waits for the exchanger; the end of data longer, since giving up there makes duplicates. */
const timeouts = {
  connection: '1s',
  greeting: '400ms',
  command: '400ms',
  dataInitiation: '400ms',
  dataBlock: '400ms',
  dataTermination: '3s',
  farewell: '100ms',
} as const
/** Until the queue has come to rest with all of these waits in it, milliseconds. */
const longestRest = 60_000
/** How often everything that waits is tried again, before it counts as stuck. */
const flushes = 8

const message = (number: number): string => {
  const parameters = ['', ' BODY=8BITMIME', ' RET=HDRS ENVID=x', ''][number % 4] ?? ''
  const notify = number % 3 === 0 ? ' NOTIFY=SUCCESS,FAILURE' : ''
  return `
    C: MAIL FROM:<alice@here.example>${parameters}
    S: 250
    C: RCPT TO:<u${number}@unruly.example>${notify}
    S: 250
    C: RCPT TO:<v${number}@unruly.example>
    S: 250
    C: DATA
    S: 354
    C: Subject: message ${number}
    C:
    C: ${number % 4 === 1 ? 'grün' : 'body'}
    C: .
    S: 250`
}

const letters: Visit = {
  door: 'relay',
  source: 'trusted host',
  script: parseScript(`
    S: 220
    C: EHLO client.example
    S: 250
    ${Array.from({ length: 5 }, (_, number) => message(number)).join('')}
    C: QUIT
    S: 221`),
}

interface Unruly {
  readonly first: Exchanger
  readonly second: Exchanger
}

const openExchangers = async (scene: Scene): Promise<Unruly> => {
  const first = await scene.exchanger('mx1.unruly.example', { certificate: 'self-signed' })
  const second = await scene.exchanger('mx2.unruly.example')
  scene.dns.zone('unruly.example. MX 10 mx1.unruly.example.\nunruly.example. MX 20 mx2.unruly.example.')
  return { first, second }
}

/** Whatever a packet says, nothing is dialled but loopback. */
const homebound = (dialer: Dialer): Dialer => ({
  dial: async (to, options) =>
    to.address.startsWith('127.') ? await dialer.dial(to, options) : { fault: 'ENETUNREACH' },
})

/** Sends the letters, and tries until nothing waits any more. */
const deliverAll = async (
  house: House,
): Promise<{ readonly faults: string[]; readonly accepted: readonly Acceptance[] }> => {
  const { faults: met, accepted } = await playVisit(house, letters)
  const faults = [...met]
  const { queue } = house.server
  for (let turn = 0; turn < flushes && queue.counts().messages > 0; turn += 1) {
    if (!(await rests(house, longestRest))) faults.push('a delivery hangs')
    queue.flush({})
  }
  if (!(await rests(house, longestRest))) faults.push('a delivery hangs')
  const { messages } = queue.counts()
  if (messages > 0) faults.push(`${messages} messages still wait when the rubbish is over`)
  return { faults, accepted }
}

const run = async (options: HouseOptions, arrange: (exchangers: Unruly) => Tolerance | undefined): Promise<Outcome> => {
  const house = await openHouse({ ...options, timeouts })
  try {
    const exchangers = await openExchangers(house.scene)
    const tolerance = arrange(exchangers)
    const { faults, accepted } = await deliverAll(house)
    const all: House = { ...house, exchangers: [...house.exchangers, exchangers.first, exchangers.second] }
    faults.push(...(await afterwards(all, accepted, tolerance)))
    faults.push(...exchangers.second.violations.map((violation) => `to a good exchanger our client ${violation}`))
    return { faults: [...new Set(faults)], sessions: 1, messages: accepted.length }
  } finally {
    await house.close()
  }
}

const isOneReply = (bytes: Uint8Array): boolean =>
  /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n$/.test(Buffer.from(bytes).toString('latin1'))

/** Where a reply tells whether the message was taken. */
const isAboutContent = ({ at }: Rubbish): boolean => at === 'content-end' || at === 'BDAT'
const isPositive = ({ bytes }: Rubbish): boolean => /(?:^|\n)[23]\d\d/.test(Buffer.from(bytes).toString('latin1'))

/**
 * What rubbish excuses: a 250 that did not arrive may double a message, one that nobody meant may lose it. Either can stand
 * where the content is answered, or come out of replies that are out of step; a whole reply elsewhere excuses nothing.
 */
const excuse = (rubbish: readonly Rubbish[]): Tolerance => {
  const unclear = rubbish.filter((one) => isAboutContent(one) || !isOneReply(one.bytes))
  const mayLose = unclear.some(isPositive)
  const mayDouble = unclear.length > 0
  return (told, found) => (found > told ? mayDouble : mayLose)
}

export const runRubbish = async (rubbish: readonly Rubbish[]): Promise<Outcome> =>
  await run({}, ({ first }) => {
    for (const one of rubbish) first.declare(faultOf(one))
    return excuse(rubbish)
  })

export const runPackets = async (packets: readonly Packet[]): Promise<Outcome> => {
  let names: RubbishNames | undefined
  const servers = (): readonly string[] => (names === undefined ? [] : [names.endpoint])
  try {
    return await run(
      {
        nameServer: async (scene) => {
          names = await openRubbishNames(scene.address('server'), scene.dns.endpoint, packets)
          return names.endpoint
        },
        ports: { resolver: createResolver({ servers, timeout: 150, tries: 2 }), dialer: homebound(createDialer()) },
      },
      () => undefined,
    )
  } finally {
    await names?.close()
  }
}
