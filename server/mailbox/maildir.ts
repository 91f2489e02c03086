/**
 * Mailboxes as Maildir folders: `<root>/<user>/{tmp,new,cur}`, made on demand.
 *
 * A message is written and flushed under tmp/ and then moved to new/, whose folder is flushed too, so that after a crash it
 * is there whole or not at all. The file name carries the delivery's key; a second delivery with the key of a message that
 * still lies in the mailbox does nothing. What the disk refuses is a value, not an exception. A mailbox with a quota takes
 * one delivery at a time; what other programs take out is noticed when the quota seems used up.
 */
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../ports.ts'
import type { Mailboxes, StoredMessage } from './contract.ts'
import { createFlusher, flushFolder } from './flush.ts'
import { folderName, isMessageId, keyName, messageName, readMessageName, userName } from './names.ts'

export interface MaildirParts {
  /** The folder that holds the mailboxes. */
  readonly root: string
  /** This server's name, part of every file name. */
  readonly hostName: () => string
  readonly clock: Pick<Clock, 'now'>
}

/** After so long a file under tmp/ belongs to nobody any more. */
const strayAfter = 24 * 3_600_000

/** What is known of a mailbox, loaded once. */
interface Known {
  readonly keys: Set<string>
  octets: number
}

interface Found extends StoredMessage {
  readonly key: string
  readonly path: string
}

/** The message of a fault that the file system reported; undefined for anything else. */
const systemFault = (fault: unknown): string | undefined =>
  fault instanceof Error && 'syscall' in fault && 'code' in fault ? String(fault.code) : undefined

const absent = (fault: unknown): boolean => systemFault(fault) === 'ENOENT'

/** The names in a folder; none when there is no such folder. */
const entries = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder)
  } catch (fault) {
    if (absent(fault)) return []
    throw fault
  }
}

/** Removes a file; it may be gone already. */
const drop = async (path: string): Promise<boolean> => {
  try {
    await unlink(path)
    return true
  } catch (fault) {
    if (absent(fault)) return false
    throw fault
  }
}

/** All messages of a mailbox, oldest first. */
const messages = async (mailbox: string): Promise<readonly Found[]> => {
  const found: Found[] = []
  for (const folder of ['new', 'cur']) {
    for (const file of await entries(join(mailbox, folder))) {
      if (file.startsWith('.')) continue
      const path = join(mailbox, folder, file)
      const { key, id, flags, size, deliveredAt } = readMessageName(file)
      const octets = size ?? (await stat(path).catch(() => undefined))?.size
      // Undefined: another program took it away meanwhile.
      if (octets !== undefined) found.push({ key, id, flags, size: octets, deliveredAt, path })
    }
  }
  return found.toSorted((a, b) => a.deliveredAt - b.deliveredAt || (a.id < b.id ? -1 : 1))
}

/** Removes what crashed deliveries left under tmp/. */
const sweep = async (mailbox: string, now: number): Promise<void> => {
  for (const file of await entries(join(mailbox, 'tmp'))) {
    const path = join(mailbox, 'tmp', file)
    const facts = await stat(path).catch(() => undefined)
    if (facts !== undefined && now - facts.mtimeMs > strayAfter) await drop(path)
  }
}

/** Writes and flushes a file; gives its octets, or undefined when it would outgrow `room` (and then there is no file). */
const writeWhole = async (
  path: string,
  content: AsyncIterable<Uint8Array>,
  room: number,
): Promise<number | undefined> => {
  const handle = await open(path, 'wx', 0o600)
  let octets = 0
  let whole = false
  try {
    for await (const bytes of content) {
      octets += bytes.length
      if (octets > room) return undefined
      await handle.writeFile(bytes)
    }
    await handle.sync()
    whole = true
    return octets
  } finally {
    await handle.close()
    if (!whole) await drop(path)
  }
}

/** Moves a flushed file into new/ for good. */
const fileAway = async (
  mailbox: string,
  temporary: string,
  name: string,
  flush: (folder: string) => Promise<void>,
): Promise<void> => {
  const target = join(mailbox, 'new', name)
  try {
    await rename(temporary, target)
    await flush(join(mailbox, 'new'))
  } catch (fault) {
    await drop(temporary)
    await drop(target)
    throw fault
  }
}

/** Mailboxes under a folder; nothing is read or made before it is needed. */
export const createMaildir = ({ root, hostName, clock }: MaildirParts): Mailboxes => {
  const known = new Map<string, Known>()
  const flush = createFlusher()
  /** What goes one after the other: by user, or by user and key where only the same delivery must not meet itself. */
  const underWay = new Map<string, Promise<unknown>>()

  const mailboxOf = (user: string): string => join(root, folderName(user))

  const oneAtATime = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
    const before = underWay.get(what) ?? Promise.resolve()
    const mine = before.then(act, act)
    underWay.set(what, mine)
    try {
      return await mine
    } finally {
      if (underWay.get(what) === mine) underWay.delete(what)
    }
  }

  const load = async (user: string): Promise<Known> => {
    const found = await messages(mailboxOf(user))
    const loaded = {
      keys: new Set(found.map((message) => message.key)),
      octets: found.reduce((sum, message) => sum + message.size, 0),
    }
    known.set(user, loaded)
    return loaded
  }

  const prepare = async (user: string): Promise<Known> => {
    const already = known.get(user)
    if (already !== undefined) return already
    const mailbox = mailboxOf(user)
    for (const folder of ['tmp', 'new', 'cur']) await mkdir(join(mailbox, folder), { recursive: true, mode: 0o700 })
    await flushFolder(mailbox)
    await flushFolder(root)
    await sweep(mailbox, clock.now())
    return await load(user)
  }

  const put: Mailboxes['deliver'] = async (user, key, content, quota) => {
    let account = await prepare(user)
    if (account.keys.has(keyName(key))) return { kind: 'delivered' }
    if (quota > 0 && account.octets >= quota) account = await load(user)
    const room = quota > 0 ? quota - account.octets : Number.POSITIVE_INFINITY
    const mailbox = mailboxOf(user)
    const temporary = join(mailbox, 'tmp', messageName(key, clock.now(), hostName(), 0))
    await drop(temporary)
    const size = room > 0 ? await writeWhole(temporary, content, room) : undefined
    if (size === undefined) {
      // Another program may have made room; the next attempt counts anew.
      known.delete(user)
      return { kind: 'full' }
    }
    await fileAway(mailbox, temporary, messageName(key, clock.now(), hostName(), size), flush)
    account.keys.add(keyName(key))
    account.octets += size
    return { kind: 'delivered' }
  }

  const find = async (user: string, id: string): Promise<Found | undefined> =>
    isMessageId(id) ? (await messages(mailboxOf(user))).find((message) => message.id === id) : undefined

  return {
    deliver: async (user, key, content, quota) => {
      try {
        if (quota > 0) return await oneAtATime(user, () => put(user, key, content, quota))
        if (!known.has(user)) await oneAtATime(user, () => prepare(user))
        return await oneAtATime(`${user}\n${key}`, () => put(user, key, content, quota))
      } catch (fault) {
        const reason = systemFault(fault)
        if (reason === undefined) throw fault
        // What was known may no longer be true, for example when somebody took the folder away.
        known.delete(user)
        return { kind: 'disk', reason }
      }
    },

    names: async () =>
      (await entries(root))
        .map(userName)
        .filter((user) => user !== undefined)
        .toSorted(),

    list: async (user) =>
      (await messages(mailboxOf(user))).map(({ id, size, deliveredAt, flags }) => ({ id, size, deliveredAt, flags })),

    read: async (user, id) => {
      const message = await find(user, id)
      if (message === undefined) return undefined
      try {
        return await readFile(message.path)
      } catch (fault) {
        if (absent(fault)) return undefined
        throw fault
      }
    },

    remove: (user, id) =>
      oneAtATime(user, async () => {
        const message = await find(user, id)
        if (message === undefined || !(await drop(message.path))) return false
        known.delete(user)
        return true
      }),
  }
}
