/**
 * The reception of the mail service: where sockets become sessions and content becomes queued messages.
 *
 * This is the room's composition: it makes what all listeners share and opens them one by one, so that whoever runs the
 * server can open, close and re-settle them while it runs. Sessions keep the terms that they started with; rulings follow
 * the settings of the moment.
 */
import { mayListen } from '../policy/openrelay.ts'
import type { ListenerSettings, Settings } from '../settings/schema.ts'
import { createCrowd } from './crowd.ts'
import { createDesk } from './desk.ts'
import type { ReceptionParts } from './desk.ts'
import { openListener } from './listener.ts'
import type { Listener, Opening } from './listener.ts'
import { createTlsKeeper } from './tls.ts'

export type { ReceptionParts } from './desk.ts'
export type { Listener, Opening } from './listener.ts'

export interface Reception {
  /** Opens a listener; a fault when the address cannot be had, or when this server must not listen there (open relay). */
  openListener(settings: ListenerSettings): Promise<Opening>
  /**
   * Reads the certificate again, for these settings. Gives a sentence when it cannot be used; then the one before stays.
   * Call it before settings are applied, and to take up a renewed certificate.
   */
  renewCertificate(settings: Settings): Promise<string | undefined>
  /** The listeners open now, in the order in which they were opened. */
  readonly listeners: readonly Listener[]
  /** Sessions open now, over all listeners. */
  readonly sessions: number
  /** Closes every listener (see `Listener.close`); `grace` in milliseconds. */
  close(grace: number): Promise<void>
}

export const createReception = (parts: ReceptionParts): Reception => {
  const desk = createDesk(parts)
  const tls = createTlsKeeper(parts.ids, parts.clock)
  const crowd = createCrowd()
  const listeners = new Set<Listener>()

  return {
    openListener: async (settings) => {
      const permission = mayListen(parts.settings(), settings.address)
      if (permission.kind === 'refusal') return { kind: 'fault', sentence: permission.sentence }
      if (tls.current() === undefined) {
        const sentence = await tls.renew(parts.settings())
        if (sentence !== undefined) return { kind: 'fault', sentence }
      }
      const opening = await openListener(desk, tls, crowd, settings)
      if (opening.kind === 'fault') return opening
      const { listener } = opening
      const close = async (grace: number): Promise<void> => {
        await listener.close(grace)
        listeners.delete(ours)
      }
      const ours: Listener = {
        settings,
        address: listener.address,
        port: listener.port,
        get sessions() {
          return listener.sessions
        },
        close,
      }
      listeners.add(ours)
      return { kind: 'open', listener: ours }
    },
    renewCertificate: (settings) => tls.renew(settings),
    get listeners() {
      return [...listeners]
    },
    get sessions() {
      return crowd.sessions
    },
    close: async (grace) => {
      await Promise.all([...listeners].map((listener) => listener.close(grace)))
    },
  }
}
