/**
 * The reply lint around every scenario: all conversations in which the server under test was the server are looked through,
 * and what its replies do wrong is attached as evidence named `reply lint`.
 */
import { deviationText, lint } from '../report/lint.ts'
import type { Conversation } from '../simulators/contract.ts'
import type { MailWorld } from './world.ts'

/** Those that no simulated exchanger held: there the server under test was the client. */
const conversationsWithTheServer = (world: MailWorld): readonly Conversation[] => {
  const held = new Set(world.scene.exchangers.flatMap(({ conversations }) => conversations))
  return world.conversations().filter((conversation) => !held.has(conversation))
}

/** Attaches what was found, each deviation once, and gives it in words. */
export const lintReplies = (world: MailWorld): readonly string[] => {
  if (!world.started) return []
  const found = new Set(conversationsWithTheServer(world).flatMap(({ spoken }) => lint(spoken).map(deviationText)))
  const sentences = [...found].map((deviation) => `reply lint: ${deviation}`)
  if (sentences.length > 0) world.attach(sentences.join('\n'), { mediaType: 'text/plain', fileName: 'reply lint' })
  return sentences
}
