/**
 * The database file of the queue: taking the folder for this process, opening and checking the file, and putting a file
 * that cannot be trusted out of the way after saving from it what can still be read.
 *
 * A lock file held by SQLite's own locking keeps other processes out; the system frees it when a process dies, however
 * it dies. Runs inside the worker thread. Only faults of the file itself lead to setting it aside; a full disk or a
 * missing permission is told and changes nothing.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SetAside } from '../ports.ts'
import { createRows } from './sqlite-rows.ts'
import type { WorkerOptions } from './sqlite-messages.ts'

/** `user_version` of the schema below; a file of a later version is not touched. */
const schemaVersion = 1

const pageSize = 4096

const schema = `
  CREATE TABLE envelope (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    document TEXT NOT NULL
  );
  CREATE TABLE recipient (
    envelope INTEGER NOT NULL,
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (envelope, id)
  ) WITHOUT ROWID;
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
  );
  CREATE TABLE set_aside (
    key INTEGER PRIMARY KEY,
    envelope TEXT,
    content INTEGER,
    reason TEXT NOT NULL,
    document TEXT,
    recipients TEXT NOT NULL
  );
  PRAGMA user_version = ${schemaVersion};
`

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that speak of the file's own state. */
const corrupt = 11
const notADatabase = 26
const busy = 5

const resultCode = (fault: unknown): number | undefined => {
  if (!(fault instanceof Error) || !('errcode' in fault) || typeof fault.errcode !== 'number') return undefined
  return fault.errcode & 0xff
}

const sentence = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

/** Holds the folder until the returned database is closed or the process ends; throws a clear sentence otherwise. */
export const lockFolder = (folder: string): DatabaseSync => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(folder, 'queue.lock'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (fault) {
    lock.close()
    if (resultCode(fault) !== busy) throw fault
    throw new Error(`another process is using the queue in ${folder}; stop it, or choose another folder`, {
      cause: fault,
    })
  }
  return lock
}

const openFile = (path: string, maximumOctets: number): DatabaseSync => {
  const database = new DatabaseSync(path)
  try {
    // With the exclusive mode set first, the write-ahead log needs no shared memory file.
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA page_size = ${pageSize};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -4096;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 16777216;
    `)
    if (maximumOctets > 0) database.exec(`PRAGMA max_page_count = ${Math.ceil(maximumOctets / pageSize)}`)
    return database
  } catch (fault) {
    database.close()
    throw fault
  }
}

class UntrustedFile extends Error {}

const prepare = (database: DatabaseSync): void => {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']
  if (typeof version === 'number' && version > schemaVersion) {
    throw new Error(`the queue was written by a later version of this server (schema ${version})`)
  }
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (verdict !== 'ok') throw new UntrustedFile(String(verdict))
  if (version === schemaVersion) return
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']
  if (tables !== 0) throw new UntrustedFile('the file is not a queue of this server')
  database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`)
}

const openAndPrepare = (path: string, maximumOctets: number): DatabaseSync => {
  const database = openFile(path, maximumOctets)
  try {
    prepare(database)
    return database
  } catch (fault) {
    database.close()
    throw fault
  }
}

const renameAside = (path: string, now: number): string => {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let aside = `${path}.set-aside-${stamp}`
  for (let number = 2; existsSync(aside); number++) aside = `${path}.set-aside-${stamp}-${number}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}

/** Copies every message that can still be read whole from the old file into the new one; gives how many there were. */
const salvage = (from: string, into: DatabaseSync): number => {
  let old: DatabaseSync
  try {
    old = new DatabaseSync(from, { readOnly: true })
  } catch {
    return 0
  }
  let saved = 0
  try {
    const source = createRows(old)
    const target = createRows(into)
    for (const key of source.keysReadable()) {
      const message = source.exported(key)
      if (message === undefined) continue
      into.exec('BEGIN IMMEDIATE')
      try {
        target.imported(message, source)
        into.exec('COMMIT')
        saved += 1
      } catch {
        if (into.isTransaction) into.exec('ROLLBACK')
      }
    }
  } catch {
    // A file without the tables, or not a database at all: nothing more can be had from it.
  } finally {
    old.close()
  }
  return saved
}

/** Opens the queue's database in the folder, whatever state it is in, and tells what had to be set aside for that. */
export const openDatabase = (
  options: WorkerOptions,
): { readonly database: DatabaseSync; readonly setAside: readonly SetAside[] } => {
  const path = join(options.folder, 'queue.sqlite')
  try {
    return { database: openAndPrepare(path, options.maximumOctets), setAside: [] }
  } catch (fault) {
    const code = resultCode(fault)
    if (!(fault instanceof UntrustedFile) && code !== corrupt && code !== notADatabase) throw fault
    const where = renameAside(path, options.now)
    const database = openAndPrepare(path, options.maximumOctets)
    const saved = salvage(where, database)
    const reason = `${sentence(fault)}; ${saved} messages were saved from it`
    return { database, setAside: [{ what: 'the database of the queue', where, reason }] }
  }
}
