/**
 * Keeps the open listeners equal to what the settings ask for, while the server runs.
 *
 * A listener that is asked for before and after a change stays open, with every session in it. New ones are opened before
 * old ones are closed; when one of them cannot be opened, those opened for this change are closed again and nothing else
 * has happened. Sessions at a listener that goes away may finish their transaction within the grace.
 */
import type { ListenerSettings, Settings } from '../settings/schema.ts'
import type { Listener, Reception } from './reception.ts'

export interface Doors {
  /** Opens and closes until the listeners are those of the settings; gives a sentence for each that could not be opened. */
  fit(settings: Settings): Promise<readonly string[]>
  /** In the order of the settings. */
  readonly open: readonly Listener[]
}

const wantedBy = (settings: Settings): readonly ListenerSettings[] => (settings.smtp.enabled ? settings.listeners : [])

const nameOf = ({ role, address, port }: ListenerSettings): string => `${role} ${address}:${port}`

export const createDoors = (reception: Pick<Reception, 'openListener'>, graceMilliseconds: number): Doors => {
  let open: readonly Listener[] = []

  return {
    get open() {
      return open
    },
    fit: async (settings) => {
      const spare = [...open]
      const next: Listener[] = []
      const opened: Listener[] = []
      const faults: string[] = []
      for (const wanted of wantedBy(settings)) {
        const index = spare.findIndex((listener) => nameOf(listener.settings) === nameOf(wanted))
        const kept = index === -1 ? undefined : spare.splice(index, 1)[0]
        if (kept !== undefined) {
          next.push(kept)
          continue
        }
        const opening = await reception.openListener(wanted)
        if (opening.kind === 'fault') faults.push(opening.sentence)
        else {
          next.push(opening.listener)
          opened.push(opening.listener)
        }
      }
      const leaving = faults.length > 0 ? opened : spare
      if (faults.length === 0) open = next
      await Promise.all(leaving.map((listener) => listener.close(graceMilliseconds)))
      return faults
    },
  }
}
