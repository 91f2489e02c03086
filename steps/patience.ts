/**
 * Waiting for something that happens while other things are still under way.
 */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

const patienceMilliseconds = 5000

/** How long the queue may take to come to rest: OpenSMTPD lets ten seconds pass before it opens another connection. */
export const restMilliseconds = 14_000

/** Resolves when it holds; rejects with the sentence when patience ends. */
export const until = async (holds: () => boolean | Promise<boolean>, otherwise: () => string): Promise<void> => {
  const deadline = performance.now() + patienceMilliseconds
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, otherwise())
    await setTimeout(10)
  }
}
