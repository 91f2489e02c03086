/**
 * The evidence of a scenario: every conversation, the DNS questions, what the exchangers received, the queue, the journal.
 *
 * Attached whether the scenario passed or failed, in the notation that people read; bounded, so that a report stays
 * readable; passwords never shown.
 */
import type { Conversation, Exchanger } from '../simulators/contract.ts'
import { renderConversation } from '../simulators/notation.ts'
import type { MailWorld } from './world.ts'

const maximumCharacters = 20_000

const bounded = (text: string): string =>
  text.length <= maximumCharacters
    ? text
    : `${text.slice(0, maximumCharacters)}\n… (${text.length - maximumCharacters} characters more)`

const received = ({ name, address, received: messages }: Exchanger): string =>
  [
    `${name} [${address}]`,
    ...messages.map(({ reversePath, recipients, content, by, secure }) => {
      const to = recipients.map(({ address: recipient }) => `<${recipient}>`).join(' ')
      return `  <${reversePath}> → ${to}: ${content.length} octets by ${by}${secure ? ' under TLS' : ''}`
    }),
    ...(messages.length === 0 ? ['  nothing'] : []),
  ].join('\n')

const settled = async <T>(work: Promise<T> | undefined): Promise<T | undefined> => {
  try {
    return await work
  } catch {
    return undefined
  }
}

export const attachEvidence = async (world: MailWorld): Promise<void> => {
  const attach = (name: string, text: string): void => {
    if (text.trim() !== '') world.attach(bounded(text), { mediaType: 'text/plain', fileName: name })
  }
  const conversations: readonly Conversation[] = world.conversations()
  for (const conversation of conversations.slice(0, 30))
    attach(`conversation: ${conversation.title}`, renderConversation(conversation))
  if (!world.started) return
  const { dns, exchangers } = world.scene
  attach(
    'DNS questions',
    dns.questions.map(({ name, type, transport, answer }) => `${name} ${type} (${transport}): ${answer}`).join('\n'),
  )
  attach('mail exchangers', exchangers.map(received).join('\n'))
  const queue = (await settled(world.target.queue?.())) ?? []
  attach(
    'queue',
    queue
      .map(
        ({ sender, recipient, state, attempts }) => `<${sender}> → ${recipient}: ${state}, ${attempts ?? '?'} attempts`,
      )
      .join('\n'),
  )
  const journal = world.target.journal?.() ?? []
  attach(
    'journal',
    journal.map(({ at, event, facts }) => `${new Date(at).toISOString()} ${event} ${JSON.stringify(facts)}`).join('\n'),
  )
  attach('log', (await settled(world.target.log?.())) ?? '')
}
