/**
 * The rows of the queue's database: each verb of the store as statements, without transactions and without threads.
 *
 * Content lies in chunk rows whose key is the container's number and the chunk's, so that one message's chunks stand
 * together. Small content goes with its envelope; the chunks of large content that is no longer wanted are deleted a few
 * at a time, so that no single step takes long.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Envelope } from '../message/envelope.ts'
import type { SetAside } from '../ports.ts'
import { readEnvelope } from './document.ts'
import { chunkSize } from './sqlite-messages.ts'
import type { Change, LoadedPage, NewMessage, ReadPiece } from './sqlite-messages.ts'

/** Chunk keys: the container's number times this, plus the chunk's number (so 16 GiB of content at most). */
const chunksPerContainer = 262_144

const envelopesPerPage = 200

interface Exported {
  readonly id: string
  readonly octets: number
  readonly content: number
  readonly document: string
  readonly recipients: readonly (readonly [id: string, document: string])[]
}

export interface Rows {
  /** Carries out one change; throws when the database refuses. Gives the containers whose chunks may go afterwards. */
  change(change: Change): readonly number[]
  read(envelope: string, chunk: number): ReadPiece
  /** One page of accepted messages, oldest first; unreadable ones are moved to `set_aside`. */
  page(after: number): LoadedPage
  /** Deletes up to `most` chunks of a container; true when none is left. */
  sweep(container: number, most: number): boolean
  /** Containers with chunks that no message owns. */
  orphans(): readonly number[]
  /** The first container number that was never used. */
  nextContainer(): number
  /** Envelope keys of a damaged file, as far as they can be listed. */
  keysReadable(): readonly number[]
  /** A message of a damaged file, when it is whole. */
  exported(key: number): Exported | undefined
  imported(message: Exported, source: Rows): void
  chunk(container: number, chunk: number): Uint8Array | undefined
}

const numberOf = (value: SQLOutputValue | undefined): number => (typeof value === 'number' ? value : 0)
const textOf = (value: SQLOutputValue | undefined): string => (typeof value === 'string' ? value : '')
const bytesOf = (value: SQLOutputValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined
const nothing = new Uint8Array(0)

const firstChunk = (container: number): number => container * chunksPerContainer

/** Prepares the statements on an opened database. */
export const createRows = (database: DatabaseSync): Rows => {
  const insertEnvelope = database.prepare(
    'INSERT INTO envelope (id, content, octets, document) VALUES (?, ?, ?, ?) RETURNING key',
  )
  const findEnvelope = database.prepare('SELECT key, content, octets FROM envelope WHERE id = ?')
  const deleteEnvelope = database.prepare('DELETE FROM envelope WHERE key = ?')
  const insertRecipient = database.prepare('INSERT INTO recipient (envelope, id, number, document) VALUES (?, ?, ?, ?)')
  const updateRecipient = database.prepare('UPDATE recipient SET document = ? WHERE envelope = ? AND id = ?')
  const nextNumber = database.prepare('SELECT coalesce(max(number), -1) + 1 AS next FROM recipient WHERE envelope = ?')
  const deleteRecipients = database.prepare('DELETE FROM recipient WHERE envelope = ?')
  const recipientsOf = database.prepare('SELECT id, document FROM recipient WHERE envelope = ? ORDER BY number')
  const insertChunk = database.prepare('INSERT INTO chunk (id, bytes) VALUES (?, ?)')
  const selectChunk = database.prepare('SELECT bytes FROM chunk WHERE id = ?')
  const deleteChunk = database.prepare('DELETE FROM chunk WHERE id = ?')
  const deleteSomeChunks = database.prepare(
    'DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE id >= ? AND id < ? LIMIT ?)',
  )
  const octetsOf = database.prepare(
    'SELECT coalesce(sum(length(bytes)), 0) AS octets FROM chunk WHERE id >= ? AND id < ?',
  )
  const envelopesAfter = database.prepare(
    'SELECT key, id, content, octets, document FROM envelope WHERE key > ? ORDER BY key LIMIT ?',
  )
  const envelopeAt = database.prepare('SELECT key, id, content, octets, document FROM envelope WHERE key = ?')
  const insertSetAside = database.prepare(
    'INSERT INTO set_aside (envelope, content, reason, document, recipients) VALUES (?, ?, ?, ?, ?)',
  )

  const insert = ({ id, document, recipients, content }: NewMessage): void => {
    const key = numberOf(insertEnvelope.get(id, content.container, content.octets, document)?.['key'])
    for (const [number, [recipient, text]] of recipients.entries()) insertRecipient.run(key, recipient, number, text)
    if (content.tail.length > 0) insertChunk.run(firstChunk(content.container) + content.chunks, content.tail)
  }

  const settle = (change: Extract<Change, { readonly kind: 'settle' }>): readonly number[] => {
    const found = findEnvelope.get(change.envelope)
    if (found === undefined) throw new Error(`there is no envelope ${change.envelope}`)
    const key = numberOf(found['key'])
    for (const message of change.offspring) insert(message)
    if (change.finished) {
      const content = numberOf(found['content'])
      deleteRecipients.run(key)
      deleteEnvelope.run(key)
      if (numberOf(found['octets']) > chunkSize) return [content]
      deleteChunk.run(firstChunk(content))
      return []
    }
    for (const [id, document] of change.recipients) {
      if (updateRecipient.run(document, key, id).changes === 0) {
        insertRecipient.run(key, id, numberOf(nextNumber.get(key)?.['next']), document)
      }
    }
    return []
  }

  const documentsOf = (key: number): readonly (readonly [string, string])[] =>
    recipientsOf.all(key).map((row) => [textOf(row['id']), textOf(row['document'])] as const)

  /** Reads one envelope with all that belongs to it, or says what is wrong. */
  const assemble = (
    row: Record<string, SQLOutputValue>,
  ): { readonly envelope: Envelope } | { readonly fault: string } => {
    const recipients = documentsOf(numberOf(row['key']))
    const reading = readEnvelope(
      row['document'],
      recipients.map(([, document]) => document),
    )
    if ('fault' in reading) return reading
    const first = firstChunk(numberOf(row['content']))
    const octets = numberOf(octetsOf.get(first, first + chunksPerContainer)?.['octets'])
    if (octets !== numberOf(row['octets'])) {
      return { fault: `the content has ${octets} of ${String(row['octets'])} octets` }
    }
    return { envelope: reading.value }
  }

  const putAside = (row: Record<string, SQLOutputValue>, reason: string): SetAside => {
    const key = numberOf(row['key'])
    const id = textOf(row['id'])
    const kept = insertSetAside.run(
      id,
      numberOf(row['content']),
      reason,
      row['document'] ?? null,
      JSON.stringify(documentsOf(key)),
    )
    deleteRecipients.run(key)
    deleteEnvelope.run(key)
    return { what: `message ${id}`, where: `table set_aside, row ${String(kept.lastInsertRowid)}`, reason }
  }

  return {
    change: (change) => {
      switch (change.kind) {
        case 'write':
          insertChunk.run(firstChunk(change.container) + change.chunk, change.bytes)
          return []
        case 'accept':
          for (const message of change.messages) insert(message)
          return []
        case 'settle':
          return settle(change)
        default:
          return [change.container]
      }
    },

    read: (envelope, chunk) => {
      const found = findEnvelope.get(envelope)
      if (found === undefined) throw new Error(`there is no envelope ${envelope}`)
      const octets = numberOf(found['octets'])
      if (octets === 0) return { bytes: nothing.slice(), octets }
      const bytes = bytesOf(selectChunk.get(firstChunk(numberOf(found['content'])) + chunk)?.['bytes'])
      if (bytes === undefined) throw new Error(`the content of envelope ${envelope} is not whole`)
      return { bytes, octets }
    },

    page: (after) => {
      const rows = envelopesAfter.all(after, envelopesPerPage)
      const envelopes: Envelope[] = []
      const setAside: SetAside[] = []
      for (const row of rows) {
        const one = assemble(row)
        if ('envelope' in one) envelopes.push(one.envelope)
        else setAside.push(putAside(row, one.fault))
      }
      const last = rows.at(-1)
      return last === undefined ? { envelopes, setAside } : { envelopes, setAside, next: numberOf(last['key']) }
    },

    sweep: (container, most) => {
      const first = firstChunk(container)
      return Number(deleteSomeChunks.run(first, first + chunksPerContainer, most).changes) < most
    },

    orphans: () =>
      database
        .prepare(
          `SELECT DISTINCT id / ${chunksPerContainer} AS container FROM chunk
             EXCEPT SELECT content FROM envelope EXCEPT SELECT content FROM set_aside`,
        )
        .all()
        .map((row) => numberOf(row['container'])),

    nextContainer: () => {
      const chunks = numberOf(database.prepare('SELECT max(id) AS id FROM chunk').get()?.['id'])
      const owned = numberOf(database.prepare('SELECT max(content) AS content FROM envelope').get()?.['content'])
      return Math.max(Math.floor(chunks / chunksPerContainer), owned) + 1
    },

    keysReadable: () => {
      const keys = new Set<number>()
      for (const order of ['ASC', 'DESC']) {
        try {
          for (const row of database.prepare(`SELECT key FROM envelope ORDER BY key ${order}`).iterate()) {
            if (keys.has(numberOf(row['key'])) && order === 'DESC') break
            keys.add(numberOf(row['key']))
          }
        } catch {
          // The damaged page: go on from the other end.
        }
      }
      return [...keys].sort((left, right) => left - right)
    },

    exported: (key) => {
      try {
        const row = envelopeAt.get(key)
        if (row === undefined || 'fault' in assemble(row)) return undefined
        return {
          id: textOf(row['id']),
          octets: numberOf(row['octets']),
          content: numberOf(row['content']),
          document: textOf(row['document']),
          recipients: documentsOf(key),
        }
      } catch {
        return undefined
      }
    },

    imported: (message, source) => {
      const { content: container, octets } = message
      for (let chunk = 0; chunk * chunkSize < octets; chunk++) {
        const bytes = source.chunk(container, chunk)
        if (bytes === undefined) throw new Error(`the content of envelope ${message.id} is not whole`)
        insertChunk.run(firstChunk(container) + chunk, bytes)
      }
      insert({ ...message, content: { container, chunks: 0, tail: nothing, octets } })
    },

    chunk: (container, chunk) => bytesOf(selectChunk.get(firstChunk(container) + chunk)?.['bytes']),
  }
}
