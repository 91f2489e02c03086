/**
 * Flushing folders, shared: a flush makes every change before it durable, so whoever asks while one is under way shares the
 * next one with all who ask meanwhile (like the queue's group commit).
 */
import { open } from 'node:fs/promises'

/** Makes what changed in the folder durable. Rejects when the disk refuses. */
export const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

interface Turn {
  readonly running: Promise<void>
  next: Promise<void> | undefined
}

/** `flush` is `flushFolder` but for tests. */
export const createFlusher = (
  flush: (folder: string) => Promise<void> = flushFolder,
): ((folder: string) => Promise<void>) => {
  const turns = new Map<string, Turn>()
  const begin = (folder: string): Promise<void> => {
    const running = flush(folder)
    const turn: Turn = { running, next: undefined }
    turns.set(folder, turn)
    const end = (): void => {
      if (turns.get(folder) === turn && turn.next === undefined) turns.delete(folder)
    }
    running.then(end, end)
    return running
  }
  return (folder) => {
    const turn = turns.get(folder)
    if (turn === undefined) return begin(folder)
    // The one under way may have begun before our change: only the next one is sure to hold it.
    turn.next ??= turn.running.then(
      () => begin(folder),
      () => begin(folder),
    )
    return turn.next
  }
}
