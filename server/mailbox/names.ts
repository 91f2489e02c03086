/**
 * File names of mailboxes and messages (Maildir): user names as folder names, deliveries as file names, and back.
 *
 * Pure. No name that comes out leads out of its folder, and two different users never share a folder, also where the disk
 * does not tell upper from lower case.
 */

const percent = (text: string): string =>
  [...Buffer.from(text)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** The folder of a user's mailbox; everything but lower-case letters, digits and a few marks is written `%XX`. */
export const folderName = (user: string): string =>
  user.toWellFormed().replace(/^\.|[^a-z0-9._@+-]/gu, (character) => percent(character)) || '%'

/** The user of a folder; undefined for a folder that is no mailbox of ours. */
export const userName = (folder: string): string | undefined => {
  try {
    const user = decodeURIComponent(folder)
    return folderName(user) === folder ? user : undefined
  } catch {
    return undefined
  }
}

export interface MessageName {
  /** The delivery that made the file. */
  readonly key: string
  readonly deliveredAt: number
  /** Octets, if the name tells. */
  readonly size?: number
  /** The name without flags: what identifies the message in its mailbox. */
  readonly id: string
  readonly flags: string
}

/** A key as it stands in a file name: without the dots and slashes that separate. */
export const keyName = (key: string): string => key.replace(/[^A-Za-z0-9_-]/gu, (character) => percent(character))

/** `seconds.key.host,S=octets`: the name under which a new message is filed. */
export const messageName = (key: string, deliveredAt: number, hostName: string, size: number): string =>
  `${Math.floor(deliveredAt / 1000)}.${keyName(key)}.${hostName.replace(/[^A-Za-z0-9.-]/gu, '_')},S=${size}`

/** Reads a file name, ours or another Maildir program's. */
export const readMessageName = (name: string): MessageName => {
  const [id = '', info = ''] = name.split(':', 2)
  const [seconds = '', key = ''] = id.split('.')
  const size = /,S=(\d+)/.exec(id)?.[1]
  return {
    key,
    deliveredAt: /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : 0,
    ...(size === undefined ? {} : { size: Number(size) }),
    id,
    flags: info.startsWith('2,') ? info.slice(2) : '',
  }
}

/** Whether an id that somebody hands in can be a file of a mailbox at all. */
export const isMessageId = (id: string): boolean => /^[^./\0:][^/\0:]{0,254}$/.test(id)
