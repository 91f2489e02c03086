import { describe, expect, test } from 'vitest'
import { createWatch } from './deadlines.ts'
import type { Watch } from './deadlines.ts'
import { createTestClock } from './fixture.ts'
import type { TestClock } from './fixture.ts'

const patience = { commandTimeout: 300_000, dataTimeout: 180_000, commandDeadline: 600_000, minimumRate: 10 }

const seconds = 1000

/** Runs the acts at their seconds and gives what expired, and when. */
const story = (
  acts: readonly (readonly [at: number, act: (watch: Watch) => void])[],
  until: number,
  changes: Partial<typeof patience> = {},
): string => {
  const clock: TestClock = createTestClock(0)
  let told = 'nothing'
  const watch = createWatch(clock, { ...patience, ...changes }, (why) => {
    told = `${why} at ${clock.now() / seconds}`
  })
  watch.expect()
  for (const [at, act] of acts) {
    clock.advance(at * seconds - clock.now())
    act(watch)
  }
  clock.advance(until * seconds - clock.now())
  return told
}

const command = (watch: Watch): void => watch.heard(10, false, false)
const half = (watch: Watch): void => watch.heard(1, false, true)
const content = (octets: number) => (watch: Watch) => watch.heard(octets, true, true)

const rest = (watch: Watch): void => watch.rest()
const expectAgain = (watch: Watch): void => watch.expect()
const close = (watch: Watch): void => watch.close()

describe('patience', () => {
  test.each([
    ['ends with silence', [[0, command]], 1000, {}, 'silent at 300'],
    [
      'begins again with each command',
      [
        [0, command],
        [299, command],
        [598, command],
      ],
      897,
      {},
      'nothing',
    ],
    [
      'ends after the last of them',
      [
        [0, command],
        [299, command],
      ],
      1000,
      {},
      'silent at 599',
    ],
    ['is shorter within content, if so set', [[0, content(10_000)]], 170, { minimumRate: 0 }, 'nothing'],
    ['ends within content', [[0, content(10_000)]], 1000, { minimumRate: 0 }, 'silent at 180'],
    [
      'does not begin again with each octet of one command',
      [
        [0, half],
        [200, half],
        [400, half],
        [590, half],
      ],
      1000,
      {},
      'command-too-long at 600',
    ],
    [
      'counts the next command from its own beginning',
      [
        [0, half],
        [200, command],
        [400, half],
        [650, half],
        [900, half],
      ],
      999,
      {},
      'nothing',
    ],
    ['ends when content is slower than its rate', [[0, content(599)]], 1000, {}, 'content-too-slow at 60'],
    [
      'goes on while content keeps its rate',
      [
        [0, content(600)],
        [61, content(600)],
      ],
      119,
      {},
      'nothing',
    ],
    [
      'looks at each minute alone',
      [
        [0, content(100_000)],
        [61, content(599)],
      ],
      1000,
      {},
      'content-too-slow at 120',
    ],
    [
      'asks for no rate between commands',
      [
        [0, content(600)],
        [1, command],
      ],
      300,
      {},
      'nothing',
    ],
    [
      'stands still while we are at work',
      [
        [0, command],
        [1, rest],
      ],
      100_000,
      {},
      'nothing',
    ],
    [
      'begins again when we are done',
      [
        [0, command],
        [1, rest],
        [9000, expectAgain],
      ],
      100_000,
      {},
      'silent at 9300',
    ],
    [
      'does not charge our time to the rate',
      [
        [0, content(300)],
        [30, rest],
        [500, expectAgain],
        [520, content(300)],
      ],
      535,
      {},
      'nothing',
    ],
    [
      'is over when the session is',
      [
        [0, command],
        [1, close],
      ],
      100_000,
      {},
      'nothing',
    ],
  ] as const)('%s', (_what, acts, until, changes, expected) => {
    expect(story(acts, until, changes)).toBe(expected)
  })

  test('costs one timer, however much is heard', () => {
    const clock = createTestClock(0)
    const watch = createWatch(clock, patience, () => {})
    watch.expect()
    for (let index = 0; index < 1000; index += 1) {
      clock.advance(1)
      command(watch)
    }
    expect(clock.pending).toBe(1)
    watch.close()
    expect(clock.pending).toBe(0)
  })
})
