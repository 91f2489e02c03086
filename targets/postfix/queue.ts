/**
 * Postfix's queue: the files of its spool, and who waits in them as `postqueue -j` tells it.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import type { Box } from '../box/box.ts'
import { literally } from '../box/literally.ts'
import type { QueuedRecipient } from '../target.ts'

export const spool = '/var/spool/postfix'

/** Where messages are that `postqueue` tells of, in the direction in which they move. */
const waitingQueues = ['maildrop', 'incoming', 'active', 'deferred', 'hold'] as const

export interface QueueFile {
  readonly name: string
  /** When the next attempt is due, milliseconds since the epoch. */
  readonly due: number
  /** When it came into this folder, or was put off again there. */
  readonly since: number
}

/** The messages in a queue folder. */
export const filesIn = (box: Box, queue: string): readonly QueueFile[] => {
  const look = (folder: string): readonly QueueFile[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap(({ name }) => {
      const facts = statSync(`${folder}/${name}`, { throwIfNoEntry: false })
      if (facts?.isDirectory() === true) return look(`${folder}/${name}`)
      return facts === undefined ? [] : [{ name, due: facts.mtimeMs, since: facts.ctimeMs }]
    })
  const folder = box.path(`${spool}/${queue}`)
  return existsSync(folder) ? look(folder) : []
}

/** What `postqueue` said last, and of which files: asking costs two processes, and a waiting queue is looked at again and again. */
const listings = new WeakMap<Box, { readonly state: string; readonly text: string }>()

interface Listed {
  readonly queue_name: string
  readonly queue_id: string
  readonly sender: string
  readonly recipients: readonly { readonly address: string }[]
}

const isListed = (value: unknown): value is Listed =>
  typeof value === 'object' &&
  value !== null &&
  'queue_id' in value &&
  'recipients' in value &&
  Array.isArray(value.recipients)

/** How often delivery of a message to a recipient was put off, as the log tells. */
const attemptsIn = (log: string, id: string, recipient: string): number =>
  [...log.matchAll(new RegExp(`: ${id}: to=<${literally(recipient)}>.* status=deferred`, 'gi'))].length

/** Everyone who waits; empty at once where no message lies in the spool. `log` is what Postfix wrote in this scenario. */
export const waitingRecipients = async (box: Box, log: string): Promise<readonly QueuedRecipient[]> => {
  const files = waitingQueues.map((queue) => filesIn(box, queue))
  if (files.flat().length === 0) return []
  const state = JSON.stringify(files)
  const known = listings.get(box)
  const { text } = known?.state === state ? known : await box.run(['/usr/sbin/postqueue', '-j'])
  listings.set(box, { state, text })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
    .filter(isListed)
    .flatMap(({ queue_name: queue, queue_id: id, sender, recipients }) =>
      recipients.map(({ address }) => ({
        message: id,
        sender: sender === 'MAILER-DAEMON' ? '' : sender,
        recipient: address,
        state: queue === 'hold' ? ('held' as const) : ('queued' as const),
        attempts: attemptsIn(log, id, address),
      })),
    )
}
