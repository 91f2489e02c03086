/**
 * Hosts that nothing is to reach.
 */
import type { Exchanger } from '../simulators/contract.ts'
import { acceptedRecipients } from './letters.ts'
import type { MailWorld } from './world.ts'

/** A server that sends nothing has shown it only of what it refused: otherwise the scenario is not applicable to it. */
export const sparedHost = (world: MailWorld, name: string): Exchanger => {
  const taken = world.letters.flatMap(acceptedRecipients).some((address) => !/@(?:.*\.)?here\.example$/i.test(address))
  return taken ? world.host(name) : world.neighbour(name)
}
