/** What the free worker gets: features together, and nobody idle. */
import type { Envelope, Pickle } from '@cucumber/messages'
import { describe, expect, test } from 'vitest'
import { Assignment } from './assignment.ts'

const pickle = (name: string): Pickle => ({ id: name, uri: name.slice(0, 1), name }) as Pickle

/** Deals the scenarios out to as many workers; `a2` is the second of feature a. Each takes as long as all others. */
const dealt = (names: readonly string[], workers: number): readonly (readonly string[])[] => {
  const queue = names.map(pickle)
  const assignment = new Assignment()
  for (const one of queue) assignment.take({ pickle: one })
  for (const one of queue) assignment.take({ testCase: { pickleId: one.id } } as Envelope)
  const hands: string[][] = Array.from({ length: workers }, () => [])
  const running: (Pickle | undefined)[] = []
  for (let worker = 0; queue.length > 0; worker = (worker + 1) % workers) {
    running[worker] = undefined
    const others = running.filter((one) => one !== undefined)
    const at = queue.findIndex((one) => assignment.mayBegin(one, others))
    if (at === -1) throw new Error(`worker ${worker} is idle, ${queue.length} are left`)
    const [next] = queue.splice(at, 1)
    running[worker] = next
    hands[worker]?.push(next?.name ?? '')
  }
  return hands
}

describe('the scenario for a free worker', () => {
  test('is one of the feature that it is at', () => {
    expect(dealt(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'], 2)).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3'],
    ])
  })

  test('is of a new feature when its own is done', () => {
    expect(dealt(['a1', 'b1', 'b2', 'b3', 'c1', 'c2'], 2)).toEqual([
      ['a1', 'c1', 'c2'],
      ['b1', 'b2', 'b3'],
    ])
  })

  test('is of a feature of somebody else when nothing else is left', () => {
    expect(dealt(['a1', 'a2', 'a3', 'a4'], 2)).toEqual([
      ['a1', 'a3'],
      ['a2', 'a4'],
    ])
  })

  test('may be one that was never announced', () => {
    const assignment = new Assignment()
    expect(assignment.mayBegin(pickle('a1'), [])).toBe(true)
    expect(assignment.mayBegin(pickle('b1'), [pickle('a1')])).toBe(true)
  })
})
