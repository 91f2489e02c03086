/**
 * What lives as long as a worker and not as long as a scenario: a block of addresses, the keys of certificates, and the
 * boxes in which mail servers keep running between scenarios with the same settings.
 *
 * Addresses must stay the same for that: every scene of such a target opens on the same block, from its beginning.
 */
import { claimBlock } from '../simulators/addresses.ts'
import type { AddressBlock } from '../simulators/addresses.ts'
import { createAuthority } from '../simulators/certificates.ts'
import type { Authority } from '../simulators/certificates.ts'
import { openInstance } from './box/instance.ts'
import type { Instance } from './box/instance.ts'
import { treeOf, whyNot, whyNotFetched } from './box/packages.ts'
import type { Product } from './box/product.ts'
import { TargetUnavailable } from './faults.ts'

export interface Worker {
  /** Where packages are kept. */
  readonly cache: string
  block(): Promise<AddressBlock>
  authority(): Promise<Authority>
  /** The product's box; rejects with `TargetUnavailable` when it was not fetched, or cannot run here. */
  instance(product: Product): Promise<Instance>
  /** What a target keeps between scenarios: opened for the first that asks, closed with the worker. */
  kept<T>(name: string, open: () => Promise<{ readonly value: T; close(): Promise<void> }>): Promise<T>
  /** Ends every box and gives the addresses back. */
  close(): Promise<void>
}

export const createWorker = (cache: string): Worker => {
  const instances = new Map<string, Promise<Instance>>()
  const others = new Map<string, Promise<{ readonly value: unknown; close(): Promise<void> }>>()
  let block: Promise<AddressBlock> | undefined
  let authority: Promise<Authority> | undefined
  const open = async (product: Product): Promise<Instance> => {
    const { name } = product.packages
    const reason = whyNot()
    if (reason !== undefined) throw new TargetUnavailable(`${name} ${reason}`)
    const missing = await whyNotFetched(cache, name)
    if (missing !== undefined) throw new TargetUnavailable(missing)
    return openInstance(product, treeOf(cache, name))
  }
  return {
    cache,
    block: () => (block ??= claimBlock()),
    authority: () => (authority ??= createAuthority()),
    instance(product) {
      const { name } = product.packages
      const known = instances.get(name)
      if (known !== undefined) return known
      // A box that could not be opened is not kept: the next scenario tries again.
      const opening = open(product).catch((error: unknown) => {
        instances.delete(name)
        throw error
      })
      instances.set(name, opening)
      return opening
    },
    async kept<T>(name: string, start: () => Promise<{ readonly value: T; close(): Promise<void> }>): Promise<T> {
      const known = others.get(name) ?? start()
      others.set(name, known)
      try {
        return (await known).value as T
      } catch (error) {
        others.delete(name)
        throw error
      }
    },
    async close() {
      for (const other of others.values()) await other.then((one) => one.close()).catch(() => undefined)
      others.clear()
      for (const instance of instances.values()) await instance.then((one) => one.close()).catch(() => undefined)
      instances.clear()
      await (await block)?.release()
      block = undefined
    },
  }
}
