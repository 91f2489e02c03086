/**
 * The reception of the mail service: where sockets become sessions and content becomes queued messages.
 *
 * This is the room's composition: it makes what all listeners share, and opens and closes them while the server runs.
 * Sessions keep the terms that they started with; rulings follow the settings of the moment.
 */
import { mayListen } from '../policy/openrelay.ts'
import type { ListenerSettings } from '../settings/schema.ts'
import type { Premises } from './admission.ts'
import { createCrowd } from './crowd.ts'
import { createDesk } from './desk.ts'
import type { ReceptionParts } from './desk.ts'
import { openListener } from './listener.ts'
import type { Listener, Opening } from './listener.ts'
import { createTlsKeeper } from './tls.ts'
import type { TlsSettings } from './tls.ts'

export type { ReceptionParts } from './desk.ts'
export type { Listener, Opening } from './listener.ts'

export interface Reception {
  /** Opens a listener; a fault when the address cannot be had, or when this server must not listen there (open relay). */
  openListener(settings: ListenerSettings): Promise<Opening>
  /**
   * Reads the certificate again, for these settings. Gives a sentence when it cannot be used; then the one before stays.
   * Call it before settings are applied, and to take up a renewed certificate.
   */
  renewCertificate(settings: TlsSettings): Promise<string | undefined>
  /** The listeners that accept connections, in the order in which they were opened. */
  readonly listeners: readonly Listener[]
  /** Sessions open now, over all listeners. */
  readonly sessions: number
  /** Closes every listener (see `Listener.close`); `grace` in milliseconds, 0 to wait for nobody. */
  close(grace: number): Promise<void>
}

export const createReception = (parts: ReceptionParts): Reception => {
  const premises: Premises = {
    desk: createDesk(parts),
    tls: createTlsKeeper(parts.ids, parts.clock),
    crowd: createCrowd(),
  }
  const { crowd, tls } = premises
  /** Those that accept, and those that still have sessions. */
  const listeners = new Set<Listener>()

  const open = async (settings: ListenerSettings): Promise<Opening> => {
    const permission = mayListen(parts.settings(), settings.address)
    if (permission.kind === 'refusal') return { kind: 'fault', sentence: permission.sentence }
    const sentence = tls.current() === undefined ? await tls.renew(parts.settings()) : undefined
    if (sentence !== undefined) return { kind: 'fault', sentence }
    const opening = await openListener(premises, settings)
    if (opening.kind === 'fault') return opening
    const { listener } = opening
    listeners.add(listener)
    void listener.gone.then(() => listeners.delete(listener))
    return opening
  }

  return {
    openListener: open,
    renewCertificate: (settings) => tls.renew(settings),
    get listeners() {
      return [...listeners].filter((listener) => listener.accepting)
    },
    get sessions() {
      return crowd.sessions
    },
    close: async (grace) => {
      await Promise.all([...listeners].map((listener) => listener.close(grace)))
    },
  }
}
