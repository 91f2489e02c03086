import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseScript } from '../simulators/notation.ts'
import { mismatchText, playScript } from '../simulators/player.ts'
import { goodConversations } from './corpus.ts'
import { openHouse } from './house.ts'
import type { House } from './house.ts'
import { authenticate, playVisit } from './visit.ts'
import type { Visit } from './trial.ts'

/** Plays a good conversation as written; the live AUTH exchanges between its parts. */
const departure = async (house: House, { door, source, script }: Visit): Promise<string | undefined> => {
  const client = await house.scene.connect(house.at(door), {
    from: house.address(source),
    implicitTls: door === 'submissions',
  })
  const stretch: (typeof script)[number][] = []
  for (const line of [...script, ...parseScript('# the end')]) {
    const [, mechanism, user] = line.kind === 'comment' ? (/^AUTH (\S+) as (\S+)$/.exec(line.text) ?? []) : []
    if (mechanism === undefined && (line.kind !== 'comment' || line.text !== 'the end')) {
      stretch.push(line)
      continue
    }
    const mismatch = await playScript(stretch.splice(0), client)
    if (mismatch !== undefined) return mismatchText(mismatch)
    if (mechanism === undefined || user === undefined) continue
    await authenticate(client, mechanism, user)
    if (client.replies.at(-1)?.code !== 235) return `AUTH ${mechanism} as ${user} failed`
  }
  return undefined
}

describe('the good conversations', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  test.each(goodConversations())('$name holds', async ({ visit }) => {
    expect(await departure(house, visit)).toBeUndefined()
  })

  test.each(goodConversations())('$name is reckoned without a fault', async ({ visit }) => {
    const { faults } = await playVisit(house, visit)
    expect(faults).toEqual([])
  })

  test('nothing inside went wrong meanwhile', () => {
    expect(house.faults()).toEqual([])
  })
})
