import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { createFifo } from './fifo.ts'
import { createHeap } from './heap.ts'

interface Item {
  key: number
  place: number
}

describe('the heap', () => {
  test('gives the smallest first, whatever was put in, moved and taken out before', () => {
    const acts = fc.array(
      fc.record({ act: fc.constantFrom('put', 'move', 'remove'), key: fc.integer(), which: fc.nat() }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(acts, (steps) => {
        const heap = createHeap<Item>((item) => item.key)
        const inside: Item[] = []
        for (const { act, key, which } of steps) {
          const chosen = inside[which % Math.max(inside.length, 1)]
          if (act === 'put' || chosen === undefined) {
            const item = { key, place: -1 }
            inside.push(item)
            heap.put(item)
          } else if (act === 'move') {
            chosen.key = key
            heap.put(chosen)
          } else {
            heap.remove(chosen)
            inside.splice(inside.indexOf(chosen), 1)
          }
          expect(heap.size()).toBe(inside.length)
          expect(heap.first()?.key).toBe(inside.length === 0 ? undefined : Math.min(...inside.map((item) => item.key)))
        }
        const order: number[] = []
        for (let first = heap.first(); first !== undefined; first = heap.first()) {
          order.push(first.key)
          heap.remove(first)
          expect(first.place).toBe(-1)
        }
        expect(order).toEqual(inside.map((item) => item.key).sort((left, right) => left - right))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the line', () => {
  test('gives items in the order they came, over many of them', () => {
    const line = createFifo<number>()
    const out: (number | undefined)[] = []
    for (let round = 0; round < 1000; round++) {
      line.push(2 * round)
      line.push(2 * round + 1)
      out.push(line.shift())
    }
    expect(line.size()).toBe(1000)
    while (line.size() > 0) out.push(line.shift())
    expect(out).toEqual(Array.from({ length: 2000 }, (_, index) => index))
    expect(line.shift()).toBeUndefined()
  })
})
