/**
 * The store in memory: the whole storage contract in one small file, for tests and for servers that need not survive.
 *
 * It keeps the promises of `Store` except the one about the disk. Nothing is lost or doubled by a call that rejects.
 */
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { Container, Settlement, Store } from '../ports.ts'

interface Kept {
  envelope: Envelope
  readonly pieces: readonly Uint8Array[]
}

interface OpenContainer extends Container {
  readonly pieces: Uint8Array[]
}

/** The bound of the contract: content comes out in pieces of at most 256 KiB. */
const largestPiece = 256 * 1024

const replaced = (before: readonly Recipient[], changed: readonly Recipient[]): readonly Recipient[] => {
  const byId = new Map(before.map((recipient) => [recipient.id, recipient]))
  for (const recipient of changed) byId.set(recipient.id, recipient)
  return [...byId.values()]
}

/** Makes an empty store. */
export const createMemoryStore = (): Store => {
  const kept = new Map<string, Kept>()
  const containers = new Map<string, OpenContainer>()
  let opened = 0
  let closed = false

  const check = (): void => {
    if (closed) throw new Error('the store is closed')
  }

  const begin = (): Container => {
    const id = `container${++opened}`
    const pieces: Uint8Array[] = []
    let size = 0
    const container: OpenContainer = {
      id,
      pieces,
      get size() {
        return size
      },
      write: async (bytes) => {
        check()
        if (!containers.has(id)) throw new Error('the container is closed')
        for (let from = 0; from < bytes.length; from += largestPiece) {
          pieces.push(bytes.slice(from, from + largestPiece))
        }
        size += bytes.length
      },
      discard: () => {
        containers.delete(id)
      },
    }
    containers.set(id, container)
    return container
  }

  const take = (envelope: Envelope, container: Container): (() => void) => {
    const open = containers.get(container.id)
    if (open === undefined) throw new Error('the container is closed')
    if (kept.has(envelope.id)) throw new Error(`the envelope ${envelope.id} is there already`)
    return () => {
      containers.delete(open.id)
      kept.set(envelope.id, { envelope, pieces: open.pieces })
    }
  }

  return {
    load: async () => {
      check()
      return { envelopes: Array.from(kept.values(), (one) => one.envelope), setAside: [] }
    },
    begin,
    accept: async (envelope, container) => {
      check()
      take(envelope, container)()
    },
    settle: async (settlement: Settlement) => {
      check()
      const one = kept.get(settlement.envelope)
      if (one === undefined) throw new Error(`there is no envelope ${settlement.envelope}`)
      const steps = settlement.offspring.map(({ envelope, container }) => take(envelope, container))
      for (const step of steps) step()
      one.envelope = { ...one.envelope, recipients: replaced(one.envelope.recipients, settlement.recipients) }
      if (settlement.finished) kept.delete(settlement.envelope)
    },
    content: async function* (envelope) {
      check()
      const one = kept.get(envelope)
      if (one === undefined) throw new Error(`there is no envelope ${envelope}`)
      yield* one.pieces
    },
    close: async () => {
      closed = true
    },
  }
}
