/**
 * Keeps the open listeners equal to what the settings ask for, while the server runs.
 *
 * A listener that is asked for before and after a change stays open, with every session in it. New ones are opened before
 * old ones are closed, except where an old one has the port that a new one wants. When one cannot be opened, those opened
 * for this change are closed again, what had to make room is opened again, and nothing else has happened. Sessions at a
 * listener that goes away stay as long as they like; when SMTP is switched off they are told to end, and may finish their
 * transaction within the grace. Neither is waited for.
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

/** Both cannot be had at once: one may be on an address that includes the other's. */
const isInTheWay = (listener: Listener, wanted: ListenerSettings): boolean =>
  wanted.port !== 0 && wanted.port === listener.port

export const createDoors = (reception: Pick<Reception, 'openListener'>, graceMilliseconds: number): Doors => {
  let open: readonly Listener[] = []

  const fit = async (settings: Settings): Promise<readonly string[]> => {
    const spare = [...open]
    /** The listener that is there already for each that is wanted. */
    const places = wantedBy(settings).map((wanted) => {
      const index = spare.findIndex((listener) => nameOf(listener.settings) === nameOf(wanted))
      return { wanted, kept: index === -1 ? undefined : spare.splice(index, 1)[0] }
    })
    const missing = places.filter(({ kept }) => kept === undefined).map(({ wanted }) => wanted)
    const cleared = spare.filter((listener) => missing.some((wanted) => isInTheWay(listener, wanted)))
    for (const listener of cleared) listener.retire()

    const next: Listener[] = []
    const opened: Listener[] = []
    const faults: string[] = []
    for (const { wanted, kept } of places) {
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
    if (faults.length > 0) {
      for (const listener of opened) listener.retire()
      open = await reopened(cleared)
      return faults
    }
    open = next
    for (const listener of spare) {
      if (settings.smtp.enabled) listener.retire()
      else void listener.close(graceMilliseconds)
    }
    return []
  }

  /** The listeners of before, with new ones in the place of those that had made room. */
  const reopened = async (cleared: readonly Listener[]): Promise<readonly Listener[]> => {
    const before: Listener[] = []
    for (const listener of open) {
      const opening = cleared.includes(listener) ? await reception.openListener(listener.settings) : undefined
      if (opening === undefined) before.push(listener)
      else if (opening.kind === 'open') before.push(opening.listener)
    }
    return before
  }

  return {
    get open() {
      return open
    },
    fit,
  }
}
