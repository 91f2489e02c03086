/**
 * The journal on disk: one JSON line per event in `journal.jsonl`, so that it can be searched after the server is gone.
 *
 * It never holds the server up. Events gather in a bounded buffer while one write is under way; what does not fit is
 * counted and confessed in the next line that gets through. When the file has reached its size it becomes
 * `journal.1.jsonl`, the older ones move up, and the oldest goes. A dead disk costs journal lines, nothing else.
 */
import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalEvent } from './events.ts'

export interface JournalFileOptions {
  /** Made if it does not exist. */
  readonly folder: string
  /** Octets after which a new file is begun (default 16 MiB). */
  readonly maximumSize?: number
  /** How many full files are kept beside the one being written (default 4). */
  readonly keep?: number
  /** Octets that may wait to be written (default 4 MiB). */
  readonly bufferSize?: number
}

export interface JournalFile {
  /** For `Journal.subscribe`; returns at once. */
  write(event: JournalEvent): void
  /** Events that never reached the file, so far. */
  lost(): number
  /** Why the last write failed; undefined while the file is well. */
  fault(): string | undefined
  /** Writes what waits and stops; later events are ignored. */
  close(): Promise<void>
}

const journalFileName = 'journal.jsonl'

export function openJournalFile(options: JournalFileOptions): JournalFile {
  const { folder, maximumSize = 16 * 1024 * 1024, keep = 4, bufferSize = 4 * 1024 * 1024 } = options
  const path = join(folder, journalFileName)
  const numbered = (number: number): string => join(folder, `journal.${number}.jsonl`)
  let waiting: string[] = []
  let waitingOctets = 0
  let lost = 0
  let unconfessed = 0
  let fault: string | undefined
  let size: number | undefined
  let closed = false
  let writing: Promise<void> | undefined

  function lose(count: number): void {
    lost += count
    unconfessed += count
  }

  async function turnOver(): Promise<void> {
    await rm(numbered(keep), { force: true })
    for (let number = keep - 1; number >= 0; number -= 1) {
      await rename(number === 0 ? path : numbered(number), numbered(number + 1)).catch(ignoreMissing)
    }
    if (keep === 0) await rm(path, { force: true })
    size = 0
  }

  async function writeBatch(lines: readonly string[]): Promise<void> {
    const confessed = unconfessed
    const confession =
      confessed === 0 ? [] : [`${JSON.stringify({ event: 'warning', detail: { lostEvents: confessed } })}\n`]
    const text = [...confession, ...lines].join('')
    const octets = Buffer.byteLength(text)
    try {
      if (size === undefined) {
        await mkdir(folder, { recursive: true })
        size = await sizeOf(path)
      }
      if (size > 0 && size + octets > maximumSize) await turnOver()
      // Who writes to whom is for the owner's eyes.
      await appendFile(path, text, { mode: 0o600 })
      size = (size ?? 0) + octets
      unconfessed -= confessed
      fault = undefined
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error)
      size = undefined
      lose(lines.length)
    }
  }

  async function drain(): Promise<void> {
    // A turn of the event loop, so that the events of one burst share one write.
    await new Promise<void>((resolve) => void setImmediate(resolve))
    while (waiting.length > 0) {
      const lines = waiting
      waiting = []
      waitingOctets = 0
      await writeBatch(lines)
    }
    writing = undefined
  }

  return {
    write(event) {
      if (closed) return
      const line = `${JSON.stringify(event)}\n`
      if (waitingOctets + line.length > bufferSize) {
        lose(1)
        return
      }
      waiting.push(line)
      waitingOctets += line.length
      writing ??= drain()
    },
    lost: () => lost,
    fault: () => fault,
    async close() {
      closed = true
      await writing
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    ignoreMissing(error)
    return 0
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
