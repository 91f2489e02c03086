/** The IP addresses of this machine, for listeners that listen on all of them. */
import { networkInterfaces } from 'node:os'

export const interfaceAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((entry) => (entry === undefined ? [] : [entry.address]))
