/**
 * Keeps the memory of passing content small: after every few MiB that streamed through, short-lived memory is collected.
 *
 * Pieces of content live outside V8's own heap, where V8 lets about 64 MiB of them pile up before it collects on its own.
 * A collection of the young generation costs about a millisecond, so that a message of 100 MB shows in the size of the
 * process as a few MiB. Where V8 does not let itself be asked, nothing happens and only memory is lost.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Tells that so many octets of content passed. */
export type Pressure = (octets: number) => void

const octetsBetweenCollections = 4 * 1024 * 1024

type Collect = (options: { readonly type: 'minor' }) => void

const findCollect = (): Collect | undefined => {
  try {
    setFlagsFromString('--expose-gc')
    const found: unknown = runInNewContext('gc')
    return typeof found === 'function' ? (found as Collect) : undefined
  } catch {
    return undefined
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}

/** Makes a counter; the collector is looked for when it is needed first. */
export const createPressure = (): Pressure => {
  let passed = 0
  let collect: Collect | undefined
  let looked = false
  return (octets) => {
    passed += octets
    if (passed < octetsBetweenCollections) return
    passed = 0
    if (!looked) collect = findCollect()
    looked = true
    collect?.({ type: 'minor' })
  }
}
