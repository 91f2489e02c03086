/**
 * The short run of the fuzz in `npm test`: what once broke, then a few rounds of a fixed seed. The long one is
 * `npm run fuzz`.
 */
import { describe, expect, test } from 'vitest'
import { chanceFrom, roundSeed } from './chance.ts'
import { goodConversations, onceBroken } from './corpus.ts'
import { drawTrial, runTrial } from './run.ts'
import { parseTrial, renderTrial } from './trial.ts'

const seed = 5321
/** Trials of each kind; together about ten seconds. */
const rounds = { sessions: 14, exchanger: 8, names: 8 } as const
const longest = 120_000

test.each(onceBroken())(
  'what once broke holds: $name',
  async ({ trial }) => {
    expect((await runTrial(trial)).faults).toEqual([])
  },
  longest,
)

describe.each(['sessions', 'exchanger', 'names'] as const)('%s under rubbish', (kind) => {
  const good = goodConversations()
  test.each(Array.from({ length: rounds[kind] }, (_, round) => ({ round })))(
    'round $round',
    async ({ round }) => {
      const trial = drawTrial(good, chanceFrom(roundSeed(seed, round)), kind)
      const { faults } = await runTrial(trial)
      expect(faults.length === 0 ? '' : renderTrial(trial, faults)).toBe('')
    },
    longest,
  )

  test('a trial is the same when it was written down', () => {
    const trial = drawTrial(good, chanceFrom(seed), kind)
    const again = parseTrial(renderTrial(trial))
    expect(renderTrial(again)).toBe(renderTrial(trial))
  })
})
