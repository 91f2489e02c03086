/**
 * Who is in the house, over all listeners: sessions open now, in all and from each address, and sockets that are still
 * there although their session is over.
 */
export interface Crowd {
  readonly sessions: number
  readonly sockets: number
  /** Counts a session and its socket; the answer has it included. */
  enter(address: string): { readonly connections: number; readonly fromThisHost: number }
  /** The session is over. */
  leave(address: string): void
  /** The socket is gone. */
  vanish(): void
}

export const createCrowd = (): Crowd => {
  const byAddress = new Map<string, number>()
  let sessions = 0
  let sockets = 0
  return {
    get sessions() {
      return sessions
    },
    get sockets() {
      return sockets
    },
    enter: (address) => {
      sessions += 1
      sockets += 1
      const fromThisHost = (byAddress.get(address) ?? 0) + 1
      byAddress.set(address, fromThisHost)
      return { connections: sessions, fromThisHost }
    },
    leave: (address) => {
      sessions -= 1
      const left = (byAddress.get(address) ?? 0) - 1
      if (left > 0) byAddress.set(address, left)
      else byAddress.delete(address)
    },
    vanish: () => {
      sockets -= 1
    },
  }
}
