/**
 * A product in a box as a `Target`: settings become its configuration, steps reach it as they reach any server.
 *
 * The server itself outlives the scenario (`instance.ts`); what a scenario did to it does not.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { NotApplicable } from '../faults.ts'
import { certificateOf, houseOf, localPartOf } from '../house.ts'
import type { Endpoint, Surroundings, Target } from '../target.ts'
import type { SettingsDocument } from '../../server/settings/schema.ts'
import type { Worker } from '../worker.ts'
import type { Instance } from './instance.ts'
import { installedVersion } from './packages.ts'
import type { ListenerPlace, Product, Rendered } from './product.ts'

const pollMilliseconds = 10
const logMilliseconds = 300
const usualPorts = { relay: 25, submission: 587, submissions: 465 } as const

/** On an address of its own a server has the ports of mail; on all addresses it has to share, and takes what is free. */
const freePort = async (address: string): Promise<number> => {
  const probe = createServer()
  probe.listen(0, address)
  await once(probe, 'listening')
  const place = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof place === 'object' && place !== null ? place.port : 0
}

export const createBoxedTarget = (product: Product, worker: Worker): Target => {
  const { name } = product.packages
  let instance: Instance | undefined
  let listeners: readonly ListenerPlace[] = []
  let files: Rendered['files'] = {}
  let surroundings: Surroundings | undefined

  const running = (): Instance => {
    if (instance === undefined) throw new Error(`${name} is not running`)
    return instance
  }
  const prepare = async (document: SettingsDocument): Promise<Rendered> => {
    const house = houseOf(document, product.settings)
    const { settings } = house
    if (surroundings === undefined) throw new Error(`${name} was never started`)
    const leaf = await certificateOf(settings, async () =>
      (await worker.authority()).issue('self-signed', settings.hostName),
    )
    const trusted = settings.outgoing.smarthost?.trustedCertificates
    const places: ListenerPlace[] = []
    for (const { role, address, port } of settings.listeners) {
      const wildcard = address === '0.0.0.0' || address === '::'
      if (places.some((one) => one.role === role)) throw new NotApplicable('is given one listener of each role here')
      places.push({
        role,
        address,
        port: port > 0 ? port : wildcard ? await freePort(address) : usualPorts[role],
      })
    }
    const rendered = product.render(house, {
      listeners: places,
      certificate: leaf,
      trustedCertificates: trusted === undefined ? undefined : await readFile(trusted, 'utf8'),
    })
    listeners = settings.smtp.enabled ? places : []
    const [nameServer = ''] = surroundings.nameServer.split(':')
    files = {
      ...rendered.files,
      '/etc/resolv.conf': { text: `nameserver ${nameServer}\noptions timeout:2 attempts:2\n${product.resolver ?? ''}` },
    }
    return { ...rendered, files }
  }

  return {
    name,
    capabilities: product.capabilities,
    unfit: (text) => product.unfit?.(text),
    version: async () => (await installedVersion(worker.cache, name)) ?? 'not installed',
    async start(document, around) {
      surroundings = around
      const rendered = await prepare(document)
      instance = await worker.instance(product)
      await instance.begin(rendered, listeners)
    },
    async stop() {
      const ending = instance
      instance = undefined
      await ending?.rest()
    },
    endpoint(role): Endpoint | undefined {
      const place = listeners.find((listener) => listener.role === role)
      return place === undefined || instance === undefined ? undefined : { host: place.address, port: place.port }
    },
    runQueue: async () => product.runQueue(running().box),
    async rest(deadlineMilliseconds) {
      const deadline = performance.now() + deadlineMilliseconds
      const one = running()
      let calm = 0
      for (;;) {
        if (listeners.length === 0 || one.died() !== undefined) return
        const doing = await product.underWay(one.box, one.log())
        // A notification may have been born between two looks: nothing is to be seen twice.
        calm = doing.length === 0 ? calm + 1 : 0
        if (calm === 2) return
        if (performance.now() > deadline) throw new Error(`the queue did not come to rest: ${doing.join('; ')}`)
        await setTimeout(pollMilliseconds)
      }
    },
    async apply(document) {
      const rendered = await prepare(document)
      await running().change(rendered, listeners)
    },
    restart: async () => running().again('stopped'),
    kill: async () => running().again('killed'),
    async queue() {
      // Logs are written a moment after the fact: what waits was tried, or will be in that moment.
      const deadline = performance.now() + logMilliseconds
      for (;;) {
        const found = await product.queue(running().box, running().log())
        const untold = found.some(({ state, attempts }) => state === 'queued' && attempts === 0)
        if (!untold || performance.now() > deadline) return found
        await setTimeout(pollMilliseconds)
      }
    },
    async nextAttempt() {
      const due = await product.nextDue(running().box, running().log())
      return due === undefined ? undefined : Math.max(0, due - Date.now())
    },
    async operate(act, recipient) {
      const one = running()
      const found = (await product.queue(one.box, one.log())).find((entry) => entry.recipient === recipient)
      if (found === undefined) throw new Error(`nothing in the queue is for ${recipient}`)
      await product.operate(one.box, act, found.message)
    },
    async mailbox(address) {
      return running().mailbox(localPartOf(address))
    },
    configuration: () => Object.fromEntries(Object.entries(files).map(([path, { text }]) => [path, text])),
    log: async () => instance?.log() ?? '',
    async ended(address) {
      const log = running().log()
      return (
        product.ended(log, address) ||
        product.ended(log, `${localPartOf(address)}${address.slice(address.lastIndexOf('@'))}`)
      )
    },
    died: () => instance?.died(),
  }
}
