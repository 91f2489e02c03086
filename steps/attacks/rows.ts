/**
 * Many tries of one kind, in rows beside each other: a server that makes everybody wait for its greeting makes them wait at once.
 */

/** So many rows, where each try has a session of its own. */
export const abreast = 3

/** Deals the items out to rows, and gives what was made of each in the order of the items; `make` has one result for each. */
export const inRows = async <Item, Result>(
  items: readonly Item[],
  rows: number,
  make: (row: readonly Item[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> => {
  const made = await Promise.all(
    Array.from({ length: rows }, (_, row) => make(items.filter((_item, index) => index % rows === row))),
  )
  return items.map((_, index) => {
    const result = made[index % rows]?.[Math.floor(index / rows)]
    if (result === undefined) throw new Error(`nothing was made of item ${index + 1} of ${items.length}`)
    return result
  })
}
