/**
 * The three functions of the metadata proposal that `@peculiar/x509` expects to find on `Reflect`.
 *
 * The library registers its algorithms by decorators and asks only for a place to keep their metadata. A polyfill that is
 * already there is left alone.
 */

type Metadata = Map<string, unknown>

export function provideReflection(): void {
  if ('getMetadata' in Reflect) return
  const kept = new WeakMap<object, Metadata>()
  const own = (key: string, target: object): unknown => kept.get(target)?.get(key)
  const inherited = (key: string, target: object | null): unknown => {
    for (let at = target; at !== null; at = Reflect.getPrototypeOf(at)) {
      if (kept.get(at)?.has(key) === true) return own(key, at)
    }
    return undefined
  }
  const define = (key: string, value: unknown, target: object): void => {
    const metadata: Metadata = kept.get(target) ?? new Map<string, unknown>()
    metadata.set(key, value)
    kept.set(target, metadata)
  }
  Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define })
}
