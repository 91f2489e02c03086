/**
 * The ports of `ports.ts` on `node:*`: the machine's time, chance, DNS and network. The stores stand in `queue/`.
 */
import { readFile } from 'node:fs/promises'
import type { Clock, Dialer, Ids, Resolver } from './ports.ts'
import { createClock } from './node/clock.ts'
import { createDialer } from './node/dialer.ts'
import { createIds } from './node/ids.ts'
import { createResolver } from './node/resolver.ts'

export { createClock } from './node/clock.ts'
export { createDialer } from './node/dialer.ts'
export { createIds } from './node/ids.ts'
export { createResolver } from './node/resolver.ts'
export type { ResolverOptions } from './node/resolver.ts'

export interface NodePorts {
  readonly clock: Clock
  readonly ids: Ids
  readonly resolver: Resolver
  readonly dialer: Dialer
  /** PEM text of a file that the settings name; rejects when it cannot be read. */
  readonly certificates: (file: string) => Promise<string>
}

/** `nameServers` is read at every lookup, so that new settings count at once. */
export const createNodePorts = (nameServers: () => readonly string[]): NodePorts => {
  const clock = createClock()
  return {
    clock,
    ids: createIds(clock),
    resolver: createResolver({ servers: nameServers }),
    dialer: createDialer(),
    certificates: (file) => readFile(file, 'utf8'),
  }
}
