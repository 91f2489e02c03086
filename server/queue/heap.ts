/**
 * A binary heap whose items know their place, so that one of them can be moved or taken out without a search.
 *
 * The queue keeps its moments in it: the earliest is always at hand, and every change costs the logarithm of the number
 * of items. An item stands in at most one heap; the heap alone writes `place`.
 */
export interface Placed {
  /** Index in the heap; -1 while outside. */
  place: number
}

export interface Heap<T extends Placed> {
  size(): number
  /** The item with the smallest key. */
  first(): T | undefined
  /** Adds the item, or moves it after its key changed. */
  put(item: T): void
  /** Takes the item out; harmless when it is not inside. */
  remove(item: T): void
}

/** Makes an empty heap ordered by `key`, smallest first. */
export const createHeap = <T extends Placed>(key: (item: T) => number): Heap<T> => {
  const items: T[] = []

  const set = (item: T, place: number): void => {
    items[place] = item
    item.place = place
  }

  const rise = (item: T): void => {
    const own = key(item)
    while (item.place > 0) {
      const above = (item.place - 1) >> 1
      const parent = items[above]
      if (parent === undefined || key(parent) <= own) break
      set(parent, item.place)
      set(item, above)
    }
  }

  const sink = (item: T): void => {
    const own = key(item)
    for (;;) {
      const left = 2 * item.place + 1
      const first = items[left]
      if (first === undefined) break
      const second = items[left + 1]
      const child = second !== undefined && key(second) < key(first) ? second : first
      if (key(child) >= own) break
      const below = child.place
      set(child, item.place)
      set(item, below)
    }
  }

  return {
    size: () => items.length,
    first: () => items[0],
    put: (item) => {
      if (item.place < 0) set(item, items.length)
      rise(item)
      sink(item)
    },
    remove: (item) => {
      const { place } = item
      if (place < 0) return
      item.place = -1
      const last = items.pop()
      if (last === undefined || last === item) return
      set(last, place)
      rise(last)
      sink(last)
    },
  }
}
