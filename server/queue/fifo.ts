/**
 * First in, first out, without moving the rest on every removal: the waiting lines of the dispatcher.
 *
 * A plain array with a head that moves; the part in front of the head is given back when it outgrows the rest.
 */
export interface Fifo<T> {
  size(): number
  push(item: T): void
  shift(): T | undefined
}

const leastToGiveBack = 64

/** Makes an empty line. */
export const createFifo = <T>(): Fifo<T> => {
  let items: (T | undefined)[] = []
  let head = 0
  return {
    size: () => items.length - head,
    push: (item) => {
      items.push(item)
    },
    shift: () => {
      const item = items[head]
      if (head < items.length) items[head++] = undefined
      if (head > leastToGiveBack && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
