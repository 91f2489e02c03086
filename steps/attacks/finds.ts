/**
 * Where a probe ended up: at a far exchanger, in a mailbox here, in a notification, in the queue; looked for by its token.
 */
import type { Finds } from '../../probes/verdict.ts'
import { fieldOf } from '../content.ts'
import { carries } from '../letters.ts'
import type { MailWorld } from '../world.ts'

const mailboxesHere = ['alice@here.example', 'carol@here.example', 'postmaster@here.example']

const is = (content: Uint8Array, token: string): boolean => fieldOf(content, 'Subject') === token
const tellsOf = (content: Uint8Array, token: string): boolean => carries(content, token) && !is(content, token)

/** Looks everywhere once; what it gives answers for any token. Call it when the queue has come to rest. */
export const findsOf = async (world: MailWorld): Promise<(token: string) => Finds> => {
  const far = world.scene.exchangers.flatMap(({ name, received }) => received.map(({ content }) => ({ name, content })))
  const here: Uint8Array[] = []
  for (const address of mailboxesHere) {
    for (const { content } of (await world.target.mailbox?.(address)) ?? []) here.push(content)
  }
  const queued = (await world.target.queue?.()) ?? []
  const journal = world.target.journal?.() ?? []
  return (token) => ({
    delivered: far.filter(({ content }) => is(content, token)).map(({ name }) => name),
    here: here.some((content) => is(content, token)),
    notified: [...far.map(({ content }) => content), ...here].some((content) => tellsOf(content, token)),
    queued: queued.length > 0 && journal.some(({ facts }) => Object.values(facts).includes(token)),
  })
}
